/** From state files and a control plane to the changes between them. */
import type { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import type { KnownEntity } from '../../gateway/src/declarative/reading.ts';
import type { ConfigurationSource } from '../../gateway/src/declarative/source.ts';
import { CommandFailure } from '../command.ts';
import type { Progress } from '../terminal/progress.ts';
import { desiredState, factsOf } from './desired-state.ts';
import type { DesiredEntity } from './desired-state.ts';
import { errorLines } from './error-lines.ts';
import type { Selection } from './managed-types.ts';
import { withMemberships } from './memberships.ts';
import { readPresentState, readTagged } from './present-state.ts';
import type { ControlPlaneState } from './present-state.ts';
import { differenceOf } from './state-difference.ts';
import type { Change } from './state-difference.ts';

export interface PlanOptions {
  /** Replaces the tags in the files. */
  readonly selectTags?: readonly string[];
  readonly skipConsumers: boolean;
  readonly skipCaCertificates: boolean;
  /** Whether entities that the files do not have are deleted. */
  readonly deletes: boolean;
}

export interface Plan {
  readonly changes: readonly Change[];
  readonly state: ControlPlaneState;
  readonly desired: readonly DesiredEntity[];
  readonly source: ConfigurationSource;
}

/** @throws CommandFailure when the files are not valid */
export async function planned(given: ConfigurationSource, client: AdminClient, options: PlanOptions, progress: Progress): Promise<Plan> {
  refuseErrors(given.errors);
  const source = withMemberships(given);
  const { selectTags: ofFiles, lookupTags } = factsOf(source);
  const tags = options.selectTags ?? ofFiles;
  const selection: Selection = { tags, skipConsumers: options.skipConsumers, skipCaCertificates: options.skipCaCertificates };
  const state = await progress.step('read the control plane', () => readPresentState(client, selection));
  const known = await knownEntities(client, state, lookupTags);
  return progress.step('compare', async () => {
    const { errors, entities } = desiredState(
      source, { schemas: state.schemas, known, now: Date.now(), ...tags.length > 0 && { selectTags: tags } },
    );
    refuseErrors(errors);
    return {
      changes: differenceOf(
        entities, state.present, { types: state.types, selection, deletes: options.deletes },
      ), state, desired: entities, source,
    };
  });
}

export function refuseErrors(errors: ConfigurationSource['errors']): void {
  if (errors.length === 0) return;
  const lines = errorLines(errors);
  throw new CommandFailure(lines.length === 1 ? lines[0]! : `${errors.length} errors\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

async function knownEntities(
  client: AdminClient, { schemas }: ControlPlaneState, lookupTags: Readonly<Record<string, readonly string[]>>,
): Promise<readonly KnownEntity[]> {
  const known: KnownEntity[] = [];
  for (const [type, tags] of Object.entries(lookupTags)) {
    const schema = schemas.get(type);
    if (!schema) throw new CommandFailure(`_info.default_lookup_tags: got ${type}, expected an entity type such as services`);
    if (tags.length === 0) continue;
    for (const fields of await readTagged(client, schema, tags)) known.push({ type, fields });
  }
  return known;
}
