/** Writes entities inside one transaction of any store: checks the rules between entities, numbers the changes. */
import type { EntityError } from '../model/entity-error.ts';
import { danglingReference, primaryKeyViolation, uniqueViolation } from '../model/entity-error.ts';
import { primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { EMPTY_INDEX, expiryOf, indexChanges, indexOf } from './entity-index.ts';
import type { RowIndex } from './entity-index.ts';
import { ofOperation } from './failed-operation.ts';
import { planRemoval, removalRules } from './removal.ts';
import type { RemovalRules } from './removal.ts';
import type { Claim, LogPlace, RowKey, RowTables, WrittenRow } from './row-tables.ts';
import type { ChangedRow, Entity, ListOptions, Page, Reader, TagRow, WantedRow, Writer } from './store.ts';

export interface WriterOptions {
  /** Reads inside the transaction. */
  readonly reader: Reader;
  readonly tables: RowTables;
  readonly schemas: Schemas;
  /** The revision before the transaction. */
  readonly revision: number;
}

export class EntityWriter implements Writer {
  readonly #reader: Reader;
  readonly #tables: RowTables;
  readonly #schemas: Schemas;
  readonly #rules: RemovalRules;
  /** Rows as the transaction has read or written them: a row is read before it is replaced. */
  readonly #known = new Map<string, Entity>();
  readonly #revision: number;
  #changed: number | undefined;
  #position = 1;
  #nextExpiry: number | undefined;
  operation: number | undefined;

  constructor({ reader, tables, schemas, revision }: WriterOptions) {
    this.#reader = reader;
    this.#tables = tables;
    this.#schemas = schemas;
    this.#revision = revision;
    this.#rules = rulesOf(schemas);
  }

  /** The revision of this writer's changes; `undefined` until the first of them. */
  get changed(): number | undefined {
    return this.#changed;
  }

  /** When the first of the written rows expires, in seconds since 1970; `undefined`: none does. */
  get nextExpiry(): number | undefined {
    return this.#nextExpiry;
  }

  async get(entity: string, key: string): Promise<Entity | undefined> {
    return this.#known.get(`${entity}/${key}`) ?? this.#remember(entity, await this.#reader.get(entity, key));
  }

  async getByUnique(entity: string, field: string, value: unknown): Promise<Entity | undefined> {
    return this.#remember(entity, await this.#reader.getByUnique(entity, field, value));
  }

  async getByCombination(entity: string, values: EntityValue): Promise<Entity | undefined> {
    return this.#remember(entity, await this.#reader.getByCombination(entity, values));
  }

  list(entity: string, options: ListOptions): Promise<Page> {
    return this.#reader.list(entity, options);
  }

  all(entity: string): Promise<readonly Entity[]> {
    return this.#reader.all(entity);
  }

  tags(options: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>> {
    return this.#reader.tags(options);
  }

  async revision(): Promise<number> {
    return this.#changed ?? this.#revision;
  }

  changedSince(revision: number, limit: number): Promise<readonly ChangedRow[] | undefined> {
    return this.#reader.changedSince(revision, limit);
  }

  async preload(wanted: readonly WantedRow[]): Promise<void> {
    for (const row of wanted) await ('key' in row ? this.get(row.entity, row.key) : this.getByUnique(row.entity, row.field, row.value));
  }

  async flush(): Promise<void> {
    // Each change is written as it is made.
  }

  async insert(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    const written = this.#written(schema, row, null);
    await this.#check({ ...written, isNew: true, unique: written.added.unique, references: this.#unknown(written) }, schema);
    await this.#tables.insert([written], this.#place(1));
    this.#wrote([written]);
  }

  async replace(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    const key = keyOf(schema, row);
    const before = await this.get(entity, key);
    if (!before) throw new Error(`cannot replace ${entity} '${key}': it does not exist`);
    const written = this.#written(schema, row, before);
    const [{ unique }, references] = [written.added, this.#unknown(written)];
    if (unique.length + references.length > 0) await this.#check({ entity, key, isNew: false, unique, references }, schema);
    await this.#tables.replace([written], this.#place(1));
    this.#wrote([written]);
  }

  delete(entity: string, key: string): Promise<boolean> {
    return this.#remove([{ entity, key }], 'delete');
  }

  /** Removes the rows whose time to live is over, with all that belongs to them. @param nowMs milliseconds since 1970 */
  async removeExpired(nowMs: number): Promise<void> {
    const rows = await this.#tables.expired(nowMs);
    if (rows.length > 0) await this.#remove(rows, 'expire');
  }

  async #remove(roots: readonly RowKey[], operation: 'delete' | 'expire'): Promise<boolean> {
    const { found, references } = await this.#tables.dependents(roots, this.#rules.cascading);
    if (found.length === 0) return false;
    const { removed, cleared } = planRemoval(found, references, this.#rules);
    if (cleared.length > 0) await this.#clear(cleared);
    await this.#tables.remove(removed, operation, this.#place(removed.length));
    for (const { entity, key } of removed) this.#known.delete(`${entity}/${key}`);
    return true;
  }

  async #clear(cleared: readonly (RowKey & { readonly fields: readonly string[] })[]): Promise<void> {
    const rows = new Map((await this.#tables.rows(cleared)).map((found) => [`${found.entity}/${found.key}`, found.row]));
    const written = cleared.map(({ entity, key, fields }) => {
      const schema = this.#schemaOf(entity);
      const before = rows.get(`${entity}/${key}`)!;
      return this.#written(schema, { ...before, ...Object.fromEntries(fields.map((field) => [field, null])) }, before);
    });
    for (const { entity, key, added: { unique } } of written) {
      if (unique.length > 0) await this.#check({ entity, key, isNew: false, unique, references: [] }, this.#schemaOf(entity));
    }
    await this.#tables.replace(written, this.#place(written.length));
    this.#wrote(written);
  }

  /** @throws EntityError the first of them in Kong's order: the key, unique values, references */
  async #check(claim: Claim, schema: EntitySchema): Promise<void> {
    const { isKeyTaken, taken, missing } = await this.#tables.check(claim);
    const failed = (error: EntityError) => ofOperation(error, this.operation);
    if (isKeyTaken) throw failed(primaryKeyViolation({ [primaryKeyOf(schema)]: claim.key }));
    const twin = claim.unique.find(({ field }) => taken.has(field));
    if (twin) throw failed(uniqueViolation(twin.values));
    const dangling = claim.references.find(({ field }) => missing.has(field));
    if (dangling) throw failed(danglingReference(dangling.field, { id: dangling.targetKey }, dangling.target));
  }

  /** New references to rows that the transaction has not seen. */
  #unknown({ added }: WrittenRow): RowIndex['references'] {
    return added.references.filter(({ target, targetKey }) => !this.#known.has(`${target}/${targetKey}`));
  }

  #written(schema: EntitySchema, row: Entity, before: Entity | null): WrittenRow {
    const changes = indexChanges(before ? indexOf(schema, before) : EMPTY_INDEX, indexOf(schema, row));
    return { entity: schema.name, key: keyOf(schema, row), before, row, expiresAt: expiryOf(schema, row), ...changes };
  }

  #wrote(rows: readonly WrittenRow[]): void {
    for (const { entity, key, row, expiresAt } of rows) {
      this.#known.set(`${entity}/${key}`, row);
      if (expiresAt !== null) this.#nextExpiry = Math.min(expiresAt, this.#nextExpiry ?? Infinity);
    }
  }

  #place(changes: number): LogPlace {
    this.#changed ??= this.#revision + 1;
    const place = { revision: this.#changed, position: this.#position };
    this.#position += changes;
    return place;
  }

  #remember(entity: string, row: Entity | undefined): Entity | undefined {
    if (row) this.#known.set(`${entity}/${keyOf(this.#schemaOf(entity), row)}`, row);
    return row;
  }

  #schemaOf(entity: string): EntitySchema {
    const schema = this.#schemas.get(entity);
    if (!schema) throw new Error(`no entity type is named '${entity}'`);
    return schema;
  }
}

const RULES = new WeakMap<Schemas, RemovalRules>();

function rulesOf(schemas: Schemas): RemovalRules {
  let rules = RULES.get(schemas);
  if (!rules) RULES.set(schemas, rules = removalRules(schemas));
  return rules;
}

function keyOf(schema: EntitySchema, row: Entity): string {
  return row[primaryKeyOf(schema)] as string;
}
