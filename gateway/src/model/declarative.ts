/**
 * Reading a configuration table that somebody else made: a control plane through the tunnel, or a cache file.
 * The whole table is taken, or none of it. Which tables pass was recorded from Kong Gateway OSS 3.9.1 data planes.
 */
import type { ConfigTable, Row } from './config-table.ts';
import { KONG_ENTITIES } from './entities/kong-entities.ts';
import { FORMAT_VERSIONS, upgradedRow } from './format-version.ts';
import { foreignFieldsOf, primaryKeyOf, uniqueFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema, Schemas } from './schema/entity-schema.ts';
import { fillEntity } from './schema/fill.ts';
import { validateEntity } from './schema/validate-entity.ts';
import { isPlainObject } from './schema/validate-field.ts';
import { flattenViolations } from './schema/violations.ts';

/** One thing that is wrong with a table. */
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
  | { readonly ok: true; readonly table: ConfigTable; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly errors: readonly TableError[] };

export interface TableOptions {
  /** The entity types and plugins that this node knows. */
  readonly schemas: Schemas;
}

/**
 * Checks a table and completes it: every field of every row is there, references are id strings.
 * Unknown entity types, fields and plugins, dangling references and repeated names refuse the table; unknown fields that are null,
 * `{}` in place of `[]`, and references as `{ id }`, `{ name }` or name are accepted.
 */
export function validateConfigTable(table: unknown, options: TableOptions): TableResult {
  if (!isPlainObject(table)) return { ok: false, errors: [{ entity: '', field: '', message: 'expected a table of entities' }] };
  const reading = new TableReading(table, options.schemas);
  reading.readRows();
  reading.checkRepetitions();
  reading.resolveReferences();
  return reading.result();
}

/** One line for a log: what is wrong, at most the first few. */
export function describeTableErrors(errors: readonly TableError[], limit = 5): string {
  const texts = errors.slice(0, limit).map(({ entity, name, id, index, field, message }) => {
    const row = name ?? id ?? (index === undefined ? undefined : `entry ${index + 1}`);
    return `${[entity, row, field].filter((part) => part).join(': ')}: ${message}`;
  });
  const more = errors.length - texts.length;
  return more > 0 ? `${texts.join('; ')}; and ${more} more` : texts.join('; ');
}

class TableReading {
  private readonly rows = new Map<string, Row[]>();
  private readonly errors: TableError[] = [];
  private readonly warnings: string[] = [];

  constructor(private readonly table: Readonly<Record<string, unknown>>, private readonly schemas: Schemas) {
    const version = table._format_version;
    if (version === undefined || version === null) this.reject('_format_version', 'required field missing');
    else if (!FORMAT_VERSIONS.includes(version as string)) this.reject('_format_version', `expected one of: ${FORMAT_VERSIONS.join(', ')}`);
    if (table._transform !== undefined && table._transform !== null && typeof table._transform !== 'boolean') this.reject('_transform', 'expected a boolean');
  }

  readRows(): void {
    for (const [name, value] of Object.entries(this.table)) {
      if (name === '_format_version' || name === '_transform' || value === null) continue;
      const schema = this.schemas.get(name);
      const isKnown = schema ? schema.isExported !== false : KONG_ENTITIES.has(name);
      const rows = isPlainObject(value) && Object.keys(value).length === 0 ? [] : value;
      if (!isKnown) this.reject(name, 'unknown field');
      else if (!Array.isArray(rows)) this.reject(name, 'expected an array');
      else this.rows.set(name, schema ? this.readKnown(schema, rows) : this.carryThrough(name, rows));
    }
  }

  private readKnown(schema: EntitySchema, rows: readonly unknown[]): Row[] {
    return rows.map((row, index) => {
      if (!isPlainObject(row)) {
        this.errors.push({ entity: schema.name, index, field: '', message: 'expected a record' });
        return {};
      }
      const entity = fillEntity(schema, upgradedRow(this.table._format_version, schema.name, row), { mode: 'import', now: () => 0 });
      const invalid = validateEntity(schema, entity, { schemas: this.schemas, acceptsUnknownNulls: true, acceptsPlainReferences: true });
      for (const [field, message] of flattenViolations(invalid ?? {})) this.rejectRow(schema.name, index, entity, field, message);
      return onlyKnownFields(schema, entity);
    });
  }

  private carryThrough(name: string, rows: readonly unknown[]): Row[] {
    if (rows.length > 0) this.warnings.push(`${rows.length} ${name} in the configuration: this version does not use them`);
    return rows.filter(isPlainObject);
  }

  checkRepetitions(): void {
    for (const schema of this.known()) {
      for (const field of [primaryKeyOf(schema), ...uniqueFieldsOf(schema)]) {
        this.checkUnique(schema, (row) => row[field] ?? undefined, (value) => `${field} '${String(value)}' is used more than once`, field);
      }
      const together = schema.uniqueTogether;
      if (!together) continue;
      this.checkUnique(schema, (row) => JSON.stringify(together.map((field) => row[field])), () => `another row has the same ${together.join(', ')}`, '@entity');
    }
  }

  private checkUnique(schema: EntitySchema, keyOf: (row: Row) => unknown, message: (value: unknown) => string, field: string): void {
    const seen = new Set<unknown>();
    this.rows.get(schema.name)!.forEach((row, index) => {
      const value = keyOf(row);
      if (value === undefined) return;
      if (seen.has(value)) this.rejectRow(schema.name, index, row, field, message(value));
      seen.add(value);
    });
  }

  resolveReferences(): void {
    const ids = new ReferenceIndex(this.rows, this.schemas);
    for (const schema of this.known()) {
      const references = foreignFieldsOf(schema);
      if (references.length === 0) continue;
      this.rows.set(schema.name, this.rows.get(schema.name)!.map((row, index) => {
        const resolved: Record<string, unknown> = { ...row };
        for (const { name, reference } of references) {
          if (row[name] === null) continue;
          resolved[name] = ids.resolve(reference, row[name]);
          if (resolved[name] !== undefined) continue;
          this.rejectRow(schema.name, index, row, name, `invalid reference '${name}: ${printed(row[name])}' (no such entry in '${reference}')`);
        }
        return resolved;
      }));
    }
  }

  result(): TableResult {
    if (this.errors.length > 0) return { ok: false, errors: this.errors };
    const table: Record<string, unknown> = { _format_version: this.table._format_version, _transform: this.table._transform ?? true };
    for (const [name, rows] of this.rows) table[name] = rows;
    return { ok: true, table: table as unknown as ConfigTable, warnings: this.warnings };
  }

  private known(): readonly EntitySchema[] {
    return [...this.rows.keys()].flatMap((name) => this.schemas.get(name) ?? []);
  }

  private reject(entity: string, message: string): void {
    this.errors.push({ entity, field: '', message });
  }

  private rejectRow(entity: string, index: number, row: Row, field: string, message: string): void {
    const name = row.name ?? row.username ?? row.instance_name;
    this.errors.push({
      entity, index, field, message,
      ...typeof row.id === 'string' && { id: row.id },
      ...typeof name === 'string' && { name },
    });
  }
}

/** Finds the id behind whatever may stand for a row. */
class ReferenceIndex {
  private readonly byEntity = new Map<string, Map<unknown, string>>();

  constructor(private readonly rows: ReadonlyMap<string, readonly Row[]>, private readonly schemas: Schemas) {}

  resolve(entity: string, value: unknown): string | undefined {
    const index = this.indexOf(entity);
    if (!isPlainObject(value)) return index.get(value);
    return Object.values(value).map((part) => index.get(part)).find((id) => id !== undefined);
  }

  private indexOf(entity: string): Map<unknown, string> {
    let index = this.byEntity.get(entity);
    if (!index) {
      const schema = this.schemas.get(entity);
      const unique = schema ? uniqueFieldsOf(schema) : ['name'];
      index = new Map();
      for (const row of this.rows.get(entity) ?? []) {
        for (const field of unique) if (typeof row[field] === 'string') index.set(row[field], row.id as string);
      }
      // Ids last: they win over a name that looks like one.
      for (const row of this.rows.get(entity) ?? []) index.set(row.id, row.id as string);
      this.byEntity.set(entity, index);
    }
    return index;
  }
}

function onlyKnownFields(schema: EntitySchema, row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => Object.hasOwn(schema.fields, name) || (name === 'ttl' && schema.hasTtl)));
}


function printed(reference: unknown): string {
  return isPlainObject(reference) ? String(Object.values(reference)[0]) : String(reference);
}
