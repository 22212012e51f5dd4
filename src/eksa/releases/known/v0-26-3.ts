/** EKS Anywhere v0.26.3: Helm values of Cilium are merged into the default configuration. */
import { HELM_VALUES_REPLACE, MERGED_HELM_VALUES } from '../breakages';
import { after } from '../release';
import { V0_26_2 } from './v0-26-2';

export const V0_26_3 = after(V0_26_2, {
  version: 'v0.26.3',
  date: '2026-10-15',
  repairs: [HELM_VALUES_REPLACE.id],
  changes: [MERGED_HELM_VALUES],
});
