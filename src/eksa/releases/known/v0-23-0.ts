/** EKS Anywhere v0.23.0, the oldest release that is known here: Kubernetes 1.33 is new. */
import type { Release } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04 } from './operating-systems';

export const V0_23_0: Release = {
  version: 'v0.23.0',
  date: '2025-06-30',
  kubernetes: { oldest: 28, newest: 33 },
  newFields: [],
  changes: [],
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, bottlerocket('1.33.0'), RHEL_8, RHEL_9],
  ipv6: [],
  components: {
    'Cluster API': '1.10.2',
    'Cluster API Provider vSphere': '1.13.0',
    'Cluster API Provider Tinkerbell': '0.6.5',
    'kube-vip': '0.9.1',
    'Flux': '2.6.0',
    'kind': '0.29.0',
    'cert-manager': '1.17.2',
  },
  breakages: [],
};
