/** Rules about the Cluster as a whole: its name, versions and management. */
import { asWritten, isOneOf, oneOf } from '../finding';
import type { ClusterDocument } from '../model/document';
import {
  KNOWN_EKS_ANYWHERE_MINORS,
  NEWEST_MINOR_IN_EXTENDED_SUPPORT,
  kubernetesMinor,
  parseSemanticVersion,
  supportedKubernetesVersions,
} from '../syntax/version';
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
  { id: 'version', early: true, check: kubernetesVersion },
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

function* kubernetesVersion(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  yield* supportedVersion(cluster, context);
  yield* extendedSupport(cluster);
}

function* supportedVersion(cluster: ClusterDocument, { eksAnywhereVersion }: Context): Iterable<Problem> {
  const supported = supportedKubernetesVersions(eksAnywhereVersion);
  if (!supported) {
    yield {
      at: 'spec.kubernetesVersion',
      message: `cannot be judged: the rules of EKS Anywhere ${asWritten(eksAnywhereVersion)} are not known here; known are `
        + `${KNOWN_EKS_ANYWHERE_MINORS.join(', ')}`,
      severity: 'warning',
    };
    return;
  }
  const groups = cluster.spec?.workerNodeGroupConfigurations ?? [];
  const used = [
    { at: 'spec.kubernetesVersion', version: cluster.spec?.kubernetesVersion },
    // A group without a version follows the cluster; an empty text is a version, and an unknown one.
    ...groups.flatMap((group, index) => group.kubernetesVersion === undefined ? [] : [
      { at: `spec.workerNodeGroupConfigurations[${index}].kubernetesVersion`, version: group.kubernetesVersion },
    ]),
  ];
  for (const { at, version } of used) {
    if (isOneOf(version, supported)) continue;
    yield {
      at,
      message: `is ${asWritten(version)}; EKS Anywhere ${eksAnywhereVersion} knows ${supported[0]} to ${supported[supported.length - 1]}`,
      fix: `use one of ${oneOf(supported)}`,
    };
  }
}

function* extendedSupport(cluster: ClusterDocument): Iterable<Problem> {
  const minor = kubernetesMinor(cluster.spec?.kubernetesVersion);
  if (minor === undefined || minor > NEWEST_MINOR_IN_EXTENDED_SUPPORT || cluster.spec?.licenseToken) return;
  yield {
    at: 'spec.kubernetesVersion',
    message: `is ${asWritten(cluster.spec?.kubernetesVersion)}, which is past its standard support (2026-08-31): the tools `
      + 'ask for a licence token',
    fix: 'set licenseToken, or use a newer version',
    severity: 'warning',
  };
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
    yield { at: 'spec.eksaVersion', message: `is ${asWritten(version)}; expected three numbers such as v0.26.0` };
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
