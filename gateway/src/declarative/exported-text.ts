/** Writes stored rows as a declarative configuration in YAML: flat, in format 3.0, references as ids, values as they are stored. */
import { stringify } from 'yaml';

import { exportedRow } from '../model/exported-table.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import type { StoredRows } from './stored-rows.ts';

/** @param now seconds since 1970: rows that expire say how long they have left */
export function exportedText(rows: StoredRows, schemas: Schemas, now: number): string {
  const lists = [...schemas.values()]
    .filter(({ name, isExported }) => isExported !== false && name !== 'workspaces')
    .map((schema) => [schema.name, (rows.get(schema.name) ?? []).map((row) => rowText(schema, row, now))] as const)
    .filter(([, list]) => list.length > 0);
  // Readers of YAML 1.1 take more words for booleans and numbers: those are quoted, too.
  return stringify({ _format_version: '3.0', _transform: false, ...Object.fromEntries(lists) }, {
    compat: 'yaml-1.1', singleQuote: true, lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false, sortMapEntries: true,
  });
}

function rowText(schema: EntitySchema, row: EntityValue, now: number): EntityValue {
  const { ttl, ...rest } = exportedRow(schema, row);
  return schema.hasTtl && typeof ttl === 'number' ? { ...rest, ttl: Math.max(1, Math.floor(ttl - now)) } : rest;
}
