/** The configuration table that data planes run, from the rows of a store. Format as recorded from Kong 3.9.1. */
import { UNITS_BETWEEN_YIELDS, atOnce } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { ConfigTable, Row } from './config-table.ts';
import { foreignFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema, Schemas } from './schema/entity-schema.ts';
import type { EntityValue } from './schema/field.ts';

/**
 * Every row that can take effect. Entity types without rows are left out.
 *
 * @param rowsOf stored rows of an entity type, in the order in which they are exported
 * @param toRow what is exported for a stored row
 */
export function exportedTable(schemas: Schemas, rowsOf: (entity: string) => readonly EntityValue[], toRow = exportedRow): ConfigTable {
  return atOnce(exportingTable(schemas, rowsOf, toRow));
}

export function* exportingTable(
  schemas: Schemas, rowsOf: (entity: string) => readonly EntityValue[], toRow = exportedRow,
): Steps<ConfigTable> {
  const dropped = new Set<string>();
  const table: Record<string, unknown> = { _format_version: '3.0', _transform: false };
  // Schemas come after those they refer to, so one pass finds everything that belongs to a disabled entity.
  for (const schema of schemas.values()) {
    if (schema.isExported === false) continue;
    const rows: Row[] = [];
    for (const entity of rowsOf(schema.name)) {
      if (keep(schema, entity, dropped)) rows.push(toRow(schema, entity));
      if (rows.length % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    if (rows.length > 0) table[schema.name] = rows;
  }
  return table as unknown as ConfigTable;
}

/** A disabled entity, and what belongs to one, takes no effect and is left out. */
function keep(schema: EntitySchema, entity: EntityValue, dropped: Set<string>): boolean {
  const belongsToDropped = dropped.size > 0
    && foreignFieldsOf(schema).some(({ name, reference }) => dropped.has(`${reference}/${idIn(entity, name)}`));
  if (entity.enabled !== false && !belongsToDropped) return true;
  dropped.add(`${schema.name}/${String(entity.id)}`);
  return false;
}

/** A stored row with its references as ids. */
export function exportedRow(schema: EntitySchema, entity: EntityValue): Row {
  const row: Record<string, unknown> = { ...entity };
  for (const { name } of foreignFieldsOf(schema)) row[name] = idIn(entity, name) ?? null;
  return row;
}

function idIn(entity: EntityValue, field: string): string | undefined {
  return (entity[field] as { readonly id: string } | null | undefined)?.id;
}
