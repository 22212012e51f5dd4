/**
 * What a configuration asks for and this node cannot do. A service that depends on it is set aside, so that its requests do not go
 * elsewhere.
 */
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { SetAsideRow } from '../model/table-error.ts';
import { errorOf } from '../model/table-error.ts';

/** Entity types that a data plane stores and does not use, and what it does instead. */
export const UNUSED: Readonly<Record<string, string>> = {
  key_sets: 'no plugin reads them',
  keys: 'no plugin reads them',
};

/** One line about the unused entities of a table; undefined when it has none. */
export function unusedEntities(table: ConfigTable): string | undefined {
  const found = Object.keys(UNUSED).filter((name) => rowsOf(table, name).length > 0);
  if (found.length === 0) return undefined;
  const counts = found.map((name) => `${rowsOf(table, name).length} ${name}`);
  const instead = new Set(found.map((name) => UNUSED[name]));
  return `this version does not use ${counts.join(', ')} of the configuration: ${[...instead].join('; ')}`;
}

interface MetTable {
  /** Without the rows that are set aside. */
  readonly table: ConfigTable;
  readonly setAside: readonly SetAsideRow[];
}

/** @param aside rows that are in quarantine already */
export function withoutUnmetNeeds(table: ConfigTable, aside: readonly SetAsideRow[]): MetTable {
  const missing = new Set(aside.filter(({ entity }) => entity === 'upstreams').map(({ row }) => row.name));
  if (missing.size === 0) return { table, setAside: [] };
  const services = rowsOf(table, 'services');
  const setAside = services.flatMap((row, index): SetAsideRow[] => {
    if (!missing.has(row.host)) return [];
    const message = `'${String(row.host)}' is the name of an upstream that is in quarantine`;
    return [{ entity: 'services', row, errors: [errorOf('services', index, row, 'host', message)] }];
  });
  const gone = new Set(setAside.map(({ row }) => row));
  return { table: { ...table, services: services.filter((row) => !gone.has(row)) }, setAside };
}
