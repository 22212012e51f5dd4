/** EKS Anywhere v0.24.0: Kubernetes 1.34, an audit policy of one's own, Helm values for Cilium, several networks on vSphere. */
import { HELM_VALUES_REPLACE } from '../breakages';
import { after } from '../release';
import { bottlerocket, RHEL_8, RHEL_9, UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04 } from './operating-systems';
import { V0_23_4 } from './v0-23-4';

export const V0_24_0 = after(V0_23_4, {
  version: 'v0.24.0',
  kubernetes: { oldest: 28, newest: 34 },
  newFields: [
    { kind: 'Cluster', path: 'spec.clusterNetwork.cniConfig.cilium.cniExclusive' },
    { kind: 'Cluster', path: 'spec.clusterNetwork.cniConfig.cilium.helmValues' },
    { kind: 'Cluster', path: 'spec.controlPlaneConfiguration.auditPolicyContent' },
    { kind: 'Cluster', path: 'spec.controlPlaneConfiguration.skipAdmissionForSystemResources' },
    { kind: 'VSphereMachineConfig', path: 'spec.networks' },
  ],
  operatingSystems: [UBUNTU_20_04, UBUNTU_22_04, UBUNTU_24_04, bottlerocket('1.50.0'), RHEL_8, RHEL_9],
  components: { 'Cluster API': '1.11.1', 'Cilium': '1.17.8', 'cert-manager': '1.18.2', 'Flux': '2.7.0', 'kube-vip': '1.0.0' },
  changes: [
    'an upgrade may add or remove the AWSIamConfig',
    'skipUpgrade of Cilium may be set back to false',
    'bare metal with Red Hat may be upgraded in place',
  ],
  breaks: [HELM_VALUES_REPLACE],
});
