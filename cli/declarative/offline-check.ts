/** Checks state files by the schemas of this version alone. */
import type { ConfigurationSource, SourceError } from '../../gateway/src/declarative/source.ts';
import { schemasFor } from '../../gateway/src/plugins/schemas.ts';
import { CommandFailure } from '../command.ts';
import { desiredState, factsOf } from './desired-state.ts';
import { withMemberships } from './memberships.ts';
import { routerFlavorOf } from './router-flavor.ts';

interface CheckOptions {
  readonly compatibility: string;
  readonly routerFlavor: string;
  /** Replaces the tags that the files give. */
  readonly selectTags?: readonly string[];
}

/** @throws CommandFailure when the options name no schemas */
export function offlineErrors(
  given: ConfigurationSource, { compatibility, routerFlavor, selectTags }: CheckOptions,
): readonly SourceError[] {
  const schemas = schemasOf(compatibility, routerFlavor);
  if (given.errors.length > 0) return given.errors;
  const source = withMemberships(given);
  const lookedUp = Object.keys(factsOf(source).lookupTags);
  const { errors } = desiredState(source, { schemas, now: Date.now(), ...selectTags && { selectTags } });
  // Only a control plane knows the entities that lookup tags mean.
  return errors.filter(({ message }) => !lookedUp.some((type) => message.includes(`expected the name of one of the ${type} in this file`)));
}

function schemasOf(compatibility: string, routerFlavor: string) {
  if (compatibility !== 'full' && compatibility !== 'kong-3.9.1') {
    throw new CommandFailure(`--compatibility: '${compatibility}' is not valid; expected kong-3.9.1 or full`);
  }
  return schemasFor({ compatibility, routerFlavor: routerFlavorOf(routerFlavor), role: 'control_plane' }).schemas;
}
