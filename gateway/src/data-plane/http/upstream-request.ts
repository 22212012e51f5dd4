/** The request line and head that an upstream gets. */
import { isIPv6 } from 'node:net';

import { PRODUCT } from '../../base/product.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Peer } from '../balancer/peer-selection.ts';
import { escapeText } from '../router/request-path.ts';
import { hasBody } from './client-request.ts';
import { connectionOptions, NOT_TO_UPSTREAM } from './header-rules.ts';
import { headerValue } from './header-text.ts';
import type { HttpExchange } from './http-exchange.ts';
import { upstreamTarget } from './upstream-target.ts';

export interface UpstreamHead {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, Host first. */
  readonly headers: string[];
  /** Whether the request asks for a WebSocket. */
  readonly upgrade: boolean;
  /** Whether the headers say how the body ends, be it empty. */
  readonly hasFraming: boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The Host that a peer gets: what a plugin says, else the client's where the route keeps it, else the peer's own. */
export function hostHeaderOf({ upstream, route, facts }: HttpExchange, service: Service, { hostname, port }: Peer): string {
  if (upstream.hostHeader !== undefined) return headerValue(upstream.hostHeader);
  if (route!.preserveHost && facts.authority !== '') return facts.authority;
  const host = isIPv6(hostname) ? `[${hostname}]` : hostname;
  return DEFAULT_PORTS[service.protocol] === port || HAS_PORT.test(host) ? host : `${host}:${port}`;
}

/** `host_header` may bring one. */
const HAS_PORT = /^(?:[^:]+|\[.*\]):\d+$/;

export function buildUpstreamHead(exchange: HttpExchange, service: Service): UpstreamHead {
  const { upstream } = exchange;
  const { route, matched } = exchange.match!;
  return {
    method: upstream.method,
    path: upstreamTarget(exchange, exchange.match!, service.path),
    headers: buildHeaders(exchange, route.stripPath ? matched : ''),
    upgrade: exchange.upgrade,
    hasFraming: hasFraming(exchange),
  };
}

function hasFraming({ replacedBody, incoming: { headers } }: HttpExchange): boolean {
  return replacedBody !== undefined || headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

function buildHeaders(exchange: HttpExchange, stripped: string): string[] {
  const { incoming, upstream, upgrade } = exchange;
  const headers = [
    // Filled in for each try.
    'Host', '',
    'Connection', upgrade ? 'keep-alive, Upgrade' : 'keep-alive',
    ...(upgrade ? ['Upgrade', 'websocket'] : []),
    ...forwardingHeaders(exchange, stripped),
    'Via', joined(exchange.headerValues('via'), `1.1 ${PRODUCT}`),
    'X-Kong-Request-Id', exchange.requestId,
  ];
  const dropped = connectionOptions(incoming.headersDistinct.connection?.join(','));
  const raw = incoming.rawHeaders;
  const changed = upstream.headers;
  const chunked = exchange.replacedBody === undefined && incoming.headers['transfer-encoding'] !== undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    if (NOT_TO_UPSTREAM.has(name) || dropped?.has(name) === true || changed?.has(name) === true) continue;
    // Trailers can only follow chunks.
    if (name === 'trailer' && !chunked) continue;
    headers.push(raw[index]!, raw[index + 1]!);
  }
  if (exchange.headerValues('te').some((value) => /\btrailers\b(?!\s*;)/i.test(value))) headers.push('TE', 'trailers');
  for (const { name, values } of changed?.values() ?? []) {
    if (!OWN.has(name.toLowerCase())) for (const value of values) headers.push(name, value);
  }
  pushFraming(exchange, headers);
  return headers;
}

/** What plugins cannot set: framing, and the headers of one connection. */
const OWN: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'expect']);

function forwardingHeaders(exchange: HttpExchange, stripped: string): string[] {
  const { facts } = exchange;
  const theirs = (name: string): string | undefined => facts.trusted ? exchange.headerValues(name)[0] : undefined;
  const headers = [
    'X-Forwarded-For', joined(exchange.headerValues('x-forwarded-for'), facts.remoteAddress),
    'X-Forwarded-Proto', theirs('x-forwarded-proto') ?? facts.scheme,
    'X-Forwarded-Host', theirs('x-forwarded-host') ?? facts.host.replace(/\.$/, ''),
    'X-Forwarded-Port', theirs('x-forwarded-port') ?? String(facts.listenerPort),
    'X-Forwarded-Path', theirs('x-forwarded-path') ?? facts.rawPath,
    'X-Real-IP', facts.clientIp,
  ];
  const prefix = theirs('x-forwarded-prefix') ?? (stripped === '/' || stripped === '' ? undefined : safePrefix(stripped));
  if (prefix !== undefined) headers.push('X-Forwarded-Prefix', prefix);
  return headers;
}

/** A decoded path can hold line breaks, and characters that no header can. */
function safePrefix(prefix: string): string {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x1f\x7f]/.test(prefix) ? escapeText(prefix) : Buffer.from(prefix, 'utf8').toString('latin1');
}

function pushFraming(exchange: HttpExchange, headers: string[]): void {
  const { incoming, replacedBody } = exchange;
  if (replacedBody !== undefined) headers.push('Content-Length', String(replacedBody.length));
  else if (incoming.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  else if (hasBody(incoming)) headers.push('Content-Length', incoming.headers['content-length']!);
  else if (incoming.headers['content-length'] !== undefined) headers.push('Content-Length', '0');
}

function joined(values: readonly string[], own: string): string {
  return values.length === 0 ? own : `${values.join(', ')}, ${own}`;
}
