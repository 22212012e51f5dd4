/** Fields of the Cluster that stay as they are once the cluster exists. */
import { asWritten } from '../finding';
import type { ClusterNetwork, ClusterSpec, Ref, WorkerGroup } from '../model/cluster';
import type { ClusterDocument } from '../model/document';
import { isSame, isSameRef, isSameSet } from './compare';
import type { Pair, State } from './pair';
import { isPaused, isSelfManaged } from './pair';
import type { UpdatePath, UpdateRule, Violation } from './rule';
import { UPDATE_PATHS } from './rule';

/** A field, how two values of it compare, and why it cannot change. */
interface FixedField {
  readonly id: string;
  readonly paths: readonly UpdatePath[];
  readonly path: string;
  /** Of the Cluster as the webhooks compare it. */
  readonly value: (cluster: ClusterDocument) => unknown;
  readonly same?: (one: never, other: never) => boolean;
  readonly applies?: (pair: Pair) => boolean;
  readonly fix?: string;
}

const API: readonly UpdatePath[] = ['api'];
const CLI: readonly UpdatePath[] = ['cli'];

const FIXED: readonly FixedField[] = [
  {
    id: 'W19',
    paths: CLI,
    path: 'metadata.name',
    value: ({ metadata }) => metadata?.name,
    fix: 'another name is another cluster: create it, then delete this one',
  },
  {
    id: 'W19',
    paths: CLI,
    path: 'metadata.namespace',
    value: ({ metadata }) => metadata?.namespace,
  },
  { id: 'W3', paths: UPDATE_PATHS, path: 'spec.datacenterRef', value: ({ spec }) => spec?.datacenterRef, same: isSameRef },
  {
    id: 'W3',
    paths: UPDATE_PATHS,
    path: 'spec.controlPlaneConfiguration.endpoint',
    value: ({ spec }) => spec?.controlPlaneConfiguration?.endpoint,
  },
  {
    id: 'W3',
    paths: UPDATE_PATHS,
    path: 'spec.clusterNetwork.pods.cidrBlocks',
    value: ({ spec }) => spec?.clusterNetwork?.pods?.cidrBlocks,
    same: isSameSet,
  },
  {
    id: 'W3',
    paths: UPDATE_PATHS,
    path: 'spec.clusterNetwork.services.cidrBlocks',
    value: ({ spec }) => spec?.clusterNetwork?.services?.cidrBlocks,
    same: isSameSet,
  },
  { id: 'W3', paths: UPDATE_PATHS, path: 'spec.clusterNetwork.dns.resolvConf', value: ({ spec }) => spec?.clusterNetwork?.dns?.resolvConf },
  {
    id: 'W3',
    paths: API,
    path: 'spec.clusterNetwork.nodes',
    value: ({ spec }) => spec?.clusterNetwork?.nodes,
    fix: 'leave it as it is: even the default, written out, counts as a change',
  },
  { id: 'W3', paths: UPDATE_PATHS, path: 'spec.proxyConfiguration', value: ({ spec }) => spec?.proxyConfiguration, same: isSameProxy },
  {
    id: 'W3',
    paths: API,
    path: 'spec.gitOpsRef',
    value: ({ spec }) => spec?.gitOpsRef,
    same: isSameRef,
    applies: (pair) => !isSelfManaged(pair.old.cluster),
  },
  {
    id: 'W19',
    paths: CLI,
    path: 'spec.gitOpsRef',
    value: ({ spec }) => spec?.gitOpsRef,
    same: isSameRef,
    applies: (pair) => pair.old.cluster.spec?.gitOpsRef !== undefined,
  },
  {
    id: 'W5',
    paths: API,
    path: 'spec.controlPlaneConfiguration.labels',
    value: ({ spec }) => spec?.controlPlaneConfiguration?.labels,
    applies: onBareMetal,
  },
  {
    id: 'W5',
    paths: API,
    path: 'spec.controlPlaneConfiguration.taints',
    value: ({ spec }) => spec?.controlPlaneConfiguration?.taints,
    applies: onBareMetal,
  },
  {
    id: 'W19',
    paths: CLI,
    path: 'spec.controlPlaneConfiguration.machineGroupRef',
    value: ({ spec }) => spec?.controlPlaneConfiguration?.machineGroupRef,
    same: isSameRef,
    applies: onBareMetal,
    fix: 'change the machine configuration instead of naming another',
  },
];

export const CLUSTER_UPDATE_RULES: readonly UpdateRule[] = [
  ...FIXED.map(fixedField),
  { id: 'W3', paths: UPDATE_PATHS, check: managementCluster },
  { id: 'W3', paths: UPDATE_PATHS, check: awsIamRef },
  { id: 'W4', paths: UPDATE_PATHS, check: etcdTopology },
  { id: 'W3', paths: UPDATE_PATHS, check: skipUpgrade },
  { id: 'W19', paths: CLI, check: cniPlugin },
  { id: 'W5', paths: API, check: (pair) => groupFields(pair, ['labels', 'taints']) },
  { id: 'W19', paths: CLI, check: (pair) => groupFields(pair, ['machineGroupRef']) },
];

/** The webhook lets a paused cluster's fixed fields change; the CLI does not. */
function fixedField(field: FixedField): UpdateRule {
  return {
    id: field.id,
    paths: field.paths,
    * check(pair) {
      const paths = pathsFor(field.paths, pair.old.cluster);
      if (paths.length === 0 || field.applies?.(pair) === false) return;
      const [old, now] = [field.value(pair.old.compared), field.value(pair.new.compared)];
      const same = field.same ?? isSame;
      if (!same(old as never, now as never)) {
        const fix = fixForEmpty(old, now) ?? field.fix ?? `set it back to ${asWritten(old)}`;
        yield { path: `Cluster.${field.path}`, message: changed(old, now), fix, paths };
      }
    },
  };
}

/** For what means the same and is refused only because it is written differently. */
function fixForEmpty(old: unknown, now: unknown): string | undefined {
  const isEmpty = (value: unknown) => value === undefined || Object.keys(Object(value)).length === 0 && typeof value === 'object';
  if (!isEmpty(old) || !isEmpty(now)) return undefined;
  return old === undefined ? 'leave it out as before: it means the same, but the API compares it' : `write ${asWritten(old)} as before: it `
    + 'means the same, but the API compares it';
}

function pathsFor(paths: readonly UpdatePath[], old: ClusterDocument): readonly UpdatePath[] {
  return isPaused(old) ? paths.filter((by) => by === 'cli') : paths;
}

/** `is 'b' and was 'a'; it is fixed once the cluster exists`. */
export function changed(old: unknown, now: unknown): string {
  return `is ${asWritten(now)} and was ${asWritten(old)}; it is fixed once the cluster exists`;
}

export function onBareMetal(pair: Pair): boolean {
  return pair.new.cluster.spec?.datacenterRef?.kind === 'TinkerbellDatacenterConfig';
}

function isSameProxy(one: ClusterSpec['proxyConfiguration'], other: ClusterSpec['proxyConfiguration']): boolean {
  if (!one || !other) return one === other;
  return one.httpProxy === other.httpProxy && one.httpsProxy === other.httpsProxy && isSameSet(one.noProxy, other.noProxy);
}

/** To the API a cluster that names itself and one without a name are the same; the CLI compares the names. */
function* managementCluster({ old, new: now }: Pair): Iterable<Violation> {
  const [before, after] = [old.cluster, now.cluster].map((cluster) => cluster.spec?.managementCluster?.name ?? '');
  if (before === after) return;
  const isSameForApi = isSelfManaged(old.cluster) && isSelfManaged(now.cluster);
  const isRenamed = old.cluster.metadata?.name !== now.cluster.metadata?.name;
  // A renamed cluster that manages itself is reported by its name.
  if (isSameForApi && isRenamed) return;
  yield {
    path: 'Cluster.spec.managementCluster.name',
    message: changed(before, after),
    fix: `set it back to ${asWritten(before)}`,
    paths: pathsFor(isSameForApi ? CLI : UPDATE_PATHS, old.cluster),
  };
}

/** It may be added and removed, but not exchanged. */
function* awsIamRef({ old, new: now }: Pair): Iterable<Violation> {
  const [before, after] = [old, now].map(awsIamName);
  if (before === undefined || after === undefined || before === after) return;
  yield {
    path: 'Cluster.spec.identityProviderRefs',
    message: `names the AWSIamConfig ${asWritten(after)} and named ${asWritten(before)}; it cannot be exchanged`,
    fix: `name ${asWritten(before)}`,
    paths: pathsFor(UPDATE_PATHS, old.cluster),
  };
}

export function awsIamName({ cluster }: State): string | undefined {
  return cluster.spec?.identityProviderRefs?.find((ref: Ref) => ref.kind === 'AWSIamConfig')?.name;
}

function* etcdTopology({ old, new: now }: Pair): Iterable<Violation> {
  const [before, after] = [old, now].map(({ cluster }) => cluster.spec?.externalEtcdConfiguration !== undefined);
  if (before === after) return;
  const topology = (isExternal: boolean) => isExternal ? 'on machines of its own' : 'on the control plane nodes';
  yield {
    path: 'Cluster.spec.externalEtcdConfiguration', message: `would run etcd ${topology(after)}; it runs ${topology(before)}, and cannot `
      + 'move',
    fix: before ? 'put externalEtcdConfiguration back' : 'remove externalEtcdConfiguration', paths: pathsFor(UPDATE_PATHS, old.cluster),
  };
}

function* skipUpgrade({ old, new: now }: Pair): Iterable<Violation> {
  const [before, after] = [old, now].map(({ cluster }) => cluster.spec?.clusterNetwork?.cniConfig?.cilium?.skipUpgrade === true);
  if (!before || after) return;
  yield {
    path: 'Cluster.spec.clusterNetwork.cniConfig.cilium.skipUpgrade',
    message: 'cannot be taken back: Cilium has been managed by other means since',
    fix: 'leave skipUpgrade: true',
    paths: pathsFor(UPDATE_PATHS, old.cluster),
  };
}

function* cniPlugin({ old, new: now }: Pair): Iterable<Violation> {
  const [before, after] = [old, now].map(({ cluster }) => plugin(cluster.spec?.clusterNetwork));
  if (before === undefined || before === after) return;
  yield { path: 'Cluster.spec.clusterNetwork.cniConfig', message: changed(before, after), fix: `use ${before}` };
}

function plugin(network: ClusterNetwork | undefined): string | undefined {
  const { cilium, kindnetd } = network?.cniConfig ?? {};
  return cilium ? 'cilium' : kindnetd && 'kindnetd';
}

/** Worker groups are the same group when they have the same name. */
export function groupsOnBothSides({
  old,
  new: now,
}: Pair): readonly { readonly index: number; readonly old: WorkerGroup; readonly new: WorkerGroup }[] {
  return twins(old.cluster, now.cluster);
}

function twins(old: ClusterDocument, now: ClusterDocument): ReturnType<typeof groupsOnBothSides> {
  const groups = old.spec?.workerNodeGroupConfigurations ?? [];
  const before = new Map(groups.map((group) => [group.name, group]));
  return (now.spec?.workerNodeGroupConfigurations ?? []).flatMap((group, index) => {
    // Of two groups with one name, which other rules refuse, each is its own twin.
    const twin = groups[index]?.name === group.name ? groups[index] : before.get(group.name);
    return twin ? [{ index, old: twin, new: group }] : [];
  });
}

function* groupFields(pair: Pair, fields: readonly (keyof WorkerGroup)[]): Iterable<Violation> {
  if (!onBareMetal(pair)) return;
  for (const { index, old, new: now } of twins(pair.old.compared, pair.new.compared)) {
    for (const field of fields.filter((name) => !isSame(old[name], now[name]))) {
      const isPausable = field !== 'machineGroupRef';
      if (isPausable && isPaused(pair.old.cluster)) continue;
      yield {
        path: `Cluster.spec.workerNodeGroupConfigurations[${index}].${field}`,
        message: changed(old[field], now[field]),
        fix: fixForEmpty(old[field], now[field]) ?? 'make a new group instead, and remove this one later',
      };
    }
  }
}
