/** Completes the entities of a declarative configuration, and validates them against their schemas; checks their references. */
import { invalidReference } from '../model/invalid-reference.ts';
import { UUID } from '../model/schema/compiled/constraints.ts';
import { completeEntity } from '../model/schema/complete.ts';
import { foreignFieldsOf, primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { handleOf } from './entity-index.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import type { Problems } from './problems.ts';
import { pathText } from './source.ts';

interface CheckContext {
  readonly problems: Problems;
  readonly index: EntityIndex;
  readonly schemas: Schemas;
  /** Seconds since 1970, for the times of entities. */
  readonly now: number;
  /** Whether the schema of an entity is known; references are always checked. @default - always */
  readonly isChecked?: (entity: FileEntity) => boolean;
}

/** @returns every entity with all its fields: defaults filled in, references as `{ id }` */
export function checkEntities(entities: readonly FileEntity[], context: CheckContext): ReadonlyMap<FileEntity, EntityValue> {
  const complete = new Map<FileEntity, EntityValue>();
  for (const entity of entities) {
    if (context.isChecked?.(entity) ?? true) complete.set(entity, checkFields(entity, context));
    checkReferences(entity, context);
  }
  context.index.checkCombinations();
  return complete;
}

function checkFields(entity: FileEntity, { problems, index, schemas, now }: CheckContext): EntityValue {
  const { schema, given, path } = entity;
  const key = primaryKeyOf(schema);
  const isTime = (name: string) => typeof given[name] === 'number' && given[name] > 0;
  const times = Object.fromEntries(TIMES.filter(isTime).map((name) => [name, given[name]]));
  const whole = { ...given, ...key === 'id' && { id: idOf(entity, index) }, ...resolvedReferences(entity, index) };
  const { entity: complete, violations } = completeEntity(schema, whole, { schemas, now: now * 1000 });
  if (violations) problems.rejectFields(path, violations);
  return { ...complete, ...times };
}

/** Times that a configuration may state, so that an export that is read again is the same. */
const TIMES = ['created_at', 'updated_at'];

/** The id as written, or the one that is derived. Entities that are written by name get theirs later. */
function idOf(entity: FileEntity, index: EntityIndex): unknown {
  const { id } = entity.given;
  if (id !== undefined && typeof id !== 'string') return id;
  return id !== undefined || UUID.test(index.keyOf(entity)) ? index.keyOf(entity) : undefined;
}

/** Stands for an entity that has no id yet, or does not exist: the reference itself is checked below. */
const ANY_ID = { id: '00000000-0000-4000-8000-000000000000' };

function resolvedReferences(entity: FileEntity, index: EntityIndex): EntityValue {
  const { schema, given, parent } = entity;
  return Object.fromEntries(foreignFieldsOf(schema).flatMap(({ name, reference }) => {
    const value = given[name];
    if (parent?.field !== name && (value === undefined || value === null)) return [];
    const target = index.target(entity, name, reference);
    const key = target && index.keyOf(target);
    if (key !== undefined) return [[name, UUID.test(key) ? { id: key } : ANY_ID]];
    return [[name, typeof value === 'string' ? ANY_ID : index.handlesOf(reference, value)]];
  }));
}

function checkReferences(entity: FileEntity, { problems, index }: CheckContext): void {
  const { schema, given, path, parent } = entity;
  for (const { name, reference } of foreignFieldsOf(schema)) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const place = [...path, name];
    const target = index.find(reference, value);
    if (parent?.field === name) {
      problems.addSecondLook(place, 'value must be null');
      if (target !== parent.of) {
        const violation = { violation: 'value must be null' };
        problems.reject(place, `already set by nesting in ${pathText(parent.of.path)}: remove it`, violation);
      }
      continue;
    }
    if (typeof value !== 'string') problems.lookTwice();
    if (target !== undefined || problems.hasErrorAt(place)) continue;
    if (typeof value === 'string') problems.addSecondLook(place, { id: 'missing primary key' });
    const printed = typeof value === 'string' ? value : JSON.stringify(value);
    problems.reject(place, `got ${JSON.stringify(handleOf(value))}, expected the name of one of the ${reference} in this file`, {
      stage: 'references',
      at: [schema.name, index.nameOf(entity, index.keyOf(entity))],
      violation: invalidReference(name, printed, reference),
      isListed: true,
    });
  }
}
