/** Exports the configuration of a store for data planes. */
import type { ConfigTable } from '../model/config-table.ts';
import { exportedTable } from '../model/exported-table.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { Entity, Store } from '../store/store.ts';

interface Exported {
  readonly table: ConfigTable;
  /** The revision of the store that the table contains. */
  readonly revision: number;
}

/** Reads one revision of the store. Rows are in ascending order of their keys. */
export async function exportConfigTable(store: Store, schemas: Schemas): Promise<Exported> {
  return store.read(async (reader) => {
    const revision = await reader.revision();
    const rows = new Map<string, readonly Entity[]>();
    for (const { name, isExported } of schemas.values()) if (isExported !== false) rows.set(name, await reader.all(name));
    return { table: exportedTable(schemas, (name) => rows.get(name)!), revision };
  });
}
