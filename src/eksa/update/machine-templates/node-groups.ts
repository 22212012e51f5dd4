/** Fields of the control plane, of etcd's machines and of worker groups in the Cluster. */
import { BOTTLEROCKET, NOT_BOTTLEROCKET } from './host-os';
import type { Inputs } from './inputs';
import { kubernetesVersionOf } from './inputs';
import type { Landing, Refused, Row } from './row';
import { BOTH, CONTROL_PLANE, WORKERS, inControlPlane } from './row';

const FIXED_ON_BARE_METAL: readonly Refused[] = [{ by: ['api'], rule: 'W5', providers: ['bare metal'] }];
const MACHINES_FIXED_ON_BARE_METAL: readonly Refused[] = [{ by: ['cli'], rule: 'W19', providers: ['bare metal'] }];
const NOT_WHILE_UPGRADING: readonly Refused[] = [
  { by: BOTH, rule: 'W6', providers: ['bare metal'], when: 'it comes with an upgrade' },
];

/** The CLI and the controllers resolve the reference; what counts is the content of what it names. */
const BY_CONTENT = 'Another machine configuration with the same content replaces nothing.';

const CP = 'spec.controlPlaneConfiguration';

/** What the API servers and their machines read. */
const IN_API_SERVERS: readonly string[] = ['certSans', 'apiServerExtraArgs', 'auditPolicyContent', 'skipAdmissionForSystemResources'];

const CONTROL_PLANE_ROWS: readonly Row[] = [
  ...IN_API_SERVERS.map((name): Row => ({ kind: 'Cluster', field: `${CP}.${name}`, lands: inControlPlane() })),
  ...['labels', 'taints'].map((name): Row => ({
    kind: 'Cluster', field: `${CP}.${name}`, lands: inControlPlane(), refused: FIXED_ON_BARE_METAL,
  })),
  { kind: 'Cluster', field: `${CP}.kubeletConfiguration`, lands: inControlPlane() },
  {
    kind: 'Cluster',
    field: `${CP}.skipLoadBalancerDeployment`,
    lands: inControlPlane({ providers: ['bare metal'] }),
  },
  { kind: 'Cluster', field: `${CP}.endpoint`, lands: inControlPlane(), refused: [{ by: BOTH, rule: 'W3' }] },
  { kind: 'Cluster', field: `${CP}.count`, scales: true, refused: NOT_WHILE_UPGRADING },
  { kind: 'Cluster', field: `${CP}.machineGroupRef`, refused: MACHINES_FIXED_ON_BARE_METAL, note: BY_CONTENT },
  {
    kind: 'Cluster',
    field: `${CP}.upgradeRolloutStrategy`,
    elsewhere: 'KubeadmControlPlane (its strategy)',
    note: 'A strategy alone replaces nothing; it counts for what the same or a later change replaces.',
  },
  { kind: 'Cluster', field: `${CP}.machineHealthCheck`, elsewhere: 'MachineHealthCheck' },
];

const ETCD = 'spec.externalEtcdConfiguration';

const ETCD_ROWS: readonly Row[] = [
  {
    kind: 'Cluster',
    field: `${ETCD}.count`,
    reason: 'externalEtcdConfiguration',
    scales: true,
    lands: inControlPlane({ providers: ['vSphere', 'Docker'] }),
    note: 'The API servers know the address of each machine of etcd. Adding or removing the whole entry is refused (W4).',
  },
  { kind: 'Cluster', field: `${ETCD}.machineGroupRef`, note: BY_CONTENT },
];

const GROUPS = 'spec.workerNodeGroupConfigurations';

const inJoining = [{ roles: WORKERS, template: 'KubeadmConfigTemplate' }];

/** A file on most systems, settings on Bottlerocket; the comparison of settings looks only at what the new ones contain. */
const asKubelet: readonly Landing[] = [
  { roles: WORKERS, template: 'KubeadmConfigTemplate', only: NOT_BOTTLEROCKET },
  { roles: WORKERS, template: 'KubeadmConfigTemplate', only: BOTTLEROCKET, keepsRemoved: true },
];

const WORKER_ROWS: readonly Row[] = [
  {
    kind: 'Cluster',
    field: GROUPS,
    reason: 'workerNodeGroupConfigurations',
    lands: inControlPlane({
      providers: ['bare metal'],
      value: hasWorkers,
      only: { text: 'the first group added, or the last one removed', test: () => true },
    }),
    refused: NOT_WHILE_UPGRADING,
    note: 'Without workers the control plane has no taint, and announces the addresses of services.',
  },
  { kind: 'Cluster', field: `${GROUPS}[].name`, note: 'A group with another name is another group: one is removed, one is new.' },
  {
    kind: 'Cluster',
    field: `${GROUPS}[].kubernetesVersion`,
    lands: [{ roles: WORKERS, template: 'MachineDeployment', value: kubernetesVersionOf }],
    note: 'Without it, the group has the version of the cluster.',
  },
  ...['labels', 'taints'].map((name): Row => ({
    kind: 'Cluster', field: `${GROUPS}[].${name}`, lands: inJoining, refused: FIXED_ON_BARE_METAL,
  })),
  {
    kind: 'Cluster',
    field: `${GROUPS}[].kubeletConfiguration`,
    lands: asKubelet,
    note: 'On Bottlerocket, removing it or a part of it replaces none: nodes keep what they have until something else replaces them.',
  },
  {
    kind: 'Cluster',
    field: `${GROUPS}[].failureDomains`,
    lands: [{ roles: WORKERS, template: 'MachineDeployment', providers: ['vSphere'] }],
  },
  {
    kind: 'Cluster',
    field: `${GROUPS}[].count`,
    scales: true,
    refused: NOT_WHILE_UPGRADING,
    note: 'With `autoscalingConfiguration` the autoscaler decides: a change of the number scales nothing.',
  },
  {
    kind: 'Cluster',
    field: `${GROUPS}[].autoscalingConfiguration`,
    elsewhere: 'MachineDeployment (annotations for the autoscaler)',
    note: 'Without `count`, `minCount` is the number of nodes that the preflights of the CLI count.',
  },
  { kind: 'Cluster', field: `${GROUPS}[].machineGroupRef`, refused: MACHINES_FIXED_ON_BARE_METAL, note: BY_CONTENT },
  { kind: 'Cluster', field: `${GROUPS}[].upgradeRolloutStrategy`, elsewhere: 'MachineDeployment (its strategy)' },
  { kind: 'Cluster', field: `${GROUPS}[].machineHealthCheck`, elsewhere: 'MachineHealthCheck' },
];

const BASE = 'spec.clusterNetwork';

const NETWORK_ROWS: readonly Row[] = [
  {
    kind: 'Cluster',
    field: `${BASE}.dns`,
    lands: [{ roles: CONTROL_PLANE, template: 'KubeadmControlPlane' }, ...inJoining],
    refused: [{ by: BOTH, rule: 'W3' }],
  },
  {
    kind: 'Cluster',
    field: `${BASE}.nodes`,
    lands: inControlPlane({ providers: ['vSphere', 'Docker'] }),
    refused: [{ by: ['api'], rule: 'W3' }],
    note: 'The controller manager reads it when it starts; on bare metal no template contains it.',
  },
  { kind: 'Cluster', field: `${BASE}.pods`, elsewhere: 'Cluster of Cluster API', refused: [{ by: BOTH, rule: 'W3' }] },
  { kind: 'Cluster', field: `${BASE}.services`, elsewhere: 'Cluster of Cluster API', refused: [{ by: BOTH, rule: 'W3' }] },
];

export const NODE_GROUP_ROWS: readonly Row[] = [...CONTROL_PLANE_ROWS, ...ETCD_ROWS, ...WORKER_ROWS, ...NETWORK_ROWS];

function hasWorkers({ state }: Inputs): boolean {
  return (state.cluster.spec?.workerNodeGroupConfigurations ?? []).length > 0;
}
