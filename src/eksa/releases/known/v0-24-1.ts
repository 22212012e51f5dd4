/** EKS Anywhere v0.24.1. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_24_0 } from './v0-24-0';

export const V0_24_1 = after(V0_24_0, {
  version: 'v0.24.1',
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.51.0'), RHEL_8, RHEL_9],
  changes: ['machines with Bottlerocket may have several networks on vSphere'],
});
