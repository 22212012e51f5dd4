/** Which headers are copied between client and upstream. RFC 9110 §7.6.1, and what Kong does in addition. */
import { droppedHeaders, idOf } from '../../http-engine/http1/known-headers.ts';
import type { HeaderLines } from '../../http-engine/messages.ts';

/** Headers of one connection: never copied. */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'proxy', 'upgrade', 'te', 'transfer-encoding'];

/** Headers of a client's request that are not copied: the gateway makes its own, or answers them itself. */
export const NOT_TO_UPSTREAM: ReadonlySet<string> = new Set([
  ...CONNECTION_HEADERS,
  'host', 'content-length', 'expect',
  'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-path', 'x-forwarded-prefix', 'x-real-ip',
  'via', 'x-kong-request-id',
  // Only the gateway names the consumer: a client that sends these headers pretends to be one.
  'x-consumer-id', 'x-consumer-custom-id', 'x-consumer-username', 'x-consumer-groups', 'x-credential-identifier', 'x-anonymous-consumer',
  'x-authenticated-userid', 'x-authenticated-scope', 'x-authenticated-groups', 'x-credential-username',
]);

/** The same of a request whose body is not sent in chunks: trailers can only follow chunks. */
export const FRAMED_TO_UPSTREAM = droppedHeaders([...NOT_TO_UPSTREAM, 'trailer']);
export const TO_UPSTREAM = droppedHeaders(NOT_TO_UPSTREAM);

/** Headers of an upstream's answer that are not copied. Its length goes on as a number, and its first content type by itself. */
export const NOT_TO_CLIENT: readonly string[] = [
  'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'transfer-encoding', 'content-length', 'content-type', 'via',
  'x-kong-proxy-latency', 'x-kong-upstream-latency', 'x-kong-request-id',
  // Commands to a proxy that runs nginx: clients have no use for them, and may learn of internal paths.
  'x-accel-redirect', 'x-accel-expires', 'x-accel-limit-rate', 'x-accel-buffering', 'x-accel-charset',
];

export const TO_CLIENT = droppedHeaders(NOT_TO_CLIENT);
export const FRAMED_TO_CLIENT = droppedHeaders([...NOT_TO_CLIENT, 'trailer']);

/** Headers that a client cannot remove by naming them in Connection: the request would lose its framing or its origin. */
const KEPT: ReadonlySet<string> = new Set([
  'host', 'content-length', 'x-forwarded-for', 'x-real-ip', 'content-type', 'authorization', 'cookie', 'trailer',
]);

const CONNECTION = idOf('connection');

/** Names listed in Connection headers, lower case; `undefined` for none, the usual case. */
export function connectionOptions(headers: HeaderLines): ReadonlySet<string> | undefined {
  const first = headers.known(CONNECTION);
  if (first === undefined || (!headers.mayRepeat && (first === 'keep-alive' || first === 'close'))) return undefined;
  const value = headers.values('connection').join(',');
  if (/^(?:keep-alive|close|upgrade)$/i.test(value)) return undefined;
  const names = value.split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && !KEPT.has(name));
  return new Set(names);
}

/** Content types that get a charset when they have none, as in nginx. */
const CHARSET_TYPES: ReadonlySet<string> = new Set([
  'text/html', 'text/plain', 'text/xml', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml',
]);

const MAX_CHARSET_TYPE = Math.max(...[...CHARSET_TYPES].map(({ length }) => length));

export function withCharset(contentType: string): string {
  // Most that name a charset are longer than any that has none.
  if (contentType.length > MAX_CHARSET_TYPE) return contentType;
  if (contentType !== lastType) {
    completed = completedType(contentType);
    lastType = contentType;
  }
  return completed;
}

/** Types come again and again. */
let lastType = '';
let completed = '';

function completedType(contentType: string): string {
  return CHARSET_TYPES.has(contentType) || CHARSET_TYPES.has(contentType.toLowerCase()) ? `${contentType}; charset=UTF-8` : contentType;
}
