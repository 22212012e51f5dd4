/** Reads the declarative configuration of a node without a database: the rows of its store, and the table that its data plane runs. */
import { readFileSync } from 'node:fs';

import { GatewayError, messageOf } from '../base/errors.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import type { FileEntity } from './file-entities.ts';
import { generatedId } from './generated-id.ts';
import type { Problems } from './problems.ts';
import { readSource } from './reading.ts';
import type { Reading } from './reading.ts';
import { Source } from './source.ts';
import type { ConfigurationSource, SourceError } from './source.ts';

interface NodeReadingOptions {
  /** @default - the entity types of this gateway */
  readonly schemas?: Schemas;
  /** Whether to accept what decK writes about a file. @default false */
  readonly takesMetadata?: boolean;
  /** Longest text in YAML. @default - any length */
  readonly maxYamlCharacters?: number;
  /** Milliseconds since 1970. @default - the clock of the machine */
  readonly now?: number;
}

/** @param given a text in JSON or YAML, or the object that was read from it */
export function readNodeConfiguration(given: string | object, options: NodeReadingOptions = {}): Reading {
  return readNodeSource(new Source(given, options.maxYamlCharacters), options);
}

export function readNodeSource(
  source: ConfigurationSource, { schemas = SCHEMAS, now = Date.now(), ...options }: NodeReadingOptions = {},
): Reading {
  const exported: Schemas = new Map([...schemas].filter(([, { isExported }]) => isExported !== false));
  return readSource(source, { ...options, schemas: exported, now: now / 1000, keyOf: generatedId, check: refuseLinks });
}

/** Without a database there are no partials, so a plugin must contain all its values. */
function refuseLinks(entities: readonly FileEntity[], problems: Problems): void {
  for (const { schema, given: { partials }, path } of entities) {
    if (schema.name !== 'plugins' || !Array.isArray(partials) || partials.length === 0) continue;
    problems.reject([...path, 'partials'], 'got links, expected the values in config: a node without a database has no partials');
  }
}

/** The place of the configuration: a file, or the setting itself. */
export type NodeConfigurationOrigin = { readonly file: string } | { readonly text: string };

/** @throws GatewayError `declarative-file-invalid`: the file cannot be read */
export function textOf(origin: NodeConfigurationOrigin): string {
  if ('text' in origin) return origin.text;
  try {
    return readFileSync(origin.file, 'utf8');
  } catch (error) {
    const message = `KONG_DECLARATIVE_CONFIG: cannot read ${origin.file}: ${messageOf(error)}`;
    throw new GatewayError('declarative-file-invalid', message, 'io', { cause: error });
  }
}

/** All errors with their lines, as the error that a node does not start with. */
export function invalidConfiguration(origin: NodeConfigurationOrigin, errors: readonly SourceError[]): GatewayError {
  const setting = 'file' in origin ? 'KONG_DECLARATIVE_CONFIG' : 'KONG_DECLARATIVE_CONFIG_STRING';
  const place = 'file' in origin ? `${origin.file}:` : 'line ';
  const lines = errors.map(({ line, path, message }) => `${place}${line}: ${path ? `${path}: ` : ''}${message}`);
  const text = lines.length === 1 ? lines[0]! : `${lines.length} errors\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new GatewayError('declarative-file-invalid', `${setting}: ${text}`);
}
