/** An upgrade as a runbook: the steps from one state of a cluster to another, each of which its road accepts. */
import type { CheckOptions } from '../check';
import { checkDocuments } from '../check';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import { diffDocuments } from '../update/diff';
import { isSelfManaged } from '../update/pair';
import type { Refusal, UpdatePath } from '../update/rule';
import { axesOf } from './axes';
import { clusterOf } from './cluster';
import type { Images, NeededImage } from './images';
import type { Advice } from './instead';
import { insteadOf } from './instead';
import type { Judge, Route } from './search';
import { cheapestRoute, compareCosts, errorKey, hinders } from './search';
import type { PlannedState, Way } from './state';
import type { PlanStep } from './step';
import { stepOf } from './step';

export interface PlanOptions extends CheckOptions {
  /**
   * How steps reach the cluster.
   * @default 'cli'
   */
  readonly path?: UpdatePath;
  /** Images for versions on the way, by version or by document and version. */
  readonly images?: Images;
  /** Replace nodes without spare machines: old ones go before new ones come. */
  readonly withoutSpares?: boolean;
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
  { path = 'cli', images = {}, withoutSpares = false, ...options }: PlanOptions = {},
): PlannedUpgrade | undefined {
  const diff = diffDocuments(old, now, hardware, options);
  if (!diff) return undefined;
  const cluster = clusterOf(now).metadata?.name ?? '';
  const empty: UpgradePlan = { outcome: 'nothing to do', path, cluster, steps: [], refusals: [], newFile: [], images: [], notes: [] };
  if (diff.changes.length === 0) return { plan: empty, documents: [] };
  const known = [old, now].flatMap((documents) => checkDocuments(documents, undefined, options));
  const judge: Judge = {
    hardware, options, knownErrors: new Set(known.map(errorKey)),
    pathOf: (from, to) => isOnlyByCli(from, to) ? 'cli' : path,
  };
  const route = bestRoute({ old, now, axes: [], images, temporarySurge: withoutSpares ? 0 : 1 }, judge, withoutSpares);
  const before = new Set(checkDocuments(old, undefined, options).map(errorKey));
  const newFile = diff.newFile.filter((finding) => !before.has(errorKey(finding)));
  if (!route.legs) {
    const refusals = route.nearest ? hinders(route.nearest, judge) : diff.refusals.filter(({ paths }) => paths.includes(path));
    return { plan: { ...empty, outcome: 'refused', newFile, refusals: refusals.map(insteadOf) }, documents: [] };
  }
  const steps = route.legs.map((leg, index) => stepOf(leg, index + 1, judge));
  const needed = unique(route.legs.flatMap(({ to }) => to.neededImages));
  const isBlocked = needed.length > 0 || newFile.length > 0 || steps.some(({ addMachines }) => addMachines.length > 0);
  return {
    plan: { ...empty, outcome: isBlocked ? 'blocked' : 'ready', steps, newFile, images: needed, notes: notesOn(steps, withoutSpares) },
    documents: route.legs.map(({ to }) => to.documents),
  };
}

/** A cluster that manages itself gets new releases of EKS Anywhere by the CLI alone, which upgrades the management components first. */
function isOnlyByCli(from: PlannedState, to: PlannedState): boolean {
  const [before, after] = [from, to].map(({ documents }) => clusterOf(documents));
  return isSelfManaged(after) && before.spec?.eksaVersion !== after.spec?.eksaVersion;
}

/** With a strategy of the plan's own only where that of the file leaves nodes as they are, or wants machines that are not there. */
function bestRoute(way: Way, judge: Judge, withoutSpares: boolean): Route {
  const route = cheapestRoute({ ...way, axes: axesOf(way, newestPatch, false) }, judge);
  const [missing = 0, left = 0] = route.cost;
  const isSurging = withoutSpares && route.legs?.some(({ diff }) => diff.groups.some(({ surge }) => surge > 0));
  if (!isSurging && left === 0 && !(withoutSpares && missing > 0)) return route;
  const other = cheapestRoute({ ...way, axes: axesOf(way, newestPatch, true) }, judge);
  if (!other.legs) return route;
  return isSurging || compareCosts(other.cost.slice(0, 2), route.cost.slice(0, 2)) < 0 ? other : route;
}

function newestPatch(_minor: string): string | undefined {
  return undefined;
}

function unique(images: readonly NeededImage[]): NeededImage[] {
  return [...new Map(images.map((image) => [`${image.path} ${image.version}`, image])).values()];
}

function notesOn(steps: readonly PlanStep[], withoutSpares: boolean): string[] {
  const isShort = steps.some(({ addMachines }) => addMachines.length > 0);
  return isShort && !withoutSpares
    ? ['where no machine can be added, --no-spares plans roll-outs that take nodes away before new ones come']
    : [];
}
