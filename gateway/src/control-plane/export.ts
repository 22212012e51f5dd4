/** Exports the configuration of a store for data planes, and follows its changes: what has not changed is not read again. */
import type { ConfigTable, Row } from '../model/config-table.ts';
import { exportedRow, exportedTable } from '../model/exported-table.ts';
import { primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { ChangedRow, Entity, Newest, Reader, Store } from '../store/store.ts';

interface Exported {
  readonly table: ConfigTable;
  /** The revision of the store that the table contains. */
  readonly revision: number;
}

/** Rows that are taken over one by one; when there are more, everything is read. */
const MAX_CHANGES = 1_000;

/** Reads one revision of the store. Rows are in ascending order of their keys. */
export async function exportConfigTable(store: Store, schemas: Schemas): Promise<Exported> {
  return new ConfigurationExport(store, schemas).next();
}

export class ConfigurationExport {
  readonly #store: Store;
  readonly #schemas: Schemas;
  /** What is exported for a stored row. */
  readonly #rows = new WeakMap<Entity, Row>();
  /** Stored rows in ascending order of their keys, by entity type. A list is never changed. */
  #stored: ReadonlyMap<string, readonly Entity[]> = new Map();
  #newest: Newest | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, schemas: Schemas) {
    this.#store = store;
    this.#schemas = schemas;
  }

  /** The newest revision. One call waits for the other, so revisions come in their order. */
  next(): Promise<Exported> {
    const next = this.#last.then(() => this.#read());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #read(): Promise<Exported> {
    const { newest, stored } = await this.#store.read(async (reader) => {
      const changed = this.#newest && await reader.changedSince(this.#newest, MAX_CHANGES);
      return { newest: await reader.newest(), stored: changed ? this.#changed(changed) : await this.#everything(reader) };
    });
    this.#stored = stored;
    this.#newest = newest;
    const table = exportedTable(this.#schemas, (entity) => stored.get(entity) ?? [], (schema, row) => this.#row(schema, row));
    return { table, revision: newest.revision };
  }

  async #everything(reader: Reader): Promise<ReadonlyMap<string, readonly Entity[]>> {
    const stored = new Map<string, readonly Entity[]>();
    for (const { name, isExported } of this.#schemas.values()) if (isExported !== false) stored.set(name, await reader.all(name));
    return stored;
  }

  #changed(changed: readonly ChangedRow[]): ReadonlyMap<string, readonly Entity[]> {
    const stored = new Map(this.#stored);
    for (const [entity, changes] of Map.groupBy(changed, (change) => change.entity)) {
      const schema = this.#schemas.get(entity);
      if (schema && schema.isExported !== false) stored.set(entity, merged(stored.get(entity) ?? [], changes, primaryKeyOf(schema)));
    }
    return stored;
  }

  #row(schema: EntitySchema, entity: Entity): Row {
    let row = this.#rows.get(entity);
    if (!row) this.#rows.set(entity, row = exportedRow(schema, entity));
    return row;
  }
}

/** The rows with changes, both in ascending order of keys. */
function merged(rows: readonly Entity[], changes: readonly ChangedRow[], primary: string): readonly Entity[] {
  const result: Entity[] = [];
  let at = 0;
  for (const { key, row } of changes) {
    while (at < rows.length && isBefore(rows[at]![primary] as string, key)) result.push(rows[at++]!);
    if (at < rows.length && rows[at]![primary] === key) at += 1;
    if (row) result.push(row);
  }
  while (at < rows.length) result.push(rows[at++]!);
  return result;
}

/** As databases compare keys: by bytes of UTF-8. UTF-16 has the same order, but for characters beyond U+D7FF. */
function isBefore(one: string, other: string): boolean {
  return /[\ud800-\uffff]/.test(one + other) ? Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0 : one < other;
}
