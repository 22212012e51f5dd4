/** Who says whether a step is accepted: the judge of `eksa diff`, on the road of the step. */
import type { CheckOptions } from '../check';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import { oncePer } from '../once';
import type { Side, UpgradeDiff } from '../update/diff';
import { diffSides, sideOf } from '../update/diff';
import { isJudgedOnUpdate } from '../update/judge';
import { isSelfManaged } from '../update/pair';
import type { Refusal, UpdatePath } from '../update/rule';
import { clusterOf } from './cluster';
import type { PlannedState } from './state';

export interface Judge {
  /** How the user's steps reach the cluster. */
  readonly path: UpdatePath;
  readonly hardware?: Hardware;
  readonly sides: JudgedSides;
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

export function diffBetween(from: readonly Document[], to: readonly Document[], { hardware, sides }: Judge): UpgradeDiff | undefined {
  const side = namesRelease(to) ? sides.byFile : sides.byUser;
  return diffSides(side(from), side(to), hardware);
}

export function errorsOf(documents: readonly Document[], { sides }: Pick<Judge, 'sides'>): Finding[] {
  const { findings } = (namesRelease(documents) ? sides.byFile : sides.byUser)(documents);
  return findings.filter((finding) => finding.severity === 'error' && isJudgedOnUpdate(finding));
}

/** States of a plan by themselves: each is a side of many steps, and is looked at once. */
export interface JudgedSides {
  /** Judged by the release that the file names. */
  readonly byFile: (documents: readonly Document[]) => Side;
  /** Where the file names none: by that of the user. */
  readonly byUser: (documents: readonly Document[]) => Side;
}

export function sidesFor(options: CheckOptions): JudgedSides {
  return {
    byFile: oncePer((documents) => sideOf(documents, { ...options, eksAnywhereVersion: undefined })),
    byUser: oncePer((documents) => sideOf(documents, options)),
  };
}

function namesRelease(documents: readonly Document[]): boolean {
  return clusterOf(documents)?.spec?.eksaVersion !== undefined;
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
