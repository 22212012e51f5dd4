/** EKS Anywhere v0.25.4: Helm values of Cilium are merged into the default configuration. */
import { HELM_VALUES_REPLACE, MERGED_HELM_VALUES } from '../breakages';
import { after } from '../release';
import { V0_25_3 } from './v0-25-3';

export const V0_25_4 = after(V0_25_3, {
  version: 'v0.25.4',
  components: { 'Cluster API': '1.12.11' },
  repairs: [HELM_VALUES_REPLACE.id],
  changes: [MERGED_HELM_VALUES, 'a control plane keeps kubectl logs and exec when it is upgraded to Kubernetes 1.34'],
});
