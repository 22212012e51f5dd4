/** Ids of entities that a declarative file gives none: the same as Kong Gateway 3.9.1 generates, so that nodes agree on them and restarts keep them. */
import { namedUuid } from '../base/named-uuid.ts';
import { handleOf } from './entity-index.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';

/** Namespace of the entity types, each of which is the namespace of its entities. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

/** @param index knows the entity that this one is nested in */
export function generatedId(entity: FileEntity, index: EntityIndex): string {
  const { schema, given } = entity;
  if (typeof given.id === 'string') return given.id.toLowerCase();
  const name = given[schema.endpointKey ?? ''];
  const key = typeof name === 'string' ? name : compositeKey(entity, index);
  // Where Kong generates a random id, ours follows from the place in the file.
  return namedUuid(namedUuid(ENTITIES, schema.name), key ?? pathText(entity.path));
}

/** The fields that tell a plugin from others. Absent where entities have no such fields. */
function compositeKey({ schema, given, parent }: FileEntity, index: EntityIndex): string | undefined {
  if (schema.uniqueTogether === undefined) return undefined;
  const values = schema.uniqueTogether.map((field) => {
    if (parent?.field === field) return index.keyOf(parent.of);
    return String(handleOf(given[field]) ?? '');
  });
  return [schema.name, ...values].join(':');
}
