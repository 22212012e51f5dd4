/** EKS Anywhere v0.25.6. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_25_5 } from './v0-25-5';

export const V0_25_6 = after(V0_25_5, {
  version: 'v0.25.6',
  operatingSystems: [
    UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.68.1 for 1.31 to 1.35, 1.54.0 for 1.29 and 1.30'), RHEL_8, RHEL_9,
  ],
});
