/**
 * Generates ids for entities without one in a declarative configuration. They are the same on all nodes and after restarts, and equal to
 * those of Kong Gateway 3.9.1.
 */
import { namedUuid } from '../base/named-uuid.ts';
import { handleOf } from './entity-index.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';

/** Namespace of the entity types; each type's UUID is the namespace of its entities. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

/** Kong writes the workspace of an entity into the text that its id is derived from; this stands for all of them. */
const EVERY_WORKSPACE = '*';

/** @param index contains the parent already */
export function generatedId(entity: FileEntity, index: EntityIndex): string {
  const { schema, given } = entity;
  if (typeof given.id === 'string') return given.id.toLowerCase();
  const name = given[schema.endpointKey ?? ''];
  const key = combinedKey(entity, index) ?? (typeof name === 'string' ? name : undefined);
  // Where Kong generates a random id, this one is derived from the place in the configuration.
  return namedUuid(namedUuid(ENTITIES, schema.name), key ?? pathText(entity.path));
}

/** The fields that distinguish a plugin, a target or a group from others, as they are written; undefined for other entity types. */
function combinedKey({ schema, given, parent }: FileEntity, index: EntityIndex): string | undefined {
  const together = schema.uniqueTogether?.[0];
  if (together === undefined) return undefined;
  const values: string[] = [];
  for (const field of together) {
    const isNested = parent?.field === field;
    const value = handleOf(given[field]);
    if (typeof value === 'string') values.push(value);
    else if (isNested) values.push(index.keyOf(parent.of));
    else if (schema.fields[field]?.required) return undefined;
    else values.push('');
  }
  return [schema.name, EVERY_WORKSPACE, ...values].join(':');
}
