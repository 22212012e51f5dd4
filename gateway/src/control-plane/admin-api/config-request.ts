/** What a request to `POST /config` asks for, and the answer to a configuration that is refused. */
import { isUtf8 } from 'node:buffer';

import { inlineTree, treeToJson } from '../../declarative/error-tree.ts';
import type { ErrorTree } from '../../declarative/error-tree.ts';
import { flattenErrors } from '../../declarative/flattened-errors.ts';
import { ENTITY_ERROR_KINDS } from '../../model/entity-error.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import type { AdminAnswer } from './endpoint.ts';
import { parseBody } from './request-body.ts';
import { RequestError } from './request-error.ts';

export interface ConfigurationBody {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  /** Arguments of the address. */
  readonly query: URLSearchParams;
}

export interface Asked {
  readonly given: string | object;
  readonly checksHash: boolean;
  readonly flattens: boolean;
}

const OTHER_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** Whether a body of this type can contain a configuration. */
export function takesType(contentType: string | undefined, bytes: Uint8Array): boolean {
  const type = contentType?.toLowerCase();
  return type === undefined ? bytes.length === 0 : isYaml(type) || OTHER_TYPES.some((other) => type.includes(other));
}

/**
 * The configuration, and what to do with it. Fields of the body and arguments of the address count alike: the configuration is all of them
 * where there is a `_format_version`, or the text in `config`, or the body as text.
 *
 * @throws RequestError there is none
 */
export function askedOf({ bytes, contentType, query }: ConfigurationBody): Asked {
  const values = contentType === undefined || isYaml(contentType.toLowerCase()) ? {} : parseBody(bytes, contentType).values;
  const { check_hash: checkHash, flatten_errors: isFlattened, ...fields }: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(query), ...values,
  };
  const how = { checksHash: String(checkHash) === '1', flattens: isTrue(isFlattened) };
  if (fields._format_version !== undefined) return { given: fields, ...how };
  if (typeof fields.config === 'string') return { given: fields.config, ...how };
  if (bytes.length === 0) throw new RequestError(400, 'expected a declarative configuration');
  if (!isUtf8(bytes)) throw new RequestError(400, 'the body is not encoded in UTF-8');
  return { given: bytes.toString(), ...how };
}

function isYaml(type: string): boolean {
  return type.includes('application/yaml') || type.includes('text/yaml');
}

/** As Kong, whatever the letters' case. */
function isTrue(argument: unknown): boolean {
  return ['true', '1', 'on', 'yes'].includes(String(argument).toLowerCase());
}

/** @param content what was given, to tell errors by entity. @default - a tree only */
export function refusalOf(errors: ErrorTree, schemas: Schemas, content?: object): AdminAnswer {
  if (content === undefined) return { status: 400, body: invalid(errors) };
  const { entities, rest } = flattenErrors(errors, content, schemas);
  // Kong's language has one empty table for lists and objects.
  return { status: 400, body: { ...invalid(rest), flattened_errors: entities.length > 0 ? entities : {} } };
}

function invalid(errors: ErrorTree): Readonly<Record<string, unknown>> {
  const [code, name] = ENTITY_ERROR_KINDS.invalidDeclarativeConfiguration;
  return { code, name, message: `declarative config is invalid: ${inlineTree(errors)}`, fields: treeToJson(errors) };
}
