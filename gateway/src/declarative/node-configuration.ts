/** Reads the declarative configuration of a node without a store (KONG_DATABASE=off) as a configuration table. */
import { readFileSync } from 'node:fs';

import { GatewayError, messageOf } from '../base/errors.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { KONG_ENTITIES } from '../model/entities/kong-entities.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { expandShorthands } from '../model/schema/fill.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { checkEntities } from './check-entities.ts';
import { EntityIndex } from './entity-index.ts';
import { fileEntities } from './file-entities.ts';
import type { FileEntity } from './file-entities.ts';
import { generatedId } from './generated-id.ts';
import { Source } from './source.ts';
import type { SourceError } from './source.ts';

interface TableReading {
  readonly errors: readonly SourceError[];
  /** Absent when there are errors. */
  readonly table?: ConfigTable;
}

/** Validates a declarative text (JSON or YAML) and converts it to a flat table with ids. Reports all errors, in the order of the text. */
export function readNodeTable(text: string, schemas: Schemas = SCHEMAS): TableReading {
  const source = new Source(text);
  if (source.errors.length > 0) return { errors: source.errors };
  const exported: Schemas = new Map([...schemas].filter(([, { isExported }]) => isExported !== false));
  const { entities, carried } = fileEntities(source, { schemas: exported, carried: KONG_ENTITIES });
  const index = new EntityIndex(source);
  for (const entity of entities) index.add(entity, generatedId(entity, index));
  checkEntities(source, entities, index, schemas);
  const errors = source.errorsInOrder();
  if (errors.length > 0) return { errors };
  const rowsOfType = (type: string): Row[] => entities.filter(({ schema }) => schema.name === type).map((entity) => rowOf(entity, index));
  const rows = [...exported.keys()].map((type) => [type, rowsOfType(type)] as const);
  const { _transform: transform = true } = source.content as { readonly _transform?: boolean };
  const lists = [...rows, ...carried].filter(([, list]) => list.length > 0);
  return { errors, table: { _format_version: '3.0', _transform: transform, ...Object.fromEntries(lists) } };
}

function rowOf(entity: FileEntity, index: EntityIndex): Row {
  const { schema, given } = entity;
  const references = foreignFieldsOf(schema).flatMap(({ name, reference }) => {
    const target = index.target(entity, name, reference);
    return target ? [[name, index.keyOf(target)] as const] : [];
  });
  const key = schema.primaryKey === undefined ? { id: index.keyOf(entity) } : {};
  return { ...expandShorthands(schema, given).entity, ...key, ...Object.fromEntries(references) };
}

/** The place of the configuration: a file, or the setting itself. */
type NodeConfigurationOrigin = { readonly file: string } | { readonly text: string };

/** @throws GatewayError `declarative-file-invalid`: all errors with lines, or the reason why the file cannot be read */
export function nodeConfiguration(origin: NodeConfigurationOrigin): ConfigTable {
  const setting = 'file' in origin ? 'KONG_DECLARATIVE_CONFIG' : 'KONG_DECLARATIVE_CONFIG_STRING';
  const { errors, table } = readNodeTable('file' in origin ? textOf(origin.file) : origin.text);
  if (table) return table;
  const place = 'file' in origin ? `${origin.file}:` : 'line ';
  const lines = errors.map(({ line, path, message }) => `${place}${line}: ${path ? `${path}: ` : ''}${message}`);
  const text = lines.length === 1 ? lines[0]! : `${lines.length} errors\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw new GatewayError('declarative-file-invalid', `${setting}: ${text}`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `KONG_DECLARATIVE_CONFIG: cannot read ${file}: ${messageOf(error)}`;
    throw new GatewayError('declarative-file-invalid', message, 'io', { cause: error });
  }
}
