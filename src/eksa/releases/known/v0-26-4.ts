/** EKS Anywhere v0.26.4. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_26_3 } from './v0-26-3';

export const V0_26_4 = after(V0_26_3, {
  version: 'v0.26.4',
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.68.0 for 1.31 to 1.36, 1.62.0 for 1.30'), RHEL_8, RHEL_9],
  components: { Cilium: '1.19.10' },
});
