/** EKS Anywhere v0.26.5. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_26_4 } from './v0-26-4';

export const V0_26_5 = after(V0_26_4, {
  version: 'v0.26.5',
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.68.1 for 1.31 to 1.36, 1.62.0 for 1.30'), RHEL_8, RHEL_9],
  // As the notes of v0.27.0 name them.
  components: {
    'Cluster API': '1.13.7',
    'Cluster API Provider vSphere': '1.16.1',
    'Cluster API Provider Tinkerbell': '0.6.6',
    'kube-vip': '1.2.3',
    'Flux': '2.8.8',
    'Helm': '4.2.0',
    'kind': '0.32.0',
    'cert-manager': '1.20.2',
    'packages controller': '0.4.17',
  },
});
