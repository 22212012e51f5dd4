/** Reading bodies of the Admin API: JSON, and the two kinds of forms with their dotted and bracketed names. */
import type { EntityValue } from '../../model/schema/field.ts';
import { isPlainObject } from '../../model/schema/validate-field.ts';

/** A request that is refused before it reaches an entity. */
export class RequestError extends Error {
  /** @param message absent: the answer has no body */
  constructor(readonly status: number, message = '') {
    super(message);
    this.name = 'RequestError';
  }
}

export interface ParsedBody {
  readonly values: EntityValue;
  /** Whether all values are texts that still need their types. */
  readonly isForm: boolean;
}

/** Fields of a form at most; more are an attack or a mistake. */
const MOST_ARGUMENTS = 1_000;

const FORMATS: readonly (readonly [RegExp, (body: Buffer, contentType: string) => ParsedBody])[] = [
  [/^application\/json(;|$)/, (body) => ({ values: parseJson(body.toString()), isForm: false })],
  [/^application\/x-www-form-urlencoded(;|$)/, (body) => ({ values: nest(urlEncodedPairs(body.toString())), isForm: true })],
  [/^multipart\/form-data;/, (body, contentType) => ({ values: nest(multipartPairs(body, contentType)), isForm: true })],
];

/** @throws RequestError malformed (400), or of a type that is not read (415) */
export function parseBody(body: Buffer, contentType: string | undefined): ParsedBody {
  if (contentType === undefined) {
    if (body.length > 0) throw new RequestError(415);
    return { values: {}, isForm: false };
  }
  const format = FORMATS.find(([pattern]) => pattern.test(contentType));
  if (!format) throw new RequestError(415);
  return format[1](body, contentType);
}

function parseJson(text: string): EntityValue {
  const malformed = new RequestError(400, 'Cannot parse JSON body');
  try {
    const value: unknown = JSON.parse(text, refusePrototypes);
    if (isPlainObject(value)) return value;
  } catch {
    throw malformed;
  }
  throw malformed;
}

function refusePrototypes(key: string, value: unknown): unknown {
  // No entity has a field of that name, and assigning it would change what objects are.
  if (key === '__proto__') throw new SyntaxError('__proto__ is no field');
  return value;
}

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
  if (pairs.length > MOST_ARGUMENTS) throw new RequestError(400, 'Too many arguments');
  const root: Container = new Map();
  for (const [name, value] of pairs) place(root, pathOf(name), value);
  return toObject(root) as EntityValue;
}

type Container = Map<string, Item>;

type Item = string | true | Container | Item[];

/** `a.b[1][]` → `a`, `b`, `1`, `` (append). */
function pathOf(name: string): readonly string[] {
  return name.split('.').flatMap((part) => {
    const [, head, brackets] = /^([^[]*)((?:\[[^\]]*\])*)$/.exec(part) ?? [part, part, ''];
    return [head!, ...[...brackets!.matchAll(/\[([^\]]*)\]/g)].map((bracket) => bracket[1]!)];
  });
}

function place(container: Container, [key, ...rest]: readonly string[], value: string | true): void {
  const there = container.get(key!);
  if (rest.length === 0) {
    container.set(key!, there === undefined ? value : [...Array.isArray(there) ? there : [there], value]);
  } else if (rest.length === 1 && rest[0] === '') {
    container.set(key!, [...Array.isArray(there) ? there : [], value]);
  } else {
    const inner = there instanceof Map ? there : new Map<string, Item>();
    container.set(key!, inner);
    place(inner, rest, value);
  }
}

/** Keys 1, 2, … without holes make a list. */
function toObject(item: Item): unknown {
  if (Array.isArray(item)) return item.map(toObject);
  if (!(item instanceof Map)) return item;
  const keys = [...item.keys()];
  if (keys.length > 0 && keys.every((_, index) => item.has(String(index + 1)))) return keys.map((_, index) => toObject(item.get(String(index + 1))!));
  return Object.fromEntries([...item].map(([key, value]) => [key, toObject(value)]));
}
