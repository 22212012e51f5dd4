/** EKS Anywhere v0.24.4. */
import { after } from '../release';
import { V0_24_3 } from './v0-24-3';

export const V0_24_4 = after(V0_24_3, {
  version: 'v0.24.4',
  components: { 'Cilium': '1.17.12', 'kube-vip': '1.0.4', 'cert-manager': '1.18.5', 'Flux': '2.7.5' },
  changes: ['an upgrade from older minors keeps hostOSConfiguration of Bottlerocket, which v0.24.0 to v0.24.3 lost'],
});
