/** Who says whether a step is accepted: the judge of `eksa diff`, on the road of the step. */
import type { CheckOptions } from '../check';
import { checkDocuments } from '../check';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import type { UpgradeDiff } from '../update/diff';
import { diffDocuments } from '../update/diff';
import { isSelfManaged } from '../update/pair';
import type { Refusal, UpdatePath } from '../update/rule';
import { clusterOf } from './cluster';
import type { PlannedState } from './state';

export interface Judge {
  /** How the user's steps reach the cluster. */
  readonly path: UpdatePath;
  readonly hardware?: Hardware;
  readonly options: CheckOptions;
  /** Whether a roll-out that takes nodes away first is better than one that adds some. */
  readonly savesMachines: boolean;
  /** Errors of a file by itself that do not count: the old or the new file has them, too. */
  readonly knownErrors: ReadonlySet<string>;
}

/** One step, as it was judged. */
export interface Leg {
  readonly from: PlannedState;
  readonly to: PlannedState;
  readonly diff: UpgradeDiff;
  readonly path: UpdatePath;
}

export function diffBetween(from: readonly Document[], to: readonly Document[], { hardware, options }: Judge): UpgradeDiff | undefined {
  return diffDocuments(from, to, hardware, optionsFor(to, options));
}

export function errorsOf(documents: readonly Document[], options: CheckOptions): Finding[] {
  return checkDocuments(documents, undefined, optionsFor(documents, options)).filter(({ severity }) => severity === 'error');
}

/** The release that a file names judges it; where it names none, that of the user. */
function optionsFor(documents: readonly Document[], options: CheckOptions): CheckOptions {
  return clusterOf(documents)?.spec?.eksaVersion === undefined ? options : { ...options, eksAnywhereVersion: undefined };
}

/** A cluster that manages itself gets new releases of EKS Anywhere by the CLI alone, which upgrades the management components first. */
export function pathOf(from: PlannedState, to: PlannedState, { path }: Judge): UpdatePath {
  const [before, after] = [from, to].map(({ documents }) => clusterOf(documents));
  return isSelfManaged(after) && before.spec?.eksaVersion !== after.spec?.eksaVersion ? 'cli' : path;
}

/** What stops a step, machines apart: those can be added. */
export function hinders({ diff, path }: Pick<Leg, 'diff' | 'path'>, { knownErrors }: Judge): Refusal[] {
  const refusals = diff.refusals.filter((refusal) => refusal.paths.includes(path) && !isShortage(refusal));
  const errors = diff.newFile.filter((finding) => !knownErrors.has(errorKey(finding)));
  return [...refusals, ...errors.map(({ ruleId, path: place, message, fix }) => ({ ruleId, paths: [path], path: place, message, fix }))];
}

export function errorKey({ ruleId, path }: { readonly ruleId: string; readonly path: string }): string {
  return `${ruleId} ${path}`;
}

function isShortage({ ruleId, path }: Refusal): boolean {
  return ruleId === 'T31' && path === HARDWARE_FILE;
}
