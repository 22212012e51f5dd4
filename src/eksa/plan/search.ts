/** The cheapest way from one state to another: of all orders of the changes, the one that its road accepts at the least cost. */
import { isLeftByInPlace } from '../update/in-place';
import type { Axis, AxisKind } from './axes';
import { clusterOf } from './cluster';
import type { Judge, Leg } from './judge';
import { diffBetween, errorKey, errorsOf, hinders, pathOf } from './judge';
import type { PlannedState, Way } from './state';
import { stateAt } from './state';

export interface Route {
  /** Undefined where no order is accepted. */
  readonly legs?: readonly Leg[];
  readonly cost: Cost;
  /** The leg to the new state that is refused for the fewest reasons, where no order is accepted. */
  readonly nearest?: Leg;
}

/**
 * Compared from the left: groups that in place leaves as they are, machines that miss, groups that take machines which are to be saved,
 * replaced nodes, steps, how late changes come.
 */
export type Cost = readonly number[];

interface Reached {
  readonly place: readonly number[];
  readonly cost: Cost;
  readonly legs: readonly Leg[];
  /** The last step to here, as long as it has not been judged: then the cost is the least that it can be. */
  readonly unjudged?: { readonly from: readonly number[]; readonly cost: Cost };
}

/** Dijkstra's, with steps judged when they are the cheapest left: most never are. */
export function cheapestRoute(way: Way, judge: Judge): Route {
  const states = new Map<string, PlannedState>();
  const state = (place: readonly number[]) => remembered(states, place.join(), () => stateAt(way, place));
  const sound = new Map<string, boolean>();
  const isSound = (place: readonly number[]) => remembered(sound, place.join(), () => isAcceptedByItself(state(place), judge));
  const target = way.axes.map(({ length }) => length - 1);
  const waiting: Reached[] = [{ place: way.axes.map(() => 0), cost: [], legs: [] }];
  const visited = new Set<string>();
  let nearest: Leg | undefined;
  for (let next = cheapest(waiting); next; next = cheapest(waiting)) {
    const { place, cost, legs, unjudged } = next;
    const isTarget = place.join() === target.join();
    if (visited.has(place.join())) continue;
    if (unjudged) {
      if (!isTarget && !isSound(place)) continue;
      const leg = legBetween(state(unjudged.from), state(place), judge);
      const stops = leg ? hinders(leg, judge) : [];
      if (leg && stops.length === 0) {
        waiting.push({ place, cost: added(unjudged.cost, costOf(leg, way, place, judge)), legs: [...legs, leg] });
      } else if (leg && isTarget && (!nearest || stops.length < hinders(nearest, judge).length)) {
        nearest = leg;
      }
      continue;
    }
    visited.add(place.join());
    if (isTarget) return { legs, cost };
    for (const further of furtherPlaces(way, place)) {
      if (visited.has(further.join())) continue;
      waiting.push({ place: further, cost: added(cost, leastCost(way, place, further)), legs, unjudged: { from: place, cost } });
    }
  }
  return { cost: [Infinity], nearest };
}

function cheapest(waiting: Reached[]): Reached | undefined {
  let best = 0;
  for (let index = 1; index < waiting.length; index++) {
    if (compareCosts(waiting[index].cost, waiting[best].cost) < 0) best = index;
  }
  const [taken] = waiting.splice(best, 1);
  return taken;
}

function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

/**
 * What is wrong with a state itself is wrong with every step to it: asked once. Also what the road lets through: a version that
 * the release does not have never comes to the nodes.
 */
function isAcceptedByItself(state: PlannedState, judge: Judge): boolean {
  if (errorsOf(state.documents, judge).some((finding) => !judge.knownErrors.has(errorKey(finding)))) return false;
  const diff = diffBetween(state.documents, state.documents, judge);
  return diff !== undefined && hinders({ diff, path: judge.path }, judge).length === 0;
}

/** Every place further on that one step can reach: some axes move, none goes back. */
function* furtherPlaces({ axes }: Way, place: readonly number[]): Iterable<number[]> {
  const choices = axes.map(({ length, values }, axis) => {
    const rest = Array.from({ length: length - place[axis] }, (_, index) => place[axis] + index);
    return rest.filter((index) => index <= place[axis] + 1 || isFree(values?.[place[axis]], values?.[index]));
  });
  for (const next of choices.reduce<number[][]>((all, values) => all.flatMap((head) => values.map((each) => [...head, each])), [[]])) {
    if (next.join() !== place.join()) yield next;
  }
}

/** Versions go one by one; a version that appears, or that goes away, may be any. */
function isFree(from: string | undefined, to: string | undefined): boolean {
  return from === undefined || to === undefined;
}

/** Undefined where nothing would change. */
function legBetween(from: PlannedState, to: PlannedState, judge: Judge): Leg | undefined {
  const diff = diffBetween(from.documents, to.documents, judge);
  return diff && diff.changes.length > 0 ? { from, to, diff, path: pathOf(from, to, judge) } : undefined;
}

function costOf({ diff }: Leg, { axes }: Way, to: readonly number[], { savesMachines }: Judge): Cost {
  const missing = diff.machines.reduce((sum, { wanted, spare }) => sum + (spare === undefined ? 0 : Math.max(0, wanted - spare)), 0);
  const left = diff.groups.filter((group) => isLeftByInPlace(group)).length;
  const replaced = diff.groups.filter(({ action }) => action === 'rolling' || action === 'in place')
    .reduce((sum, { nodesBefore, nodesAfter }) => sum + Math.min(nodesBefore, nodesAfter), 0);
  const surging = savesMachines ? diff.groups.filter(({ surge }) => surge > 0).length : 0;
  return [left, missing, surging, replaced, 1, lateness(axes, to)];
}

/** What a step costs at the least: a new version replaces the control plane. */
function leastCost({ axes, old, now }: Way, from: readonly number[], to: readonly number[]): Cost {
  const isUpgrade = axes.some(({ kind }, axis) => (kind === 'kubernetes' || kind === 'eksAnywhere') && to[axis] > from[axis]);
  const nodes = [old, now].map((documents) => clusterOf(documents).spec?.controlPlaneConfiguration?.count ?? 1);
  return [0, 0, 0, isUpgrade ? Math.min(...nodes) : 0, 1, lateness(axes, to)];
}

function lateness(axes: readonly Axis[], to: readonly number[]): number {
  return axes.reduce((sum, { kind, length }, axis) => sum + (isLate(kind) ? 0 : length - 1 - to[axis]), 0);
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
