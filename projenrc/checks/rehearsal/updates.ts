/** Rehearses updates of one property at a time: every property whose change replaces its resource is changed once. */
import type { Finding } from './finding';
import { changedJobs, staleInOtherRegions, unnoticedFiles } from './updates/followers';
import { collision, lostData, replacementsOf } from './updates/replacements';
import type { World } from './world/world';

export interface UpdateRehearsal {
  readonly findings: readonly Finding[];
  /** Number of properties that were changed. */
  readonly changes: number;
}

export function rehearseUpdates(world: World): UpdateRehearsal {
  const replacements = replacementsOf(world);
  return {
    changes: replacements.length,
    findings: [
      ...replacements.flatMap((replacement) => collision(replacement)),
      ...lostData(replacements),
      ...changedJobs(world),
      ...unnoticedFiles(world),
      ...staleInOtherRegions(world),
    ],
  };
}
