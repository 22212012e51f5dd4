/** Entities of the past as answers show them: secrets are hidden, also those that the present state still has. */
import { namingFieldOf } from '../../../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { isPlainObject } from '../../../model/schema/plain-object.ts';
import { HIDDEN, withoutSecrets } from '../../../model/schema/secret-values.ts';
import { isWithheld } from '../../../store/history/withheld.ts';
import type { Change, Difference, Entity, RevisionRecord } from '../../../store/store.ts';

export function shownRecord({ revision, at, author, requestId, comment, changes, hash }: RevisionRecord): EntityValue {
  return { revision, at: at / 1000, author, request_id: requestId, comment, changes, hash };
}

const SHOWN_OPERATIONS = { insert: 'create', replace: 'update', delete: 'delete', expire: 'expire' } as const;

export function shownChange({ entity, key, operation, before, after }: Change, schemas: Schemas): EntityValue {
  return shown({ entity, key, before, after }, SHOWN_OPERATIONS[operation], schemas);
}

export function shownDifference(difference: Difference, schemas: Schemas): EntityValue {
  const { before, after } = difference;
  return shown(difference, before === null ? 'create' : after === null ? 'delete' : 'update', schemas);
}

function shown({ entity, key, before, after }: Difference, operation: string, schemas: Schemas): EntityValue {
  const schema = schemas.get(entity);
  return { entity, key, name: nameOf(schema, after ?? before), operation, before: hidden(schema, before), after: hidden(schema, after) };
}

/** The name of an entity for people; null: it has none. */
export function nameOf(schema: EntitySchema | undefined, row: Entity | null): string | null {
  const field = schema && namingFieldOf(schema);
  const name = field === undefined ? undefined : row?.[field];
  return typeof name === 'string' ? name : null;
}

/** @param schema absent: its plugin or version is gone, so nothing tells which fields are secrets, and none is shown */
export function hidden<R extends Entity | null>(schema: EntitySchema | undefined, row: R): R | EntityValue {
  if (row === null) return row;
  if (!schema) return Object.fromEntries(Object.keys(row).map((name) => [name, name === 'id' ? row[name] : HIDDEN]));
  return withoutSecrets(schema, withoutWithheld(row) as EntityValue);
}

/** A deep copy. */
function withoutWithheld(value: unknown): unknown {
  if (isWithheld(value)) return HIDDEN;
  if (Array.isArray(value)) return value.map(withoutWithheld);
  return isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutWithheld(part)])) : value;
}
