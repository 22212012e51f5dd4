/** SQL as text with named parameters, written once for all databases. */
import { CompiledQuery } from 'kysely';

import type { Connection, Dialect } from './tables.ts';

export interface Statement {
  readonly text: string;
  /** Names of the parameters, in the order in which the database counts them. */
  readonly names: readonly string[];
}

export type Parameters = Readonly<Record<string, string | number | null>>;

/**
 * @param template `:name` is a parameter; `elements(:name)` is a table with one column `value`, whose rows are the elements of a JSON array
 * of arrays: `value ->> 0` is the first part of one, as text
 */
export function statement({ name, elements, translate }: Pick<Dialect, 'name' | 'elements' | 'translate'>, template: string): Statement {
  const names: string[] = [];
  const parts = 1 + Math.max(-1, ...[...template.matchAll(/value ->> (\d+)/g)].map(([, part]) => Number(part)));
  const tables = (translate?.(template) ?? template).replace(/elements\((:\w+)\)/g, (_, parameter: string) => elements(parameter, parts));
  const text = tables.replace(/:(\w+)/g, (_, given: string) => {
    // Parameters of MySQL have no numbers.
    if (name === 'mysql' || !names.includes(given)) names.push(given);
    return name === 'mysql' ? '?' : `${name === 'postgres' ? '$' : '?'}${names.indexOf(given) + 1}`;
  });
  return { text: text.replace(/\s+/g, ' ').trim(), names };
}

export async function run<Row>(connection: Connection, { text, names }: Statement, values: Parameters): Promise<readonly Row[]> {
  const query = CompiledQuery.raw(text, names.map((name) => values[name]));
  return (await connection.executeQuery(query)).rows as readonly Row[];
}
