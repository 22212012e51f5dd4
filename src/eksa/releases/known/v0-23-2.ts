/** EKS Anywhere v0.23.2. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04 } from './operating-systems';
import { V0_23_1 } from './v0-23-1';

export const V0_23_2 = after(V0_23_1, {
  version: 'v0.23.2',
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, bottlerocket('1.40.0'), RHEL_8, RHEL_9],
  components: { 'cert-manager': '1.17.4', 'packages controller': '0.4.8' },
});
