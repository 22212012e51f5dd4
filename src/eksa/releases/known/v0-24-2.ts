/** EKS Anywhere v0.24.2. */
import { after } from '../release';
import { V0_24_1 } from './v0-24-1';

export const V0_24_2 = after(V0_24_1, {
  version: 'v0.24.2',
  components: { 'Cilium': '1.17.10', 'kube-vip': '1.0.2', 'cert-manager': '1.18.3' },
});
