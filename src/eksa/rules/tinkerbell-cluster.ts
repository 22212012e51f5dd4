/** Rules about what the Cluster and the objects of bare metal must agree on. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import { parseRequestUri } from '../syntax/url';
import { kubernetesMinor } from '../syntax/version';
import { isBottlerocketMachine } from './machine';
import type { Context, Problem, Rule } from './rule';
import { isKnownFamily } from './tinkerbell';
import { groupsOf } from './worker-groups';

/** The last Kubernetes minor that bare metal installs on Bottlerocket. */
const LAST_BOTTLEROCKET_MINOR = 28;

export const TINKERBELL_CLUSTER_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'T18', check: sameFamily },
  { id: 'T19', check: bottlerocketVersion },
  { id: 'T20', check: imagePresent },
  { id: 'T21', check: imageOnOneLevel },
  { id: 'T23', check: imageNamesVersion },
  { id: 'T28', check: noInPlaceOnBottlerocket },
  { id: 'T29', check: sameStrategy },
  { id: 'T30', check: noAutoscalingInPlace },
];

/** The machine configurations of each role, as far as they are in the file. */
function machines(cluster: ClusterDocument, context: Context) {
  const find = (name: string | undefined) => context.tinkerbellMachines.find((machine) => machine.metadata?.name === name);
  return {
    controlPlane: find(cluster.spec?.controlPlaneConfiguration?.machineGroupRef?.name),
    workers: groupsOf(cluster).map((group) => ({ group, machine: find(group.machineGroupRef?.name) })),
  };
}

/** The same machine configurations, with the version of Kubernetes that each gets. */
function machinesByVersion(cluster: ClusterDocument, context: Context) {
  const { controlPlane, workers } = machines(cluster, context);
  const version = cluster.spec?.kubernetesVersion;
  return [
    { machine: controlPlane, version },
    ...workers.map(({ group, machine }) => ({ machine, version: group.kubernetesVersion ?? version })),
  ];
}

function* sameFamily(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const expected = controlPlane?.spec?.osFamily;
  if (!controlPlane || !isKnownFamily(controlPlane)) return;
  const others = [...new Set(workers.map((worker) => worker.machine))].flatMap((machine) => {
    return machine && isKnownFamily(machine) && machine.spec?.osFamily !== expected ? [machine] : [];
  });
  for (const machine of others) {
    yield {
      document: documentPath(machine),
      at: 'spec.osFamily',
      message: `is ${asWritten(machine.spec?.osFamily)}; expected the control plane's ${asWritten(expected)}`,
    };
  }
  if (others.length > 0) {
    yield {
      document: documentPath(controlPlane),
      at: 'spec.osFamily',
      message: `is ${asWritten(expected)}; expected the same as on ${others.map(documentPath).join(', ')}`,
    };
  }
}

function* bottlerocketVersion(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const refused = machinesByVersion(cluster, context).flatMap(({ machine, version }) => {
    const minor = kubernetesMinor(version);
    return machine && isBottlerocketMachine(machine) && minor !== undefined && minor > LAST_BOTTLEROCKET_MINOR ? [machine] : [];
  });
  for (const machine of new Set(refused)) {
    yield {
      document: documentPath(machine),
      at: 'spec.osFamily',
      message: `is 'bottlerocket', which bare metal supports up to Kubernetes 1.${LAST_BOTTLEROCKET_MINOR}`,
      fix: 'use ubuntu or redhat',
    };
  }
}

function* imagePresent(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.tinkerbellDatacenter;
  if (!datacenter || datacenter.spec?.osImageURL) return;
  const without = context.tinkerbellMachines.filter(
    (machine) => !machine.spec?.osImageURL && machine.spec?.osFamily && !isBottlerocketMachine(machine),
  );
  if (without.length > 0 && !context.tinkerbellMachines.some((machine) => machine.spec?.osImageURL)) {
    yield {
      document: documentPath(datacenter),
      at: 'spec.osImageURL',
      message: 'is missing: the tools bring an image for Bottlerocket only',
      fix: 'set osImageURL to the image that the machines get',
    };
    return;
  }
  for (const machine of without) {
    yield {
      rule: 'T22',
      document: documentPath(machine),
      at: 'spec.osImageURL',
      message: 'is missing, and the datacenter has none either',
      fix: 'set osImageURL on every machine configuration, or once on the datacenter',
    };
  }
}

function* imageOnOneLevel(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!context.tinkerbellDatacenter?.spec?.osImageURL) return;
  for (const machine of context.tinkerbellMachines) {
    if (machine.spec?.osImageURL) {
      yield {
        document: documentPath(machine),
        at: 'spec.osImageURL',
        message: 'is set, and the datacenter has one as well',
        fix: 'keep it on one level',
      };
    }
  }
}

/** T23 and T24: the tools look for the version's digits in the URL without its separators. */
function* imageNamesVersion(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const shared = context.tinkerbellDatacenter?.spec?.osImageURL;
  const seen = new Set<string>();
  for (const { machine, version } of machinesByVersion(cluster, context)) {
    const owner = shared ? context.tinkerbellDatacenter : machine;
    const url = owner?.spec?.osImageURL;
    if (!owner || !url || !version || !parseRequestUri(url)) continue;
    const key = `${documentPath(owner)} ${version}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (url.replace(/[-._]/g, '').includes(version.replace(/[-._]/g, ''))) continue;
    yield {
      rule: shared ? 'T23' : 'T24',
      document: documentPath(owner),
      at: 'spec.osImageURL',
      message: `is ${asWritten(url)}, which does not name Kubernetes ${version}`,
      fix: `name the version in the file's name, such as ubuntu-${version.replace('.', '-')}.gz`,
    };
  }
}

function* noInPlaceOnBottlerocket(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const uses = [{ group: cluster.spec?.controlPlaneConfiguration, machine: controlPlane }, ...workers];
  for (const { group, machine } of uses) {
    if (machine && group?.upgradeRolloutStrategy?.type === 'InPlace' && isBottlerocketMachine(machine)) {
      yield { document: documentPath(machine), at: 'spec.osFamily', message: "is 'bottlerocket', which cannot be upgraded in place" };
    }
  }
}

function* sameStrategy(cluster: ClusterDocument): Iterable<Problem> {
  const expected = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy?.type ?? 'RollingUpdate';
  for (const [index, group] of groupsOf(cluster).entries()) {
    const type = group.upgradeRolloutStrategy?.type ?? 'RollingUpdate';
    if (type !== expected) {
      yield {
        at: `spec.workerNodeGroupConfigurations[${index}].upgradeRolloutStrategy.type`,
        message: `is ${type}; expected ${expected}, as on the control plane`,
      };
    }
  }
}

function* noAutoscalingInPlace(cluster: ClusterDocument): Iterable<Problem> {
  const isInPlace = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy?.type === 'InPlace';
  for (const [index, group] of groupsOf(cluster).entries()) {
    if (group.autoscalingConfiguration && (isInPlace || group.upgradeRolloutStrategy?.type === 'InPlace')) {
      yield {
        at: `spec.workerNodeGroupConfigurations[${index}].autoscalingConfiguration`,
        message: 'is set; it does not go with in-place upgrades',
      };
    }
  }
}
