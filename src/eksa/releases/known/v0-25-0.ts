/** EKS Anywhere v0.25.0: Kubernetes 1.35, hardware chosen by affinity. */
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_24_4 } from './v0-24-4';

export const V0_25_0 = after(V0_24_4, {
  version: 'v0.25.0',
  kubernetes: { oldest: 29, newest: 35 },
  newFields: [{ kind: 'TinkerbellMachineConfig', path: 'spec.hardwareAffinity' }],
  operatingSystems: [UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.54.0'), RHEL_8, RHEL_9],
  changes: [
    'a TinkerbellTemplateConfig of your own finds the metadata service at port 7172 (50061 before), and names the function '
      + 'netmaskToPrefixLength (netmaskToCIDR before)',
  ],
  components: {
    'Cluster API': '1.12.2',
    'Cluster API Provider vSphere': '1.15.2',
    'Cluster API Provider Tinkerbell': '0.6.6',
    'Cilium': '1.18.5',
    'Helm': '4.1.0',
    'kind': '0.31.0',
    'cert-manager': '1.19.3',
  },
});
