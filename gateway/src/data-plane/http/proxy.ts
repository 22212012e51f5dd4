/** Sends a request to its service, to one peer after another where that is needed, and passes the answer on as it comes. */
import { performance } from 'node:perf_hooks';

import { idOf } from '../../http-engine/http1/known-headers.ts';
import type {
  AnswerReader, UpstreamAnswerHead, UpstreamCall, UpstreamEngine, UpstreamFailure, UpstreamProblem, UpstreamTimeouts,
} from '../../http-engine/messages.ts';
import type { ByteStream } from '../../http-engine/sockets/byte-stream.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Try } from '../../plugin-kit/exchange.ts';
import { hashInputOf } from '../balancer/hash-input.ts';
import type { HashCookie } from '../balancer/hash-input.ts';
import { BalancedSelection } from '../balancer/peer-selection.ts';
import type { NoPeer, Peer, PeerSelection } from '../balancer/peer-selection.ts';
import type { UpstreamBalancers } from '../balancer/upstream-balancers.ts';
import type { Resolver } from '../dns/resolution.ts';
import { answerHead, proxyHeaders } from './answer.ts';
import type { OwnAnswer } from './answer.ts';
import { FilteredBody, filtersOf, frameFiltered } from './body-filters.ts';
import { bodyToUpstream } from './body-to-upstream.ts';
import { headOfUpstream } from './client-response.ts';
import type { ResponseHead } from './client-response.ts';
import { GatheredBody } from './gathered-body.ts';
import { hashedRequest } from './hashed-request.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { RequestBody } from './request-body.ts';
import { servicePlanOf, targetOf } from './service-plan.ts';
import { serviceTlsOf } from './service-tls.ts';
import { hostHeaderOf, UpstreamHead } from './upstream-request.ts';
import { isSecure, speaksHttp2 } from './upstream-routes.ts';
import type { UpstreamRoutes } from './upstream-routes.ts';
import type { ServiceTls } from './upstream-tls.ts';
import { failureAnswer, MAX_STALE, mayRepeat, STATUS_OF, WITHOUT_PEER } from './upstream-tries.ts';
import { WebSocketTunnel } from './web-socket.ts';

/** What the pipeline gives to the proxy. */
export interface ProxyContext {
  readonly engine: UpstreamEngine;
  readonly routes: UpstreamRoutes;
  readonly balancers: UpstreamBalancers;
  readonly resolver: Resolver;
  /** Whether client connections end with their current answer. */
  closing(): boolean;
  /** Lets plugins change the head of the answer. */
  beforeHead(exchange: HttpExchange): void | Promise<void>;
  /** Runs what may log lines about the request. */
  noted(exchange: HttpExchange, work: () => void): void;
  /** The head of the answer is on its way, or no client waits for one. @param answer the gateway's own, where the upstream gave none */
  done(exchange: HttpExchange, answer?: OwnAnswer): void;
  /** Ends a request that a defect happened in. Never throws. */
  fail(exchange: HttpExchange, defect: unknown): void;
  /** A filter of a plugin threw in the middle of a body. */
  onBodyDefect(exchange: HttpExchange, defect: unknown): void;
}

const TIME_ORIGIN = performance.timeOrigin;

const VIA = idOf('via');
const SERVER = idOf('server');

/** Of an answer, while plugins look at its head. */
const MAX_HELD_BYTES = 65_536;

/** `gathering`: the body is waited for; `deciding`: the head of the answer has come, and plugins look at it. */
type State = 'gathering' | 'choosing' | 'asked' | 'deciding' | 'streaming' | 'over';

export class ProxiedRequest implements AnswerReader {
  readonly #exchange: HttpExchange;
  readonly #context: ProxyContext;
  readonly #service: Service;
  readonly #head: UpstreamHead;
  readonly #peers: PeerSelection;
  readonly #cookie: HashCookie | undefined;
  readonly #tls: ServiceTls | undefined;
  readonly #isHttp2: boolean;
  readonly #timeouts: UpstreamTimeouts;
  readonly #body: RequestBody | GatheredBody | undefined;
  #state: State;
  #peer: Peer | undefined;
  #retriesLeft: number;
  #staleCount: number;
  #lastFailure: UpstreamFailure | undefined;
  /** Times of the try. */
  #begunAt: number;
  #sentAt: number;
  /** Number of the try: one that is over may end before `send` returns. */
  #number: number;
  #call: UpstreamCall | undefined;
  #isReady: boolean;
  #answer: UpstreamAnswerHead | undefined;
  #tunnel: WebSocketTunnel | undefined;
  #filtered: FilteredBody | undefined;
  /** What came while plugins decided. */
  #held: Buffer[] | undefined;
  #heldBytes: number;
  #isEnded: boolean;
  #trailers: readonly string[] | undefined;
  #brokeOff: boolean;

  /** @throws Error the configuration, or a plugin, asks for what cannot be sent */
  constructor(exchange: HttpExchange, service: Service, context: ProxyContext) {
    this.#exchange = exchange;
    this.#context = context;
    const target = targetOf(exchange, service);
    this.#service = target;
    this.#head = new UpstreamHead(exchange, target);
    exchange.sentTarget = this.#head.path;
    const plan = servicePlanOf(target, context.resolver);
    const balancer = context.balancers.named(target.host);
    const hash = balancer && hashInputOf(balancer.settings, hashedRequest(exchange));
    this.#peers = balancer === undefined || hash === undefined ? plan.peers : new BalancedSelection(balancer, hash);
    this.#cookie = hash?.cookie;
    this.#tls = isSecure(target) ? serviceTlsOf(exchange.configuration, target, balancer?.settings) : undefined;
    this.#isHttp2 = speaksHttp2(target);
    this.#timeouts = plan.timeouts;
    this.#body = bodyToUpstream(exchange, this.#head.isRepeatable, this.#isHttp2);
    this.#state = 'choosing';
    this.#peer = undefined;
    this.#retriesLeft = target.retries;
    this.#staleCount = 0;
    this.#lastFailure = undefined;
    this.#begunAt = 0;
    this.#sentAt = 0;
    this.#number = 0;
    this.#call = undefined;
    this.#isReady = false;
    this.#answer = undefined;
    this.#tunnel = undefined;
    this.#filtered = undefined;
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#isEnded = false;
    this.#trailers = undefined;
    this.#brokeOff = false;
  }

  /** Asks for a peer and sends the request to it, as soon as a short body is here. */
  start(): void {
    if (!(this.#body instanceof GatheredBody)) return this.#choose();
    this.#state = 'gathering';
    return this.#body.gather(() => this.#gathered());
  }

  #gathered(): void {
    if (this.#state !== 'gathering') return;
    try {
      this.#choose();
    } catch (defect) {
      this.#context.fail(this.#exchange, defect);
    }
  }

  #choose(): void {
    this.#state = 'choosing';
    this.#begunAt = performance.now();
    const next = this.#nextPeer();
    // Nothing was waited for.
    if (!(next instanceof Promise)) return this.#take(next, this.#begunAt);
    next.then((found) => this.#take(found)).catch((defect: unknown) => this.#context.fail(this.#exchange, defect));
    return undefined;
  }

  /** The answer is finished, or the client gone. */
  close(): void {
    const before = this.#state;
    this.#peers.end();
    this.#tunnel?.destroy();
    if (before === 'streaming' || before === 'asked' || before === 'gathering') this.#state = 'over';
    if (before !== 'choosing') this.#call?.abort();
    this.#body?.forget();
    if (before === 'asked') this.#noteTry('-');
    else if (before !== 'gathering') return;
    this.#context.done(this.#exchange);
  }

  ready(): void {
    this.#isReady = true;
    if (this.#call === undefined) return;
    try {
      this.#sendBody(this.#call);
    } catch (defect) {
      this.#context.fail(this.#exchange, defect);
    }
  }

  drain(): void {
    this.#body?.drain();
  }

  head(answer: UpstreamAnswerHead): void {
    try {
      this.#onHead(answer);
    } catch (defect) {
      this.#context.fail(this.#exchange, defect);
    }
  }

  upgraded(answer: UpstreamAnswerHead, stream: ByteStream, first: Buffer): void {
    this.#tunnel = new WebSocketTunnel(stream, first, this.#service.readTimeoutMs);
    this.head(answer);
  }

  part(bytes: Buffer): boolean {
    if (this.#state !== 'streaming') {
      return this.#state === 'deciding' && this.#hold(bytes);
    }
    if (this.#filtered === undefined) return this.#exchange.outgoing.part(bytes) || this.#waitForDrain();
    try {
      return this.#filtered.part(bytes) || this.#waitForDrain();
    } catch (defect) {
      return this.#cut(defect);
    }
  }

  textPart(text: string): boolean {
    const { outgoing } = this.#exchange;
    if (this.#state !== 'streaming' || this.#filtered !== undefined || outgoing.textPart === undefined) {
      return this.part(Buffer.from(text, 'latin1'));
    }
    return outgoing.textPart(text) || this.#waitForDrain();
  }

  end(trailers?: readonly string[]): void {
    this.#isEnded = true;
    // As in Kong, those of HTTP/1.1 end here; gRPC lives on those of HTTP/2.
    this.#trailers = this.#answer!.version === '2.0' ? trailers : undefined;
    if (this.#state === 'streaming') this.#complete();
    const { clock } = this.#exchange;
    // Most end here, and know when.
    clock.received = clock.end ?? performance.now();
  }

  fail(problem: UpstreamProblem): void {
    if (this.#state === 'deciding') this.#brokeOff = true;
    // The client must not take the part for the whole.
    else if (this.#state === 'streaming') this.#exchange.outgoing.cut();
    else if (this.#state === 'asked') {
      try {
        this.#onFailure(problem);
      } catch (defect) {
        this.#context.fail(this.#exchange, defect);
      }
    }
  }

  /** Reading goes on within a bound, so that an answer that breaks off is seen in time to say so. */
  #hold(bytes: Buffer): boolean {
    (this.#held ??= []).push(Buffer.from(bytes));
    this.#heldBytes += bytes.length;
    return this.#heldBytes < MAX_HELD_BYTES;
  }

  /** The search for addresses of a name is a step of the request's timeline. */
  #nextPeer(): Peer | NoPeer | Promise<Peer | NoPeer> {
    const { timeline } = this.#exchange;
    const { lookedUp } = this.#peers;
    if (timeline === undefined || lookedUp === undefined) return this.#peers.next();
    const found = timeline.resolve(lookedUp.host, lookedUp.port);
    const note = (next: Peer | NoPeer): Peer | NoPeer => {
      found('none' in next ? { failure: next.cause ?? next.none } : { ip: next.ip });
      return next;
    };
    const next = this.#peers.next();
    return next instanceof Promise ? next.then(note) : note(next);
  }

  #take(next: Peer | NoPeer, at = performance.now()): void {
    if (this.#exchange.closed) {
      this.#state = 'over';
      this.#peers.end();
      return this.#context.done(this.#exchange);
    }
    if (!('none' in next)) return this.#send(next, at);
    this.#state = 'over';
    // No peer is left: the client gets the failure of the last one.
    const answer = this.#lastFailure === undefined
      ? WITHOUT_PEER[next.none] : failureAnswer(this.#lastFailure, this.#exchange, this.#isHttp2);
    return this.#context.done(this.#exchange, answer);
  }

  #send(peer: Peer, at: number): void {
    const { clock } = this.#exchange;
    this.#peer = peer;
    this.#sentAt = at;
    clock.sent ??= this.#sentAt;
    const host = hostHeaderOf(this.#exchange, this.#service, peer);
    this.#head.setHost(host);
    this.#state = 'asked';
    this.#isReady = false;
    this.#call = undefined;
    let route;
    try {
      route = this.#context.routes.of(this.#service, peer, host, this.#tls);
    } catch (error) {
      return this.#onFailure({ kind: 'connect', sent: false, isStale: false, message: String(error) });
    }
    const number = this.#number += 1;
    const call = this.#context.engine.send(route, this.#head, this.#timeouts, this);
    // The engine may have gone on before it returned.
    if (number !== this.#number) return undefined;
    this.#call = call;
    if (this.#isReady && this.#state === 'asked') this.#sendBody(call);
    return undefined;
  }

  #sendBody(call: UpstreamCall): void {
    const { incoming, outgoing, replacedBody } = this.#exchange;
    if (incoming.expectsContinue) outgoing.sendContinue();
    if (this.#body !== undefined) return this.#body.sendTo(call);
    if (replacedBody !== undefined && replacedBody.length > 0) call.sendPart(replacedBody);
    return call.sendEnd();
  }

  #onFailure(problem: UpstreamProblem): void {
    const { kind } = problem;
    this.#number += 1;
    this.#call = undefined;
    this.#body?.stop();
    this.#noteTry(String(STATUS_OF[kind]), STATUS_OF[kind]);
    const isRepeatable = mayRepeat(problem, this.#head.isRepeatable, this.#body);
    if (problem.isStale && this.#staleCount < MAX_STALE && isRepeatable) {
      this.#staleCount += 1;
      this.#begunAt = performance.now();
      return this.#send(this.#peer!, this.#begunAt);
    }
    this.#context.noted(this.#exchange, () => this.#peers.failed(kind === 'timeout' ? 'timeout' : 'tcp'));
    if (this.#retriesLeft <= 0 || !isRepeatable) {
      this.#state = 'over';
      return this.#context.done(this.#exchange, failureAnswer(kind, this.#exchange, this.#isHttp2));
    }
    this.#retriesLeft -= 1;
    this.#lastFailure = kind;
    return this.#choose();
  }

  #noteTry(status: string, failed?: number): void {
    const { ip, port, hostname } = this.#peer!;
    const startedAt = TIME_ORIGIN + this.#begunAt;
    const balancerMs = this.#sentAt - this.#begunAt;
    const exchange = this.#exchange;
    const tried: Try = failed === undefined ? { ip, port, hostname, startedAt, balancerMs }
      : { ip, port, hostname, startedAt, balancerMs, failed };
    // Most requests have one: a list that grows has room for many.
    if (exchange.tries!.length === 0) exchange.tries = [tried];
    else exchange.tries!.push(tried);
    exchange.noteStatus(status);
  }

  #onHead(answer: UpstreamAnswerHead): void {
    const exchange = this.#exchange;
    if (this.#state !== 'asked') return;
    const answeredAt = exchange.clock.answered = performance.now();
    this.#state = 'deciding';
    this.#answer = answer;
    this.#body?.forget();
    this.#noteTry(String(answer.status));
    if (exchange.logLines === undefined) this.#peers.answered(answer.status, answeredAt - this.#sentAt);
    else this.#context.noted(exchange, () => this.#peers.answered(answer.status, answeredAt - this.#sentAt));
    const head = headOfUpstream(answer, exchange.upgrade && this.#tunnel === undefined);
    const { headers } = answer;
    const via = headers.has(VIA) ? headers.values('via').join(', ') : undefined;
    const hasServer = headers.has(SERVER);
    head.addBlock(proxyHeaders(exchange, exchange.clock.sent!, answeredAt, hasServer, via, this.#isHttp2));
    if (this.#cookie !== undefined) setCookie(head, this.#cookie);
    exchange.response = head;
    const pending = this.#context.beforeHead(exchange);
    if (pending === undefined) return this.#sendHead();
    pending.then(() => this.#sendHead()).catch((defect: unknown) => this.#context.fail(exchange, defect));
    return undefined;
  }

  #sendHead(): void {
    const exchange = this.#exchange;
    const answer = this.#answer!;
    // The client is gone, or was answered meanwhile because of a defect elsewhere.
    if (exchange.closed || exchange.outgoing.isHeadSent) return this.#giveUp();
    // It ended while a plugin was waited for.
    if (this.#brokeOff || this.#tunnel?.isClosed === true) return this.#giveUp(failureAnswer('broken', exchange, this.#isHttp2));
    const head = exchange.response!;
    const reason = head.status === answer.status && answer.version !== '2.0' ? answer.reason : undefined;
    if (this.#tunnel !== undefined) this.#switchProtocols(this.#tunnel, head, reason);
    else this.#beginAnswer(head, reason);
    return this.#context.done(exchange);
  }

  #giveUp(answer?: OwnAnswer): void {
    this.#state = 'over';
    this.#call?.abort();
    this.#tunnel?.destroy();
    this.#context.done(this.#exchange, answer);
  }

  #beginAnswer(head: ResponseHead, reason: string | undefined): void {
    const exchange = this.#exchange;
    const filters = filtersOf(exchange);
    frameFiltered(head, filters, hasContent(exchange.method, head.status));
    if (filters.length > 0) this.#filtered = new FilteredBody(filters, (bytes) => exchange.outgoing.part(bytes));
    exchange.outgoing.sendHead(answerHead(head, this.#context.closing(), reason));
    this.#state = 'streaming';
    const held = this.#held;
    if (held === undefined) return this.#isEnded ? this.#complete() : undefined;
    this.#held = undefined;
    let goesOn = true;
    for (const part of held) goesOn = this.part(part) && goesOn;
    if (this.#isEnded) this.#complete();
    else if (goesOn) this.#call?.resume();
    return undefined;
  }

  #complete(): void {
    this.#state = 'over';
    try {
      this.#filtered?.end(this.#trailers);
    } catch (defect) {
      return void this.#cut(defect);
    }
    return this.#exchange.outgoing.end(this.#trailers);
  }

  #cut(defect: unknown): false {
    this.#context.onBodyDefect(this.#exchange, defect);
    this.#exchange.outgoing.cut();
    return false;
  }

  #waitForDrain(): false {
    this.#exchange.outgoing.onDrain ??= () => this.#call?.resume();
    return false;
  }

  #switchProtocols(tunnel: WebSocketTunnel, head: ResponseHead, reason: string | undefined): void {
    const { lines } = answerHead(head, false);
    this.#state = 'streaming';
    tunnel.join(this.#exchange.outgoing.switchProtocols({ reason, lines }));
  }
}

/** The client comes back with it, and to the same target. One of the upstream's own by that name gives way. */
function setCookie(head: ResponseHead, { name, value, path }: HashCookie): void {
  const others = head.headerValues('set-cookie').filter((cookie) => !cookie.startsWith(`${name}=`));
  head.setHeader('Set-Cookie', [...others, `${name}=${value}; Path=${path}; SameSite=Lax; HttpOnly`]);
}

/** RFC 9110 §6.4.1 */
function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}
