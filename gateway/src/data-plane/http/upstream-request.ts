/** The request line and head that an upstream gets. */
import { PRODUCT } from '../../base/product.ts';
import { idOf } from '../../http-engine/http1/known-headers.ts';
import type { UpstreamRequestHead } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Peer } from '../balancer/peer-selection.ts';
import { escapeText } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';
import { sizeOf } from './body-reading.ts';
import { connectionOptions, FRAMED_TO_UPSTREAM, NOT_TO_UPSTREAM, TO_UPSTREAM } from './header-rules.ts';
import { headerValue, lineOf } from './header-text.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { RequestFacts } from './received-request.ts';
import type { UpstreamChanges } from './upstream-changes.ts';
import { ownHost } from './upstream-host.ts';
import { sentTarget } from './upstream-target.ts';

/** Methods with which a request that may have arrived is repeated: those that IANA's registry calls idempotent. TRACE gets 405. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'OPTIONS',
  'PROPFIND', 'PROPPATCH', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'UNBIND', 'UNLINK',
]);

const X_FORWARDED_FOR = idOf('x-forwarded-for');
const VIA = idOf('via');
const TE = idOf('te');

/** The Host that a peer gets: what a plugin says, else the client's where the route keeps it, else the peer's own. */
export function hostHeaderOf({ changes, route, facts }: HttpExchange, service: Service, peer: Peer): string {
  if (changes?.hostHeader !== undefined) return headerValue(changes.hostHeader);
  return route!.preserveHost && facts.authority !== '' ? facts.authority : ownHost(service, peer.hostname, peer.port);
}

/** The head of a request but for Host, which each try fills in. */
export class UpstreamHead implements UpstreamRequestHead {
  readonly method: string;
  readonly path: string;
  readonly body: 'none' | 'chunked' | number;
  readonly upgrade: boolean;
  readonly isRepeatable: boolean;
  lines: string;
  readonly #rest: string;

  /** @throws Error a plugin has made a head of it that cannot be sent */
  constructor(exchange: HttpExchange, service: Service) {
    const match = exchange.match!;
    this.method = methodOf(exchange.sentMethod);
    this.path = sentTarget(exchange.facts, exchange.changes, match, service.path);
    this.body = bodyOf(exchange);
    this.upgrade = exchange.upgrade;
    this.isRepeatable = IDEMPOTENT.has(this.method);
    this.lines = '';
    this.#rest = forwardingLines(exchange, match) + copiedLines(exchange, this.body === 'chunked');
  }

  setHost(host: string): void {
    this.lines = `Host: ${host}\r\n${this.#rest}`;
  }
}

function methodOf(method: string): string {
  if (!IDEMPOTENT.has(method) && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) throw new Error(`${JSON.stringify(method)} is no method`);
  return method;
}

function bodyOf({ replacedBody, held, incoming: { contentLength, isChunked, body } }: HttpExchange): 'none' | 'chunked' | number {
  if (replacedBody !== undefined) return replacedBody.length;
  if (!isChunked) return contentLength ?? 'none';
  return body.isComplete ? sizeOf(held) : 'chunked';
}

/** What is copied of the client's, and what plugins put in its place. */
function copiedLines(exchange: HttpExchange, chunked: boolean): string {
  const { incoming: { headers }, changes } = exchange;
  const options = connectionOptions(headers);
  const changed = changes?.headers;
  const identity = changes?.identity;
  const copied = headers.copyWithout(
    chunked ? TO_UPSTREAM : FRAMED_TO_UPSTREAM, identity === undefined ? without(options, changed) : options,
  );
  const te = headers.has(TE)
    && headers.values('te').some((value) => /\btrailers\b(?!\s*;)/i.test(value)) ? 'TE: trailers\r\n' : '';
  if (identity !== undefined) return copied + te + identity.block.lines;
  return changed === undefined ? copied + te : copied + te + changedLines(changed);
}

function without(options: ReadonlySet<string> | undefined, changed: UpstreamChanges['headers']): ReadonlySet<string> | undefined {
  if (changed === undefined) return options;
  let names: Set<string> | undefined;
  for (let at = 0; at < changed.length; at += 1) {
    // The client's lines by these names are left out in any case.
    if (!NOT_TO_UPSTREAM.has(changed[at]!.key)) (names ??= new Set(options)).add(changed[at]!.key);
  }
  return names ?? options;
}

/** What plugins cannot set: framing, and the headers of one connection. */
const OWN: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'expect']);

function changedLines(changed: NonNullable<UpstreamChanges['headers']>): string {
  let text = '';
  for (const { key, name, values } of changed) {
    if (!OWN.has(key)) for (const value of values) text += lineOf(name, value);
  }
  return text;
}

/** Lines about a longer host are not worth their memory. */
const MAX_KEPT_HOST = 256;

/** In the order in which Kong sends them. */
function forwardingLines(exchange: HttpExchange, match: RouteMatch): string {
  const { facts, requestId, incoming: { headers, version } } = exchange;
  const { connection } = facts;
  const stripped = match.route.stripPath ? match.matched : '';
  const isUsual = !connection.trusted && version !== '2.0' && facts.host.length <= MAX_KEPT_HOST;
  if (!isUsual || headers.has(X_FORWARDED_FOR) || headers.has(VIA)) {
    const remoteAddress = connection.proxiedAddress ?? connection.remoteAddress;
    const addresses = headers.has(X_FORWARDED_FOR) ? joined(headers.values('x-forwarded-for'), remoteAddress) : remoteAddress;
    const lines = connection.trusted ? trustedLines(exchange, stripped)
      : hostLines(facts) + pathLines(facts.rawPath, stripped) + realIpLine(facts);
    return `X-Forwarded-For: ${addresses}\r\n${lines}${viaLine(exchange)}X-Kong-Request-Id: ${requestId}\r\n`;
  }
  const { sent } = facts;
  const { forwarded } = connection;
  if (forwarded.host !== facts.host) {
    forwarded.host = facts.host;
    forwarded.before = flat(`X-Forwarded-For: ${connection.proxiedAddress ?? connection.remoteAddress}\r\n${hostLines(facts)}`);
    forwarded.behind = flat(`${realIpLine(facts)}Via: ${VIA_VALUE}\r\nX-Kong-Request-Id: `);
  }
  if (sent.forwardedFor !== match) {
    sent.forwardedFor = match;
    sent.forwarded = flat(pathLines(facts.rawPath, stripped));
  }
  return `${forwarded.before}${sent.forwarded}${forwarded.behind}${requestId}\r\n`;
}

/** In one piece: what is made of many is put together again with each head that it is a part of. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function hostLines({ connection: { scheme, listenerPort }, host }: RequestFacts): string {
  return `X-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Host: ${withoutDot(host)}\r\nX-Forwarded-Port: ${listenerPort}\r\n`;
}

function pathLines(rawPath: string, stripped: string): string {
  return `X-Forwarded-Path: ${rawPath}\r\n${prefixLine(stripped)}`;
}

function realIpLine({ clientIp }: RequestFacts): string {
  return `X-Real-IP: ${clientIp}\r\n`;
}

const VIA_VALUE = `1.1 ${PRODUCT}`;
const VIA_VALUE_HTTP2 = `2 ${PRODUCT}`;

function viaLine({ incoming: { headers, version } }: HttpExchange): string {
  const own = version === '2.0' ? VIA_VALUE_HTTP2 : VIA_VALUE;
  return headers.has(VIA) ? `Via: ${joined(headers.values('via'), own)}\r\n` : `Via: ${own}\r\n`;
}

/** What a trusted proxy says goes before what this one sees. */
function trustedLines({ facts, incoming: { headers } }: HttpExchange, stripped: string): string {
  const { connection } = facts;
  const prefix = headers.first('x-forwarded-prefix');
  return `X-Forwarded-Proto: ${headers.first('x-forwarded-proto') ?? connection.scheme}\r\n`
    + `X-Forwarded-Host: ${headers.first('x-forwarded-host') ?? withoutDot(facts.host)}\r\n`
    + `X-Forwarded-Port: ${headers.first('x-forwarded-port') ?? connection.listenerPort}\r\n`
    + `X-Forwarded-Path: ${headers.first('x-forwarded-path') ?? facts.rawPath}\r\n`
    + (prefix === undefined ? prefixLine(stripped) : `X-Forwarded-Prefix: ${prefix}\r\n`)
    + realIpLine(facts);
}

function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function prefixLine(stripped: string): string {
  return stripped === '/' || stripped === '' ? '' : `X-Forwarded-Prefix: ${safePrefix(stripped)}\r\n`;
}

/** A decoded path can hold line breaks, and characters that no header can. */
function safePrefix(prefix: string): string {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x1f\x7f]/.test(prefix) ? escapeText(prefix) : Buffer.from(prefix, 'utf8').toString('latin1');
}

function joined(values: readonly string[], own: string): string {
  return `${values.join(', ')}, ${own}`;
}
