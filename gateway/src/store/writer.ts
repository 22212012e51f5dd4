/** Writes entities inside one transaction: checks the rules between entities and logs the changes. */
import type { Transaction } from 'kysely';

import { danglingReference, primaryKeyViolation, stillReferenced, uniqueViolation } from '../model/entity-error.ts';
import { foreignFieldsOf, primaryKeyOf, uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import { TableReader, digestOf } from './reader.ts';
import type { Change, Entity, Writer } from './store.ts';
import type { Tables } from './tables.ts';

export class TableWriter extends TableReader implements Writer {
  readonly #transaction: Transaction<Tables>;
  readonly #schemas: Schemas;
  #changed: number | undefined;
  #position = 0;

  /** @param nowMs when the transaction began, in milliseconds since 1970: one moment decides which rows have expired */
  constructor(transaction: Transaction<Tables>, schemas: Schemas, nowMs: number) {
    super(transaction, nowMs);
    this.#transaction = transaction;
    this.#schemas = schemas;
  }

  /** The revision of this writer's changes; `undefined` until the first of them. */
  get changed(): number | undefined {
    return this.#changed;
  }

  /** Removes a row whose time to live is over, with what belongs to it. */
  async expire(entity: string, key: string): Promise<void> {
    await this.#remove(entity, key, 'expire');
  }

  async insert(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    const key = this.#keyOf(schema, row);
    if (await this.get(entity, key)) throw primaryKeyViolation({ [primaryKeyOf(schema)]: key });
    await this.#checkUnique(schema, row, key);
    await this.#checkReferences(schema, row);
    await this.#transaction.insertInto('entities').values({ entity, key, body: JSON.stringify(row), expires_at: expiryOf(row) }).execute();
    await this.#index(schema, row, key);
    await this.#log(entity, key, 'insert', row);
  }

  async replace(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    await this.#checkUnique(schema, row, this.#keyOf(schema, row));
    await this.#checkReferences(schema, row);
    await this.#overwrite(schema, row);
  }

  delete(entity: string, key: string): Promise<boolean> {
    return this.#remove(entity, key, 'delete');
  }

  /** @returns whether it was there */
  async #remove(entity: string, key: string, operation: 'delete' | 'expire'): Promise<boolean> {
    const found = await this.#transaction.selectFrom('entities').select('key')
      .where('entity', '=', entity).where('key', '=', key).executeTakeFirst();
    if (!found) return false;
    const referring = await this.#transaction.selectFrom('entity_references').selectAll()
      .where('target', '=', entity).where('target_key', '=', key).orderBy('entity').orderBy('key').orderBy('field').execute();
    for (const reference of referring) {
      const field = foreignFieldsOf(this.#schemaOf(reference.entity)).find(({ name }) => name === reference.field);
      if (field?.onDelete === 'cascade') await this.#remove(reference.entity, reference.key, operation);
      else if (field?.onDelete === 'null') await this.#clearReference(reference.entity, reference.key, reference.field);
      else throw stillReferenced(entity, reference.entity);
    }
    await this.#transaction.deleteFrom('entities').where('entity', '=', entity).where('key', '=', key).execute();
    await this.#log(entity, key, operation, null);
    return true;
  }

  async #overwrite(schema: EntitySchema, row: Entity): Promise<void> {
    const entity = schema.name;
    const key = this.#keyOf(schema, row);
    await this.#transaction.updateTable('entities').set({ body: JSON.stringify(row), expires_at: expiryOf(row) })
      .where('entity', '=', entity).where('key', '=', key).execute();
    await this.#unindex(entity, key);
    await this.#index(schema, row, key);
    await this.#log(entity, key, 'replace', row);
  }

  /** What the row still refers to is not checked: it may have expired together with what is removed. */
  async #clearReference(entity: string, key: string, field: string): Promise<void> {
    const found = await this.#transaction.selectFrom('entities').select('body')
      .where('entity', '=', entity).where('key', '=', key).executeTakeFirst();
    if (found) await this.#overwrite(this.#schemaOf(entity), { ...JSON.parse(found.body) as Entity, [field]: null });
  }

  async #checkUnique(schema: EntitySchema, row: Entity, key: string): Promise<void> {
    for (const { field, digest, values } of uniqueDigests(schema, row)) {
      const taken = await this.#transaction.selectFrom('unique_values').select('key')
        .where('entity', '=', schema.name).where('field', '=', field).where('digest', '=', digest)
        .where('key', '!=', key).executeTakeFirst();
      if (taken) throw uniqueViolation(values);
    }
  }

  async #checkReferences(schema: EntitySchema, row: Entity): Promise<void> {
    for (const { name, reference } of foreignFieldsOf(schema)) {
      const target = referenceIn(row, name);
      if (target !== undefined && !await this.get(reference, target)) throw danglingReference(name, { id: target }, reference);
    }
  }

  async #index(schema: EntitySchema, row: Entity, key: string): Promise<void> {
    const entity = schema.name;
    const unique = uniqueDigests(schema, row).map(({ field, digest }) => ({ entity, field, digest, key }));
    if (unique.length > 0) await this.#transaction.insertInto('unique_values').values(unique).execute();
    const references = foreignFieldsOf(schema).flatMap(({ name, reference }) => {
      const target = referenceIn(row, name);
      return target === undefined ? [] : [{ entity, key, field: name, target: reference, target_key: target }];
    });
    if (references.length > 0) await this.#transaction.insertInto('entity_references').values(references).execute();
    const tags = ((row.tags ?? []) as readonly string[]).map((tag) => ({ entity, key, digest: digestOf(tag), tag }));
    if (tags.length > 0) await this.#transaction.insertInto('entity_tags').values(tags).execute();
  }

  async #unindex(entity: string, key: string): Promise<void> {
    for (const table of ['unique_values', 'entity_references', 'entity_tags'] as const) {
      await this.#transaction.deleteFrom(table).where('entity', '=', entity).where('key', '=', key).execute();
    }
  }

  async #log(entity: string, key: string, operation: Change['operation'], after: Entity | null): Promise<void> {
    if (this.#changed === undefined) {
      await this.#transaction.updateTable('revisions').set((eb) => ({ value: eb('value', '+', 1) })).where('id', '=', 1).execute();
      this.#changed = await this.revision();
    }
    this.#position += 1;
    await this.#transaction.insertInto('changes').values({
      revision: this.#changed, position: this.#position, entity, key, operation, body: after && JSON.stringify(after), at: this.nowMs,
    }).execute();
  }

  #schemaOf(entity: string): EntitySchema {
    const schema = this.#schemas.get(entity);
    if (!schema) throw new Error(`no entity type is named '${entity}'`);
    return schema;
  }

  #keyOf(schema: EntitySchema, row: Entity): string {
    return row[primaryKeyOf(schema)] as string;
  }
}

interface UniqueDigest {
  readonly field: string;
  readonly digest: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function uniqueDigests(schema: EntitySchema, row: Entity): readonly UniqueDigest[] {
  const single = uniqueFieldsOf(schema).flatMap((field): UniqueDigest[] => {
    const value = row[field];
    return typeof value === 'string' ? [{ field, digest: digestOf(value), values: { [field]: value } }] : [];
  });
  const combined = (schema.uniqueTogether ?? []).map((together): UniqueDigest => {
    const values = Object.fromEntries(together.map((field) => [field, row[field]]));
    return { field: together.join('+'), digest: digestOf(JSON.stringify(values)), values };
  });
  // The combinations come first: of two violations, clients of Kong expect this one.
  return [...combined, ...single];
}

function referenceIn(row: Entity, field: string): string | undefined {
  return (row[field] as { readonly id: string } | null | undefined)?.id;
}

function expiryOf(row: Entity): number | null {
  return typeof row.ttl === 'number' ? row.ttl : null;
}
