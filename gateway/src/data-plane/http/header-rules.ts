/** Which headers travel from one side to the other. RFC 9110 §7.6.1, and what Kong does beyond it. */

/** Headers of one connection; they never travel. */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'proxy', 'upgrade', 'te', 'transfer-encoding'];

/** Not copied from a client's request: made anew, or answered by the gateway itself. */
export const NOT_TO_UPSTREAM: ReadonlySet<string> = new Set([
  ...CONNECTION_HEADERS,
  'host', 'content-length', 'expect',
  'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-path', 'x-forwarded-prefix', 'x-real-ip',
  'via', 'x-kong-request-id',
  // Only the gateway says who a consumer is; a client that sends these itself pretends.
  'x-consumer-id', 'x-consumer-custom-id', 'x-consumer-username', 'x-consumer-groups', 'x-credential-identifier', 'x-anonymous-consumer',
  'x-authenticated-userid', 'x-authenticated-scope', 'x-credential-username',
]);

/** Not copied from an upstream's answer. */
export const NOT_TO_CLIENT: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'transfer-encoding', 'via',
  'x-kong-proxy-latency', 'x-kong-upstream-latency', 'x-kong-request-id', 'x-kong-response-latency',
]);

/** Naming one of these in Connection does not remove it: it would take the request's framing or origin away. */
const KEPT: ReadonlySet<string> = new Set([
  'host', 'content-length', 'x-forwarded-for', 'x-real-ip', 'content-type', 'authorization', 'cookie', 'trailer',
]);

/** Names listed in Connection headers, lower case; `undefined` for none, the usual case. */
export function connectionOptions(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || /^(?:keep-alive|close|upgrade)$/i.test(value)) return undefined;
  const names = value.split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && !KEPT.has(name));
  return new Set(names);
}

/** Content types whose answers get a charset when they have none, as nginx does. */
const CHARSET_TYPES: ReadonlySet<string> = new Set([
  'text/html', 'text/plain', 'text/xml', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml',
]);

export function withCharset(contentType: string): string {
  return CHARSET_TYPES.has(contentType.toLowerCase()) ? `${contentType}; charset=UTF-8` : contentType;
}
