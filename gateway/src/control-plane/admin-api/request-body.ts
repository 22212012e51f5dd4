/** Reads bodies of the Admin API: JSON, and the two kinds of forms. */
import { isUtf8 } from 'node:buffer';

import type { EntityValue } from '../../model/schema/field.ts';
import { isPlainObject } from '../../model/schema/plain-object.ts';
import { nest } from './form-names.ts';
import type { Pair } from './form-names.ts';
import { MAX_LEVELS, RequestError, UNUSABLE_NAME } from './request-error.ts';

interface ParsedBody {
  readonly values: EntityValue;
  /** Whether all values are texts that have to be converted to the types of their fields. */
  readonly isForm: boolean;
}

/** Largest number of arguments in a form; Kong's limit. */
const MAX_ARGUMENTS = 1_000;

type Format = (body: Buffer, contentType: string) => ParsedBody;

/** By the beginning of the content type, in lower case. */
const FORMATS: readonly (readonly [type: string, format: Format])[] = [
  ['application/json', (body) => ({ values: parseJson(body.toString()), isForm: false })],
  ['application/x-www-form-urlencoded', (body) => ({ values: nest(limited(urlEncodedPairs(body.toString()))), isForm: true })],
  ['multipart/form-data', (body, contentType) => ({ values: nest(limited(multipartPairs(body, contentType))), isForm: true })],
];

function formatOf(contentType: string): Format | undefined {
  return FORMATS.find(([type]) => contentType.startsWith(type))?.[1];
}

/** Whether a body is of a type that `parseBody` reads, or absent. */
export function isReadable({ bytes, contentType }: { readonly bytes: Buffer; readonly contentType?: string }): boolean {
  return contentType === undefined ? bytes.length === 0 : formatOf(contentType) !== undefined;
}

/**
 * @param contentType of a body that `isReadable`
 * @throws RequestError 400: the body is malformed
 */
export function parseBody(body: Buffer, contentType: string | undefined): ParsedBody {
  const format = contentType === undefined ? undefined : formatOf(contentType);
  if (!format) return NO_BODY;
  if (!isUtf8(body)) throw new RequestError(400, 'the body is not encoded in UTF-8');
  return format(body, contentType!);
}

const NO_BODY: ParsedBody = { values: {}, isForm: false };

function parseJson(text: string): EntityValue {
  const malformed = new RequestError(400, 'Cannot parse JSON body');
  if (levelsOf(text) > MAX_LEVELS) throw malformed;
  try {
    const value: unknown = JSON.parse(text, refuseUnusable);
    if (isPlainObject(value)) return value;
    // In Lua, which Kong is written in, a list is an object whose names are positions.
    if (Array.isArray(value)) return Object.fromEntries(value.map((item, index) => [String(index + 1), item as unknown]));
  } catch {
    throw malformed;
  }
  throw malformed;
}

/** How deep the lists and objects of a JSON text are nested. Needs no stack, whatever the text is. */
function levelsOf(text: string): number {
  let level = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, level += 1);
    else if (character === ']' || character === '}') level -= 1;
  }
  return deepest;
}

/** A reviver of JSON. @throws SyntaxError the JSON has what no entity may have */
export function refuseUnusable(key: string, value: unknown): unknown {
  if (key === UNUSABLE_NAME) throw new SyntaxError(`${UNUSABLE_NAME} is no field`);
  // Half of a surrogate pair has no UTF-8: databases and peers would confuse it with any other half.
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) throw new SyntaxError('a string is no Unicode text');
  return value;
}

function limited(pairs: readonly Pair[]): readonly Pair[] {
  if (pairs.length > MAX_ARGUMENTS) throw new RequestError(400, 'Too many arguments');
  return pairs;
}

/** Arguments without a name are ignored. */
function urlEncodedPairs(text: string): readonly Pair[] {
  return text.split('&').filter((part) => part !== '' && !part.startsWith('=')).map((part): Pair => {
    const at = part.indexOf('=');
    return at < 0 ? [unescapeForm(part), true] : [unescapeForm(part.slice(0, at)), unescapeForm(part.slice(at + 1))];
  });
}

/** Escapes that are malformed, or of no UTF-8, stay as they are. */
function unescapeForm(text: string): string {
  return text.replaceAll('+', ' ').replace(ESCAPED_CHARACTER, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** The escapes of one character, by the number of its bytes. */
const ESCAPED_CHARACTER =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi;

/** Of several parts with one name, the last counts. Files are texts. */
function multipartPairs(body: Buffer, contentType: string): readonly Pair[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType);
  if (!boundary) throw new RequestError(400, 'Cannot parse multipart body');
  const pairs = new Map<string, string>();
  for (const part of body.toString().split(`--${boundary[1] ?? boundary[2]}`).slice(1)) {
    const [head, ...rest] = part.split('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(head!)?.[1];
    if (name !== undefined) pairs.set(name, rest.join('\r\n\r\n').replace(/\r\n$/, ''));
  }
  return [...pairs];
}
