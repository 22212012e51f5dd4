/** EKS Anywhere v0.26.0: Kubernetes 1.36; CloudStack is gone. */
import { BOTTLEROCKET_MIRROR } from '../breakages';
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_25_3 } from './v0-25-3';

export const V0_26_0 = after(V0_25_3, {
  version: 'v0.26.0',
  date: '2026-07-17',
  kubernetes: { oldest: 30, newest: 36 },
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.62.0'), RHEL_8, RHEL_9],
  breaks: [BOTTLEROCKET_MIRROR],
});
