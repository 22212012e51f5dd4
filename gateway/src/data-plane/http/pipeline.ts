/** The path of a request: facts, route, plugins, upstream, answer. It makes no promise unless a plugin or a name has to be waited for. */
import { performance } from 'node:perf_hooks';

import type { AccessLog } from '../../access-log/access-record.ts';
import { ownedBy } from '../../base/defect-owner.ts';
import type { WorkOwner } from '../../base/defect-owner.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log, LogLevel } from '../../base/log.ts';
import type {
  IncomingRequest, OutgoingAnswer, RefusedBytes, RequestHandler, UpstreamEngine,
} from '../../http-engine/messages.ts';
import { emptySnapshot } from '../../model/snapshot.ts';
import type { LogLine } from '../../plugin-kit/exchange.ts';
import type { UpstreamBalancers } from '../balancer/upstream-balancers.ts';
import type { CompiledConfiguration } from '../compiled-configuration.ts';
import type { Resolver } from '../dns/resolution.ts';
import { accessRecord, CLIENT_GONE, refusedRecord } from './access-record.ts';
import { answerHead, ownHead } from './answer.ts';
import type { OwnAnswer } from './answer.ts';
import { filtered, filtersOf } from './body-filters.ts';
import { ClientGone, readArrived } from './body-reading.ts';
import type { ResponseHead } from './client-response.ts';
import { grpcAnswer, speaksGrpc } from './grpc-answers.ts';
import { HttpExchange } from './http-exchange.ts';
import { isPending, planStartsNothing, runAccess, runLater, runRewrite, startNothing } from './plugin-run.ts';
import type { OnPluginDefect } from './plugin-run.ts';
import { effectiveScheme, protocolAnswer } from './protocol-rules.ts';
import { ProxiedRequest } from './proxy.ts';
import type { ProxyContext } from './proxy.ts';
import { addDebugOutput, logDebugOutput } from './request-debug.ts';
import type { RequestDebug } from './request-debug.ts';
import { readFacts, refusedFacts } from './request-facts.ts';
import type { ProxiedClient } from './request-facts.ts';
import { nextRequestId } from './request-id.ts';
import { RequestTimeline } from './request-timeline.ts';
import { HELD_BACK, NO_ROUTE, NO_SERVICE } from './routing-answers.ts';
import { speaksHttp2, UpstreamRoutes } from './upstream-routes.ts';
import type { UpstreamTls } from './upstream-tls.ts';

interface PipelineOptions {
  readonly upstreams: UpstreamEngine;
  readonly tls: UpstreamTls;
  readonly balancers: UpstreamBalancers;
  readonly resolver: Resolver;
  readonly log: Log;
  /** @default - requests are not logged */
  readonly accessLog?: AccessLog | undefined;
  /** @default - clients cannot ask for timelines */
  readonly debug?: RequestDebug | undefined;
  /** Who the client of a connection is. @default - headers of requests may say so */
  readonly proxiedClient?: ProxiedClient | undefined;
  /** What runs now; a request keeps what it began with. */
  configuration(): CompiledConfiguration | undefined;
  /** Whether this node is about to stop. */
  closing(): boolean;
  isTrusted(address: string): boolean;
  /** Called at the end of each request that was routed, or refused a route. */
  onEnd(route: string | undefined, status: number, durationMs: number): void;
}

/** What requests see until a configuration has come. */
const NO_ENTITIES = emptySnapshot();

const UNEXPECTED: OwnAnswer = { status: 500, message: 'An unexpected error occurred' };

/** Messages of requests that never became one are text by default, as from nginx. */
const TEXT_STATUSES: ReadonlySet<number> = new Set([400, 405, 414, 505]);

/** Longest body in chunks that is sent on with its length: a longer one stays in chunks. Bytes. */
const MAX_BUFFERED_BYTES = 1_048_576;

export class Pipeline implements RequestHandler {
  /** Refused bytes of clients, by reason: engines have a fixed set of reasons. */
  readonly refusals = new Map<string, number>();
  readonly #options: PipelineOptions;
  readonly #proxy: ProxyContext;
  readonly #onPluginDefect: OnPluginDefect;
  #active = 0;
  #total = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#onPluginDefect = (phase, defect, exchange) => this.#logDefect(`phase ${phase} of a plugin`, defect, exchange);
    this.#proxy = {
      engine: options.upstreams,
      routes: new UpstreamRoutes(options.tls),
      balancers: options.balancers,
      resolver: options.resolver,
      closing: options.closing,
      beforeHead: (exchange) => this.#runResponseHeaders(exchange),
      noted: (exchange, work) => exchange.logLines === undefined ? work() : ownedBy(this.#ownerOf(exchange), work),
      done: (exchange, answer) => answer === undefined ? this.#served(exchange) : this.#end(exchange, answer),
      fail: (exchange, defect) => this.#failServing(exchange, defect),
      onBodyDefect: (exchange, defect) => this.#onPluginDefect('body', defect, exchange),
    };
  }

  /** Requests that are under way. */
  get active(): number {
    return this.#active;
  }

  /** Requests since the start. */
  get total(): number {
    return this.#total;
  }

  /** Answers a request. Never throws: a defect ends the request that it happened in. */
  request(incoming: IncomingRequest, outgoing: OutgoingAnswer): void {
    this.#total += 1;
    let exchange: HttpExchange | undefined;
    try {
      const facts = readFacts(incoming, this.#options.isTrusted, this.#options.proxiedClient);
      const configuration = this.#options.configuration();
      if ('status' in facts) return this.#refuse(facts, incoming, outgoing, configuration);
      exchange = new HttpExchange(incoming, outgoing, facts, configuration, configuration?.snapshot ?? NO_ENTITIES);
      this.#begin(exchange);
    } catch (error) {
      return void this.#fail(error, incoming, outgoing, exchange);
    }
    return this.#serve(exchange);
  }

  refused(refusal: RefusedBytes): void {
    const { reason } = refusal;
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
    try {
      this.#options.accessLog?.write(refusedRecord(refusal));
    } catch (error) {
      this.#logDefect('the access log', error, undefined);
    }
  }

  #begin(exchange: HttpExchange): void {
    const { compiled, outgoing } = exchange;
    this.#active += 1;
    outgoing.onClose = () => this.#close(exchange);
    exchange.debug = this.#options.debug?.read(exchange);
    if (compiled?.wantsTimelines === true || exchange.debug !== undefined) exchange.timeline = new RequestTimeline(exchange.clock);
    if (compiled?.wantsLogLines === true) exchange.logLines = [];
    exchange.release = compiled?.hold();
  }

  /** The answer is finished, or the client gone. */
  #close(exchange: HttpExchange): void {
    const { outgoing, clock } = exchange;
    exchange.closed = true;
    exchange.isAborted = !outgoing.isEnded && outgoing.status !== 101;
    clock.end = performance.now();
    exchange.timeline?.leave();
    this.#active -= 1;
    try {
      this.#options.onEnd(exchange.route?.id, outgoing.status === 0 ? CLIENT_GONE : outgoing.status, clock.requestMs);
    } catch (error) {
      this.#logDefect('a request', error, exchange);
    }
    const wasServed = exchange.isServed;
    // A request that waits for its upstream is served by that.
    exchange.proxied?.close();
    if (wasServed) this.#finish(exchange);
  }

  /** The pipeline has done its part. */
  #served(exchange: HttpExchange): void {
    if (exchange.isServed) return;
    exchange.isServed = true;
    // A client that goes away while a plugin decides is logged by the plugins behind that one, too.
    if (exchange.closed) this.#finish(exchange);
  }

  /** Logs the request, once it is served and its answer over. */
  #finish(exchange: HttpExchange): void {
    this.#writeAccessLog(exchange);
    const pending = this.#runLater('log', exchange);
    if (pending === undefined) this.#release(exchange);
    else void pending.then(() => this.#release(exchange));
  }

  #release(exchange: HttpExchange): void {
    if (exchange.debug?.isLogged === true) logDebugOutput(exchange, this.#options.log);
    exchange.release?.();
  }

  #serve(exchange: HttpExchange): void {
    try {
      const { compiled } = exchange;
      if (compiled === undefined) return this.#end(exchange, NO_ROUTE);
      const plugins = compiled.globalPhases(effectiveScheme(exchange));
      const pending = isQuiet(exchange, startNothing(plugins)) ? runRewrite(plugins, exchange)
        : ownedBy(this.#ownerOf(exchange), () => runRewrite(plugins, exchange));
      if (pending === undefined) this.#route(exchange, compiled);
      else this.#after(exchange, pending, () => this.#route(exchange, compiled));
    } catch (defect) {
      this.#failServing(exchange, defect);
    }
    return undefined;
  }

  #route(exchange: HttpExchange, compiled: CompiledConfiguration): void {
    if (exchange.answer !== undefined) return this.#end(exchange, exchange.answer);
    const { timeline } = exchange;
    timeline?.enter('access');
    exchange.match = timeline === undefined ? compiled.router.find(exchange) : timeline.route(() => compiled.router.find(exchange));
    const { route } = exchange;
    if (route === undefined) return this.#end(exchange, NO_ROUTE);
    // Before plugins: one that answers in place of the upstream might run without those of the service.
    if (route.heldBack === true) return this.#end(exchange, HELD_BACK);
    const wrongProtocol = protocolAnswer(exchange, route);
    if (wrongProtocol !== undefined) return this.#end(exchange, wrongProtocol);
    exchange.tries = [];
    const plan = compiled.planOf(route, effectiveScheme(exchange));
    const pending = isQuiet(exchange, planStartsNothing(plan)) ? runAccess(plan, exchange)
      : ownedBy(this.#ownerOf(exchange), () => runAccess(plan, exchange));
    if (pending === undefined) return this.#forward(exchange);
    return this.#after(exchange, pending, () => this.#forward(exchange));
  }

  #forward(exchange: HttpExchange): void {
    exchange.timeline?.leave();
    if (exchange.answer !== undefined) return this.#end(exchange, exchange.answer);
    if (exchange.service === undefined) return this.#end(exchange, NO_SERVICE);
    if (!exchange.incoming.isChunked || speaksHttp2(exchange.service)) return this.#proxyTo(exchange);
    // Upstreams that want to know the length of a body get it, as from nginx, unless the route streams and the body is still to come.
    const isStreamed = exchange.route?.row.request_buffering === false;
    const pending = isStreamed ? readArrived(exchange) : exchange.request.body(MAX_BUFFERED_BYTES);
    return this.#after(exchange, pending, () => this.#proxyTo(exchange));
  }

  #proxyTo(exchange: HttpExchange): void {
    if (exchange.closed) return this.#served(exchange);
    exchange.proxied = new ProxiedRequest(exchange, exchange.service!, this.#proxy);
    return exchange.proxied.start();
  }

  /** Goes on when a plugin is done with waiting. */
  #after(exchange: HttpExchange, pending: Promise<unknown>, next: () => void): void {
    pending.then(next).catch((defect: unknown) => this.#failServing(exchange, defect));
  }

  #runLater(phase: 'responseHeaders' | 'log', exchange: HttpExchange): void | Promise<void> {
    return isQuiet(exchange, startNothing(exchange.plugins)) ? runLater(phase, exchange, this.#onPluginDefect)
      : ownedBy(this.#ownerOf(exchange), () => runLater(phase, exchange, this.#onPluginDefect));
  }

  #ownerOf(exchange: HttpExchange): WorkOwner {
    return exchange.owner ??= {
      fail: (defect) => this.#fail(defect, exchange.incoming, exchange.outgoing, exchange),
      ...exchange.logLines !== undefined && { note: noteInto(exchange.logLines) },
    };
  }

  /** Ends the request with an answer of the gateway. */
  #end(exchange: HttpExchange, answer: OwnAnswer): void {
    const pending = this.#answer(answer, exchange);
    if (pending === undefined) this.#served(exchange);
    else this.#after(exchange, pending, () => this.#served(exchange));
  }

  #answer(answer: OwnAnswer, exchange: HttpExchange): void | Promise<void> {
    const accept = exchange.incoming.headers.first('accept');
    const said = speaksGrpc(exchange.incoming) ? grpcAnswer(answer) : answer;
    const { head, body } = ownHead(said, exchange.requestId, accept, exchange.clock.start);
    exchange.clock.sent ??= performance.now();
    exchange.response = head;
    const pending = this.#runResponseHeaders(exchange);
    return pending === undefined ? this.#send(exchange, head, body) : pending.then(() => this.#send(exchange, head, body));
  }

  #send(exchange: HttpExchange, head: ResponseHead, body: Buffer): void {
    const filters = filtersOf(exchange);
    const content = filters.length === 0 ? body : filtered(body, filters);
    if (content !== body) head.setLength(content.length);
    this.#write(exchange.incoming, exchange.outgoing, head, content, false);
  }

  /** Answers a request that cannot be routed. Global plugins and the access log see its end. */
  #refuse(
    answer: OwnAnswer, incoming: IncomingRequest, outgoing: OutgoingAnswer, compiled: CompiledConfiguration | undefined,
  ): void {
    const facts = refusedFacts(incoming, this.#options.isTrusted, this.#options.proxiedClient);
    const exchange = new HttpExchange(incoming, outgoing, facts, compiled, compiled?.snapshot ?? NO_ENTITIES);
    exchange.plugins = compiled?.globalPhases(exchange.scheme) ?? [];
    exchange.clock.sent = exchange.clock.start;
    exchange.release = compiled?.hold();
    exchange.isServed = true;
    outgoing.onClose = () => {
      exchange.closed = true;
      exchange.clock.end = performance.now();
      this.#finish(exchange);
    };
    this.#reject(answer, incoming, outgoing, exchange);
  }

  #writeAccessLog(exchange: HttpExchange): void {
    if (this.#options.accessLog === undefined) return;
    try {
      this.#options.accessLog.write(accessRecord(exchange));
    } catch (error) {
      this.#logDefect('the access log', error, exchange);
    }
  }

  /** What a client sent behind a request that was refused as malformed is not to be trusted to be a request: the connection ends. */
  #reject(answer: OwnAnswer, incoming: IncomingRequest, outgoing: OutgoingAnswer, exchange?: HttpExchange): void {
    const fallback = TEXT_STATUSES.has(answer.status) ? 'text' as const : 'json' as const;
    const said = speaksGrpc(incoming) ? grpcAnswer(answer) : { ...answer, fallback };
    const accept = answer.ignoresAccept === true ? undefined : incoming.headers.first('accept');
    const { head, body } = ownHead(said, exchange?.requestId ?? nextRequestId(), accept, performance.now());
    // Its end, which may come at once, is logged with it.
    if (exchange !== undefined) exchange.response = head;
    this.#write(incoming, outgoing, head, body, answer.status !== 404);
  }

  #write(incoming: IncomingRequest, outgoing: OutgoingAnswer, head: ResponseHead, body: Buffer, closes: boolean): void {
    if (outgoing.isHeadSent || outgoing.isClosed) return;
    const sent = answerHead(head, closes || this.#options.closing());
    if (incoming.method !== 'HEAD' && body.length > 0) return outgoing.sendWhole(sent, body);
    outgoing.sendHead(sent);
    return outgoing.end();
  }

  /** Ends a request that a defect happened in while it was served. Never throws. */
  #failServing(exchange: HttpExchange, defect: unknown): void {
    const pending = this.#fail(defect, exchange.incoming, exchange.outgoing, exchange);
    if (isPending(pending)) void pending.then(() => this.#served(exchange));
    else this.#served(exchange);
  }

  /** Ends a request that a defect happened in, with an answer when none has begun. Never throws. */
  #fail(
    defect: unknown, incoming: IncomingRequest, outgoing: OutgoingAnswer, exchange: HttpExchange | undefined,
  ): void | Promise<void> {
    if (defect instanceof ClientGone) return undefined;
    this.#logDefect('a request', defect, exchange);
    const giveUp = (error: unknown): void => {
      // A plugin has made the head of that answer impossible, too.
      this.#logDefect('the answer to a request with a defect', error, exchange);
      this.#rejectOrCut(incoming, outgoing);
    };
    try {
      if (outgoing.isClosed || (outgoing.isEnded && outgoing.status !== 101)) return undefined;
      if (outgoing.isHeadSent) outgoing.cut();
      else if (exchange === undefined) this.#reject(UNEXPECTED, incoming, outgoing);
      else return this.#answer(UNEXPECTED, exchange)?.catch(giveUp);
    } catch (error) {
      giveUp(error);
    }
    return undefined;
  }

  #rejectOrCut(incoming: IncomingRequest, outgoing: OutgoingAnswer): void {
    try {
      this.#reject(UNEXPECTED, incoming, outgoing);
    } catch {
      // No answer is possible. The defect is in the log already; a client must not wait for an answer that never comes.
      outgoing.cut();
    }
  }

  #runResponseHeaders(exchange: HttpExchange): void | Promise<void> {
    const { timeline, plugins } = exchange;
    if (timeline === undefined) return plugins.length === 0 ? undefined : this.#runLater('responseHeaders', exchange);
    timeline.enter('responseHeaders');
    const pending = this.#runLater('responseHeaders', exchange);
    const leave = (): void => {
      if (exchange.debug !== undefined) addDebugOutput(exchange, exchange.debug);
      timeline.enter('body');
    };
    return pending === undefined ? leave() : pending.then(leave);
  }

  #logDefect(where: string, error: unknown, exchange: HttpExchange | undefined): void {
    const write = (): void => this.#options.log.error(`defect in ${where}: ${messageOf(error)}`, {
      ...exchange !== undefined && { request: exchange.requestId, route: exchange.route?.name ?? exchange.route?.id },
      stack: error instanceof Error ? error.stack : undefined,
    });
    if (exchange?.logLines === undefined) write();
    else ownedBy(this.#ownerOf(exchange), write);
  }
}

/** Whether plugins need not run on behalf of the request. @param startsNothing whether nothing goes on behind their phases */
function isQuiet({ logLines }: HttpExchange, startsNothing: boolean): boolean {
  return startsNothing && logLines === undefined;
}

/** Lines that are kept of one request. */
const MAX_LOG_LINES = 100;

function noteInto(lines: LogLine[]): NonNullable<WorkOwner['note']> {
  return ({ level, message, fields }) => {
    if (lines.length < MAX_LOG_LINES) lines.push({ time: Date.now(), level: level as LogLevel, message, fields });
  };
}
