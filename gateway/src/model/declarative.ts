/**
 * Validates a configuration table that comes from outside: from a control plane through the tunnel, or from a cache file.
 * `validateConfigTable` accepts or rejects it as a whole, as recorded Kong Gateway OSS 3.9.1 data planes do. `settledTable` sets aside
 * the rows that are wrong, so that a data plane can serve the others.
 */
import { atOnce } from '../base/steps.ts';
import type { ConfigTable } from './config-table.ts';
import type { Schemas } from './schema/entity-schema.ts';
import { isPlainObject } from './schema/plain-object.ts';
import { errorOf } from './table-error.ts';
import type { SetAsideRow, TableError } from './table-error.ts';
import { TableReader } from './table-reader.ts';
import type { TableReading } from './table-reader.ts';

export type TableResult =
  | { readonly ok: true; readonly table: ConfigTable }
  | { readonly ok: false; readonly errors: readonly TableError[] };

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
export function validateConfigTable(table: unknown, { schemas }: TableOptions): TableResult {
  const reading = atOnce(new TableReader(schemas).read(table));
  const unknown = [...reading.unknown.keys()].map((entity): TableError => ({ entity, field: '', message: 'unknown field' }));
  const errors = [...reading.tableErrors, ...unknown, ...reading.types.flatMap((type) => type.errors)];
  return errors.length > 0 ? { ok: false, errors } : { ok: true, table: tableOf(reading) };
}

/**
 * The rows of a table, completed as `validateConfigTable` does, without those that are wrong: those of types that this version does not
 * know, those with violations, those that refer to nothing, and all rows that claim the same id or unique value. Only errors that belong to
 * no row reject the table.
 */
export function settledTable(reading: TableReading): SettledTable {
  if (reading.tableErrors.length > 0) return { ok: false, errors: reading.tableErrors };
  const unknown = [...reading.unknown].flatMap(([entity, rows]) => rows.map((given, index) => {
    const row = isPlainObject(given) ? given : {};
    return { entity, row, errors: [errorOf(entity, index, row, '', 'this version does not know entities of this type')] };
  }));
  return { ok: true, table: tableOf(reading), setAside: [...reading.types.flatMap(({ setAside }) => setAside), ...unknown] };
}

function tableOf({ formatVersion, transform, types }: TableReading): ConfigTable {
  const rows = Object.fromEntries(types.map(({ name, served }) => [name, served]));
  return { _format_version: formatVersion, _transform: transform, ...rows } as unknown as ConfigTable;
}
