/** Sends a request to its service and streams the answer back. Bodies are only buffered where a plugin asks for it. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Service } from '../../model/snapshot.ts';
import { addProxyHeaders, writeHead } from './answer.ts';
import type { OwnAnswer } from './answer.ts';
import { filtersOf, FilteredBody } from './body-filters.ts';
import { hasBody } from './client-request.ts';
import { headOfUpstream, ResponseHead } from './client-response.ts';
import type { HttpExchange } from './http-exchange.ts';
import { UpstreamError } from './upstream-answer.ts';
import type { UpstreamAnswer, UpstreamFailure } from './upstream-answer.ts';
import type { UpstreamPool } from './upstream-pool.ts';
import { buildUpstreamHead } from './upstream-request.ts';
import type { UpstreamHead } from './upstream-request.ts';

/** What the pipeline gives to the proxy. */
interface ProxyContext {
  readonly pool: UpstreamPool;
  /** Whether client connections end with their current answer. */
  closing(): boolean;
  /** Lets plugins change the head of the answer. */
  beforeHead(exchange: HttpExchange, head: ResponseHead): void | Promise<void>;
  /** A filter of a plugin threw in the middle of a body. */
  onBodyDefect(defect: Error): void;
}

const FAILURES: Readonly<Record<UpstreamFailure, OwnAnswer>> = {
  name: { status: 503, message: 'name resolution failed' },
  connect: { status: 502, message: 'An invalid response was received from the upstream server', fallback: 'text' },
  timeout: { status: 504, message: 'The upstream server is timing out', fallback: 'text' },
  broken: { status: 502, message: 'An invalid response was received from the upstream server', fallback: 'text' },
  invalid: { status: 502, message: 'An invalid response was received from the upstream server', fallback: 'text' },
};

/** Methods with which a request that may have arrived is repeated. RFC 9110 §9.2.2, without TRACE, which gets 405. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** @returns the gateway's own answer when the upstream gave none; `undefined` when the client has been served, or is gone */
export async function proxy(
  exchange: HttpExchange, service: Service, response: ServerResponse, context: ProxyContext,
): Promise<OwnAnswer | undefined> {
  if (exchange.closed) return undefined;
  const target = targetOf(exchange, service);
  const head = buildUpstreamHead(exchange, target);
  exchange.upstreamUri = head.path;
  const sentAt = exchange.clock.sent = performance.now();
  const outcome = await sendWithRetries(exchange, target, head, response, context);
  if (outcome === 'gone') return undefined;
  const answeredAt = exchange.clock.answered = performance.now();
  if (outcome instanceof UpstreamError) return failureAnswer(outcome.kind, exchange, sentAt, answeredAt);
  const source = outcome.kind === 'upgrade' ? outcome.socket : outcome.response;
  try {
    const answerHead = headOfUpstream(outcome.response, exchange.upgrade);
    addProxyHeaders(answerHead, exchange, sentAt, answeredAt, outcome.response.headers.via);
    exchange.response = answerHead;
    await context.beforeHead(exchange, answerHead);
    // The client is gone, or was answered meanwhile because of a defect elsewhere.
    if (exchange.closed || response.headersSent) return void source.destroy();
    // It ended while a plugin was waited for.
    if (source.destroyed) return failureAnswer('broken', exchange, sentAt, answeredAt);
    if (outcome.kind === 'upgrade') switchProtocols(outcome, answerHead, response, service.readTimeoutMs);
    else stream(outcome.response, answerHead, response, exchange, context);
    return undefined;
  } catch (error) {
    source.destroy();
    throw error;
  }
}

/** The service, with what plugins put in its place. */
function targetOf({ upstream: { scheme, target } }: HttpExchange, service: Service): Service {
  if (scheme === undefined && target === undefined) return service;
  return { ...service, ...target, ...scheme !== undefined && { protocol: scheme } };
}

async function sendWithRetries(
  exchange: HttpExchange, service: Service, head: UpstreamHead, response: ServerResponse, context: ProxyContext,
): Promise<UpstreamAnswer | UpstreamError | 'gone'> {
  for (let left = service.retries; ; left -= 1) {
    const attempt = context.pool.send(service, head, (request) => sendBody(exchange, request));
    const abandon = () => attempt.request.destroy();
    response.once('close', abandon);
    const begun = Date.now();
    const note = (failed?: number) => exchange.tries!.push({
      ip: service.host, port: service.port, startedAt: begun, balancerMs: 0, ...failed !== undefined && { failed },
    });
    try {
      const answer = await attempt.answer;
      note();
      exchange.statuses.push(String(answer.response.statusCode));
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.kind !== 'name') {
        note(FAILURES[error.kind].status);
        exchange.statuses.push(exchange.closed ? '-' : String(FAILURES[error.kind].status));
      }
      if (exchange.closed) return 'gone';
      if (left <= 0 || !mayRepeat(exchange, error)) return error;
    } finally {
      response.off('close', abandon);
    }
  }
}

function mayRepeat(exchange: HttpExchange, error: UpstreamError): boolean {
  if (error.kind === 'name' || error.kind === 'invalid') return false;
  if (!error.sent) return true;
  const repeatable = exchange.replacedBody !== undefined || !hasBody(exchange.incoming);
  return repeatable && IDEMPOTENT.has(exchange.upstream.method);
}

function sendBody(exchange: HttpExchange, request: ClientRequest): void {
  exchange.sendContinue?.();
  if (exchange.replacedBody !== undefined) request.end(exchange.replacedBody);
  else if (hasBody(exchange.incoming)) countChunks(exchange).pipe(request);
  else request.end();
}

function countChunks({ incoming, traffic }: HttpExchange): IncomingMessage {
  if (incoming.headers['content-length'] === undefined) incoming.on('data', (chunk: Buffer) => { traffic.chunkedBytes += chunk.length; });
  return incoming;
}

function failureAnswer(kind: UpstreamFailure, exchange: HttpExchange, sentAt: number, answeredAt: number): OwnAnswer {
  const answer = FAILURES[kind];
  if (kind === 'name') return answer;
  const added = new ResponseHead(answer.status, []);
  addProxyHeaders(added, exchange, sentAt, answeredAt);
  const headers = Object.fromEntries(pairs(added.headers).filter(([name]) => name !== 'Server' && name !== 'X-Kong-Request-Id'));
  return { ...answer, headers, attempted: true };
}

/** Sends the answer on as it comes; when one side breaks off, the other is cut. */
function stream(from: IncomingMessage, head: ResponseHead, to: ServerResponse, exchange: HttpExchange, context: ProxyContext): void {
  const filters = filtersOf(exchange);
  if (filters.some(({ changes }) => changes === true) && hasContent(exchange.method, head.status)) head.removeHeader('content-length');
  writeHead(to, head, context.closing(), head.status === from.statusCode ? reasonPhrase(from) : undefined);
  // Without effect on an answer that is whole: its connection is free for another request.
  to.once('close', () => from.destroy());
  // An upstream that stops in the middle: the client must not take the part for the whole.
  from.once('error', () => to.destroy());
  from.once('end', () => { exchange.clock.received = performance.now(); });
  if (filters.length === 0) from.pipe(to);
  else {
    const cut = (defect: Error): void => {
      context.onBodyDefect(defect);
      to.destroy();
    };
    from.pipe(new FilteredBody(filters, cut)).pipe(to);
  }
  // The first bytes of a body may be long in coming, e.g. of an event stream. Most times they are there already, and share a packet with
  // the head. Not flushHeaders(): it would encode the head as UTF-8, whose values are bytes already.
  setImmediate(() => {
    if (!to.destroyed && !to.writableEnded) to.write('', 'latin1');
  });
}

/** RFC 9110 §6.4.1 */
function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

/** A phrase that no status line can hold is left out. RFC 9112 §4 */
function reasonPhrase({ statusMessage = '' }: IncomingMessage): string | undefined {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage) ? statusMessage : undefined;
}

/** @param idleMs a connection without traffic in either direction is closed after so long */
function switchProtocols(
  answer: UpstreamAnswer & { kind: 'upgrade' }, head: ResponseHead, response: ServerResponse, idleMs: number,
): void {
  const client: Duplex = response.socket!;
  const { socket: upstream } = answer;
  response.detachSocket(client as never);
  response.statusCode = 101;
  head.setRawHeader('Connection', 'upgrade');
  head.setRawHeader('Upgrade', 'websocket');
  const lines = pairs(head.headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  client.write(Buffer.from(`HTTP/1.1 101 ${reasonPhrase(answer.response) ?? ''}\r\n${lines}\r\n`, 'latin1'));
  if (answer.head.length > 0) client.write(answer.head);
  upstream.once('close', () => client.destroy());
  client.once('close', () => upstream.destroy());
  // What comes in on one side goes out on the other: both directions keep this one awake.
  (upstream as Socket).setTimeout(idleMs, () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!]);
}
