/** Builds the rows of a whole configuration, and tells how they differ from those before. Other work may go on meanwhile. */
import { isSameJson } from '../../base/same-json.ts';
import { inSteps } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';
import { danglingReference, primaryKeyViolation, uniqueViolation } from '../../model/entity-error.ts';
import { primaryKeyOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../model/schema/entity-schema.ts';
import { EMPTY_INDEX, expiryOf, indexOf } from '../entity-index.ts';
import type { Change, Entity } from '../store.ts';
import { IndexedRows } from './indexed-rows.ts';

/** @throws EntityError two rows have one key or one unique value, or a reference leads nowhere */
export async function newRows(given: ReadonlyMap<string, readonly Entity[]>, schemas: Schemas): Promise<IndexedRows> {
  for (const entity of given.keys()) if (!schemas.has(entity)) throw new Error(`no entity type is named '${entity}'`);
  const rows = new IndexedRows();
  await inSteps(forEach(inOrder(given, schemas), ([schema, row]) => add(rows, schema, row)));
  await inSteps(forEach(inOrder(given, schemas), ([schema, row]) => checkReferences(rows, schema, row)));
  return rows;
}

/** What was removed, what belongs to a type first; then what is new or different. */
export async function differences(
  before: IndexedRows, after: IndexedRows, schemas: Schemas, { revision, at }: Pick<Change, 'revision' | 'at'>,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const log = (entity: string, key: string, operation: Change['operation'], old: Entity | null, row: Entity | null) => (
    void changes.push({ revision, position: changes.length + 1, entity, key, operation, before: old, after: row, at }));
  await inSteps(forEach(keysIn(before, [...schemas.keys()].reverse()), ([entity, key]) => {
    if (!after.find(entity, key)) log(entity, key, 'delete', before.find(entity, key)!.row, null);
  }));
  await inSteps(forEach(keysIn(after, [...schemas.keys()]), ([entity, key]) => {
    const [old, { row }] = [before.find(entity, key)?.row ?? null, after.find(entity, key)!];
    if (!old || !isSameJson(old, row)) log(entity, key, old ? 'replace' : 'insert', old, row);
  }));
  return changes;
}

/** In ascending order of keys, so that indexes grow at their ends. */
function* inOrder(given: ReadonlyMap<string, readonly Entity[]>, schemas: Schemas): Generator<readonly [EntitySchema, Entity]> {
  for (const schema of schemas.values()) {
    const primary = primaryKeyOf(schema);
    const rows = [...given.get(schema.name) ?? []].sort((one, other) => (one[primary] as string) < (other[primary] as string) ? -1 : 1);
    for (const row of rows) yield [schema, row];
  }
}

function* keysIn(rows: IndexedRows, entities: readonly string[]): Generator<readonly [string, string]> {
  for (const entity of entities) for (const key of rows.keysOf(entity).after()) yield [entity, key];
}

function add(rows: IndexedRows, schema: EntitySchema, row: Entity): void {
  const entity = schema.name;
  const key = row[primaryKeyOf(schema)] as string;
  const index = indexOf(schema, row);
  if (rows.find(entity, key)) throw primaryKeyViolation({ [primaryKeyOf(schema)]: key });
  const twin = index.unique.find((value) => rows.ownerOf(entity, value) !== undefined);
  if (twin) throw uniqueViolation(twin.values);
  rows.put({ entity, key, row, expiresAt: expiryOf(schema, row), removed: EMPTY_INDEX, added: index }, index);
  rows.keep();
}

function checkReferences(rows: IndexedRows, schema: EntitySchema, row: Entity): void {
  const dangling = indexOf(schema, row).references.find(({ target, targetKey }) => !rows.find(target, targetKey));
  if (dangling) throw danglingReference(dangling.field, { id: dangling.targetKey }, dangling.target);
}

/** Rows differ in what they cost: a pause is possible after each. */
function* forEach<T>(items: Iterable<T>, act: (item: T) => void): Steps<void> {
  for (const item of items) {
    act(item);
    yield;
  }
}
