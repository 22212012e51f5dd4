/** Creates, changes and deletes entities: from what a client sent to what the store keeps. Each operation runs inside a transaction. */
import { isDeepStrictEqual } from 'node:util';

import {
  EntityError, invalidOption, invalidPrimaryKey, invalidUnique, notFound, operationUnsupported, schemaViolation, unresolvedReferences,
} from '../model/entity-error.ts';
import type { UnresolvedReference } from '../model/entity-error.ts';
import { UUID } from '../model/schema/compiled/constraints.ts';
import { normalized } from '../model/schema/compiled/normalizations.ts';
import { transformed } from '../model/schema/compiled/transformations.ts';
import { completeChange, completeEntity } from '../model/schema/complete.ts';
import type { Completion } from '../model/schema/complete.ts';
import { primaryKeyOf, uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { isPlainObject } from '../model/schema/plain-object.ts';
import { violationOf } from '../model/schema/violation-of.ts';
import type { Entity, Reader, Writer } from '../store/store.ts';
import { transientFieldsOf } from './entity-rules/entity-rules.ts';
import type { EntityWrite } from './entity-rules/entity-rules.ts';
import { rulesOf } from './entity-rules/list.ts';

export interface OperationContext {
  readonly schemas: Schemas;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether a valid write is refused, because the entities come from a declarative configuration only. @default false */
  readonly isReadOnly?: boolean;
  /** Logs what a valid entity does that its author probably does not expect. @default - no log */
  readonly caution?: (entityType: string, id: string, message: string) => void;
  /** Called where a put says what is stored already, which is then not written. @default - it is written with new times, as in Kong */
  readonly unchanged?: () => void;
}

/** How a URL names an entity: by its primary key, or by another field. */
export interface EntityAddress {
  readonly field: string;
  readonly value: string;
  readonly isPrimary: boolean;
  /** The parent below which the field is unique; absent: it is unique everywhere. */
  readonly within?: Parent;
}

/** What an entity refers to. */
export interface Parent {
  readonly field: string;
  readonly key: string;
}

/**
 * @param parent the entity that the URL names before this one
 * @throws EntityError the text is neither a UUID nor a valid endpoint key
 */
export function addressOf(schema: EntitySchema, text: string, parent?: Parent): EntityAddress {
  const primary = primaryKeyOf(schema);
  if (UUID.test(text)) return { field: primary, value: text.toLowerCase(), isPrimary: true };
  const nested = parent && schema.nestedKey;
  const field = nested ?? schema.endpointKey;
  if (field === undefined) throw invalidPrimaryKey({ [primary]: 'expected a valid UUID' });
  const violation = violationOf(schema.fields[field]!, text);
  if (typeof violation === 'string') throw invalidUnique(field, violation);
  return { field, value: text, isPrimary: false, ...nested !== undefined && { within: parent } };
}

export async function findAt(reader: Reader, schema: EntitySchema, address: EntityAddress): Promise<Entity | undefined> {
  const { field, value, isPrimary, within } = address;
  if (isPrimary) return reader.get(schema.name, value);
  if (!within) return reader.getByUnique(schema.name, field, value);
  return reader.getByCombination(schema.name, { [field]: value, [within.field]: { id: within.key } });
}

/** The rows with everything that answers show. */
export async function completed(reader: Reader, schema: EntitySchema, rows: readonly Entity[]): Promise<readonly Entity[]> {
  return await rulesOf(schema.name).complete?.(reader, rows) ?? rows;
}

/**
 * @returns the entity as answers show it
 * @throws EntityError the entity is invalid, its key or a unique value is taken, or a reference leads nowhere
 */
export async function createEntity(writer: Writer, schema: EntitySchema, given: EntityValue, context: OperationContext): Promise<Entity> {
  const write: EntityWrite = { operation: 'create', given, schemas: context.schemas };
  const row = await prepare(writer, schema, write, undefined, context);
  if (context.isReadOnly) throw operationUnsupported('create', schema.name);
  await writer.insert(schema.name, row);
  return finish(writer, schema, row, write, context);
}

/**
 * Creates or replaces the entity. Fields that are not given get their defaults. The address takes precedence over the body, unless it is
 * unique below a parent only.
 */
export async function putEntity(
  writer: Writer, schema: EntitySchema, address: EntityAddress, given: EntityValue, context: OperationContext,
): Promise<Entity> {
  const stored = await findAt(writer, schema, address);
  const primary = primaryKeyOf(schema);
  const { [primary]: _, ...rest } = given;
  const key = (address.isPrimary ? address.value : stored?.[primary]) as string | undefined;
  const named = address.within && Object.hasOwn(rest, address.field) ? {} : { [address.field]: address.value };
  const whole = { ...rest, ...key !== undefined && { [primary]: key }, ...named };
  const write: EntityWrite = { operation: 'put', given: whole, key, schemas: context.schemas };
  const row = await prepare(writer, schema, write, undefined, context);
  if (context.isReadOnly) throw operationUnsupported('create or update', schema.name);
  if (stored && context.unchanged && saysTheSame(stored, row)) return keepStored(writer, schema, stored, write, context);
  if (stored) await writer.replace(schema.name, row);
  else await writer.insert(schema.name, row);
  return finish(writer, schema, row, write, context);
}

function saysTheSame(stored: Entity, row: Entity): boolean {
  return isDeepStrictEqual(withoutTimes(stored), withoutTimes(row));
}

/** As JSON has it, because rows of a store and rows from a client differ in what JSON does not. */
function withoutTimes(row: Entity): unknown {
  return JSON.parse(JSON.stringify({ ...row, created_at: null, updated_at: null }));
}

/** What the row does not contain, such as the names of a certificate, may differ nevertheless. */
async function keepStored(
  writer: Writer, schema: EntitySchema, stored: Entity, write: EntityWrite, context: OperationContext,
): Promise<Entity> {
  const [before] = await completed(writer, schema, [stored]);
  const after = transientFieldsOf(schema).length > 0 ? await finish(writer, schema, stored, write, context) : before!;
  if (isDeepStrictEqual(before, after)) context.unchanged!();
  return after;
}

/** Changes the given fields only. @throws EntityError as `createEntity` */
export async function changeEntity(
  writer: Writer, schema: EntitySchema, stored: Entity, address: EntityAddress, changes: EntityValue, context: OperationContext,
): Promise<Entity> {
  const primary = primaryKeyOf(schema);
  const write: EntityWrite = { operation: 'patch', given: changes, key: stored[primary] as string, schemas: context.schemas };
  const row = await prepare(writer, schema, write, stored, context);
  // A key never changes: a body with another key means an entity that does not exist.
  if (row[primary] !== stored[primary]) throw notFoundAt(address);
  if (context.isReadOnly) throw operationUnsupported('update', schema.name);
  await writer.replace(schema.name, row);
  return finish(writer, schema, row, write, context);
}

export function notFoundAt({ field, value, isPrimary }: EntityAddress): EntityError {
  return notFound({ [field]: value }, isPrimary);
}

/** @throws EntityError others still need the entity */
export async function deleteEntity(writer: Writer, schema: EntitySchema, stored: Entity, { isReadOnly }: OperationContext): Promise<void> {
  if (isReadOnly) throw operationUnsupported('delete', schema.name);
  await rulesOf(schema.name).removing?.(writer, stored);
  await writer.delete(schema.name, stored[primaryKeyOf(schema)] as string);
}

async function finish(writer: Writer, schema: EntitySchema, row: Entity, write: EntityWrite, context: OperationContext): Promise<Entity> {
  const create = (type: string, given: EntityValue) => createEntity(writer, context.schemas.get(type)!, given, context);
  const rules = rulesOf(schema.name);
  await rules.written?.(writer, row, write, create);
  const caution = context.caution && rules.caution?.(row);
  if (caution !== undefined) context.caution!(schema.name, row[primaryKeyOf(schema)] as string, caution);
  const [entity] = await completed(writer, schema, [row]);
  return entity!;
}

/** The row to store: completed, or merged with the stored one, valid, references resolved, values transformed. */
async function prepare(
  reader: Reader, schema: EntitySchema, write: EntityWrite, stored: Entity | undefined, context: OperationContext,
): Promise<Entity> {
  const rules = rulesOf(schema.name);
  await rules.admit?.(reader, write);
  const given = await rules.supply?.(reader, schema, write, stored) ?? write.given;
  const ttl = schema.hasTtl ? { ttl: expiry(given, stored, context) } : undefined;
  const { entity: input, violations: notNormal } = normalized(schema, given);
  if (notNormal) throw schemaViolation(notNormal);
  const options = { schemas: context.schemas, now: context.now() };
  const completion = stored ? completeChange(schema, stored, input, options) : completeEntity(schema, input, options);
  const { entity, violations } = completion;
  // As in Kong, a name that refers to nothing is reported before anything that is invalid.
  const resolved = await resolveReferences(reader, completion, context.schemas);
  if (violations) throw schemaViolation(violations);
  const tooMany = tagViolation(entity);
  if (tooMany) throw schemaViolation({ tags: tooMany });
  const relations = await rules.relations?.(reader, resolved, write);
  if (relations) throw schemaViolation(relations);
  const row: Record<string, unknown> = { ...transformed(schema, resolved, given), ...ttl };
  for (const name of transientFieldsOf(schema)) delete row[name];
  return row;
}

/** What is wrong with an entity, as `/schemas/{entity}/validate` reports it; it checks neither references nor uniqueness. */
export function validateGiven(schema: EntitySchema, given: EntityValue, context: OperationContext): EntityError | undefined {
  const { entity, violations } = completeEntity(schema, given, { schemas: context.schemas, now: context.now() });
  const tooMany = violations ? undefined : tagViolation(entity);
  if (tooMany) return schemaViolation({ tags: tooMany });
  return violations && schemaViolation(violations);
}

/** Largest number of tags of an entity. Each tag is a row of four values, and SQLite binds at most 32,766 values in one statement. */
const MAX_TAGS = 4_000;

/** The text is Kong's for such limits; Kong has no limit for tags. */
function tagViolation({ tags }: EntityValue): string | undefined {
  return Array.isArray(tags) && tags.length > MAX_TAGS ? `length must be at most ${MAX_TAGS}` : undefined;
}

const MAX_TTL_SECONDS = 100_000_000;

/** When the row expires, in seconds since 1970; null: never. */
function expiry(given: EntityValue, stored: Entity | undefined, { now }: OperationContext): number | null {
  if (given.ttl === undefined) return (stored?.ttl ?? null) as number | null;
  const ttl = given.ttl;
  if (!Number.isInteger(ttl) || (ttl as number) < 0 || (ttl as number) > MAX_TTL_SECONDS) {
    throw invalidOption('ttl', `must be an integer between 0 and ${MAX_TTL_SECONDS}`);
  }
  return ttl === 0 ? null : Math.floor(now() / 1000) + (ttl as number);
}

/** @throws EntityError names every reference to nothing */
async function resolveReferences(reader: Reader, { entity, references }: Completion, schemas: Schemas): Promise<Entity> {
  const resolved: Record<string, unknown> = { ...entity };
  const unresolved: UnresolvedReference[] = [];
  for (const { field, reference, value } of references) {
    if (!isPlainObject(value)) continue;
    const id = value.id ?? await idByUnique(reader, field, value, schemas.get(reference)!, unresolved);
    if (id !== undefined) resolved[field] = { id };
  }
  if (unresolved.length > 0) throw unresolvedReferences(unresolved);
  return resolved;
}

/** The id of the entity that has the value of a unique field; without one, all that were looked for are unresolved. */
async function idByUnique(
  reader: Reader, field: string, value: EntityValue, target: EntitySchema, unresolved: UnresolvedReference[],
): Promise<unknown> {
  const missing: UnresolvedReference[] = [];
  for (const name of uniqueFieldsOf(target)) {
    const given = value[name];
    if (typeof given !== 'string' || violationOf(target.fields[name]!, given) !== undefined) continue;
    const found = await reader.getByUnique(target.name, name, given);
    if (found) return found[primaryKeyOf(target)];
    missing.push({ field, name, value: given, target: target.name });
  }
  unresolved.push(...missing);
  return undefined;
}
