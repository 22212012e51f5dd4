/** One request on its way through the gateway, as plugins and the pipeline see it. What few requests need is made when it is asked for. */
import type { WorkOwner } from '../../base/defect-owner.ts';
import type { IncomingRequest, OutgoingAnswer } from '../../http-engine/messages.ts';
import type { Credential, Consumer, Route, Service, Snapshot } from '../../model/snapshot.ts';
import type {
  ClientRequest, Exchange, Identity, LogLine, PluginAnswer, Refusal, Sizes, Timings, Try,
} from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { CompiledConfiguration } from '../compiled-configuration.ts';
import type { ConnectionEnds, RouterInput } from '../router/router-input.ts';
import type { RouteMatch } from '../router/router.ts';
import type { OwnAnswer } from './answer.ts';
import { RequestView } from './client-request.ts';
import type { ResponseHead } from './client-response.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { headerValue } from './header-text.ts';
import { identityHeaders } from './identity-headers.ts';
import { pluginAnswer } from './plugin-answer.ts';
import type { DebugWish, ReceivedRequest, RequestFacts } from './received-request.ts';
import { nextRequestId } from './request-id.ts';
import type { RequestTimeline } from './request-timeline.ts';
import { TrafficSizes } from './traffic-sizes.ts';
import { UpstreamChanges } from './upstream-changes.ts';
import { upstreamTarget } from './upstream-target.ts';

const NO_PARTS: readonly Buffer[] = [];
const NO_PLUGINS: readonly PluginPhases[] = [];

export class HttpExchange implements Exchange, ReceivedRequest, RouterInput {
  readonly requestId: string;
  readonly incoming: IncomingRequest;
  readonly outgoing: OutgoingAnswer;
  readonly facts: RequestFacts;
  readonly configuration: Snapshot;
  /** What runs this request; `undefined` while no configuration has come. */
  readonly compiled: CompiledConfiguration | undefined;
  readonly clock: ExchangeClock;
  match: RouteMatch | undefined;
  response: ResponseHead | undefined;
  consumer: Consumer | undefined;
  credential: Pick<Credential, 'id'> | undefined;
  groups: readonly string[] | undefined;
  /** What a plugin answers in place of the upstream. */
  answer: OwnAnswer | undefined;
  tries: Try[] | undefined;
  timeline: RequestTimeline | undefined;
  logLines: LogLine[] | undefined;
  /** Where the client asks how long each part of its request takes. */
  debug: DebugWish | undefined;
  /** Path and query that were sent. */
  sentTarget: string | undefined;
  /** Statuses of the tries that ended, as `502, 200`. */
  upstreamStatus: string;
  /** Plugins whose later phases see this request: the global ones until there is a route, then those of the route. */
  plugins: readonly PluginPhases[];
  /** What plugins change of the request to the upstream. */
  changes: UpstreamChanges | undefined;
  /** The request to the upstream, once there is one. */
  proxied: { start(): void; close(): void } | undefined;
  /** On whose behalf plugins work, once one runs. */
  owner: WorkOwner | undefined;
  held: readonly Buffer[];
  replacedBody: Buffer | undefined;
  /** Whether the pipeline has done its part: the answer is on its way, or there will be none. */
  isServed: boolean;
  /** Whether the answer is finished, or the client gone. */
  closed: boolean;
  isAborted: boolean;
  states: unknown[] | undefined;
  /** Lets the plugins of the configuration go. */
  release: (() => void) | undefined;
  #view: RequestView | undefined;
  #sizes: TrafficSizes | undefined;

  constructor(
    incoming: IncomingRequest, outgoing: OutgoingAnswer, facts: RequestFacts, compiled: CompiledConfiguration | undefined,
    configuration: Snapshot,
  ) {
    this.requestId = nextRequestId();
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.facts = facts;
    this.configuration = configuration;
    this.compiled = compiled;
    this.clock = new ExchangeClock();
    this.match = undefined;
    this.response = undefined;
    this.consumer = undefined;
    this.credential = undefined;
    this.groups = undefined;
    this.answer = undefined;
    this.tries = undefined;
    this.timeline = undefined;
    this.logLines = undefined;
    this.debug = undefined;
    this.sentTarget = undefined;
    this.upstreamStatus = '';
    this.plugins = NO_PLUGINS;
    this.changes = undefined;
    this.proxied = undefined;
    this.owner = undefined;
    this.held = NO_PARTS;
    this.replacedBody = undefined;
    this.isServed = false;
    this.closed = false;
    this.isAborted = false;
    this.states = undefined;
    this.release = undefined;
    this.#view = undefined;
    this.#sizes = undefined;
  }

  get request(): ClientRequest {
    return this.#view ??= new RequestView(this);
  }

  get upstream(): UpstreamChanges {
    return this.changes ??= new UpstreamChanges(this);
  }

  get sizes(): Sizes {
    return this.#sizes ??= new TrafficSizes(this.incoming, this.outgoing);
  }

  get timings(): Timings {
    return this.clock;
  }

  /** Whether the client asks for a WebSocket. */
  get upgrade(): boolean {
    return this.incoming.wantsWebSocket;
  }

  get method(): string {
    return this.incoming.method;
  }

  /** Method that the upstream gets. */
  get sentMethod(): string {
    return this.changes === undefined ? this.incoming.method : this.changes.method;
  }

  get host(): string {
    return this.facts.host;
  }

  get port(): number {
    return this.facts.port;
  }

  get path(): string {
    return this.facts.path.path;
  }

  get scheme(): 'http' | 'https' {
    return this.facts.connection.scheme;
  }

  get sni(): string | undefined {
    return this.facts.connection.sni;
  }

  get search(): string {
    return this.facts.search;
  }

  get ends(): ConnectionEnds {
    const { clientIp, connection: { remotePort, localAddress } } = this.facts;
    return { sourceIp: clientIp, sourcePort: remotePort, destinationIp: localAddress };
  }

  get route(): Route | undefined {
    return this.match?.route;
  }

  get service(): Service | undefined {
    return this.match?.route.service;
  }

  get upstreamUri(): string {
    if (this.sentTarget !== undefined) return this.sentTarget;
    return this.match === undefined ? '' : upstreamTarget(this.facts, this.changes, this.match, this.service?.path);
  }

  /** As they came: one character for each byte. */
  headerValues(name: string): readonly string[] {
    return this.incoming.headers.values(name);
  }

  /** A try has ended. @param status `-`: the client went away meanwhile */
  noteStatus(status: string): void {
    this.upstreamStatus = this.upstreamStatus === '' ? status : `${this.upstreamStatus}, ${status}`;
  }

  authenticate({ consumer, credential, identifier = credential?.id, groups }: Identity): void {
    this.consumer = consumer;
    this.credential = credential;
    this.groups = groups;
    this.upstream.identify(identityHeaders(consumer, identifier, credential === undefined));
  }

  refuse({ status, message, headers = {}, fallback }: Refusal): void {
    const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, headerValue(value)]);
    this.answer = { status, message, headers: Object.fromEntries(lines), source: 'plugin', ...fallback !== undefined && { fallback } };
  }

  respond(answer: PluginAnswer): void {
    this.answer = pluginAnswer(answer);
  }
}
