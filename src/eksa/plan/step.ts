/** One step of a plan: what changes, what has to be there before, what is down meanwhile, and how to go back. */
import type { Finding } from '../finding';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Change } from '../update/changes';
import type { UpgradeDiff } from '../update/diff';
import { leftByInPlace } from '../update/in-place';
import type { GroupPlan } from '../update/replaced-nodes';
import type { UpdatePath } from '../update/rule';
import type { SpareNeed } from '../update/spare-machines';
import type { Action } from './action';
import { actionsAfter } from './after';
import type { MachinesToAdd } from './before';
import { actionsBefore } from './before';
import { clusterOf } from './cluster';
import type { NeededImage } from './images';
import type { Judge, Leg } from './judge';
import { diffBetween, hinders } from './judge';
import { meanwhile } from './meanwhile';
import { runActions } from './run';
import { hasControllers, hasPlaceholders } from './secrets';
import { titleOf } from './title';

export interface PlanStep {
  readonly number: number;
  readonly title: string;
  /** How this step reaches the cluster. */
  readonly path: UpdatePath;
  readonly changes: readonly Change[];
  readonly groups: readonly GroupPlan[];
  readonly machines: readonly SpareNeed[];
  /** Machines to add before the step to those that the file of machines has and earlier steps ask for; only where the file was given. */
  readonly addMachines: readonly MachinesToAdd[];
  readonly images: readonly NeededImage[];
  /** Names of the files of the step, in its folder. */
  readonly files: readonly string[];
  readonly before: readonly Action[];
  readonly run: readonly Action[];
  readonly meanwhile: readonly string[];
  readonly after: readonly Action[];
  readonly back: Back;
  readonly notes: readonly string[];
  /** What the file of the step warns about and the one before did not. */
  readonly warnings: readonly Finding[];
}

/** What the person who runs the plan calls things. */
export interface FileNames {
  /**
   * Folder of the steps' folders, seen from where the commands are run.
   * @default - that place itself
   */
  readonly folder?: string;
  /**
   * The file of all machines.
   * @default 'hardware.csv'
   */
  readonly hardware?: string;
}

export interface Back {
  /** Whether the road accepts the state before as the next change. */
  readonly isPossible: boolean;
  readonly says: string;
}

/** The file of a cluster in the folder of a step. */
export const STEP_FILE = 'cluster.yaml';

export interface StepContext {
  readonly number: number;
  readonly judge: Judge;
  readonly names: FileNames;
  /** Machines that the steps before want added, by selector: they are there by now. */
  readonly added: ReadonlyMap<string, number>;
}

export function stepOf(leg: Leg, { number, judge, names, added }: StepContext): PlanStep {
  const { diff, path, to } = leg;
  const addMachines = diff.machines.flatMap(({ selector, groups, wanted, spare }) => {
    const count = spare === undefined ? 0 : wanted - spare - (added.get(selector) ?? 0);
    return count > 0 ? [{ selector, count, groups }] : [];
  });
  const takesMachines = diff.machines.some(({ wanted }) => wanted > 0);
  const files = [STEP_FILE, ...(takesMachines && judge.hardware ? [HARDWARE_FILE] : [])];
  const folder = names.folder === undefined ? folderOf(number) : `${names.folder}/${folderOf(number)}`;
  const hardware = files.includes(HARDWARE_FILE) ? judge.hardware : undefined;
  const filled = hasPlaceholders(to.documents, path === 'cli' ? hardware : undefined) ? `${folder}-filled` : folder;
  const stepFiles = { folder, files, filled, hasControllers: hasControllers(hardware) };
  return {
    number,
    title: titleOf(leg),
    path,
    changes: diff.changes,
    groups: diff.groups,
    machines: diff.machines,
    addMachines,
    images: to.neededImages,
    files,
    before: actionsBefore(leg, stepFiles, { addMachines, hardwareName: names.hardware ?? HARDWARE_FILE, isFirst: number === 1 }),
    run: runActions(leg, stepFiles),
    meanwhile: meanwhile(diff.groups, clusterOf(to.documents)),
    after: actionsAfter(leg),
    back: backFrom(leg, judge),
    notes: notesOn(leg),
    warnings: diff.warnings,
  };
}

export function folderOf(number: number): string {
  return `step-${number}`;
}

/** Whether the way back is open is asked of the same judge. */
function backFrom({ from, to, diff, path }: Leg, judge: Judge): Back {
  const reverse = diffBetween(to.documents, from.documents, judge);
  const stops = reverse ? hinders({ diff: reverse, path }, judge) : [];
  if (stops.length > 0) {
    const places = [...new Set(stops.map((refusal) => refusal.path))].join(', ');
    return { isPossible: false, says: `${places} cannot go back: restore the backups that were made before this step` };
  }
  const wants = (reverse?.machines ?? []).flatMap(({ wanted, selector }) => wanted > 0 ? [`${wanted} labelled ${selector}`] : []);
  const again = diff.groups.filter(({ action }) => action === 'rolling' || action === 'in place').map(({ name }) => name);
  const cost = again.length > 0 ? `; the nodes of ${again.join(', ')} are replaced once more` : '';
  const machines = wants.length > 0 ? `, with spare machines: ${wants.join(', ')}` : '';
  const certificate = hasNewThumbprint(diff) ? '; only while vCenter still shows the certificate of before' : '';
  return { isPossible: true, says: `apply the file from before this step in the same way${cost}${machines}${certificate}` };
}

/** A thumbprint that a file names is of no use once vCenter shows another certificate. */
function hasNewThumbprint({ changes }: UpgradeDiff): boolean {
  return changes.some(({ path, old }) => /^VSphereDatacenterConfig\/.*\.spec\.thumbprint$/.test(path) && Boolean(old));
}

function notesOn({ diff }: Leg): string[] {
  return diff.groups.flatMap((group) => {
    const left = leftByInPlace(group).join(', ');
    if (left === '') return [];
    return [`${group.name}: in place exchanges Kubernetes and containerd; ${left} comes when the machine is installed again`];
  });
}
