/**
 * Reads configuration tables, one after another. Rows that are in the table before, too, are neither completed nor validated again, and
 * come out as the same objects.
 */
import type { Steps } from '../base/steps.ts';
import { FORMAT_VERSIONS } from './format-version.ts';
import type { Schemas } from './schema/entity-schema.ts';
import { isPlainObject } from './schema/plain-object.ts';
import type { TableError } from './table-error.ts';
import { TypeReader } from './type-reader.ts';
import type { TypeReading } from './type-reader.ts';

export interface TableReading {
  readonly formatVersion: unknown;
  readonly transform: unknown;
  /** Errors that belong to no row. With these, nothing else counts. */
  readonly tableErrors: readonly TableError[];
  /** In the order of the table. */
  readonly types: readonly TypeReading[];
  /** Rows of entity types that this version does not know. */
  readonly unknown: ReadonlyMap<string, readonly unknown[]>;
}

export class TableReader {
  readonly #schemas: Schemas;
  /** Of the table before; none when it could not be read, or was of another format. */
  #readers: ReadonlyMap<string, TypeReader> = new Map();
  #formatVersion: unknown;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  * read(table: unknown): Steps<TableReading> {
    if (!isPlainObject(table)) return unreadable([{ entity: '', field: '', message: 'expected a table of entities' }]);
    const formatVersion = table._format_version;
    const transform = table._transform ?? true;
    const before = formatVersion === this.#formatVersion ? this.#readers : new Map<string, TypeReader>();
    this.#readers = new Map();
    const tableErrors = headErrors(formatVersion, transform);
    const unknown = new Map<string, readonly unknown[]>();
    const readers = new Map<string, TypeReader>();
    for (const [name, value] of Object.entries(table)) {
      if (name === '_format_version' || name === '_transform' || value === null) continue;
      const schema = this.#schemas.get(name);
      const isKnown = schema !== undefined && schema.isExported !== false;
      const rows: unknown = isPlainObject(value) && Object.keys(value).length === 0 ? [] : value;
      if (!isKnown && Array.isArray(rows) && !name.startsWith('_')) unknown.set(name, rows);
      else if (!isKnown) tableErrors.push({ entity: name, field: '', message: 'unknown field' });
      else if (!Array.isArray(rows)) tableErrors.push({ entity: name, field: '', message: 'expected an array' });
      else {
        const reader = before.get(name) ?? new TypeReader(schema, this.#schemas);
        readers.set(name, reader);
        tableErrors.push(...yield* reader.readRows(rows, formatVersion));
      }
    }
    if (tableErrors.length > 0) return unreadable(tableErrors);
    for (const reader of readers.values()) yield* reader.checkRepetitions();
    const types: TypeReading[] = [];
    for (const reader of readers.values()) types.push(yield* reader.resolve((name) => readers.get(name)));
    this.#readers = readers;
    this.#formatVersion = formatVersion;
    return { formatVersion, transform, tableErrors, types, unknown };
  }
}

function unreadable(tableErrors: readonly TableError[]): TableReading {
  return { formatVersion: undefined, transform: undefined, tableErrors, types: [], unknown: new Map() };
}

function headErrors(version: unknown, transform: unknown): TableError[] {
  const errors: TableError[] = [];
  if (version === undefined || version === null) {
    errors.push({ entity: '_format_version', field: '', message: 'required field missing' });
  } else if (!FORMAT_VERSIONS.includes(version as string)) {
    errors.push({ entity: '_format_version', field: '', message: `expected one of: ${FORMAT_VERSIONS.join(', ')}` });
  }
  if (typeof transform !== 'boolean') {
    errors.push({ entity: '_transform', field: '', message: 'expected a boolean' });
  }
  return errors;
}
