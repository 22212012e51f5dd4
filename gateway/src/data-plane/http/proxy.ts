/** Sends a request to its service and streams the answer back. Bodies are only buffered where a plugin asks for it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Service } from '../../model/snapshot.ts';
import { hashInputOf } from '../balancer/hash-input.ts';
import type { HashCookie } from '../balancer/hash-input.ts';
import { BalancedSelection, HostSelection } from '../balancer/peer-selection.ts';
import type { NoPeer } from '../balancer/peer-selection.ts';
import type { UpstreamBalancers } from '../balancer/upstream-balancers.ts';
import type { Resolver } from '../dns/resolution.ts';
import { addProxyHeaders, writeHead } from './answer.ts';
import type { OwnAnswer } from './answer.ts';
import { filtersOf, FilteredBody, frameFiltered } from './body-filters.ts';
import { headOfUpstream, ResponseHead } from './client-response.ts';
import { hashedRequest } from './hashed-request.ts';
import type { HttpExchange } from './http-exchange.ts';
import { serviceTlsOf } from './service-tls.ts';
import { UpstreamError } from './upstream-answer.ts';
import type { UpstreamAnswer, UpstreamFailure } from './upstream-answer.ts';
import type { UpstreamPool } from './upstream-pool.ts';
import { buildUpstreamHead } from './upstream-request.ts';
import { sendWithRetries, STATUS_OF } from './upstream-tries.ts';

/** What the pipeline gives to the proxy. */
interface ProxyContext {
  readonly pool: UpstreamPool;
  readonly balancers: UpstreamBalancers;
  readonly resolver: Resolver;
  /** Whether client connections end with their current answer. */
  closing(): boolean;
  /** Lets plugins change the head of the answer. */
  beforeHead(exchange: HttpExchange, head: ResponseHead): void | Promise<void>;
  /** A filter of a plugin threw in the middle of a body. */
  onBodyDefect(defect: Error): void;
}

/** Where there was no peer to send the request to. */
const WITHOUT_PEER: Readonly<Record<NoPeer['none'], OwnAnswer>> = {
  name: { status: 503, message: 'name resolution failed' },
  targets: { status: 503, message: 'failure to get a peer from the ring-balancer' },
};

const MESSAGES: Readonly<Record<number, string>> = {
  502: 'An invalid response was received from the upstream server',
  504: 'The upstream server is timing out',
};

/** @returns the gateway's own answer when the upstream gave none; `undefined` when the client has been served, or is gone */
export async function proxy(
  exchange: HttpExchange, service: Service, response: ServerResponse, context: ProxyContext,
): Promise<OwnAnswer | undefined> {
  if (exchange.closed) return undefined;
  const target = targetOf(exchange, service);
  const head = buildUpstreamHead(exchange, target);
  exchange.sentTarget = head.path;
  const balancer = context.balancers.named(target.host);
  const hash = balancer && hashInputOf(balancer.settings, hashedRequest(exchange));
  const peers = balancer === undefined || hash === undefined
    ? new HostSelection(target.host, target.port, context.resolver) : new BalancedSelection(balancer, hash);
  response.once('close', () => peers.end());
  const tls = target.protocol === 'https' ? serviceTlsOf(exchange.configuration, target, balancer?.settings) : undefined;
  const outcome = await sendWithRetries({ exchange, service: target, head, response, pool: context.pool, peers, tls });
  if (outcome === 'gone') return undefined;
  if (outcome === 'name' || outcome === 'targets') return WITHOUT_PEER[outcome];
  const sentAt = exchange.clock.sent!;
  const answeredAt = exchange.clock.answered = performance.now();
  if (outcome instanceof UpstreamError) return failureAnswer(outcome.kind, exchange, sentAt, answeredAt);
  const source = outcome.kind === 'upgrade' ? outcome.socket : outcome.response;
  try {
    const answerHead = headOfUpstream(outcome.response, exchange.upgrade);
    if (hash?.cookie !== undefined) setCookie(answerHead, hash.cookie);
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

function failureAnswer(kind: UpstreamFailure, exchange: HttpExchange, sentAt: number, answeredAt: number): OwnAnswer {
  const status = STATUS_OF[kind];
  const added = new ResponseHead(status, []);
  addProxyHeaders(added, exchange, sentAt, answeredAt);
  const headers = Object.fromEntries(pairs(added.headers).filter(([name]) => name !== 'Server' && name !== 'X-Kong-Request-Id'));
  return { status, message: MESSAGES[status]!, fallback: 'text', headers, attempted: true };
}

/** The client comes back with it, and to the same target. One of the upstream's own by that name gives way. */
function setCookie(head: ResponseHead, { name, value, path }: HashCookie): void {
  const others = head.headerValues('set-cookie').filter((cookie) => !cookie.startsWith(`${name}=`));
  head.setHeader('Set-Cookie', [...others, `${name}=${value}; Path=${path}; SameSite=Lax; HttpOnly`]);
}

/** Sends the answer on as it comes; when one side breaks off, the other is cut. */
function stream(from: IncomingMessage, head: ResponseHead, to: ServerResponse, exchange: HttpExchange, context: ProxyContext): void {
  const filters = filtersOf(exchange);
  frameFiltered(head, filters, hasContent(exchange.method, head.status));
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
