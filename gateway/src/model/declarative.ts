/**
 * Validates a configuration table that comes from outside: from a control plane through the tunnel, or from a cache file.
 * `validateConfigTable` accepts or rejects it as a whole, as recorded Kong Gateway OSS 3.9.1 data planes do. `settleConfigTable` sets aside
 * the rows that are wrong, so that a data plane can serve the others.
 */
import type { ConfigTable, Row } from './config-table.ts';
import { FORMAT_VERSIONS, upgradedRow } from './format-version.ts';
import { invalidReference } from './invalid-reference.ts';
import { completeEntity } from './schema/complete.ts';
import { foreignFieldsOf, primaryKeyOf, secretFieldsOf, uniqueFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema, Schemas } from './schema/entity-schema.ts';
import { isPlainObject } from './schema/plain-object.ts';
import { flattenViolations } from './schema/violations.ts';

/** One error in a table. */
export interface TableError {
  /** Entity type, or the key of the table. */
  readonly entity: string;
  /** Position of the row, from 0. */
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  /** Dotted path of the field, e.g. `config.key_names.1`; `@entity` for the row as a whole, empty for the key itself. */
  readonly field: string;
  readonly message: string;
}

export type TableResult =
  | { readonly ok: true; readonly table: ConfigTable }
  | { readonly ok: false; readonly errors: readonly TableError[] };

/** A row that is not served, completed as far as possible. */
export interface SetAsideRow {
  /** Entity type; it may be one that this version does not know. */
  readonly entity: string;
  readonly row: Row;
  /** Why. At least one. */
  readonly errors: readonly TableError[];
}

export type SettledTable =
  | { readonly ok: true; readonly table: ConfigTable; readonly setAside: readonly SetAsideRow[] }
  | { readonly ok: false; readonly errors: readonly TableError[] };

interface TableOptions {
  /** The entity types and plugins that this node knows. */
  readonly schemas: Schemas;
}

/**
 * Validates a table and completes it: every row has every field, and references are id strings.
 * Unknown entity types, fields and plugins, dangling references and repeated names reject the table. Unknown fields that are null,
 * `{}` in place of `[]`, and references as `{ id }`, `{ name }` or a name are accepted.
 */
export function validateConfigTable(table: unknown, options: TableOptions): TableResult {
  if (!isPlainObject(table)) return { ok: false, errors: [{ entity: '', field: '', message: 'expected a table of entities' }] };
  return readWhole(table, options).result();
}

/**
 * Validates a table and completes it as `validateConfigTable` does, and sets rows aside that are wrong: those of types that this version
 * does not know, those with violations, those that refer to nothing, and all rows that claim the same id or unique value. Only errors that
 * belong to no row reject the table.
 */
export function settleConfigTable(table: unknown, options: TableOptions): SettledTable {
  if (!isPlainObject(table)) return { ok: false, errors: [{ entity: '', field: '', message: 'expected a table of entities' }] };
  return readWhole(table, options).settled();
}

function readWhole(table: Readonly<Record<string, unknown>>, { schemas }: TableOptions): TableReading {
  const reading = new TableReading(table, schemas);
  reading.readRows();
  reading.checkRepetitions();
  reading.resolveReferences();
  return reading;
}

/** The first errors in one line, for logs and messages, with the number of the others. */
export function describeTableErrors(errors: readonly TableError[], limit = 5): string {
  const texts = errors.slice(0, limit).map(({ entity, name, id, index, field, message }) => {
    const row = name ?? id ?? (index === undefined ? undefined : `entry ${index + 1}`);
    return `${[entity, row, field].filter((part) => part).join(': ')}: ${message}`;
  });
  const more = errors.length - texts.length;
  return more > 0 ? `${texts.join('; ')}; and ${more} more` : texts.join('; ');
}

class TableReading {
  readonly #rows = new Map<string, Row[]>();
  readonly #errors: TableError[] = [];
  /** Errors of the table itself; they are among `#errors`, too. */
  readonly #tableErrors: TableError[] = [];
  /** Errors by entity type and position of the row. */
  readonly #rowErrors = new Map<string, Map<number, TableError[]>>();
  /** Rows of entity types that this version does not know. */
  readonly #unknown = new Map<string, readonly unknown[]>();
  readonly #table: Readonly<Record<string, unknown>>;
  readonly #schemas: Schemas;

  constructor(table: Readonly<Record<string, unknown>>, schemas: Schemas) {
    this.#table = table;
    this.#schemas = schemas;
    const version = table._format_version;
    if (version === undefined || version === null) this.#reject('_format_version', 'required field missing');
    else if (!FORMAT_VERSIONS.includes(version as string)) {
      this.#reject('_format_version', `expected one of: ${FORMAT_VERSIONS.join(', ')}`);
    }
    const transform = table._transform ?? undefined;
    if (transform !== undefined && typeof transform !== 'boolean') this.#reject('_transform', 'expected a boolean');
  }

  readRows(): void {
    for (const [name, value] of Object.entries(this.#table)) {
      if (name === '_format_version' || name === '_transform' || value === null) continue;
      const schema = this.#schemas.get(name);
      const isKnown = schema !== undefined && schema.isExported !== false;
      const rows = isPlainObject(value) && Object.keys(value).length === 0 ? [] : value;
      if (!isKnown && Array.isArray(rows) && !name.startsWith('_')) this.#rejectType(name, rows);
      else if (!isKnown) this.#reject(name, 'unknown field');
      else if (!Array.isArray(rows)) this.#reject(name, 'expected an array');
      else this.#rows.set(name, this.#readKnown(schema, rows));
    }
  }

  #readKnown(schema: EntitySchema, rows: readonly unknown[]): Row[] {
    return rows.map((row, index) => {
      if (!isPlainObject(row)) {
        this.#rejectTable({ entity: schema.name, index, field: '', message: 'expected a record' });
        return {};
      }
      const { entity, violations } = completeEntity(schema, upgradedRow(this.#table._format_version, schema.name, row), {
        mode: 'import', now: 0, schemas: this.#schemas, acceptsUnknownNulls: true, acceptsPlainReferences: true,
      });
      for (const [field, message] of flattenViolations(violations ?? {})) this.#rejectRow(schema.name, index, entity, field, message);
      return entity;
    });
  }

  checkRepetitions(): void {
    for (const schema of this.#known()) {
      for (const field of [primaryKeyOf(schema), ...uniqueFieldsOf(schema)]) {
        // The value of a credential does not belong in logs.
        const isSecret = secretFieldsOf(schema).includes(field);
        const message = (value: unknown): string => `${field}${isSecret ? '' : ` '${String(value)}'`} is used more than once`;
        this.#checkUnique(schema, (row) => row[field] ?? undefined, message, field);
      }
      for (const together of schema.uniqueTogether ?? []) {
        const message = `another row has the same ${together.join(', ')}`;
        this.#checkUnique(schema, (row) => JSON.stringify(together.map((field) => row[field])), () => message, '@entity');
      }
    }
  }

  #checkUnique(schema: EntitySchema, keyOf: (row: Row) => unknown, message: (value: unknown) => string, field: string): void {
    const seen = new Map<unknown, number>();
    const rows = this.#rows.get(schema.name)!;
    rows.forEach((row, index) => {
      const value = keyOf(row);
      if (value === undefined) return;
      const first = seen.get(value);
      if (first === undefined) {
        seen.set(value, index);
        return;
      }
      this.#rejectRow(schema.name, index, row, field, message(value));
      // Which of the two was meant cannot be known.
      this.#addRowError(errorOf(schema.name, first, rows[first]!, field, message(value)));
    });
  }

  resolveReferences(): void {
    const ids = new ReferenceIndex(this.#rows, this.#schemas);
    for (const schema of this.#known()) {
      const references = foreignFieldsOf(schema);
      if (references.length === 0) continue;
      this.#rows.set(schema.name, this.#rows.get(schema.name)!.map((row, index) => {
        const resolved: Record<string, unknown> = { ...row };
        for (const { name, reference } of references) {
          if (row[name] === null) continue;
          resolved[name] = ids.resolve(reference, row[name]);
          if (resolved[name] !== undefined) continue;
          this.#rejectRow(schema.name, index, row, name, invalidReference(name, printed(row[name]), reference));
        }
        return resolved;
      }));
    }
  }

  result(): TableResult {
    if (this.#errors.length > 0) return { ok: false, errors: this.#errors };
    const table: Record<string, unknown> = { _format_version: this.#table._format_version, _transform: this.#table._transform ?? true };
    for (const [name, rows] of this.#rows) table[name] = rows;
    return { ok: true, table: table as unknown as ConfigTable };
  }

  settled(): SettledTable {
    if (this.#tableErrors.length > 0) return { ok: false, errors: this.#tableErrors };
    const table: Record<string, unknown> = { _format_version: this.#table._format_version, _transform: this.#table._transform ?? true };
    for (const [name, rows] of this.#rows) table[name] = rows.filter((_, index) => this.#errorsOf(name, index).length === 0);
    const known = [...this.#rows].flatMap(([entity, rows]) => (
      rows.map((row, index) => ({ entity, row, errors: this.#errorsOf(entity, index) }))));
    const unknown = [...this.#unknown].flatMap(([entity, rows]) => rows.map((given, index) => {
      const row = isPlainObject(given) ? given : {};
      return { entity, row, errors: [errorOf(entity, index, row, '', 'this version does not know entities of this type')] };
    }));
    return {
      ok: true, table: table as unknown as ConfigTable,
      setAside: [...known.filter(({ errors }) => errors.length > 0), ...unknown],
    };
  }

  #errorsOf(entity: string, index: number): readonly TableError[] {
    return this.#rowErrors.get(entity)?.get(index) ?? [];
  }

  #known(): readonly EntitySchema[] {
    return [...this.#rows.keys()].flatMap((name) => this.#schemas.get(name) ?? []);
  }

  #reject(entity: string, message: string): void {
    this.#rejectTable({ entity, field: '', message });
  }

  #rejectTable(error: TableError): void {
    this.#errors.push(error);
    this.#tableErrors.push(error);
  }

  #rejectType(entity: string, rows: readonly unknown[]): void {
    this.#errors.push({ entity, field: '', message: 'unknown field' });
    this.#unknown.set(entity, rows);
  }

  #rejectRow(entity: string, index: number, row: Row, field: string, message: string): void {
    const error = errorOf(entity, index, row, field, message);
    this.#errors.push(error);
    this.#addRowError(error);
  }

  #addRowError(error: TableError): void {
    const ofEntity = this.#rowErrors.get(error.entity) ?? new Map<number, TableError[]>();
    this.#rowErrors.set(error.entity, ofEntity);
    ofEntity.set(error.index!, [...ofEntity.get(error.index!) ?? [], error]);
  }
}

/** An error of one row, with what names the row. */
export function errorOf(entity: string, index: number, row: Row, field: string, message: string): TableError {
  const name = row.name ?? row.username ?? row.instance_name;
  return { entity, index, field, message, ...typeof row.id === 'string' && { id: row.id }, ...typeof name === 'string' && { name } };
}

/** Finds the id of a row by anything that identifies it. */
class ReferenceIndex {
  readonly #byEntity = new Map<string, Map<unknown, string>>();
  readonly #rows: ReadonlyMap<string, readonly Row[]>;
  readonly #schemas: Schemas;

  constructor(rows: ReadonlyMap<string, readonly Row[]>, schemas: Schemas) {
    this.#rows = rows;
    this.#schemas = schemas;
  }

  resolve(entity: string, value: unknown): string | undefined {
    const index = this.#indexOf(entity);
    if (!isPlainObject(value)) return index.get(value);
    return Object.values(value).map((part) => index.get(part)).find((id) => id !== undefined);
  }

  #indexOf(entity: string): Map<unknown, string> {
    let index = this.#byEntity.get(entity);
    if (!index) {
      const schema = this.#schemas.get(entity);
      const unique = schema ? uniqueFieldsOf(schema) : ['name'];
      index = new Map();
      for (const row of this.#rows.get(entity) ?? []) {
        for (const field of unique) if (typeof row[field] === 'string') index.set(row[field], row.id as string);
      }
      // Ids last, so that they win over names that look like ids.
      for (const row of this.#rows.get(entity) ?? []) index.set(row.id, row.id as string);
      this.#byEntity.set(entity, index);
    }
    return index;
  }
}

function printed(reference: unknown): string {
  return isPlainObject(reference) ? String(Object.values(reference)[0]) : String(reference);
}
