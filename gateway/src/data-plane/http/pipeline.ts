/** The path of a request: facts, route, plugins, upstream, answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { AccessLog } from '../../access-log/access-record.ts';
import { ownedBy } from '../../base/defect-owner.ts';
import type { WorkOwner } from '../../base/defect-owner.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log, LogLevel } from '../../base/log.ts';
import { emptySnapshot } from '../../model/snapshot.ts';
import type { LogLine } from '../../plugin-kit/exchange.ts';
import type { Phase } from '../../plugin-kit/plugin.ts';
import type { UpstreamBalancers } from '../balancer/upstream-balancers.ts';
import type { CompiledConfiguration } from '../compiled-configuration.ts';
import type { Resolver } from '../dns/resolution.ts';
import { accessRecord } from './access-record.ts';
import { ownHead, writeHead } from './answer.ts';
import type { OwnAnswer } from './answer.ts';
import { filtered, filtersOf } from './body-filters.ts';
import { ClientGone } from './client-request.ts';
import type { ResponseHead } from './client-response.ts';
import { HttpExchange } from './http-exchange.ts';
import { runAccess, runLater, runRewrite } from './plugin-run.ts';
import { effectiveScheme, protocolAnswer } from './protocol-rules.ts';
import { proxy } from './proxy.ts';
import { addDebugOutput, logDebugOutput } from './request-debug.ts';
import type { RequestDebug } from './request-debug.ts';
import { readFacts, refusedFacts } from './request-facts.ts';
import { nextRequestId } from './request-id.ts';
import { RequestTimeline } from './request-timeline.ts';
import type { UpstreamPool } from './upstream-pool.ts';

interface PipelineOptions {
  readonly pool: UpstreamPool;
  readonly balancers: UpstreamBalancers;
  readonly resolver: Resolver;
  readonly log: Log;
  /** @default - requests are not logged */
  readonly accessLog?: AccessLog | undefined;
  /** @default - clients cannot ask for timelines */
  readonly debug?: RequestDebug | undefined;
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

const NO_ROUTE: OwnAnswer = { status: 404, message: 'no Route matched with those values' };
/** The route or its service is in quarantine on this node. */
const HELD_BACK: OwnAnswer = { status: 503, message: 'Service unavailable' };
const NO_SERVICE: OwnAnswer = { status: 503, message: 'no Service found with those values' };
const UNEXPECTED: OwnAnswer = { status: 500, message: 'An unexpected error occurred' };

/** Messages of requests that never became one are text by default, as from nginx. */
const TEXT_STATUSES: ReadonlySet<number> = new Set([400, 405, 414, 505]);

/** Longest body in chunks that is sent on with its length: a longer one stays in chunks. Bytes. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** Upstreams that want to know the length of a body get it, as from nginx, unless the route streams. */
async function bufferChunks({ incoming, route, request }: HttpExchange): Promise<void> {
  if (incoming.headers['transfer-encoding'] === undefined || route?.row.request_buffering === false) return;
  await request.body(MAX_BUFFERED_BYTES);
}

/** `continue`: the client waits for a 100 before it sends its body. `upgrade`: it asks for a WebSocket. */
export type ClientWish = 'continue' | 'upgrade';

export class Pipeline {
  readonly #options: PipelineOptions;
  /** Connections whose last request was malformed. */
  readonly #refused = new WeakSet<Socket>();
  #active = 0;
  #total = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
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
  handle(incoming: IncomingMessage, response: ServerResponse, wish?: ClientWish): void {
    // What a client sent behind a request that was refused as malformed is not to be trusted to be a request.
    if (this.#refused.has(incoming.socket)) return;
    this.#total += 1;
    let exchange: HttpExchange | undefined;
    const fail = (defect: unknown) => void this.#fail(defect, incoming, response, exchange);
    const owner: WorkOwner = { fail };
    ownedBy(owner, () => {
      try {
        const facts = readFacts(incoming, this.#options.isTrusted);
        const configuration = this.#options.configuration();
        if ('status' in facts) return this.#refuse(facts, incoming, response, configuration);
        exchange = new HttpExchange(incoming, facts, configuration?.snapshot ?? NO_ENTITIES, wish === 'upgrade');
        exchange.debug = this.#options.debug?.read(exchange);
        if (configuration?.wantsTimelines === true || exchange.debug !== undefined) exchange.timeline = new RequestTimeline(exchange.clock);
        if (configuration?.wantsLogLines === true) owner.note = noteInto(exchange.logLines = []);
        this.#begin(exchange, response, wish);
        const release = configuration?.hold();
        const served = this.#serve(exchange, response, configuration)
          .catch((error: unknown) => this.#fail(error, incoming, response, exchange));
        this.#logAtEnd(exchange, response, served, release);
      } catch (error) {
        fail(error);
      }
    });
  }

  #begin(exchange: HttpExchange, response: ServerResponse, wish: ClientWish | undefined): void {
    if (wish === 'continue') {
      exchange.sendContinue = () => {
        exchange.sendContinue = undefined;
        response.writeContinue();
      };
    }
    this.#active += 1;
    response.once('close', () => {
      exchange.closed = true;
      exchange.isAborted = !response.writableFinished && response.statusCode !== 101;
      exchange.clock.end = performance.now();
      exchange.timeline?.leave();
      exchange.traffic.end(response);
      this.#active -= 1;
      try {
        this.#options.onEnd(exchange.route?.id, response.statusCode, exchange.timings.requestMs);
      } catch (error) {
        this.#logDefect('a request', error, exchange);
      }
    });
  }

  /** Waits for what is under way: a client that goes away while a plugin decides is logged by the plugins behind that one, too. */
  #logAtEnd(exchange: HttpExchange, response: ServerResponse, served: Promise<void>, release?: () => void): void {
    const closed = exchange.closed ? Promise.resolve() : new Promise<void>((resolve) => void response.once('close', () => resolve()));
    void Promise.all([served, closed]).then(async () => {
      this.#writeAccessLog(exchange);
      await runLater('log', exchange, this.#onPluginDefect(exchange));
      if (exchange.debug?.isLogged === true) logDebugOutput(exchange, this.#options.log);
    }).finally(release);
  }

  async #serve(exchange: HttpExchange, response: ServerResponse, configuration: CompiledConfiguration | undefined): Promise<void> {
    const answer = configuration === undefined ? NO_ROUTE : await this.#decide(exchange, response, configuration);
    if (answer !== undefined) await this.#answer(answer, exchange, response);
  }

  /** The gateway's own answer, unless the upstream's was sent. */
  async #decide(exchange: HttpExchange, response: ServerResponse, configuration: CompiledConfiguration): Promise<OwnAnswer | undefined> {
    const scheme = effectiveScheme(exchange);
    await runRewrite(configuration.globalPhases(scheme), exchange);
    if (exchange.answer !== undefined) return exchange.answer;
    const { timeline } = exchange;
    timeline?.enter('access');
    exchange.match = timeline === undefined
      ? configuration.router.find(exchange) : timeline.route(() => configuration.router.find(exchange));
    // Before plugins: one that answers in place of the upstream might run without those of the service.
    if (exchange.route?.heldBack === true) return HELD_BACK;
    const wrongProtocol = exchange.route && protocolAnswer(exchange, exchange.route);
    if (exchange.route === undefined || wrongProtocol !== undefined) return wrongProtocol ?? NO_ROUTE;
    exchange.tries = [];
    await runAccess(configuration.planOf(exchange.route, scheme), exchange);
    timeline?.leave();
    if (exchange.answer !== undefined) return exchange.answer;
    const { service } = exchange;
    if (service === undefined) return NO_SERVICE;
    await bufferChunks(exchange);
    return proxy(exchange, service, response, {
      pool: this.#options.pool,
      balancers: this.#options.balancers,
      resolver: this.#options.resolver,
      closing: this.#options.closing,
      beforeHead: () => this.#runResponseHeaders(exchange),
      onBodyDefect: (defect) => this.#onPluginDefect(exchange)('body', defect),
    });
  }

  async #answer(answer: OwnAnswer, exchange: HttpExchange, response: ServerResponse): Promise<void> {
    const { head, body } = ownHead(answer, exchange.requestId, exchange.headerValues('accept').at(0), exchange.clock.start);
    exchange.clock.sent ??= performance.now();
    exchange.response = head;
    await this.#runResponseHeaders(exchange);
    const filters = filtersOf(exchange);
    const content = filters.length === 0 ? body : filtered(body, filters);
    if (content !== body) head.setRawHeader('Content-Length', String(content.length));
    this.#write(response, head, content);
  }

  /** Answers a request that cannot be routed. Global plugins and the access log see its end. */
  #refuse(answer: OwnAnswer, incoming: IncomingMessage, response: ServerResponse, configuration: CompiledConfiguration | undefined): void {
    const facts = refusedFacts(incoming, this.#options.isTrusted);
    const exchange = new HttpExchange(incoming, facts, configuration?.snapshot ?? NO_ENTITIES, false);
    exchange.plugins = configuration?.globalPhases(facts.scheme) ?? [];
    exchange.clock.sent = exchange.clock.start;
    response.once('close', () => {
      exchange.closed = true;
      exchange.clock.end = performance.now();
      exchange.traffic.end(response);
    });
    this.#logAtEnd(exchange, response, Promise.resolve(), configuration?.hold());
    exchange.response = this.#reject(answer, incoming, response, exchange.requestId);
  }

  #writeAccessLog(exchange: HttpExchange): void {
    try {
      this.#options.accessLog?.write(accessRecord(exchange));
    } catch (error) {
      this.#logDefect('the access log', error, exchange);
    }
  }

  #reject(answer: OwnAnswer, incoming: IncomingMessage, response: ServerResponse, requestId = nextRequestId()): ResponseHead {
    const fallback = TEXT_STATUSES.has(answer.status) ? 'text' as const : 'json' as const;
    const { head, body } = ownHead({ ...answer, fallback }, requestId, incoming.headersDistinct.accept?.[0], performance.now());
    if (answer.status !== 404) {
      response.shouldKeepAlive = false;
      this.#refused.add(incoming.socket);
    }
    this.#write(response, head, body);
    return head;
  }

  #write(response: ServerResponse, head: ResponseHead, body: Buffer): void {
    if (response.destroyed || response.headersSent) return;
    writeHead(response, head, this.#options.closing());
    // As bytes: Node would encode a text together with the head, whose values are bytes already.
    response.end(body);
  }

  /** Ends a request that a defect happened in, with an answer when none has begun. Never throws. */
  async #fail(defect: unknown, incoming: IncomingMessage, response: ServerResponse, exchange: HttpExchange | undefined): Promise<void> {
    if (defect instanceof ClientGone) return;
    this.#logDefect('a request', defect, exchange);
    try {
      if (exchange?.closed === true || response.writableFinished) return;
      // Node does not know of the head of a switch of protocols: it is written to the connection itself.
      if (response.headersSent || response.statusCode === 101) this.#cut(response, exchange);
      else if (exchange === undefined) this.#reject(UNEXPECTED, incoming, response);
      else await this.#answer(UNEXPECTED, exchange, response);
    } catch (error) {
      // A plugin has made the head of that answer impossible, too.
      this.#logDefect('the answer to a request with a defect', error, exchange);
      this.#rejectOrCut(incoming, response);
    }
  }

  #rejectOrCut(incoming: IncomingMessage, response: ServerResponse): void {
    try {
      this.#reject(UNEXPECTED, incoming, response);
    } catch {
      // No answer is possible. The defect is in the log already; a client must not wait for an answer that never comes.
      response.destroy();
    }
  }

  /** Ends the connection too: the client must not take a part of an answer for the whole. */
  #cut(response: ServerResponse, exchange: HttpExchange | undefined): void {
    response.destroy();
    // After a switch of protocols the answer has no connection any more.
    if (exchange?.upgrade === true) exchange.incoming.socket.destroy();
  }

  async #runResponseHeaders(exchange: HttpExchange): Promise<void> {
    const { timeline } = exchange;
    timeline?.enter('responseHeaders');
    await runLater('responseHeaders', exchange, this.#onPluginDefect(exchange));
    if (exchange.debug !== undefined) addDebugOutput(exchange, exchange.debug);
    timeline?.enter('body');
  }

  #onPluginDefect(exchange: HttpExchange): (phase: Phase, defect: unknown) => void {
    return (phase, defect) => this.#logDefect(`phase ${phase} of a plugin`, defect, exchange);
  }

  #logDefect(where: string, error: unknown, exchange: HttpExchange | undefined): void {
    this.#options.log.error(`defect in ${where}: ${messageOf(error)}`, {
      ...exchange !== undefined && { request: exchange.requestId, route: exchange.route?.name ?? exchange.route?.id },
      stack: error instanceof Error ? error.stack : undefined,
    });
  }
}

/** Lines that are kept of one request. */
const MAX_LOG_LINES = 100;

function noteInto(lines: LogLine[]): NonNullable<WorkOwner['note']> {
  return ({ level, message, fields }) => {
    if (lines.length < MAX_LOG_LINES) lines.push({ time: Date.now(), level: level as LogLevel, message, fields });
  };
}
