/** What is wrong with a configuration table. */
import type { Row } from './config-table.ts';

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

/** A row that is not served, completed as far as possible. */
export interface SetAsideRow {
  /** Entity type; it may be one that this version does not know. */
  readonly entity: string;
  readonly row: Row;
  /** Why. At least one. */
  readonly errors: readonly TableError[];
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

/** An error of one row, with what names the row. */
export function errorOf(entity: string, index: number, row: Row, field: string, message: string): TableError {
  const name = row.name ?? row.username ?? row.instance_name;
  return { entity, index, field, message, ...typeof row.id === 'string' && { id: row.id }, ...typeof name === 'string' && { name } };
}
