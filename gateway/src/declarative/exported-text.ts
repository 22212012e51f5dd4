/** Writes stored rows as a declarative configuration in YAML: flat, in format 3.0, references as ids, values as they are stored. */
import { setImmediate } from 'node:timers/promises';

import { stringify } from 'yaml';

import { exportedRow } from '../model/exported-table.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import type { StoredRows } from './stored-rows.ts';

/** Rows that are written without a pause: the node serves requests meanwhile. */
const AT_ONCE = 50;

/** @param now seconds since 1970: rows that expire say how long they have left */
export async function exportedText(rows: StoredRows, schemas: Schemas, now: number): Promise<string> {
  const parts = [yaml({ _format_version: '3.0', _transform: false })];
  for (const schema of schemas.values()) {
    const list = rows.get(schema.name) ?? [];
    if (list.length === 0 || schema.isExported === false || schema.name === 'workspaces') continue;
    parts.push(`${schema.name}:\n`);
    for (let at = 0; at < list.length; at += AT_ONCE) {
      parts.push(yaml(list.slice(at, at + AT_ONCE).map((row) => rowText(schema, row, now))));
      await setImmediate();
    }
  }
  return parts.join('');
}

/** Readers of YAML 1.1 take more words for booleans and numbers: those are quoted, too. */
function yaml(value: object): string {
  return stringify(value, {
    compat: 'yaml-1.1', singleQuote: true, lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false, sortMapEntries: true,
  });
}

function rowText(schema: EntitySchema, row: EntityValue, now: number): EntityValue {
  const { ttl, ...rest } = exportedRow(schema, row);
  return schema.hasTtl && typeof ttl === 'number' ? { ...rest, ttl: Math.max(1, Math.floor(ttl - now)) } : rest;
}
