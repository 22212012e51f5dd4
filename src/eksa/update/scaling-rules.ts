/** On bare metal, nodes are not scaled while they are replaced: the spare machines of an upgrade would be taken. */
import { asWritten } from '../finding';
import type { ClusterSpec } from '../model/cluster';
import type { TinkerbellDatacenterSpec } from '../model/machines';
import { groupsOnBothSides, onBareMetal } from './cluster-rules';
import type { Pair, State } from './pair';
import { find } from './pair';
import type { UpdatePath, UpdateRule, Violation } from './rule';
import { UPDATE_PATHS } from './rule';

export const SCALING_UPDATE_RULES: readonly UpdateRule[] = [{ id: 'W6', paths: UPDATE_PATHS, check: noScalingWhileUpgrading }];

/** A number of nodes that changes, and who compares it. */
interface Scaling {
  readonly path: string;
  readonly message: string;
  /** What to leave for the second step. */
  readonly rest: string;
  readonly comparedBy: readonly UpdatePath[];
}

function* noScalingWhileUpgrading(pair: Pair): Iterable<Violation> {
  if (!onBareMetal(pair)) return;
  const upgrades: Readonly<Record<UpdatePath, readonly string[]>> = { api: upgradesForApi(pair), cli: upgradesForCli(pair) };
  const found = scalings(pair).flatMap((scaling) => {
    const paths = scaling.comparedBy.filter((by) => upgrades[by].length > 0);
    return paths.length > 0 ? [{ ...scaling, paths }] : [];
  });
  const steps = inTwoSteps(found.map(({ rest }) => rest), [...new Set([...upgrades.api, ...upgrades.cli])]);
  for (const { path, message, paths } of found) {
    const what = [...new Set(paths.flatMap((by) => upgrades[by]))];
    yield {
      path,
      message: `${message} while ${what.join(' and ')} ${what.length === 1 ? 'changes' : 'change'} as well`,
      fix: 'upgrade first, scale in a second step',
      steps, paths,
    };
  }
}

function inTwoSteps(rest: readonly string[], upgrades: readonly string[]): string[] {
  return [
    `upgrade with the new ${upgrades.join(' and ')} alone: leave ${rest.join(', ')} for the second step`,
    'wait until all nodes are replaced and ready',
    'upgrade again with the new file as it is: now it only scales',
  ];
}

/** The webhook looks at the version of the cluster alone. */
function upgradesForApi({ old, new: now }: Pair): string[] {
  return old.cluster.spec?.kubernetesVersion === now.cluster.spec?.kubernetesVersion ? [] : ['kubernetesVersion'];
}

/** The CLI, before it starts. It looks at nothing where the control plane is upgraded in place. */
export function upgradesForCli(pair: Pair): string[] {
  const [before, after] = [pair.old, pair.new].map(({ cluster }) => cluster.spec ?? {});
  if (isInPlace(after)) return [];
  return [
    ...upgradesForApi(pair),
    ...groupsWithAnotherVersion(before, after).map((name) => `kubernetesVersion of the group ${asWritten(name)}`)
      .filter(() => before.kubernetesVersion === after.kubernetesVersion),
    ...(datacenterImage(pair.old) === datacenterImage(pair.new) ? [] : ['osImageURL']),
    ...(isAnotherRelease(before.eksaVersion, after.eksaVersion) ? ['eksaVersion'] : []),
  ];
}

/** The strategy of the new state; since v0.20.8 the old one does not count. */
export function isInPlace({ controlPlaneConfiguration }: ClusterSpec): boolean {
  return controlPlaneConfiguration?.upgradeRolloutStrategy?.type === 'InPlace';
}

function groupsWithAnotherVersion(before: ClusterSpec, after: ClusterSpec): string[] {
  const [was, is] = [countedVersions(before), countedVersions(after)];
  return [...is].filter(([name, version]) => was.has(name) && was.get(name) !== version).map(([name]) => name);
}

/** As the tools count: a group without a version has that of the group before it in the list, the first one that of the cluster. */
export function countedVersions({ kubernetesVersion, workerNodeGroupConfigurations = [] }: ClusterSpec): Map<string, string | undefined> {
  let version = kubernetesVersion;
  return new Map(workerNodeGroupConfigurations.map((group) => {
    version = group.kubernetesVersion ?? version;
    return [group.name ?? '', version];
  }));
}

export function datacenterImage(state: State): string {
  const ref = state.cluster.spec?.datacenterRef;
  return find<TinkerbellDatacenterSpec>(state, ref?.kind, ref?.name)?.spec?.osImageURL ?? '';
}

/** Where the old or the new file names none, the CLI's own release decides, and files cannot tell. */
function isAnotherRelease(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && before.replace(/^v/, '') !== after.replace(/^v/, '');
}

function scalings(pair: Pair): Scaling[] {
  const [before, after] = [pair.old, pair.new].map(({ cluster }) => cluster.spec?.controlPlaneConfiguration?.count);
  return [
    ...count('the control plane', 'Cluster.spec.controlPlaneConfiguration.count', before, after),
    ...groupsOnBothSides(pair).flatMap(({ index, old, new: now }) =>
      count(asWritten(old.name), `Cluster.spec.workerNodeGroupConfigurations[${index}].count`, old.count, now.count)),
    ...groups(pair),
  ];
}

function count(name: string, path: string, before = 0, after = 0): Scaling[] {
  if (before === after) return [];
  const rest = `the count of ${name} (still ${before})`;
  return [{ path, message: `is ${after} and was ${before},`, rest, comparedBy: UPDATE_PATHS }];
}

/** Two groups renamed into each other's place leave their number as it was. The CLI does not look for groups that are gone. */
function groups({ old, new: now }: Pair): Scaling[] {
  const [before, after] = [old, now].map(({ cluster }) =>
    (cluster.spec?.workerNodeGroupConfigurations ?? []).map((group) => group.name ?? ''));
  const added = after.filter((name) => !before.includes(name)).map((name) => asWritten(name));
  const removed = before.filter((name) => !after.includes(name)).map((name) => asWritten(name));
  const comparedBy = UPDATE_PATHS.filter((by) => added.length > 0 || (by === 'api' && before.length !== after.length));
  if (comparedBy.length === 0) return [];
  return [{
    path: 'Cluster.spec.workerNodeGroupConfigurations',
    message: [...added.map((name) => `adds ${name}`), ...removed.map((name) => `removes ${name}`)].join(' and '),
    rest: [...added.map((name) => `the new group ${name}`), ...removed.map((name) => `the removal of ${name}`)].join(', '),
    comparedBy,
  }];
}
