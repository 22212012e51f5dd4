/**
 * response-transformer: changes headers in `responseHeaders`, and fields of JSON objects in `body`. Conditions look at the headers as they
 * came.
 */
import type { BodyFilter, ClientResponse } from '../../plugin-kit/exchange.ts';
import { changeFields, isEmpty, namesOf, pairsOf } from '../../plugin-kit/field-changes.ts';
import type { FieldChanges } from '../../plugin-kit/field-changes.ts';
import { jsonFields, jsonOf } from '../../plugin-kit/json-fields.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { responseTransformer } from './schema.ts';
import type { ResponseTransformerConfig } from './schema.ts';

/** Longer bodies go to the client as they are. Bytes. */
const MAX_BODY_BYTES = 16_777_216;

/** A value that cannot be of its type is none. */
type JsonValue = string | number | boolean | undefined;

export const responseTransformerHandler = defineHandler<ResponseTransformerConfig>(responseTransformer, (config) => {
  const headers: FieldChanges<string> = {
    remove: namesOf(config.remove.headers),
    rename: pairsOf(config.rename.headers, (name) => name),
    replace: pairsOf(config.replace.headers, (value) => value),
    add: pairsOf(config.add.headers, (value) => value),
    append: pairsOf(config.append.headers, (value) => value),
  };
  const typed = (part: 'replace' | 'add' | 'append') => (
    pairsOf(config[part].json, (value, index) => valueOfType(value, config[part].json_types[index])));
  const json: FieldChanges<JsonValue> = {
    remove: namesOf(config.remove.json),
    rename: pairsOf(config.rename.json, (name) => name),
    replace: typed('replace'),
    add: typed('add'),
    append: typed('append'),
  };
  const changesBodies = !isEmpty(json);

  return {
    startsNothing: true,
    responseHeaders: (exchange) => {
      const response = exchange.response!;
      const isJson = changesBodies && isJsonType(response.header('content-type'));
      if (!isEmpty(headers)) changeHeaders(response, headers);
      if (isJson) response.removeHeader('Content-Length');
    },
    ...changesBodies && {
      body: ({ response }) => isJsonType(response!.header('content-type')) ? jsonFilter(json) : undefined,
    },
  };
});

function valueOfType(value: string, type: string | undefined): JsonValue {
  if (type === 'boolean') return value === 'true';
  if (type !== 'number') return value;
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function isJsonType(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType.split(',').some((one) => /^\s*application\/json\s*(?:;|$)/i.test(one));
}

function changeHeaders(response: ClientResponse, changes: FieldChanges<string>): void {
  const before = Map.groupBy(response.headerLines(), ([name]) => name.toLowerCase());
  const valuesOf = (name: string) => before.get(name.toLowerCase())?.map(([, value]) => value);
  for (const name of changes.remove) response.removeHeader(name);
  for (const { name, value: newName } of changes.rename) {
    const values = valuesOf(name);
    if (values === undefined) continue;
    response.setHeader(newName, values);
    response.removeHeader(name);
  }
  for (const { name, value } of changes.replace) if (value !== '' && valuesOf(name) !== undefined) response.setHeader(name, value);
  for (const { name, value } of changes.add) if (value !== '' && valuesOf(name) === undefined) response.setHeader(name, value);
  for (const { name, value } of changes.append) response.addHeader(name, value);
}

/** Holds a body back until it is whole, and changes it when it is a JSON object. */
function jsonFilter(changes: FieldChanges<JsonValue>): BodyFilter {
  let held: Buffer[] | undefined = [];
  let size = 0;
  return {
    changes: true,
    part: (bytes) => {
      if (held === undefined) return bytes;
      held.push(bytes);
      size += bytes.length;
      if (size <= MAX_BODY_BYTES) return undefined;
      const all = Buffer.concat(held);
      held = undefined;
      return all;
    },
    end: () => {
      if (held === undefined) return undefined;
      const body = Buffer.concat(held);
      const fields = jsonFields(body.toString());
      if (fields === undefined) return body;
      changeFields(fields, changes, (value) => value);
      return Buffer.from(jsonOf(fields));
    },
  };
}
