/** An upgrade as a runbook: the steps from one state of a cluster to another, each of which its road accepts. */
import type { CheckOptions } from '../check';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import type { Refusal, UpdatePath } from '../update/rule';
import { axesOf } from './axes';
import { clusterOf } from './cluster';
import type { Images, NeededImage } from './images';
import type { Advice } from './instead';
import { insteadOf } from './instead';
import type { Judge, Leg } from './judge';
import { diffBetween, errorKey, errorsOf, hinders, sidesFor } from './judge';
import type { Route } from './search';
import { cheapestRoute, compareCosts } from './search';
import type { Way } from './state';
import { MIN_NODES_TO_SCALE_IN } from './state';
import type { FileNames, PlanStep } from './step';
import { stepOf } from './step';

export interface PlanOptions extends CheckOptions {
  /**
   * How steps reach the cluster.
   * @default 'cli'
   */
  readonly path?: UpdatePath;
  /** Images for versions on the way, by version or by document and version. */
  readonly images?: Images;
  /**
   * Replace nodes without spare machines: old ones go before new ones come.
   * @default false
   */
  readonly withoutSpares?: boolean;
  /** What commands and messages call the files. */
  readonly names?: FileNames;
}

/**
 * `nothing to do`: the states are the same to the tools. `ready`: the steps can be done. `blocked`: they can, once the images, the
 * machines or the corrections that they want are there. `refused`: no order of the changes is accepted.
 */
export type Outcome = 'nothing to do' | 'ready' | 'blocked' | 'refused';

export interface UpgradePlan {
  readonly outcome: Outcome;
  readonly path: UpdatePath;
  readonly cluster: string;
  readonly steps: readonly PlanStep[];
  /** Why no order is accepted, and what to do instead. */
  readonly refusals: readonly (Refusal & Advice)[];
  /** Errors of the new file by itself, which the old one does not have. */
  readonly newFile: readonly Finding[];
  /** Images that the plan cannot know; `--image` names them. */
  readonly images: readonly NeededImage[];
  /** What the person who runs the plan should know about all of it. */
  readonly notes: readonly string[];
}

/** The documents of each step, in their order, beside the plan: they are no part of what is printed. */
export interface PlannedUpgrade {
  readonly plan: UpgradePlan;
  readonly documents: readonly (readonly Document[])[];
}

/** What stays as it is for the life of a cluster: no order of steps helps. */
const FIXED = /^(W3|W4|W5|W17|W19)$/;

/**
 * @param old what the cluster holds
 * @param now what it should hold
 * @param hardware all machines of the site, those in use included; without it machines are not counted
 * @returns undefined when one of the two does not hold exactly one Cluster
 */
export function planUpgrade(
  old: readonly Document[],
  now: readonly Document[],
  hardware?: Hardware,
  { path = 'cli', images = {}, withoutSpares = false, names = {}, ...options }: PlanOptions = {},
): PlannedUpgrade | undefined {
  const sides = sidesFor(options);
  const errors = [old, now].map((documents) => new Set(errorsOf(documents, { sides }).map(errorKey)));
  const judge: Judge = { path, hardware, sides, savesMachines: withoutSpares, knownErrors: new Set([...errors[0], ...errors[1]]) };
  const diff = diffBetween(old, now, judge);
  if (!diff) return undefined;
  const refusedHere = new Set(diff.refusals.filter(({ paths }) => paths.includes(path)).map(errorKey));
  const newFile = errorsOf(now, judge).filter((finding) => !errors[0].has(errorKey(finding)) && !refusedHere.has(errorKey(finding)));
  const empty: UpgradePlan = {
    outcome: 'nothing to do', path, cluster: clusterOf(now).metadata?.name ?? '',
    steps: [], refusals: [], newFile: [], images: [], notes: [],
  };
  if (diff.changes.length === 0) return { plan: empty, documents: [] };
  const fixed = diff.refusals.filter(({ ruleId, paths }) => FIXED.test(ruleId) && paths.includes(path));
  const way: Way = { old, now, axes: [], images, temporarySurge: withoutSpares ? 0 : 1 };
  const route = fixed.length > 0 ? undefined : bestRoute(way, judge);
  if (!route?.legs) {
    const refusals = fixed.length > 0 ? fixed : route?.nearest ? hinders(route.nearest, judge) : diff.refusals;
    return { plan: { ...empty, outcome: 'refused', newFile, refusals: refusals.map(insteadOf) }, documents: [] };
  }
  const steps = stepsOf(route.legs, judge, names);
  const needed = unique(route.legs.flatMap(({ to }) => to.neededImages));
  const isShort = steps.some(({ addMachines }) => addMachines.length > 0);
  const isBlocked = needed.length > 0 || newFile.length > 0 || isShort;
  const notes = !withoutSpares && steps.some(isShortOfSpares) ? [ADVICE_ON_MACHINES] : [];
  return {
    plan: { ...empty, outcome: isBlocked ? 'blocked' : 'ready', steps, newFile, images: needed, notes },
    documents: route.legs.map(({ to }) => to.documents),
  };
}

function stepsOf(legs: readonly Leg[], judge: Judge, names: FileNames): PlanStep[] {
  const added = new Map<string, number>();
  return legs.map((leg, index) => {
    const step = stepOf(leg, { number: index + 1, judge, names, added });
    for (const { selector, count } of step.addMachines) added.set(selector, (added.get(selector) ?? 0) + count);
    return step;
  });
}

/** Whether a machine misses that the roll-out could do without: no new node's, and none of a control plane that cannot shrink. */
function isShortOfSpares({ addMachines, groups }: PlanStep): boolean {
  const savable = groups.filter(({ name, surge, nodesBefore }) => {
    return surge > 0 && (name !== 'control plane' || nodesBefore >= MIN_NODES_TO_SCALE_IN);
  });
  return addMachines.some((machines) => savable.some(({ name }) => machines.groups.includes(name)));
}

const ADVICE_ON_MACHINES = 'where no machine can be added, --no-spares plans roll-outs that take nodes away before new ones come';

/** With a strategy of the plan's own only where that of the file leaves nodes as they are, or wants machines that are to be saved. */
function bestRoute(way: Way, judge: Judge): Route {
  const route = cheapestRoute({ ...way, axes: axesOf(way, false) }, judge);
  const [left = 0, , surging = 0] = route.cost;
  if (!route.legs || (left === 0 && surging === 0)) return route;
  const other = cheapestRoute({ ...way, axes: axesOf(way, true) }, judge);
  return other.legs && compareCosts(other.cost, route.cost) < 0 ? other : route;
}

function unique(images: readonly NeededImage[]): NeededImage[] {
  return [...new Map(images.map((image) => [`${image.path} ${image.version}`, image])).values()];
}
