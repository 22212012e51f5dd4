/** Rules about the nodes of the Kubernetes control plane and about etcd. */
import { asWritten, isOneOf, oneOf } from '../finding';
import type { ClusterDocument } from '../model/document';
import { parseIp } from '../syntax/ip';
import { auditPolicyProblems, healthCheckProblems, kubeletProblems, labelProblems, taintProblems } from './node-group';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.controlPlaneConfiguration';
const ROLLOUT_TYPES = ['RollingUpdate', 'InPlace'];

export const CONTROL_PLANE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C3', early: true, check: endpointPresent },
  { id: 'D1', check: noEndpointOnDocker },
  { id: 'S11', early: true, check: endpointIsAddressOnBareMetal },
  { id: 'V1', early: true, check: endpointIsAddressOnVSphere },
  { id: 'C4', check: noExternalEtcdOnBareMetal },
  { id: 'C5', check: machineGroup },
  { id: 'C7', check: etcdMachineGroup },
  { id: 'C8', early: true, check: positiveCount },
  { id: 'C9', check: oddCount },
  { id: 'C28', check: noTaintsWithoutWorkers },
  { id: 'C47', check: etcdCount },
  { id: 'C59', check: rolloutType },
  { id: 'C60', check: surge },
  { id: 'C61', check: inPlace },
  { id: 'C61b', check: rollingUpdatePresent },
  { id: 'scale-in', check: nodesToScaleIn },
  { id: 'C62', check: (cluster) => labelProblems(cluster.spec?.controlPlaneConfiguration?.labels, `${AT}.labels`) },
  { id: 'C66', check: certificateNames },
  { id: 'C67', check: extraArguments },
  { id: 'C68', check: oidcArguments },
  { id: 'C69', check: (cluster, context) => kubeletProblems(cluster.spec?.controlPlaneConfiguration, AT, context) },
  {
    id: 'C72',
    check: (cluster) => auditPolicyProblems(cluster.spec?.controlPlaneConfiguration?.auditPolicyContent, `${AT}.auditPolicyContent`),
  },
  { id: 'taint', check: (cluster) => taintProblems(cluster.spec?.controlPlaneConfiguration?.taints, `${AT}.taints`) },
  {
    id: 'MHC',
    check: (cluster) => healthCheckProblems(cluster.spec?.controlPlaneConfiguration?.machineHealthCheck, `${AT}.machineHealthCheck`),
  },
];

function host(cluster: ClusterDocument): string {
  return cluster.spec?.controlPlaneConfiguration?.endpoint?.host ?? '';
}

function* endpointPresent(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider !== 'docker' && host(cluster) === '') {
    yield {
      at: `${AT}.endpoint.host`,
      message: 'is empty; expected the address that the Kubernetes API gets',
      fix: 'use a free address of the node network outside the DHCP range',
    };
  }
}

function* noEndpointOnDocker(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider === 'docker' && cluster.spec?.controlPlaneConfiguration?.endpoint) {
    yield { at: `${AT}.endpoint`, message: 'is set; on Docker the tools choose the endpoint', fix: 'remove endpoint' };
  }
}

function* endpointIsAddressOnBareMetal(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider === 'tinkerbell') yield* endpointIsAddress(cluster);
}

function* endpointIsAddressOnVSphere(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider === 'vsphere') yield* endpointIsAddress(cluster);
}

function* endpointIsAddress(cluster: ClusterDocument): Iterable<Problem> {
  if (host(cluster) !== '' && !parseIp(host(cluster))) {
    yield {
      at: `${AT}.endpoint.host`,
      message: `is ${asWritten(host(cluster))}; expected an IP address without port: kube-vip announces it, names do not work`,
    };
  }
}

function* noExternalEtcdOnBareMetal(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider === 'tinkerbell' && cluster.spec?.externalEtcdConfiguration) {
    yield {
      at: 'spec.externalEtcdConfiguration',
      message: 'is set; bare metal supports stacked etcd only',
      fix: 'remove externalEtcdConfiguration',
    };
  }
}

function* machineGroup(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider !== 'docker' && !cluster.spec?.controlPlaneConfiguration?.machineGroupRef) {
    yield { at: `${AT}.machineGroupRef`, message: 'is missing; expected the machine configuration of the control plane nodes' };
  }
}

function* etcdMachineGroup(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  const etcd = cluster.spec?.externalEtcdConfiguration;
  if (provider !== 'docker' && etcd && !etcd.machineGroupRef) {
    yield {
      at: 'spec.externalEtcdConfiguration.machineGroupRef',
      message: 'is missing; expected the machine configuration of the etcd machines',
    };
  }
}

function countOf(cluster: ClusterDocument): number {
  return cluster.spec?.controlPlaneConfiguration?.count ?? 0;
}

function* positiveCount(cluster: ClusterDocument): Iterable<Problem> {
  const count = countOf(cluster);
  if (count <= 0) yield { at: `${AT}.count`, message: `is ${count}; expected 1, 3 or 5` };
}

function* oddCount(cluster: ClusterDocument): Iterable<Problem> {
  const count = countOf(cluster);
  if (cluster.spec?.externalEtcdConfiguration || count <= 0) return;
  if (count % 2 === 0) {
    yield {
      at: `${AT}.count`,
      message: `is ${count}; etcd runs on these nodes and needs an odd number to elect a leader`,
      fix: `use ${count - 1} or ${count + 1}`,
    };
  } else if (count > 5) {
    yield { at: `${AT}.count`, message: `is ${count}; 3 or 5 nodes are what the tools recommend`, severity: 'warning' };
  }
}

function* noTaintsWithoutWorkers(cluster: ClusterDocument): Iterable<Problem> {
  const workers = cluster.spec?.workerNodeGroupConfigurations ?? [];
  if (workers.length === 0 && (cluster.spec?.controlPlaneConfiguration?.taints ?? []).length > 0) {
    const fix = 'remove the taints or add a worker group';
    yield { at: `${AT}.taints`, message: 'is set although there are no workers: no pod could run', fix };
    yield { at: 'spec.workerNodeGroupConfigurations', message: 'is empty although the control plane has taints: no pod could run', fix };
  }
}

function* etcdCount(cluster: ClusterDocument): Iterable<Problem> {
  const etcd = cluster.spec?.externalEtcdConfiguration;
  const count = etcd?.count ?? 0;
  if (etcd && (count <= 0 || count % 2 === 0)) {
    yield { at: 'spec.externalEtcdConfiguration.count', message: `is ${count}; expected an odd number, such as 3` };
  }
}

function* rolloutType(cluster: ClusterDocument): Iterable<Problem> {
  const strategy = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy;
  if (strategy && !isOneOf(strategy.type, ROLLOUT_TYPES)) {
    yield { at: `${AT}.upgradeRolloutStrategy.type`, message: `is ${asWritten(strategy.type)}; expected ${oneOf(ROLLOUT_TYPES)}` };
  }
}

function* surge(cluster: ClusterDocument): Iterable<Problem> {
  const strategy = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy;
  const maxSurge = strategy?.rollingUpdate?.maxSurge;
  if (strategy?.type === 'RollingUpdate' && maxSurge !== undefined && ![0, 1].includes(maxSurge)) {
    yield { at: `${AT}.upgradeRolloutStrategy.rollingUpdate.maxSurge`, message: `is ${maxSurge}; expected 0 or 1 on the control plane` };
  }
}

function* inPlace(cluster: ClusterDocument, { provider, flags }: Context): Iterable<Problem> {
  const strategy = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy;
  if (strategy?.type !== 'InPlace') return;
  const at = `${AT}.upgradeRolloutStrategy`;
  if (strategy.rollingUpdate) {
    yield { at: `${at}.rollingUpdate`, message: 'is set; it has no meaning for InPlace', fix: 'remove rollingUpdate' };
  }
  if (provider === 'vsphere' && flags.has('VSPHERE_IN_PLACE_UPGRADE')) {
    if (cluster.spec?.externalEtcdConfiguration) {
      yield { at: 'spec.externalEtcdConfiguration', message: 'is set; in-place upgrades need stacked etcd' };
    }
  } else if (provider !== 'tinkerbell') {
    yield { at: `${at}.type`, message: 'is InPlace; only bare metal supports that', fix: 'use RollingUpdate' };
  }
}

function* rollingUpdatePresent(cluster: ClusterDocument): Iterable<Problem> {
  const strategy = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy;
  if (strategy?.type === 'RollingUpdate' && !strategy.rollingUpdate) {
    yield {
      at: `${AT}.upgradeRolloutStrategy.rollingUpdate`,
      message: 'is missing; the controller crashes without it',
      fix: 'add rollingUpdate.maxSurge: 1',
    };
  }
}

/** Fewest nodes of a control plane of which one may be missing: the webhook of Cluster API refuses the KubeadmControlPlane otherwise. */
const MIN_NODES_TO_SCALE_IN = 3;

/** The tools accept the file, and creation or upgrade ends where they apply what they have made of it. */
function* nodesToScaleIn(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  const { count = 0, upgradeRolloutStrategy: strategy } = cluster.spec?.controlPlaneConfiguration ?? {};
  if (provider === 'docker' || strategy?.type !== 'RollingUpdate' || !strategy.rollingUpdate) return;
  if ((strategy.rollingUpdate.maxSurge ?? 0) !== 0 || count < 1 || count >= MIN_NODES_TO_SCALE_IN) return;
  yield {
    at: `${AT}.upgradeRolloutStrategy.rollingUpdate.maxSurge`,
    message: `is 0 with ${count === 1 ? '1 node' : `${count} nodes`}; Cluster API refuses that: it takes a node away first only `
      + `from ${MIN_NODES_TO_SCALE_IN} nodes on`,
    fix: `use maxSurge: 1, or ${MIN_NODES_TO_SCALE_IN} nodes`,
    severity: 'warning',
  };
}

/** The tools look for a lower-case domain with a dot anywhere in the text; a certificate needs the whole text to be a name. */
const DOMAIN_SOMEWHERE = /(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]/;
const DOMAIN = /^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

function* certificateNames(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, name] of (cluster.spec?.controlPlaneConfiguration?.certSans ?? []).entries()) {
    if (parseIp(name) || (DOMAIN_SOMEWHERE.test(name) && DOMAIN.test(name))) continue;
    yield {
      at: `${AT}.certSans[${index}]`,
      message: `is ${asWritten(name)}; expected an IP address or a lower-case domain name with a dot`,
    };
  }
}

function* extraArguments(cluster: ClusterDocument, { flags }: Context): Iterable<Problem> {
  if (cluster.spec?.controlPlaneConfiguration?.apiServerExtraArgs && !flags.has('API_SERVER_EXTRA_ARGS_ENABLED')) {
    yield {
      at: `${AT}.apiServerExtraArgs`,
      message: 'is set; the tools refuse it unless API_SERVER_EXTRA_ARGS_ENABLED=true is in their environment',
      fix: 'remove apiServerExtraArgs',
    };
  }
}

function* oidcArguments(cluster: ClusterDocument): Iterable<Problem> {
  const hasOidc = cluster.spec?.identityProviderRefs?.some((ref) => ref.kind === 'OIDCConfig');
  const names = Object.keys(cluster.spec?.controlPlaneConfiguration?.apiServerExtraArgs ?? {}).filter((name) => name.startsWith('oidc-'));
  if (hasOidc && names.length > 0) {
    yield { at: `${AT}.apiServerExtraArgs`, message: `sets ${names.join(', ')}, which the OIDCConfig sets as well` };
  }
}
