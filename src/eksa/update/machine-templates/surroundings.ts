/** Fields whose change touches no node: what runs beside the nodes, and who manages the cluster. */
import type { Row } from './row';
import { BOTH, inControlPlane } from './row';

const CILIUM = 'spec.clusterNetwork.cniConfig.cilium';

const CILIUM_FIELDS: readonly string[] = [
  'policyEnforcementMode', 'egressMasqueradeInterfaces', 'routingMode', 'ipv4NativeRoutingCIDR', 'ipv6NativeRoutingCIDR', 'cniExclusive',
  'helmValues',
];

const CLUSTER_ROWS: readonly Row[] = [
  ...CILIUM_FIELDS.map((name): Row => ({
    kind: 'Cluster', field: `${CILIUM}.${name}`, elsewhere: 'Helm values of Cilium, whose pods restart',
  })),
  {
    kind: 'Cluster',
    field: `${CILIUM}.skipUpgrade`,
    elsewhere: 'EKS Anywhere no longer touches Cilium',
    refused: [{ by: BOTH, rule: 'W3', when: 'it is taken back' }],
  },
  {
    kind: 'Cluster',
    field: 'spec.clusterNetwork.cniConfig.kindnetd',
    elsewhere: 'the DaemonSet of kindnet',
    refused: [{ by: ['cli'], rule: 'W19', when: 'it is another plugin' }],
  },
  {
    kind: 'Cluster',
    field: 'spec.clusterNetwork.cni',
    elsewhere: 'the same as cniConfig',
    refused: [{ by: ['cli'], rule: 'W19', when: 'it is another plugin' }],
  },
  { kind: 'Cluster', field: 'spec.machineHealthCheck', elsewhere: 'MachineHealthCheck of every group without one of its own' },
  { kind: 'Cluster', field: 'spec.packages', elsewhere: 'Helm values of the controller of curated packages' },
  { kind: 'Cluster', field: 'spec.licenseToken', elsewhere: 'the Secret of the licence' },
  {
    kind: 'Cluster',
    field: 'spec.gitOpsRef',
    elsewhere: 'Flux',
    refused: [
      { by: ['cli'], rule: 'W19', when: 'there was one' },
      { by: ['api'], rule: 'W3', when: 'the cluster is a workload cluster' },
    ],
  },
  { kind: 'Cluster', field: 'spec.datacenterRef', refused: [{ by: BOTH, rule: 'W3' }] },
  { kind: 'Cluster', field: 'spec.managementCluster', refused: [{ by: BOTH, rule: 'W3' }] },
];

const IDENTITY_ROWS: readonly Row[] = [
  ...['issuerUrl', 'clientId', 'usernameClaim', 'usernamePrefix', 'groupsClaim', 'groupsPrefix', 'requiredClaims'].map((name): Row => ({
    kind: 'OIDCConfig',
    field: `spec.${name}`,
    lands: inControlPlane(),
    refused: [{ by: ['api'], rule: 'W18', unless: 'the cluster is a workload cluster' }],
  })),
  ...['mapRoles', 'mapUsers'].map((name): Row => ({
    kind: 'AWSIamConfig', field: `spec.${name}`, elsewhere: 'the ConfigMap of the AWS IAM Authenticator',
  })),
  ...['awsRegion', 'partition', 'backendMode'].map((name): Row => ({
    kind: 'AWSIamConfig', field: `spec.${name}`, elsewhere: 'the AWS IAM Authenticator', refused: [{ by: BOTH, rule: 'W18' }],
  })),
];

const FLUX_FIELDS: readonly string[] = ['branch', 'clusterConfigPath', 'systemNamespace', 'git', 'github'];

const GIT_OPS_ROWS: readonly Row[] = [
  ...FLUX_FIELDS.map((name): Row => ({
    kind: 'FluxConfig', field: `spec.${name}`, elsewhere: 'Flux', refused: [{ by: BOTH, rule: 'W18' }],
  })),
  { kind: 'GitOpsConfig', field: 'spec.flux', elsewhere: 'Flux', refused: [{ by: BOTH, rule: 'W18' }] },
];

export const SURROUNDING_ROWS: readonly Row[] = [...CLUSTER_ROWS, ...IDENTITY_ROWS, ...GIT_OPS_ROWS];
