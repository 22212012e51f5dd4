/** What changes between two states, sorted by what can be done by itself: each axis has a place for every value on its way. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { initialCount } from '../rules/worker-groups';
import { differences } from './between';
import { GROUPS, clusterOf, groupName, groupsOf } from './cluster';
import { isImagePlace, versionOfImage } from './images';
import { referencedDocuments } from './referenced';
import { kubernetesWay, releaseWay } from './versions';

/** `remove` and `add` are nodes and groups, `strategy` is how nodes are replaced, `rest` is every other field. */
export type AxisKind = 'eksAnywhere' | 'kubernetes' | 'groupVersion' | 'remove' | 'add' | 'strategy' | 'rest';

export interface Axis {
  readonly kind: AxisKind;
  /** Number of places; the first is the old state, the last the new one. */
  readonly length: number;
  /** Of axes of versions: the value in each place; undefined where the field is absent. */
  readonly values?: readonly (string | undefined)[];
  /** Of group versions: the groups that go together. */
  readonly groups?: readonly string[];
}

export const EKSA_VERSION = 'Cluster.spec.eksaVersion';
export const KUBERNETES_VERSION = 'Cluster.spec.kubernetesVersion';

export interface Sides {
  readonly old: readonly Document[];
  readonly now: readonly Document[];
}

/**
 * @param temporaryStrategy whether the plan may replace nodes by a strategy of its own, and go back to that of the file at the end
 */
export function axesOf(sides: Sides, temporaryStrategy: boolean): Axis[] {
  const kinds = new Set(differences(sides.old, sides.now).map(({ path }) => kindOf(path, sides)));
  const plain = (['remove', 'add', 'rest'] as const).filter((kind) => {
    return kinds.has(kind) || (kind === 'rest' && kinds.has('strategy') && !temporaryStrategy);
  });
  return [
    ...versionAxes(sides),
    ...groupVersionAxes(sides),
    ...(temporaryStrategy ? [{ kind: 'strategy', length: 3 } as const] : []),
    ...plain.map((kind): Axis => ({ kind, length: 2 })),
  ];
}

function versionAxes({ old, now }: Sides): Axis[] {
  const [before, after] = [clusterOf(old).spec, clusterOf(now).spec];
  const axis = (kind: AxisKind, from: string | undefined, to: string | undefined, way: (from: string, to: string) => string[]): Axis[] => {
    if (from === to) return [];
    const values = from === undefined || to === undefined ? [from, to] : way(String(from), String(to));
    return [{ kind, length: values.length, values }];
  };
  return [
    ...axis('eksAnywhere', before?.eksaVersion, after?.eksaVersion, releaseWay),
    ...axis('kubernetes', before?.kubernetesVersion, after?.kubernetesVersion, kubernetesWay),
  ];
}

/** Groups that say a version of their own, before or after. Those with the same way go together. */
function groupVersionAxes({ old, now }: Sides): Axis[] {
  const [before, after] = [groupsOf(old), groupsOf(now)];
  const [from, to] = [old, now].map((documents) => String(clusterOf(documents).spec?.kubernetesVersion ?? ''));
  const axes = new Map<string, Axis>();
  for (const [name, group] of after) {
    const twin = before.get(name);
    if (!twin || twin.kubernetesVersion === group.kubernetesVersion) continue;
    const way = kubernetesWay(twin.kubernetesVersion ?? from, group.kubernetesVersion ?? to);
    // A version that appears or goes away is first, or last, the cluster's own.
    const values = [
      ...(twin.kubernetesVersion === undefined ? [undefined] : []),
      ...new Set(way),
      ...(group.kubernetesVersion === undefined ? [undefined] : []),
    ];
    const key = JSON.stringify(values.map((each) => each ?? null));
    axes.set(key, { kind: 'groupVersion', length: values.length, values, groups: [...(axes.get(key)?.groups ?? []), name] });
  }
  return [...axes.values()];
}

const GROUP_FIELD = new RegExp(`^${GROUPS.replaceAll('.', '\\.')}\\[([^\\]]*)\\](?:\\.(\\w+))?`);

/** The group and the field of it that a place is about; no field where the whole group is meant. */
export function groupPlace(path: string): { name: string; field?: string } | undefined {
  const match = GROUP_FIELD.exec(path);
  return match ? { name: match[1], field: match[2] } : undefined;
}

/** Which axis decides about a place; `image` follows the versions. */
export function kindOf(path: string, sides: Sides): AxisKind | 'image' | 'document' {
  if (path === EKSA_VERSION) return 'eksAnywhere';
  if (path === KUBERNETES_VERSION) return 'kubernetes';
  if (path.endsWith('.upgradeRolloutStrategy')) return 'strategy';
  if (isImagePlace(path) && versionOfImage(sides.old, path) !== versionOfImage(sides.now, path)) return 'image';
  const group = groupPlace(path);
  if (group) return groupKind(group, sides);
  const count = /^Cluster\.spec\.(controlPlaneConfiguration|externalEtcdConfiguration)\.count$/.exec(path);
  if (count) {
    const field = count[1] as 'controlPlaneConfiguration' | 'externalEtcdConfiguration';
    const [before, after] = [sides.old, sides.now].map((documents) => clusterOf(documents).spec?.[field]?.count ?? 0);
    return after < before ? 'remove' : 'add';
  }
  return isTiedDocument(path, sides) ? 'document' : 'rest';
}

function groupKind({ name, field }: { name: string; field?: string }, { old, now }: Sides): AxisKind {
  const [before, after] = [groupsOf(old).get(name), groupsOf(now).get(name)];
  if (!before) return 'add';
  if (!after) return 'remove';
  if (field === 'kubernetesVersion') return 'groupVersion';
  if (field !== 'count' && field !== 'autoscalingConfiguration') return 'rest';
  const difference = initialCount(after) - initialCount(before);
  return difference === 0 ? 'rest' : difference < 0 ? 'remove' : 'add';
}

/** A document that comes or goes with a group that is added or removed. */
function isTiedDocument(path: string, { old, now }: Sides): boolean {
  const [before, after] = [old, now].map((documents) => documents.some((document) => documentPath(document) === path));
  if (before === after) return false;
  const [side, other] = before ? [old, now] : [now, old];
  const staying = groupsOf(other);
  const cluster = clusterOf(side);
  const kept = (cluster.spec?.workerNodeGroupConfigurations ?? []).filter((group, index) => staying.has(groupName(group, index)));
  const without = { ...cluster, spec: { ...cluster.spec, workerNodeGroupConfigurations: kept } };
  const documents = side.map((document) => document === cluster ? without : document);
  return !referencedDocuments(documents).has(path) && referencedDocuments(side).has(path);
}
