/** Exports the configuration for data planes: every row of the store that can take effect. Format as recorded from Kong 3.9.1. */
import type { ConfigTable, Row } from '../model/config-table.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { Entity, Store } from '../store/store.ts';

interface Exported {
  readonly table: ConfigTable;
  /** The revision of the store that the table contains. */
  readonly revision: number;
}

/** Reads one revision of the store. Entity types without rows are left out; rows are in ascending order of their keys. */
export async function exportConfigTable(store: Store, schemas: Schemas): Promise<Exported> {
  const exported = [...schemas.values()].filter((schema) => schema.isExported !== false);
  return store.read(async (reader) => {
    const revision = await reader.revision();
    const dropped = new Set<string>();
    const table: Record<string, unknown> = { _format_version: '3.0', _transform: false };
    // Schemas come after those they refer to, so one pass finds everything that belongs to a disabled entity.
    for (const schema of exported) {
      const rows = (await reader.all(schema.name)).filter((entity) => keep(schema, entity, dropped)).map((entity) => rowOf(schema, entity));
      if (rows.length > 0) table[schema.name] = rows;
    }
    return { table: table as unknown as ConfigTable, revision };
  });
}

/** A disabled entity, and what belongs to one, takes no effect and is left out. */
function keep(schema: EntitySchema, entity: Entity, dropped: Set<string>): boolean {
  const belongsToDropped = foreignFieldsOf(schema).some(({ name, reference }) => dropped.has(`${reference}/${idIn(entity, name)}`));
  if (entity.enabled !== false && !belongsToDropped) return true;
  dropped.add(`${schema.name}/${String(entity.id)}`);
  return false;
}

function rowOf(schema: EntitySchema, entity: Entity): Row {
  const row: Record<string, unknown> = { ...entity };
  for (const { name } of foreignFieldsOf(schema)) row[name] = idIn(entity, name) ?? null;
  return row;
}

function idIn(entity: Entity, field: string): string | undefined {
  return (entity[field] as { readonly id: string } | null | undefined)?.id;
}
