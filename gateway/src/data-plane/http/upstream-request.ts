/** The request line and head that an upstream gets. */
import type { Service } from '../../model/snapshot.ts';
import { escapeText } from '../router/request-path.ts';
import { upstreamPath } from '../router/upstream-path.ts';
import { connectionOptions, NOT_TO_UPSTREAM } from './header-rules.ts';
import { hasBody } from './http-exchange.ts';
import type { HttpExchange } from './http-exchange.ts';
import { PRODUCT } from './product.ts';

export interface UpstreamHead {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  /** Whether the request asks for a WebSocket. */
  readonly upgrade: boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The Host that a service is addressed by. */
export function hostOf(service: Service): string {
  return DEFAULT_PORTS[service.protocol] === service.port ? service.host : `${service.host}:${service.port}`;
}

export function buildUpstreamHead(exchange: HttpExchange, service: Service): UpstreamHead {
  const route = exchange.match!.route;
  const matched = exchange.match!.matched;
  const path = upstreamPath(service.path ?? '/', exchange.facts.path.escaped, escapeText(matched), route.stripPath);
  return {
    method: exchange.method,
    path: path + exchange.search,
    headers: buildHeaders(exchange, service, route.stripPath ? matched : ''),
    upgrade: exchange.upgrade,
  };
}

function buildHeaders(exchange: HttpExchange, service: Service, stripped: string): string[] {
  const { incoming, facts, changedHeaders } = exchange;
  const preserve = exchange.route!.preserveHost && facts.authority !== '';
  const { upgrade } = exchange;
  const headers = [
    'Host', preserve ? facts.authority : hostOf(service),
    'Connection', upgrade ? 'keep-alive, Upgrade' : 'keep-alive',
    ...(upgrade ? ['Upgrade', 'websocket'] : []),
    ...forwardingHeaders(exchange, stripped),
    'Via', joined(exchange.headerValues('via'), `1.1 ${PRODUCT}`),
    'X-Kong-Request-Id', exchange.requestId,
  ];
  const dropped = connectionOptions(incoming.headersDistinct.connection?.join(','));
  const raw = incoming.rawHeaders;
  const chunked = exchange.replacedBody === undefined && incoming.headers['transfer-encoding'] !== undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    if (NOT_TO_UPSTREAM.has(name) || dropped?.has(name) === true || changedHeaders?.has(name) === true) continue;
    // Trailers can only follow chunks.
    if (name === 'trailer' && !chunked) continue;
    headers.push(raw[index]!, raw[index + 1]!);
  }
  if (exchange.headerValues('te').some((value) => /\btrailers\b(?!\s*;)/i.test(value))) headers.push('TE', 'trailers');
  for (const change of changedHeaders?.values() ?? []) if (change !== undefined) headers.push(change.name, change.value);
  pushFraming(exchange, headers);
  return headers;
}

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
  else if (incoming.headers['content-length'] !== undefined || saysAbsence(exchange.method)) headers.push('Content-Length', '0');
}

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** Whether a request with this method says that it has no body. RFC 9110 §8.6 */
function saysAbsence(method: string): boolean {
  return !METHODS_WITHOUT_BODY.has(method);
}

function joined(values: readonly string[], own: string): string {
  return values.length === 0 ? own : `${values.join(', ')}, ${own}`;
}
