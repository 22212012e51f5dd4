/** Versions go one step at a time, and never back. */
import { asWritten } from '../finding';
import { parseSemanticVersion } from '../syntax/version';
import { groupsOnBothSides } from './cluster-rules';
import type { Pair } from './pair';
import { annotation } from './pair';
import type { UpdateRule, Violation } from './rule';
import { UPDATE_PATHS } from './rule';

export const VERSION_UPDATE_RULES: readonly UpdateRule[] = [
  { id: 'W7', paths: UPDATE_PATHS, check: clusterVersion },
  { id: 'W8', paths: UPDATE_PATHS, check: groupVersions },
  { id: 'W9', paths: UPDATE_PATHS, check: removedGroupVersions },
  { id: 'W10', paths: UPDATE_PATHS, check: eksaVersion },
  { id: 'W11', paths: ['api'], check: bundlesRef },
];

/** How far a worker group may be behind the cluster. */
const GROUP_LAG = 2;

interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

interface Problem {
  readonly message: string;
  readonly fix: string;
  readonly steps?: readonly string[];
}

/** As the tools parse it here: two numbers or more, a leading `v` is fine. */
function parse(text: string): KubernetesVersion | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) } : undefined;
}

function compare(one: KubernetesVersion, other: KubernetesVersion): number {
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch;
}

/** What is wrong with going from one version to another, or undefined. */
function step(from: string, to: string): Problem | undefined {
  const [before, after] = [parse(from), parse(to)];
  if (!before || !after) {
    return { message: `is ${asWritten(to)} and was ${asWritten(from)}; expected versions such as '1.35'`, fix: 'give major and minor' };
  }
  if (before.major === after.major && before.minor === after.minor) return undefined;
  if (compare(after, before) < 0) {
    return { message: `goes back from ${asWritten(from)} to ${asWritten(to)}, which Kubernetes cannot`, fix: `stay at ${asWritten(from)}` };
  }
  if (after.minor - before.minor === 1) return undefined;
  return {
    message: `goes from ${asWritten(from)} to ${asWritten(to)}; one minor version at a time is possible`,
    fix: `go to '${before.major}.${before.minor + 1}' first`,
    ...(before.major === after.major ? { steps: minorsBetween(before, after, (minor) => `upgrade to Kubernetes '${minor}'`) } : {}),
  };
}

/** One step for each minor version after the first up to the last. */
function minorsBetween(
  before: { readonly major: number; readonly minor: number },
  after: { readonly minor: number },
  text: (minor: string) => string,
): string[] {
  const count = Math.max(0, after.minor - before.minor);
  return Array.from({ length: count }, (_, index) => {
    const wait = index < count - 1 ? ', and wait until all nodes are ready' : '';
    return `${text(`${before.major}.${before.minor + index + 1}`)}${wait}`;
  });
}

function* clusterVersion({ old, new: now }: Pair): Iterable<Violation> {
  const problem = step(old.cluster.spec?.kubernetesVersion ?? '', now.cluster.spec?.kubernetesVersion ?? '');
  if (problem) yield { path: 'Cluster.spec.kubernetesVersion', ...problem };
}

/** A group without a version follows the cluster. */
function* groupVersions(pair: Pair): Iterable<Violation> {
  const [oldCluster, newCluster] = [pair.old, pair.new].map(({ cluster }) => cluster.spec?.kubernetesVersion ?? '');
  const twins = new Map(groupsOnBothSides(pair).map(({ index, old }) => [index, old]));
  for (const [index, { kubernetesVersion }] of (pair.new.cluster.spec?.workerNodeGroupConfigurations ?? []).entries()) {
    if (kubernetesVersion === undefined) continue;
    const path = `Cluster.spec.workerNodeGroupConfigurations[${index}].kubernetesVersion`;
    const twin = twins.get(index);
    const problem = (twin && step(twin.kubernetesVersion ?? oldCluster, kubernetesVersion)) ?? lag(newCluster, kubernetesVersion);
    if (problem) yield { path, ...problem };
  }
}

function lag(cluster: string, group: string): { message: string; fix: string } | undefined {
  const [above, below] = [parse(cluster), parse(group)];
  if (!above || !below) return { message: `is ${asWritten(group)}; expected a version such as '1.35'`, fix: 'give major and minor' };
  const behind = above.minor - below.minor;
  if (above.major === below.major && behind >= 0 && behind <= GROUP_LAG) return undefined;
  return {
    message: `is ${asWritten(group)}, with the cluster at ${asWritten(cluster)}; a group is at most ${GROUP_LAG} minor `
      + 'versions behind, and never ahead',
    fix: 'upgrade the group first',
  };
}

/** Without a version of its own the group jumps to the cluster's: that must be one step, and not at the same time as the cluster's own. */
function* removedGroupVersions(pair: Pair): Iterable<Violation> {
  const [oldCluster, newCluster] = [pair.old, pair.new].map(({ cluster }) => cluster.spec?.kubernetesVersion ?? '');
  for (const { index, old, new: now } of groupsOnBothSides(pair)) {
    if (old.kubernetesVersion === undefined || now.kubernetesVersion !== undefined) continue;
    const path = `Cluster.spec.workerNodeGroupConfigurations[${index}].kubernetesVersion`;
    const [before, after] = [parse(oldCluster), parse(newCluster)];
    if (before && after && compare(before, after) < 0) {
      yield {
        path,
        message: `is gone and was ${asWritten(old.kubernetesVersion)}, while the cluster goes to ${asWritten(newCluster)}`,
        fix: 'upgrade the cluster first, remove it in a second step',
        steps: [
          `upgrade the cluster to ${asWritten(newCluster)} with the group at ${asWritten(old.kubernetesVersion)}`,
          'upgrade again without the version of the group',
        ],
      };
      continue;
    }
    const problem = step(old.kubernetesVersion, newCluster);
    if (problem) yield { path, ...problem, message: `is gone, and so the group ${problem.message}` };
  }
}

function* eksaVersion({ old, new: now }: Pair): Iterable<Violation> {
  const [from, to] = [old, now].map(({ cluster }) => cluster.spec?.eksaVersion);
  const path = 'Cluster.spec.eksaVersion';
  if (from === undefined) return;
  if (to === undefined) {
    const message = `is gone and was ${asWritten(from)}; once given it stays`;
    yield { path, message, fix: `set it back to ${asWritten(from)}`, paths: ['api'] };
    return;
  }
  const [before, after] = [parseSemanticVersion(from), parseSemanticVersion(to)];
  // Builds of developers are 0.0.0; a wrong old version may be corrected; a wrong new one breaks rule C65.
  if (!before || !after || (after.major === 0 && after.minor === 0 && after.patch === 0)) return;
  if (annotation(now.cluster, 'skip-eksa-version-skew-check') === 'true') return;
  if (after.major !== before.major || after.minor > before.minor + 1) {
    yield {
      path,
      message: `goes from ${asWritten(from)} to ${asWritten(to)}; one minor version at a time is possible`,
      fix: `go to v${before.major}.${before.minor + 1} first`,
      ...(after.major === before.major
        ? { steps: minorsBetween(before, after, (minor) => `upgrade to EKS Anywhere v${minor}, with the CLI of that release`) }
        : {}),
    };
  } else if (after.minor < before.minor) {
    yield { path, message: `goes back from ${asWritten(from)} to ${asWritten(to)}`, fix: `stay at ${asWritten(from)}` };
  }
}

function* bundlesRef({ old, new: now }: Pair): Iterable<Violation> {
  const spec = now.cluster.spec;
  if (!old.cluster.spec?.bundlesRef || spec?.bundlesRef || spec?.eksaVersion !== undefined) return;
  yield {
    path: 'Cluster.spec.bundlesRef',
    message: 'is gone; once given it stays, or eksaVersion takes its place',
    fix: 'put it back, or set eksaVersion',
  };
}
