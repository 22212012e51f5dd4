/** Writes entities inside one transaction of any store: checks the rules between entities, numbers the changes, writes them in sets. */
import { danglingReference, primaryKeyViolation, uniqueViolation } from '../model/entity-error.ts';
import { primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { DoomedRows } from './doomed-rows.ts';
import { combinationIn, EMPTY_INDEX, expiryOf, indexChanges, indexOf, uniqueValue } from './entity-index.ts';
import type { RowIndex, UniqueValue } from './entity-index.ts';
import { ofOperation } from './failed-operation.ts';
import { PendingChanges } from './pending-changes.ts';
import { planRemoval, removalRules } from './removal.ts';
import type { RemovalRules, RemovalStep } from './removal.ts';
import type { Claim, Finding, RowKey, RowTables } from './row-tables.ts';
import type { Change, ChangedRow, Entity, ListOptions, Newest, Page, Reader, TagRow, WantedRow, WriteOptions, Writer } from './store.ts';

export interface WriterOptions {
  /** Reads inside the transaction. */
  readonly reader: Reader;
  readonly tables: RowTables;
  readonly schemas: Schemas;
  /** The revision before the transaction. */
  readonly revision: number;
  /** When it began, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Rows that are written with one statement. */
const AT_ONCE = 1_000;

export class EntityWriter implements Writer {
  readonly #reader: Reader;
  readonly #tables: RowTables;
  readonly #schemas: Schemas;
  readonly #rules: RemovalRules;
  readonly #nowMs: number;
  readonly #revision: number;
  /** Rows as the transaction has read or left them; null: there is none. Other writers wait, so they stay true. */
  readonly #known = new Map<string, Entity | null>();
  /** Keys of the rows that have unique values; null: none has. */
  readonly #owners = new Map<string, string | null>();
  readonly #pending = new PendingChanges();
  readonly #doomed: DoomedRows;
  #changes = 0;
  #nextExpiry: number | undefined;
  operation: number | undefined;

  constructor({ reader, tables, schemas, revision, nowMs }: WriterOptions) {
    this.#reader = reader;
    this.#tables = tables;
    this.#schemas = schemas;
    this.#revision = revision;
    this.#nowMs = nowMs;
    this.#rules = rulesOf(schemas);
    this.#doomed = new DoomedRows(schemas, this.#rules);
  }

  /** The revision of this writer's changes; `undefined` until the first of them. */
  get changed(): number | undefined {
    return this.#changes === 0 ? undefined : this.#revision + 1;
  }

  /** When the first of the written rows expires, in seconds since 1970; `undefined`: none does. */
  get nextExpiry(): number | undefined {
    return this.#nextExpiry;
  }

  async get(entity: string, key: string): Promise<Entity | undefined> {
    const known = this.#known.get(idOf(entity, key));
    const row = known === undefined ? this.#remember(entity, key, await this.#reader.get(entity, key)) : known;
    if (!row || !this.#doomed.concerns(entity, row)) return row ?? undefined;
    await this.#settle();
    return this.#known.get(idOf(entity, key)) ?? undefined;
  }

  async getByUnique(entity: string, field: string, value: unknown): Promise<Entity | undefined> {
    if (value === null || value === undefined) return undefined;
    return this.#owned(entity, uniqueValue(field, value), () => this.#reader.getByUnique(entity, field, value));
  }

  async getByCombination(entity: string, values: EntityValue): Promise<Entity | undefined> {
    const value = combinationIn(this.#schemaOf(entity), values);
    return this.#owned(entity, value, () => this.#reader.getByCombination(entity, values));
  }

  async list(entity: string, options: ListOptions): Promise<Page> {
    await this.flush();
    return this.#reader.list(entity, options);
  }

  async all(entity: string): Promise<readonly Entity[]> {
    await this.flush();
    return this.#reader.all(entity);
  }

  async tags(options: { readonly size: number; readonly after?: string; readonly tag?: string }): Promise<Page<TagRow>> {
    await this.flush();
    return this.#reader.tags(options);
  }

  async revision(): Promise<number> {
    await this.#settle();
    return this.changed ?? this.#revision;
  }

  /** Of the state before the transaction. */
  newest(): Promise<Newest> {
    return this.#reader.newest();
  }

  async changedSince(since: Newest, limit: number): Promise<readonly ChangedRow[] | undefined> {
    await this.flush();
    return this.#reader.changedSince(since, limit);
  }

  async preload(wanted: readonly WantedRow[]): Promise<void> {
    const keys = wanted.filter((row): row is RowKey => 'key' in row).filter(({ entity, key }) => !this.#known.has(idOf(entity, key)));
    for (const part of inParts(keys)) {
      const found = await this.#tables.rows(part);
      for (const { entity, key } of part) this.#known.set(idOf(entity, key), null);
      for (const { entity, key, row } of found) this.#known.set(idOf(entity, key), row);
    }
    const values = wanted.filter((row) => !('key' in row) && row.value !== null && row.value !== undefined)
      .map((row) => row as Exclude<WantedRow, RowKey>).map(({ entity, field, value }) => ({ entity, ...uniqueValue(field, value) }))
      .filter((value) => !this.#owners.has(placeOf(value.entity, value)));
    for (const part of inParts(values)) {
      const found = await this.#tables.owners(part);
      for (const value of part) this.#owners.set(placeOf(value.entity, value), null);
      for (const { value, entity, key, row } of found) {
        this.#owners.set(placeOf(entity, part[value]!), key);
        if (!this.#known.has(idOf(entity, key))) this.#known.set(idOf(entity, key), row);
      }
    }
  }

  async insert(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    const key = keyOf(schema, row);
    const index = indexOf(schema, row);
    await this.#settle();
    if (this.#pending.isRemoved(entity, key)) await this.flush();
    await this.#claim({ entity, key, isNew: true, unique: index.unique, references: this.#unknown(index) });
    this.#pending.insert({ entity, key, row, expiresAt: expiryOf(schema, row), index });
    await this.#changed(schema, null, row, EMPTY_INDEX, index);
  }

  async replace(entity: string, row: Entity): Promise<void> {
    const schema = this.#schemaOf(entity);
    const key = keyOf(schema, row);
    await this.#settle();
    const before = await this.get(entity, key);
    if (!before) throw new Error(`cannot replace ${entity} '${key}': it does not exist`);
    const [old, index] = [indexOf(schema, before), indexOf(schema, row)];
    const { added } = indexChanges(old, index);
    const references = this.#unknown(added);
    if (added.unique.length + references.length > 0) {
      await this.#claim({ entity, key, isNew: false, unique: added.unique, references });
    }
    this.#pending.replace({ entity, key, row, expiresAt: expiryOf(schema, row), index }, old);
    await this.#changed(schema, before, row, old, index);
  }

  async delete(entity: string, key: string): Promise<boolean> {
    const row = await this.get(entity, key);
    if (!row) return false;
    this.#doomed.add(entity, key, this.operation);
    this.#forget(entity, key, indexOf(this.#schemaOf(entity), row).unique);
    if (this.#doomed.size >= AT_ONCE) await this.#settle();
    return true;
  }

  /** Removes the rows whose time to live is over, with all that belongs to them. */
  async removeExpired(): Promise<void> {
    const rows = await this.#tables.expired(this.#nowMs);
    if (rows.length > 0) await this.#remove([{ rows, operation: undefined }], 'expire');
  }

  async flush(): Promise<void> {
    await this.#settle();
    if (!this.#pending.isEmpty) await this.#write();
  }

  /** Writes what is left, and the record of the revision, if there are changes. @param isLast whether nothing follows in the transaction */
  async end(options: WriteOptions, isLast: boolean): Promise<void> {
    await this.#settle();
    if (this.#changes > 0) await this.#write({ options, isLast });
  }

  async #write(end?: { readonly options: WriteOptions; readonly isLast: boolean }): Promise<void> {
    const changes = this.#pending.take(this.#revision + 1);
    const findings = await this.#tables.write({ ...changes, ...end && { end: { ...end, changes: this.#changes } } });
    if (findings.length > 0) throw this.#errorOf(findings, changes.claims);
  }

  /** Finds what goes with the rows to delete. What comes after a delete and may depend on it waits for this. */
  async #settle(): Promise<void> {
    if (this.#doomed.size > 0) await this.#remove(this.#doomed.take(), 'delete');
  }

  async #remove(steps: readonly RemovalStep[], operation: 'delete' | 'expire'): Promise<void> {
    await this.flush();
    const { found, references } = await this.#tables.dependents(steps.flatMap(({ rows }) => rows), this.#rules.cascading);
    const rows = new Map(found.map(({ entity, key, row }) => [idOf(entity, key), row]));
    const { removed, cleared } = planRemoval(steps, references, this.#rules);
    if (cleared.length > 0) await this.#clear(cleared);
    for (const { entity, key } of removed) {
      this.#log({ entity, key, operation, before: rows.get(idOf(entity, key))!, after: null });
      if (this.#pending.size >= AT_ONCE) await this.flush();
    }
    // In one go: rows that are removed may refer to each other.
    for (const { entity, key } of removed) {
      const { unique } = indexOf(this.#schemaOf(entity), rows.get(idOf(entity, key))!);
      this.#pending.remove({ entity, key }, unique);
      this.#forget(entity, key, unique);
    }
  }

  #forget(entity: string, key: string, unique: readonly UniqueValue[]): void {
    this.#known.set(idOf(entity, key), null);
    for (const value of unique) this.#owners.set(placeOf(entity, value), null);
  }

  async #clear(cleared: readonly (RowKey & { readonly fields: readonly string[] })[]): Promise<void> {
    for (const { entity, key, row } of await this.#tables.rows(cleared)) this.#known.set(idOf(entity, key), row);
    for (const { entity, key, fields } of cleared) {
      const before = this.#known.get(idOf(entity, key))!;
      await this.replace(entity, { ...before, ...Object.fromEntries(fields.map((field) => [field, null])) });
    }
  }

  /** @throws EntityError it is certain already that the claim cannot be met; without it, that shows when it is written */
  async #claim(claim: Claim): Promise<void> {
    const { entity, key, isNew, unique, references } = claim;
    const givesWay = unique.some((value) => this.#pending.isReleased(entity, value, key))
      || references.some(({ target, targetKey }) => this.#pending.isRemoved(target, targetKey));
    if (givesWay) await this.flush();
    this.#pending.claim(claim, this.operation);
    const isTaken = isNew && (this.#known.get(idOf(entity, key)) ?? null) !== null;
    const twin = unique.find((value) => (this.#owners.get(placeOf(entity, value)) ?? key) !== key);
    if (!isTaken && !twin) return;
    const { claims } = this.#pending;
    const own: Finding = isTaken ? { claim: claims.length - 1, problem: 'key', field: '' }
      : { claim: claims.length - 1, problem: 'unique', field: twin!.field };
    throw this.#errorOf([...await this.#tables.check(claims), own], claims);
  }

  /** The first of them in the order of claims, and of one claim in Kong's order: the key, unique values, references. */
  #errorOf(findings: readonly Finding[], claims: readonly (Claim & { readonly operation: number | undefined })[]): Error {
    const first = Math.min(...findings.map(({ claim }) => claim));
    const { entity, key, unique, references, operation } = claims[first]!;
    const has = (problem: Finding['problem'], field = '') => (
      findings.some((finding) => finding.claim === first && finding.problem === problem && finding.field === field));
    if (has('key')) return ofOperation(primaryKeyViolation({ [primaryKeyOf(this.#schemaOf(entity))]: key }), operation);
    const twin = unique.find(({ field }) => has('unique', field));
    if (twin) return ofOperation(uniqueViolation(twin.values), operation);
    const { field, target, targetKey } = references.find((reference) => has('reference', reference.field))!;
    return ofOperation(danglingReference(field, { id: targetKey }, target), operation);
  }

  /** References to rows that the transaction has not seen. */
  #unknown({ references }: RowIndex): RowIndex['references'] {
    return references.filter(({ target, targetKey }) => (this.#known.get(idOf(target, targetKey)) ?? null) === null);
  }

  async #changed(schema: EntitySchema, before: Entity | null, row: Entity, old: RowIndex, index: RowIndex): Promise<void> {
    const [entity, key] = [schema.name, keyOf(schema, row)];
    const { removed, added } = indexChanges(old, index);
    for (const value of removed.unique) {
      this.#pending.release(entity, value, key);
      this.#owners.set(placeOf(entity, value), null);
    }
    for (const value of added.unique) this.#owners.set(placeOf(entity, value), key);
    this.#known.set(idOf(entity, key), row);
    this.#log({ entity, key, operation: before ? 'replace' : 'insert', before, after: row });
    const expiresAt = expiryOf(schema, row);
    if (expiresAt !== null) this.#nextExpiry = Math.min(expiresAt, this.#nextExpiry ?? Infinity);
    if (this.#pending.size >= AT_ONCE) await this.flush();
  }

  #log(change: Pick<Change, 'entity' | 'key' | 'operation' | 'before' | 'after'>): void {
    this.#changes += 1;
    this.#pending.log({ revision: this.#revision + 1, position: this.#changes, ...change, at: this.#nowMs });
  }

  async #owned(entity: string, value: UniqueValue, find: () => Promise<Entity | undefined>): Promise<Entity | undefined> {
    const place = placeOf(entity, value);
    const owner = this.#owners.get(place);
    if (owner !== undefined) return owner === null ? undefined : this.get(entity, owner);
    const row = await find();
    const key = row && keyOf(this.#schemaOf(entity), row);
    this.#owners.set(place, key ?? null);
    if (key === undefined) return undefined;
    // What the transaction has written to the row may not be in the tables yet.
    if (!this.#known.has(idOf(entity, key))) this.#remember(entity, key, row);
    return this.get(entity, key);
  }

  #remember(entity: string, key: string, row: Entity | undefined): Entity | undefined {
    this.#known.set(idOf(entity, key), row ?? null);
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

function idOf(entity: string, key: string): string {
  return `${entity}/${key}`;
}

function placeOf(entity: string, { field, text }: Pick<UniqueValue, 'field' | 'text'>): string {
  return `${entity}\n${field}\n${text}`;
}

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += AT_ONCE) yield items.slice(from, from + AT_ONCE);
}
