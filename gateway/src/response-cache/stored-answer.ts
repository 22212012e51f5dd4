/** An answer in a cache. */
import { PRODUCT } from '../base/product.ts';
import type { ClientResponse, Exchange, HeaderLine } from '../plugin-kit/exchange.ts';
import { isPersonal } from '../plugin-kit/personal-headers.ts';

/** Format of what is stored; another release may have another. */
export const STORED_VERSION = 1;

export interface StoredAnswer {
  readonly version: number;
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Seconds for which it is fresh. */
  readonly ttl: number;
  readonly variant: string;
  /** Names in the answer's Vary, in lower case, and what its request had there. RFC 9111 §4.1 */
  readonly vary: readonly (readonly [name: string, values: readonly string[]])[];
}

export interface AnswerStore {
  get(key: string): StoredAnswer | undefined | Promise<StoredAnswer | undefined>;
  set(key: string, answer: StoredAnswer, keptSeconds: number): void | Promise<void>;
  close(): void;
}

/** Headers of one connection or one answer, and those that the gateway sets itself. */
const NOT_STORED: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'trailers', 'transfer-encoding', 'upgrade',
  'content-length', 'via', 'age', 'x-cache-key', 'x-cache-status', 'x-kong-proxy-latency', 'x-kong-upstream-latency', 'x-kong-request-id',
  'x-kong-upstream-status',
]);

export function storedHeaders(exchange: Exchange, response: ClientResponse): readonly HeaderLine[] {
  return response.headerLines().filter(([name, value]) => (
    !NOT_STORED.has(name.toLowerCase()) && !isOwnName(name, value) && !isPersonal(exchange, name, value)));
}

/** Whether it is the Server header that the gateway adds where the upstream has none. */
function isOwnName(name: string, value: string): boolean {
  return value === PRODUCT && name.toLowerCase() === 'server';
}

/** Names in the Vary of an answer, in lower case; `undefined` for `*`, which no other request matches. */
export function variedBy(response: ClientResponse): readonly string[] | undefined {
  const names = response.headerValues('vary').flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase());
  return names.includes('*') ? undefined : [...new Set(names.filter((name) => name !== ''))].sort();
}

/** What an answer takes of the memory. Bytes. */
export function sizeOf({ headers, body, variant }: StoredAnswer): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 32, body.length + variant.length + 200);
}

/** As the Admin API shows it. */
export function shownAnswer(key: string, { status, headers, body, timestamp, ttl, version }: StoredAnswer): object {
  const lines = headers.map(([name, value]): HeaderLine => [name.toLowerCase() === 'content-type' ? 'content-type' : name, value]);
  return {
    status,
    headers: {
      ...Object.fromEntries(lines),
      'connection': 'keep-alive', 'content-length': String(body.length), 'X-Cache-Key': key, 'X-Cache-Status': 'Miss',
    },
    body: body.toString(), body_len: body.length, req_body: '', timestamp, ttl, version,
  };
}
