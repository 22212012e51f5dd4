/** EKS Anywhere v0.23.3. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04 } from './operating-systems';
import { V0_23_2 } from './v0-23-2';

export const V0_23_3 = after(V0_23_2, {
  version: 'v0.23.3',
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, bottlerocket('1.46.0'), RHEL_8, RHEL_9],
});
