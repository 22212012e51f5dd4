/** Runs one operation of a batch inside its transaction: it sees what the operations before it have written. */
import { EntityError, schemaViolation } from '../../../model/entity-error.ts';
import { UUID } from '../../../model/schema/compiled/constraints.ts';
import { foreignFieldsOf, primaryKeyOf, uniqueFieldsOf } from '../../../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { isPlainObject } from '../../../model/schema/plain-object.ts';
import { inlineTable } from '../../../model/schema/violations.ts';
import type { Entity, Reader, WantedRow, Writer } from '../../../store/store.ts';
import { addressOf, changeEntity, createEntity, deleteEntity, findAt, notFoundAt, putEntity } from '../../entity-operations.ts';
import type { EntityAddress, OperationContext, Parent } from '../../entity-operations.ts';
import type { BatchOperation } from './batch-request.ts';

/**
 * Entity types that batches may have: those with endpoints, and those that join two of them, such as memberships in groups, which have no
 * endpoint of their own.
 */
export function batchTypes(schemas: Schemas): ReadonlySet<string> {
  return new Set([...schemas.values()]
    .filter((schema) => schema.hasAdminApi !== false || (schema.isExported !== false && foreignFieldsOf(schema).length > 0))
    .map(({ name }) => name));
}

interface Outcome {
  /** The entity as it is now; null when there is none. */
  readonly entity: Entity | null;
  readonly isChanged: boolean;
}

/** @throws EntityError as the same request to the entity's endpoint */
export async function runOperation(writer: Writer, operation: BatchOperation, context: OperationContext): Promise<Outcome> {
  const schema = context.schemas.get(operation.entity)!;
  const parents = await parentsOf(writer, schema, operation.within ?? {}, context.schemas);
  const references = Object.fromEntries(parents.map(({ field, key }) => [field, { id: key }]));
  const { body = {} } = operation;
  switch (operation.operation) {
    case 'create':
      return { entity: await createEntity(writer, schema, { ...body, ...references }, context), isChanged: true };
    case 'put': {
      const address = await addressFor(writer, operation, parents, context.schemas);
      const whole = { ...body, ...references };
      if (!address) return { entity: await createEntity(writer, schema, whole, context), isChanged: true };
      let isChanged = true;
      const unchanged = () => {
        isChanged = false;
      };
      const entity = await putEntity(writer, schema, address, whole, { ...context, unchanged });
      return { entity, isChanged };
    }
    case 'patch': {
      const address = await addressFor(writer, operation, parents, context.schemas);
      const stored = address && await storedAt(writer, schema, address, parents);
      if (!stored) throw address ? notFoundAt(address) : missingWithin(references);
      return { entity: await changeEntity(writer, schema, stored, address, { ...references, ...body }, context), isChanged: true };
    }
    case 'delete': {
      const address = await addressFor(writer, operation, parents, context.schemas);
      const stored = address && await storedAt(writer, schema, address, parents);
      if (stored) await deleteEntity(writer, schema, stored, context);
      return { entity: null, isChanged: stored !== undefined };
    }
  }
}

/** @throws EntityError a field refers to nothing, or the entity that it names does not exist */
async function parentsOf(
  reader: Reader, schema: EntitySchema, within: Readonly<Record<string, string>>, schemas: Schemas,
): Promise<readonly Parent[]> {
  const fields = new Map(foreignFieldsOf(schema).map(({ name, reference }) => [name, schemas.get(reference)!]));
  const parents: Parent[] = [];
  for (const [field, text] of Object.entries(within)) {
    const target = fields.get(field);
    if (!target) throw schemaViolation({ within: { [field]: `no field of ${schema.name} that refers to an entity` } });
    const address = addressOf(target, text);
    const found = await findAt(reader, target, address);
    if (!found) throw notFoundAt(address);
    parents.push({ field, key: found[primaryKeyOf(target)] as string });
  }
  return parents;
}

/**
 * Where the entity is. Without a key, the body's id or name says it, or the parents do, where only one entity may belong to them all.
 *
 * @returns undefined when only the parents say it and there is no such entity
 */
async function addressFor(
  reader: Reader, { key, body = {}, operation, entity }: BatchOperation, parents: readonly Parent[], schemas: Schemas,
): Promise<EntityAddress | undefined> {
  const schema = schemas.get(entity)!;
  const primary = primaryKeyOf(schema);
  const parent = parents.length === 1 ? parents[0] : undefined;
  if (key !== undefined) return await addressByOther(reader, schema, key, schemas) ?? addressOf(schema, key, parent);
  const named = operation === 'put' ? body[primary] ?? body[(parent && schema.nestedKey) ?? schema.endpointKey ?? primary] : undefined;
  if (typeof named === 'string') return addressOf(schema, named, parent);
  const fields = parents.map(({ field }) => field);
  const isUnique = schema.uniqueTogether?.some((together) => (
    together.length === fields.length && together.every((name) => fields.includes(name))));
  if (!isUnique) throw schemaViolation({ key: 'required field missing' });
  const found = await reader.getByCombination(schema.name, Object.fromEntries(parents.map((each) => [each.field, { id: each.key }])));
  return found && { field: primary, value: found[primary] as string, isPrimary: true };
}

/** An entity of another type can stand for it: a server name for its certificate. */
async function addressByOther(
  reader: Reader, schema: EntitySchema, key: string, schemas: Schemas,
): Promise<EntityAddress | undefined> {
  const { addressedBy } = schema;
  if (!addressedBy || UUID.test(key)) return undefined;
  const otherSchema = schemas.get(addressedBy.entity)!;
  const address = addressOf(otherSchema, key);
  const other = await findAt(reader, otherSchema, address);
  if (!other) throw notFoundAt(address);
  return { field: primaryKeyOf(schema), value: (other[addressedBy.field] as { readonly id: string }).id, isPrimary: true };
}

/** The entity, if it belongs to all of the parents. */
async function storedAt(
  reader: Reader, schema: EntitySchema, address: EntityAddress, parents: readonly Parent[],
): Promise<Entity | undefined> {
  const stored = await findAt(reader, schema, address);
  const refersTo = (field: string) => (stored?.[field] as { readonly id?: string } | null | undefined)?.id;
  return parents.every(({ field, key }) => refersTo(field) === key) ? stored : undefined;
}

function missingWithin(references: EntityValue): EntityError {
  return new EntityError('notFound', `could not find the entity of '${inlineTable(references)}'`, references);
}

/** The rows that an operation will most likely read: the entity that it names, and those that it refers to. */
export function wantedRows({ entity, key, body = {}, within = {} }: BatchOperation, schemas: Schemas): readonly WantedRow[] {
  const schema = schemas.get(entity)!;
  const named = (target: EntitySchema, text: string): WantedRow[] => {
    if (UUID.test(text)) return [{ entity: target.name, key: text.toLowerCase() }];
    return target.endpointKey === undefined ? [] : [{ entity: target.name, field: target.endpointKey, value: text }];
  };
  return [
    ...key === undefined || schema.addressedBy ? [] : named(schema, key),
    ...foreignFieldsOf(schema).flatMap(({ name, reference }) => {
      const target = schemas.get(reference)!;
      const given: unknown = within[name] ?? body[name];
      if (typeof given === 'string') return Object.hasOwn(within, name) ? named(target, given) : [];
      if (!isPlainObject(given)) return [];
      if (typeof given.id === 'string') return UUID.test(given.id) ? [{ entity: reference, key: given.id }] : [];
      return uniqueFieldsOf(target).flatMap((field) => (
        typeof given[field] === 'string' ? [{ entity: reference, field, value: given[field] }] : []));
    }),
  ];
}
