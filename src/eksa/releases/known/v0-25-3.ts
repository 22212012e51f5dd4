/** EKS Anywhere v0.25.3: its notes list Ubuntu 20.04 again, whose images its image builder no longer builds. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_25_2 } from './v0-25-2';

export const V0_25_3 = after(V0_25_2, {
  version: 'v0.25.3',
  date: '2026-07-23',
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.56.0'), RHEL_8, RHEL_9],
});
