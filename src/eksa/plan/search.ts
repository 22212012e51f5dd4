/** The cheapest way from one state to another: of all orders of the changes, the one that its road accepts at the least cost. */
import type { CheckOptions } from '../check';
import type { Hardware } from '../hardware/hardware-csv';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { UpgradeDiff } from '../update/diff';
import { diffDocuments } from '../update/diff';
import type { Refusal, UpdatePath } from '../update/rule';
import type { AxisKind } from './axes';
import { clusterOf } from './cluster';
import { isLeftByInPlace } from './in-place';
import type { PlannedState, Way } from './state';
import { stateAt } from './state';

export interface Leg {
  readonly from: PlannedState;
  readonly to: PlannedState;
  readonly diff: UpgradeDiff;
  readonly path: UpdatePath;
}

export interface Route {
  /** Undefined where no order is accepted. */
  readonly legs?: readonly Leg[];
  readonly cost: Cost;
  /** The leg to the new state that is refused for the fewest reasons, where no order is accepted. */
  readonly nearest?: Leg;
}

export interface Judge {
  readonly hardware?: Hardware;
  readonly options: CheckOptions;
  /** How a step reaches the cluster. */
  readonly pathOf: (from: PlannedState, to: PlannedState) => UpdatePath;
  /** Errors of a file by itself that do not count: the old or the new file has them, too. */
  readonly knownErrors: ReadonlySet<string>;
}

/** Compared from the left: missing machines, groups that in place leaves as they are, replaced nodes, steps, how late changes come. */
export type Cost = readonly number[];

interface Reached {
  readonly place: readonly number[];
  readonly cost: Cost;
  readonly legs: readonly Leg[];
}

export function cheapestRoute(way: Way, judge: Judge): Route {
  const states = new Map<string, PlannedState>();
  const state = (place: readonly number[]) => states.get(place.join()) ?? remember(states, place.join(), stateAt(way, place));
  const target = way.axes.map(({ length }) => length - 1);
  const waiting: Reached[] = [{ place: way.axes.map(() => 0), cost: [], legs: [] }];
  const visited = new Set<string>();
  let nearest: Leg | undefined;
  while (waiting.length > 0) {
    waiting.sort((one, other) => compareCosts(one.cost, other.cost));
    const { place, cost, legs } = waiting.shift()!;
    if (visited.has(place.join())) continue;
    visited.add(place.join());
    if (place.join() === target.join()) return { legs, cost };
    for (const next of furtherPlaces(way, place)) {
      if (visited.has(next.join())) continue;
      const leg = legBetween(state(place), state(next), judge);
      if (leg && hinders(leg, judge).length === 0) {
        waiting.push({ place: next, cost: added(cost, costOf(leg, way, next)), legs: [...legs, leg] });
      } else if (leg && next.join() === target.join() && (!nearest || hinders(leg, judge).length < hinders(nearest, judge).length)) {
        nearest = leg;
      }
    }
  }
  return { cost: [Infinity], nearest };
}

function remember<T>(map: Map<string, T>, key: string, value: T): T {
  map.set(key, value);
  return value;
}

/** Every place further on that one step can reach: some axes move, none goes back. */
function* furtherPlaces({ axes }: Way, place: readonly number[]): Iterable<number[]> {
  const choices = axes.map(({ length, oneByOne }, axis) => {
    const last = oneByOne ? Math.min(place[axis] + 1, length - 1) : length - 1;
    return Array.from({ length: last - place[axis] + 1 }, (_, index) => place[axis] + index);
  });
  for (const next of choices.reduce<number[][]>((all, values) => all.flatMap((head) => values.map((each) => [...head, each])), [[]])) {
    if (next.join() !== place.join()) yield next;
  }
}

/** Undefined where nothing would change. */
function legBetween(from: PlannedState, to: PlannedState, { hardware, options, pathOf }: Judge): Leg | undefined {
  const isReleaseInFile = clusterOf(to.documents).spec?.eksaVersion !== undefined;
  const { eksAnywhereVersion, ...rest } = options;
  const diff = diffDocuments(from.documents, to.documents, hardware, isReleaseInFile ? rest : { ...rest, eksAnywhereVersion });
  return diff && diff.changes.length > 0 ? { from, to, diff, path: pathOf(from, to) } : undefined;
}

/** What stops a step, machines apart: those can be added. */
export function hinders({ diff, path }: Leg, { knownErrors }: Judge): Refusal[] {
  const refusals = diff.refusals.filter((refusal) => refusal.paths.includes(path) && !isShortage(refusal));
  const errors = diff.newFile.filter((finding) => !knownErrors.has(errorKey(finding)));
  return [...refusals, ...errors.map(({ ruleId, path: place, message, fix }) => ({ ruleId, paths: [path], path: place, message, fix }))];
}

export function errorKey({ ruleId, path }: { readonly ruleId: string; readonly path: string }): string {
  return `${ruleId} ${path}`;
}

export function isShortage({ ruleId, path }: Refusal): boolean {
  return ruleId === 'T31' && path === HARDWARE_FILE;
}

function costOf({ diff }: Leg, { axes }: Way, to: readonly number[]): Cost {
  const missing = diff.machines.reduce((sum, { wanted, spare }) => sum + (spare === undefined ? 0 : Math.max(0, wanted - spare)), 0);
  const left = diff.groups.filter((group) => isLeftByInPlace(group)).length;
  const replaced = diff.groups.filter(({ action }) => action === 'rolling' || action === 'in place')
    .reduce((sum, { nodesBefore, nodesAfter }) => sum + Math.min(nodesBefore, nodesAfter), 0);
  const waiting = axes.reduce((sum, { kind, length }, axis) => sum + (isLate(kind) ? 0 : length - 1 - to[axis]), 0);
  return [missing, left, replaced, 1, waiting];
}

/** New nodes come at the end: they start from the newest image, and are not replaced. */
function isLate(kind: AxisKind): boolean {
  return kind === 'add' || kind === 'strategy';
}

function added(one: Cost, other: Cost): Cost {
  return other.map((value, index) => value + (one[index] ?? 0));
}

export function compareCosts(one: Cost, other: Cost): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
