/** The log entry of a request, as the plugins that log requests send it: the members and values of Kong Gateway's. */
import type { ClientRequest, ClientResponse, Exchange, HeaderLine, Try } from '../plugin-kit/exchange.ts';
import { logFieldsOf } from '../plugin-kit/log-fields.ts';
import { isPersonal } from '../plugin-kit/personal-headers.ts';
import { shownConsumer, shownEntity, workspaceOf } from './shown-entities.ts';
import { nanosecondsOf } from './time-texts.ts';

export type LogEntry = Record<string, unknown>;

/** Status of a request whose client went away before it had an answer. */
export const CLIENT_GONE = 499;

export const REDACTED_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization']);

/** The entry of a request that has ended. */
export function logEntry(exchange: Exchange): LogEntry {
  const { request, timings, route, service, consumer, credential, tries } = exchange;
  const workspace = workspaceOf(exchange.configuration);
  return {
    request: requestOf(exchange),
    response: responseOf(exchange),
    latencies: latenciesOf(exchange),
    tries: tries?.map(shownTry),
    route: route && shownEntity(route.row, workspace),
    service: service && shownEntity(service.row, workspace),
    consumer: consumer && shownConsumer(consumer.row),
    authenticated_entity: credential && { id: credential.id },
    client_ip: request.clientIp,
    started_at: Math.floor(timings.startedAt),
    source: sourceOf(exchange),
    upstream_uri: exchange.upstreamUri,
    upstream_status: exchange.upstreamStatus,
    workspace: workspace.id,
    workspace_name: workspace.name,
    ...Object.fromEntries(logFieldsOf(exchange) ?? []),
  };
}

/** Status that the client got, or that says that it was gone. */
export function statusOf({ response }: Exchange): number {
  return response?.status ?? CLIENT_GONE;
}

/** In whole milliseconds; `proxy` is -1 when no upstream answered. */
export function latenciesOf({ timings }: Exchange): Readonly<Record<'kong' | 'proxy' | 'request' | 'receive', number>> {
  const receive = Math.round(Math.max(timings.receiveMs, 0));
  return {
    kong: Math.round(Math.max(timings.proxyMs, 0)) + receive,
    proxy: timings.upstreamMs < 0 ? -1 : Math.round(timings.upstreamMs),
    request: Math.round(timings.requestMs),
    receive,
  };
}

function requestOf(exchange: Exchange): object {
  const { requestId, request, sizes } = exchange;
  const uri = request.query === '' ? request.rawPath : `${request.rawPath}?${request.query}`;
  return {
    id: requestId,
    method: request.method,
    uri,
    url: `${request.scheme}://${request.host === '' ? 'kong' : request.host}:${request.listenerPort}${uri}`,
    size: sizes.request,
    querystring: joined(request.queryArguments().map(([name, value]) => [name, value ?? true])),
    headers: joined(requestHeaders(exchange)),
    tls: request.tls && { version: request.tls.version, cipher: request.tls.cipher, client_verify: 'NONE' },
  };
}

/** What the upstream gets, and of what it never gets (Host, headers of the connection and of forwarding) what the client sent. */
export function requestHeaders(exchange: Exchange): readonly HeaderLine[] {
  const { request, upstream } = exchange;
  const sent: HeaderLine[] = [];
  for (const [name, value] of upstream.headerLines()) sent.push(shownLine(exchange, name.toLowerCase(), value));
  const lines: HeaderLine[] = [];
  for (const [name, value] of request.headerLines()) {
    const key = name.toLowerCase();
    if (NOT_AMONG_UPSTREAMS.has(key) && !sent.some(([other]) => other === key)) lines.push(shownLine(exchange, key, value));
  }
  for (const line of sent) lines.push(line);
  return lines;
}

/** Who has the cookie of a session, or the token of a user, is that user for the gateway. */
function shownLine(exchange: Exchange, name: string, value: string): HeaderLine {
  return [name, REDACTED_HEADERS.has(name) || isPersonal(exchange, name, value) ? 'REDACTED' : value];
}

/** Headers of the client that `upstream.headerLines()` leaves out. A header that a plugin removed is in neither. */
export const NOT_AMONG_UPSTREAMS: ReadonlySet<string> = new Set([
  'host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade', 'content-length', 'expect', 'via',
  'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-path', 'x-forwarded-prefix', 'x-real-ip',
]);

function responseOf(exchange: Exchange): object {
  return { status: statusOf(exchange), size: exchange.sizes.response, headers: joined(responseHeaders(exchange)) };
}

export function responseHeaders(exchange: Exchange): readonly HeaderLine[] {
  const { request, response } = exchange;
  if (response === undefined) return [['connection', 'keep-alive']];
  const lines: HeaderLine[] = [];
  for (const [name, value] of response.headerLines()) {
    const key = name.toLowerCase();
    if ((key !== 'date' || response.source === 'upstream') && key !== 'connection') lines.push(shownLine(exchange, key, value));
  }
  if (isInChunks(request, response)) lines.push(CHUNKED);
  lines.push(['connection', response.status === 101 ? 'upgrade' : 'close']);
  return lines;
}

const CHUNKED = ['transfer-encoding', 'chunked'] as const;

/** Whether chunks mark the end of the body. RFC 9112 §6.3 */
export function isInChunks({ method, httpVersion }: ClientRequest, response: ClientResponse): boolean {
  const { status } = response;
  const hasBody = method !== 'HEAD' && status !== 101 && status !== 204 && status !== 304;
  return hasBody && httpVersion === '1.1' && response.header('content-length') === undefined;
}

export function sourceOf({ response, tries }: Exchange): 'upstream' | 'kong' {
  const isOfUpstream = response === undefined ? (tries?.length ?? 0) > 0 : response.source === 'upstream';
  return isOfUpstream ? 'upstream' : 'kong';
}

export function shownTry({ ip, port, startedAt, balancerMs, failed }: Try): object {
  return {
    balancer_start: Math.floor(startedAt),
    balancer_start_ns: nanosecondsOf(startedAt),
    balancer_latency: Math.round(balancerMs),
    balancer_latency_ns: Math.round(balancerMs * 1e6),
    ip,
    port,
    ...failed !== undefined && { state: 'failed', code: failed },
  };
}

/** One value as it is, several of a name as a list. Names such as `__proto__` become ordinary members. */
export function joined(pairs: readonly (readonly [string, string | true])[]): Record<string, unknown> {
  const members = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of pairs) {
    const known = members[name];
    if (known === undefined) members[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else members[name] = [known, value];
  }
  return members;
}
