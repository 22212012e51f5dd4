/** All scenarios of one program. */
import { distinct } from './finding';
import type { Finding } from './finding';
import { rehearseCreation } from './rehearse';
import { rehearseRemoval } from './removal';
import { rehearseUpdates } from './updates';
import { World } from './world/world';

export interface ProgramRehearsal {
  readonly findings: readonly Finding[];
  /** One line: what was walked. */
  readonly summary: string;
}

/**
 * @param assembly folder of `cdk synth`
 * @param unprotected the same, as the documented first deployment synthesizes it: without protection from deletion
 */
export function rehearseProgram(title: string, assembly: string, unprotected: string): ProgramRehearsal {
  const world = World.read(assembly);
  const first = World.read(unprotected);
  const creation = rehearseCreation(world);
  const firstCreation = rehearseCreation(first);
  const updates = rehearseUpdates(world);
  const findings = distinct([...creation.findings, ...rehearseRemoval(first, firstCreation.timeline), ...updates.findings]);
  const [shortest, longest] = ([0, 1] as const).map((end) => Math.round(Math.max(...creation.timeline.times(end).values()) / 60));
  return {
    findings,
    summary: `${title}: ${world.resources.length} resources, ${world.objects.length} objects in clusters, `
      + `${shortest} to ${longest} minutes, ${creation.proved} needs proved, `
      + `${updates.changes} properties changed`,
  };
}
