/**
 * The configuration as it crosses the tunnel: one array of rows for each entity type that has rows.
 * Foreign keys are id strings, unset fields are `null`, timestamps are numbers.
 * Source: reference of the hybrid mode, recorded from Kong Gateway OSS 3.9.1.
 */

/** One entity as stored: snake_case fields, always an `id` (except `parameters`, whose key is `key`). */
export type Row = Readonly<Record<string, unknown>>;

export interface ConfigTable {
  readonly _format_version: string;
  readonly _transform?: boolean;
  readonly [entity: string]: readonly Row[] | string | boolean | undefined;
}

const NONE: readonly Row[] = [];

/** The rows of one entity type; empty when the table has none. */
export function rowsOf(table: ConfigTable, entity: string): readonly Row[] {
  const rows = table[entity];
  return Array.isArray(rows) ? rows : NONE;
}
