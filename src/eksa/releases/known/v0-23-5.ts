/** EKS Anywhere v0.23.5. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04 } from './operating-systems';
import { V0_23_4 } from './v0-23-4';

export const V0_23_5 = after(V0_23_4, {
  version: 'v0.23.5',
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, bottlerocket('1.50.0'), RHEL_8, RHEL_9],
  changes: ['bare metal with Red Hat may be upgraded in place'],
});
