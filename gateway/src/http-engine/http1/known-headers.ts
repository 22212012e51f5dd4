/** Header names that the gateway looks at, with a number for each: the parser finds them without making a text of the name. */
import type { DroppedHeaders } from '../messages.ts';

const KNOWN_HEADERS = [
  'host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'keep-alive', 'proxy-connection',
  'proxy', 'via', 'x-kong-request-id', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-path',
  'x-forwarded-prefix', 'x-real-ip', 'x-consumer-id', 'x-consumer-custom-id', 'x-consumer-username', 'x-consumer-groups',
  'x-credential-identifier', 'x-anonymous-consumer', 'x-authenticated-userid', 'x-authenticated-scope', 'x-authenticated-groups',
  'x-credential-username', 'x-kong-proxy-latency', 'x-kong-upstream-latency', 'x-kong-response-latency', 'content-type', 'accept',
  'authorization', 'proxy-authorization', 'user-agent', 'if-modified-since', 'if-unmodified-since', 'if-range', 'content-range', 'cookie',
  'server', 'date', 'sec-websocket-key', 'sec-websocket-version', 'x-accel-redirect', 'x-accel-expires', 'x-accel-limit-rate',
  'x-accel-buffering', 'x-accel-charset',
] as const;

// `HeadLines` has 64 bits for them.
if (KNOWN_HEADERS.length > 64) throw new Error('too many known headers');

/** Number of a name that is not known. */
export const UNKNOWN = 255;

const IDS: ReadonlyMap<string, number> = new Map(KNOWN_HEADERS.map((name, id) => [name, id]));

/** @param name in lower case */
export function idOf(name: string): number {
  return IDS.get(name) ?? UNKNOWN;
}

/** Characters of the names. */
const BYTES: readonly Uint8Array[] = KNOWN_HEADERS.map((name) => Uint8Array.from(Buffer.from(name)));

/** Candidates by length and first letter. */
const SLOTS: readonly (readonly number[] | undefined)[] = slots();

function slots(): (number[] | undefined)[] {
  const made: (number[] | undefined)[] = Array.from({ length: 32 * 32 });
  KNOWN_HEADERS.forEach((name, id) => (made[slotOf(name.length, name.charCodeAt(0))] ??= []).push(id));
  return made;
}

function slotOf(length: number, first: number): number {
  return (length << 5) | (first & 31);
}

/** Number of the name between two places of bytes that are nothing but characters of tokens there. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > 31) return UNKNOWN;
  const candidates = SLOTS[slotOf(length, bytes[start]!)];
  if (candidates === undefined) return UNKNOWN;
  for (let at = 0; at < candidates.length; at += 1) {
    const id = candidates[at]!;
    const name = BYTES[id]!;
    let index = 0;
    // Of the characters of a token, only letters become another letter of a known name by this bit.
    while (index < length && (bytes[start + index]! | 32) === name[index]) index += 1;
    if (index === length) return id;
  }
  return UNKNOWN;
}

/** @param names in lower case */
export function droppedHeaders(names: Iterable<string>): DroppedHeaders {
  const known = new Uint8Array(256);
  const others = new Set<string>();
  for (const name of names) {
    const id = idOf(name);
    if (id === UNKNOWN) others.add(name);
    else known[id] = 1;
  }
  return { known, others };
}
