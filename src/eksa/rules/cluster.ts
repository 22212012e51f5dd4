/** Rules about the Cluster as a whole: its name, versions and management. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { kubernetesMinor, parseSemanticVersion } from '../syntax/version';
import { encryptionProblems } from './encryption';
import { healthCheckProblems } from './node-group';
import type { Context, Problem, Rule } from './rule';

const NAME_LIMIT = 35;

/** Whether another cluster creates and upgrades this one. */
export function isWorkloadCluster(cluster: ClusterDocument): boolean {
  const manager = cluster.spec?.managementCluster?.name;
  return !!manager && manager !== cluster.metadata?.name;
}

export const CLUSTER_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C1', early: true, check: nameSyntax },
  { id: 'C2', early: true, check: nameLength },
  { id: 'S12', early: true, check: nameAsObjectName },
  { id: 'S16', check: groupVersions },
  { id: 'C58', check: podIamIssuer },
  { id: 'C63', check: packagesOnWorkloadClusters },
  { id: 'C64', check: bundlesAndVersion },
  { id: 'C65', check: eksaVersion },
  { id: 'F9', check: encryptionAtCreate },
  { id: 'MHC', check: (cluster) => healthCheckProblems(cluster.spec?.machineHealthCheck, 'spec.machineHealthCheck') },
];

function nameOf(cluster: ClusterDocument): string {
  return cluster.metadata?.name ?? '';
}

function* nameSyntax(cluster: ClusterDocument): Iterable<Problem> {
  const name = nameOf(cluster);
  if (!/^[a-zA-Z][a-zA-Z0-9-]+$/.test(name)) {
    yield {
      at: 'metadata.name',
      message: `is ${asWritten(name)}; expected at least two letters, digits and dashes that start with a letter`,
    };
  }
}

function* nameLength(cluster: ClusterDocument): Iterable<Problem> {
  const name = nameOf(cluster);
  if (name.length > NAME_LIMIT) yield { at: 'metadata.name', message: `has ${name.length} characters; at most ${NAME_LIMIT} are allowed` };
}

function* nameAsObjectName(cluster: ClusterDocument): Iterable<Problem> {
  const name = nameOf(cluster);
  if (/[A-Z]|-$/.test(name)) {
    yield {
      at: 'metadata.name',
      message: `is ${asWritten(name)}; it names Kubernetes objects, which are lower case and do not end with a dash`,
    };
  }
}

function* groupVersions(cluster: ClusterDocument): Iterable<Problem> {
  const minor = kubernetesMinor(cluster.spec?.kubernetesVersion);
  if (minor === undefined) return;
  for (const [index, group] of (cluster.spec?.workerNodeGroupConfigurations ?? []).entries()) {
    const own = kubernetesMinor(group.kubernetesVersion);
    if (own === undefined || (own <= minor && own >= minor - 2)) continue;
    yield {
      at: `spec.workerNodeGroupConfigurations[${index}].kubernetesVersion`,
      message: `is ${asWritten(group.kubernetesVersion)}; expected the cluster's 1.${minor} or up to two minors older`,
    };
  }
}

function* podIamIssuer(cluster: ClusterDocument): Iterable<Problem> {
  if (cluster.spec?.podIamConfig?.serviceAccountIssuer === '') {
    yield { at: 'spec.podIamConfig.serviceAccountIssuer', message: 'is empty; expected the https URL of the issuer' };
  }
}

function* packagesOnWorkloadClusters(cluster: ClusterDocument): Iterable<Problem> {
  if (!isWorkloadCluster(cluster)) return;
  for (const field of ['controller', 'cronjob'] as const) {
    if (cluster.spec?.packages?.[field] === undefined) continue;
    yield {
      at: `spec.packages.${field}`,
      message: 'is set on a workload cluster; packages are controlled by the management cluster',
      fix: `remove ${field}`,
    };
  }
}

function* bundlesAndVersion(cluster: ClusterDocument): Iterable<Problem> {
  if (cluster.spec?.bundlesRef && cluster.spec.eksaVersion !== undefined) {
    yield { at: 'spec.bundlesRef', message: 'and eksaVersion are both set', fix: 'remove bundlesRef' };
  }
}

function* eksaVersion(cluster: ClusterDocument): Iterable<Problem> {
  const version = cluster.spec?.eksaVersion;
  if (version !== undefined && !parseSemanticVersion(version)) {
    yield { at: 'spec.eksaVersion', message: `is ${asWritten(version)}; expected three numbers such as v0.27.0` };
  }
}

function* encryptionAtCreate(cluster: ClusterDocument, { isExisting }: Context): Iterable<Problem> {
  if (isExisting) {
    for (const problem of encryptionProblems(cluster)) yield { rule: 'W12', ...problem };
  } else if (cluster.spec?.etcdEncryption !== undefined) {
    yield {
      at: 'spec.etcdEncryption',
      message: 'cannot be set when a cluster is created',
      fix: 'create the cluster without it and add it with an upgrade',
    };
  }
}
