/** Sends a request to one peer after another until one answers, or none may be asked any more. */
import type { ClientRequest, ServerResponse } from 'node:http';

import type { Service } from '../../model/snapshot.ts';
import type { NoPeer, Peer, PeerSelection } from '../balancer/peer-selection.ts';
import { hasBody } from './client-request.ts';
import type { HttpExchange } from './http-exchange.ts';
import { RequestBody } from './request-body.ts';
import { UpstreamError } from './upstream-answer.ts';
import type { UpstreamAnswer, UpstreamFailure } from './upstream-answer.ts';
import type { UpstreamPool } from './upstream-pool.ts';
import { hostHeaderOf } from './upstream-request.ts';
import type { UpstreamHead } from './upstream-request.ts';
import type { ServiceTls } from './upstream-tls.ts';

/** Methods with which a request that may have arrived is repeated: those that IANA's registry calls idempotent. TRACE gets 405. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'OPTIONS',
  'PROPFIND', 'PROPPATCH', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'UNBIND', 'UNLINK',
]);

/** Kept connections that may turn out to be closed before a request has used up a try. */
const MAX_STALE = 2;

/** Status that stands for a try that failed. */
export const STATUS_OF: Readonly<Record<UpstreamFailure, number>> = { connect: 502, timeout: 504, broken: 502, invalid: 502 };

interface Tries {
  readonly exchange: HttpExchange;
  readonly service: Service;
  readonly head: UpstreamHead;
  readonly response: ServerResponse;
  readonly pool: UpstreamPool;
  readonly peers: PeerSelection;
  readonly tls: ServiceTls | undefined;
}

/** `gone`: so is the client. `name`, `targets`: there was no peer. */
export type Outcome = UpstreamAnswer | UpstreamError | 'gone' | 'name' | 'targets';

export async function sendWithRetries(tries: Tries): Promise<Outcome> {
  const { exchange, service, peers } = tries;
  const body = bodyOf(exchange);
  let failure: UpstreamError | undefined;
  let stale = 0;
  let peer: Peer | undefined;
  for (let left = service.retries; ;) {
    const begun = performance.now();
    if (peer === undefined) {
      const next = await nextPeer(exchange, peers);
      if (exchange.closed) return 'gone';
      // No peer is left: the client gets the failure of the last one.
      if ('none' in next) return failure ?? next.none;
      peer = next;
    }
    const sentAt = performance.now();
    exchange.clock.sent ??= sentAt;
    const outcome = await oneTry(tries, peer, body);
    const { ip, port, hostname } = peer;
    const failed = outcome instanceof UpstreamError;
    exchange.tries!.push({
      ip, port, hostname, startedAt: performance.timeOrigin + begun, balancerMs: sentAt - begun,
      // A client that went away is no failure of the peer.
      ...failed && !exchange.closed && { failed: STATUS_OF[outcome.kind] },
    });
    if (!failed) {
      exchange.statuses.push(String(outcome.response.statusCode));
      peers.answered(outcome.response.statusCode!, performance.now() - sentAt);
      return outcome;
    }
    exchange.statuses.push(exchange.closed ? '-' : String(STATUS_OF[outcome.kind]));
    if (exchange.closed) return 'gone';
    if (outcome.isStale && stale < MAX_STALE && mayRepeat(exchange, outcome, body)) {
      stale += 1;
      continue;
    }
    peers.failed(outcome.kind === 'timeout' ? 'timeout' : 'tcp');
    if (left <= 0 || !mayRepeat(exchange, outcome, body)) return outcome;
    left -= 1;
    failure = outcome;
    peer = undefined;
  }
}

/** The search for addresses of a name is a step of the request's timeline. */
async function nextPeer({ timeline }: HttpExchange, peers: PeerSelection): Promise<Peer | NoPeer> {
  const { lookedUp } = peers;
  if (timeline === undefined || lookedUp === undefined) return peers.next();
  const found = timeline.resolve(lookedUp.host, lookedUp.port);
  const next = await peers.next();
  found('none' in next ? { failure: next.cause ?? next.none } : { ip: next.ip });
  return next;
}

async function oneTry(
  { exchange, service, head, response, pool, tls }: Tries, peer: Peer, body: RequestBody | undefined,
): Promise<UpstreamAnswer | UpstreamError> {
  head.headers[1] = hostHeaderOf(exchange, service, peer);
  let attempt: ReturnType<UpstreamPool['send']>;
  try {
    attempt = pool.send({ service, peer, tls }, head, {
      // A request that must not arrive twice waits until a close that is on its way would have been seen.
      isCareful: !IDEMPOTENT.has(exchange.upstream.method),
      onReady: (request) => sendBody(exchange, request, body),
    });
  } catch (error) {
    return new UpstreamError('connect', false, { cause: error });
  }
  const abandon = () => attempt.request.destroy();
  response.once('close', abandon);
  try {
    return await attempt.answer;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  } finally {
    response.off('close', abandon);
  }
}

function mayRepeat(exchange: HttpExchange, error: UpstreamError, body: RequestBody | undefined): boolean {
  if (error.kind === 'invalid') return false;
  if (!error.sent) return true;
  return body?.isWhole !== false && IDEMPOTENT.has(exchange.upstream.method);
}

function bodyOf(exchange: HttpExchange): RequestBody | undefined {
  const { incoming, traffic } = exchange;
  if (exchange.replacedBody !== undefined || !hasBody(incoming)) return undefined;
  const isChunked = incoming.headers['content-length'] === undefined;
  return new RequestBody(incoming, IDEMPOTENT.has(exchange.upstream.method), (bytes) => {
    if (isChunked) traffic.chunkedBytes += bytes;
  });
}

function sendBody(exchange: HttpExchange, request: ClientRequest, body: RequestBody | undefined): void {
  exchange.sendContinue?.();
  if (exchange.replacedBody !== undefined) request.end(exchange.replacedBody);
  else if (body !== undefined) body.sendTo(request);
  else request.end();
}
