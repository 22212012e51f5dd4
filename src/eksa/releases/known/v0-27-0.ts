/**
 * EKS Anywhere v0.27.0: Kubernetes 1.37, IPv6 on bare metal as a beta. The notes do not name the oldest Kubernetes version; 1.30 left
 * extended support before, and the notes' Bottlerocket images begin with 1.31.
 */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_26_5 } from './v0-26-5';

export const V0_27_0 = after(V0_26_5, {
  version: 'v0.27.0',
  date: '2026-11-12',
  kubernetes: { oldest: 31, newest: 37 },
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.68.1', { oldest: 31, newest: 37 }), RHEL_8, RHEL_9],
  ipv6: ['tinkerbell'],
  changes: ['bare metal may use IPv6 networks, as a beta'],
  components: {
    'Cluster API': '1.14.3',
    'Cluster API Provider vSphere': '1.17.0',
    'Cluster API Provider Tinkerbell': '0.7.0-dev',
    'kube-vip': '1.3.1',
    'Flux': '2.10.0',
    'Helm': '4.3.1',
    'kind': '0.33.0',
    'cert-manager': '1.21.2',
    'packages controller': '0.4.20',
  },
});
