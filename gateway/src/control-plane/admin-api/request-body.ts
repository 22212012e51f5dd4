/** Reads bodies of the Admin API: JSON, and the two kinds of forms with their dotted and bracketed names. */
import { isUtf8 } from 'node:buffer';

import type { EntityValue } from '../../model/schema/field.ts';
import { isPlainObject } from '../../model/schema/plain-object.ts';

/** A request that the Admin API rejects before it looks at an entity. */
export class RequestError extends Error {
  /** @param message absent: the answer has no body */
  constructor(readonly status: number, message = '') {
    super(message);
    this.name = 'RequestError';
  }
}

interface ParsedBody {
  readonly values: EntityValue;
  /** Whether all values are texts that have to be converted to the types of their fields. */
  readonly isForm: boolean;
}

/** Largest number of arguments in a form; Kong's limit. */
const MAX_ARGUMENTS = 1_000;

/** Largest number of levels in JSON and in the names of a form; the limit of Kong's JSON parser. More could exhaust the stack. */
const MAX_LEVELS = 1_000;

type Format = (body: Buffer, contentType: string) => ParsedBody;

/** By the beginning of the content type, in lower case. */
const FORMATS: readonly (readonly [type: string, format: Format])[] = [
  ['application/json', (body) => ({ values: parseJson(body.toString()), isForm: false })],
  ['application/x-www-form-urlencoded', (body) => ({ values: nest(urlEncodedPairs(body.toString())), isForm: true })],
  ['multipart/form-data', (body, contentType) => ({ values: nest(multipartPairs(body, contentType)), isForm: true })],
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

function refuseUnusable(key: string, value: unknown): unknown {
  // No entity has a field of that name, and assigning it would change what objects are.
  if (key === UNUSABLE_NAME) throw new SyntaxError(`${UNUSABLE_NAME} is no field`);
  // Half of a surrogate pair has no UTF-8: databases and peers would confuse it with any other half.
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) throw new SyntaxError('a string is no Unicode text');
  return value;
}

const UNUSABLE_NAME = '__proto__';

type Pair = readonly [name: string, value: string | true];

function urlEncodedPairs(text: string): readonly Pair[] {
  const parts = text.split('&').filter((part) => part !== '');
  return parts.map((part): Pair => {
    const at = part.indexOf('=');
    return at < 0 ? [unescapeForm(part), true] : [unescapeForm(part.slice(0, at)), unescapeForm(part.slice(at + 1))];
  });
}

function unescapeForm(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

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

/** `config.limit=1`, `tags[]=a`, `tags[1]=a`, `headers[x-a]=1` and repeated names, as one object. */
function nest(pairs: readonly Pair[]): EntityValue {
  if (pairs.length > MAX_ARGUMENTS) throw new RequestError(400, 'Too many arguments');
  const root: Container = new Map();
  for (const [name, value] of pairs) place(root, pathOf(name), value);
  return toObject(root) as EntityValue;
}

type Container = Map<string, Item>;

type Item = string | true | Container | Item[];

/** `a.b[1][]` → `a`, `b`, `1`, `` (append). */
function pathOf(name: string): readonly string[] {
  const path = name.split('.').flatMap((part) => {
    const [, head, brackets] = /^([^[]*)((?:\[[^\]]*\])*)$/.exec(part) ?? [part, part, ''];
    return [head!, ...[...brackets!.matchAll(/\[([^\]]*)\]/g)].map((bracket) => bracket[1]!)];
  });
  if (path.length > MAX_LEVELS) {
    throw new RequestError(400, `the name of an argument has ${path.length} levels, expected at most ${MAX_LEVELS}`);
  }
  if (path.includes(UNUSABLE_NAME)) throw new RequestError(400, `the name of an argument contains ${UNUSABLE_NAME}, which is no field`);
  return path;
}

function place(root: Container, path: readonly string[], value: string | true): void {
  const appends = path.length > 1 && path.at(-1) === '';
  const last = path.length - (appends ? 2 : 1);
  let container = root;
  for (const key of path.slice(0, last)) {
    const there = container.get(key);
    const inner: Container = there instanceof Map ? there : new Map();
    container.set(key, inner);
    container = inner;
  }
  const key = path[last]!;
  const there = container.get(key);
  const list = Array.isArray(there) ? there : [];
  if (appends) container.set(key, [...list, value]);
  else container.set(key, there === undefined ? value : [...Array.isArray(there) ? there : [there], value]);
}

/** Keys 1, 2, … without gaps make a list. */
function toObject(item: Item): unknown {
  if (Array.isArray(item)) return item.map(toObject);
  if (!(item instanceof Map)) return item;
  const keys = [...item.keys()];
  const list = keys.map((_, index) => item.get(String(index + 1)));
  if (list.length > 0 && !list.includes(undefined)) return list.map((element) => toObject(element!));
  return Object.fromEntries([...item].map(([key, value]) => [key, toObject(value)]));
}
