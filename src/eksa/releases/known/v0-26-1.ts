/** EKS Anywhere v0.26.1: Bottlerocket nodes pull through registry mirrors again. */
import { BOTTLEROCKET_MIRROR } from '../breakages';
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_26_0 } from './v0-26-0';

export const V0_26_1 = after(V0_26_0, {
  version: 'v0.26.1',
  date: '2026-08-13',
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.64.0 for 1.33 to 1.36, 1.62.0 for 1.30 to 1.32'), RHEL_8, RHEL_9],
  repairs: [BOTTLEROCKET_MIRROR.id],
});
