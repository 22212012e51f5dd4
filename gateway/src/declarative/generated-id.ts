/**
 * Generates ids for entities without one in a declarative file. They are the same on all nodes and after restarts, and equal to those of
 * Kong Gateway 3.9.1.
 */
import { namedUuid } from '../base/named-uuid.ts';
import { handleOf } from './entity-index.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';

/** Namespace of the entity types; each type's UUID is the namespace of its entities. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

/** @param index contains the parent already */
export function generatedId(entity: FileEntity, index: EntityIndex): string {
  const { schema, given } = entity;
  if (typeof given.id === 'string') return given.id.toLowerCase();
  const name = given[schema.endpointKey ?? ''];
  const key = typeof name === 'string' ? name : compositeKey(entity, index);
  // Where Kong generates a random id, this one is derived from the place in the file.
  return namedUuid(namedUuid(ENTITIES, schema.name), key ?? pathText(entity.path));
}

/** The fields that distinguish a plugin from others; undefined for entity types without such fields. */
function compositeKey({ schema, given, parent }: FileEntity, index: EntityIndex): string | undefined {
  const together = schema.uniqueTogether?.[0];
  if (together === undefined) return undefined;
  const values = together.map((field) => {
    if (parent?.field === field) return index.keyOf(parent.of);
    return String(handleOf(given[field]) ?? '');
  });
  return [schema.name, ...values].join(':');
}
