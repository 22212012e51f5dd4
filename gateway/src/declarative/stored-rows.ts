/** The entities of a declarative configuration as a store keeps them, and as the Admin API shows what it has loaded. */
import type { ConfigTable } from '../model/config-table.ts';
import { exportedTable } from '../model/exported-table.ts';
import { normalized } from '../model/schema/compiled/normalizations.ts';
import { transformed } from '../model/schema/compiled/transformations.ts';
import { primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import type { FileEntity } from './file-entities.ts';
import type { Reading } from './reading.ts';

/** Rows by entity type, in the order of the configuration. */
export type StoredRows = ReadonlyMap<string, readonly EntityValue[]>;

/** @param now seconds since 1970 */
export function storedRows(reading: Reading, now: number): StoredRows {
  const rows = new Map<string, EntityValue[]>();
  for (const [entity, complete] of reading.complete) {
    const { name } = entity.schema;
    const ofType = rows.get(name) ?? [];
    rows.set(name, ofType);
    ofType.push(storedRow(entity, complete, reading.transforms, now));
  }
  return rows;
}

/** What data planes run of these rows. */
export function tableOfRows(rows: StoredRows, schemas: Schemas): ConfigTable {
  return exportedTable(schemas, (name) => rows.get(name) ?? []);
}

function storedRow({ schema, given }: FileEntity, complete: EntityValue, transforms: boolean, now: number): EntityValue {
  // The values are valid, so that each has a normal form.
  const { entity: normal } = normalized(schema, complete);
  const row = transforms ? transformed(schema, normal, given) : normal;
  const kept = Object.fromEntries(Object.entries(row).filter(([name]) => !schema.fields[name]?.transient));
  return schema.hasTtl ? { ...kept, ttl: expiry(given.ttl, now) } : kept;
}

/** When the row expires, in seconds since 1970; null: never. A configuration says how long it lives from now on. */
function expiry(ttl: unknown, now: number): number | null {
  return typeof ttl === 'number' && ttl > 0 ? Math.floor(now) + ttl : null;
}

/** What was loaded, by entity type and id: values as given, before passwords are hashed. */
export function shownRows({ complete }: Reading): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const shown = new Map<string, Map<string, EntityValue>>();
  const standIns = standInsOf(complete);
  for (const [entity, row] of complete) {
    const { schema } = entity;
    // Every configuration has the one workspace.
    if (schema.name === 'workspaces') continue;
    const ofType = shown.get(schema.name) ?? new Map<string, EntityValue>();
    shown.set(schema.name, ofType.set(String(row[primaryKeyOf(schema)]), { ...row, ...standIns.get(entity) }));
  }
  return Object.fromEntries([...shown].map(([type, rows]) => [type, Object.fromEntries(rows)]));
}

/** Fields that stand for nested entities, by the entity around these: a certificate shows its server names. */
function standInsOf(complete: Reading['complete']): ReadonlyMap<FileEntity, Readonly<Record<string, readonly EntityValue[]>>> {
  const standIns = new Map<FileEntity, Record<string, EntityValue[]>>();
  for (const [{ schema, parent }, row] of complete) {
    if (!parent?.of.schema.fields[schema.name]?.transient) continue;
    const ofParent = standIns.get(parent.of) ?? {};
    standIns.set(parent.of, ofParent);
    (ofParent[schema.name] ??= []).push(row);
  }
  return standIns;
}
