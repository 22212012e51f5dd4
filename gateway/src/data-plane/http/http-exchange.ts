/** One request on Node's HTTP engine, as plugins and the pipeline see it. */
import type { IncomingMessage } from 'node:http';

import { plainAddress } from '../../base/ip-range.ts';
import type { Credential, Consumer, Route, Service, Snapshot } from '../../model/snapshot.ts';
import type {
  ClientRequest, Exchange, Identity, LogLine, PluginAnswer, Refusal, Sizes, Timings, Try,
} from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { ConnectionEnds, RouterInput } from '../router/router-input.ts';
import type { RouteMatch } from '../router/router.ts';
import type { OwnAnswer } from './answer.ts';
import { RequestView } from './client-request.ts';
import type { ResponseHead } from './client-response.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { headerValue } from './header-text.ts';
import { pluginAnswer } from './plugin-answer.ts';
import type { DebugWish, ReceivedRequest, RequestFacts } from './received-request.ts';
import { nextRequestId } from './request-id.ts';
import type { RequestTimeline } from './request-timeline.ts';
import { TrafficSizes } from './traffic-sizes.ts';
import { UpstreamChanges } from './upstream-changes.ts';
import { upstreamTarget } from './upstream-target.ts';

export class HttpExchange implements Exchange, ReceivedRequest, RouterInput {
  readonly requestId = nextRequestId();
  readonly incoming: IncomingMessage;
  readonly facts: RequestFacts;
  readonly configuration: Snapshot;
  readonly request: ClientRequest;
  readonly upstream: UpstreamChanges;
  readonly clock = new ExchangeClock();
  readonly traffic: TrafficSizes;
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
  /** Statuses of the tries that ended. */
  readonly statuses: string[] = [];
  /** Plugins whose later phases see this request: the global ones until there is a route, then those of the route. */
  plugins: readonly PluginPhases[] = [];
  /** Tells a client that waits for it to send its body. */
  sendContinue: (() => void) | undefined;
  replacedBody: Buffer | undefined;
  /** Whether the answer is finished, or the client gone. */
  closed = false;
  isAborted = false;

  /** @param upgrade whether the client asks for a WebSocket */
  constructor(incoming: IncomingMessage, facts: RequestFacts, configuration: Snapshot, readonly upgrade: boolean) {
    this.incoming = incoming;
    this.facts = facts;
    this.configuration = configuration;
    this.traffic = new TrafficSizes(incoming);
    this.request = new RequestView(this);
    this.upstream = new UpstreamChanges(this);
  }

  get method(): string {
    return this.incoming.method!;
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
    return this.facts.scheme;
  }

  get sni(): string | undefined {
    return this.facts.sni;
  }

  get search(): string {
    return this.facts.search;
  }

  get ends(): ConnectionEnds {
    const { remotePort = 0, localAddress } = this.incoming.socket;
    return { sourceIp: this.facts.clientIp, sourcePort: remotePort, destinationIp: plainAddress(localAddress) };
  }

  get route(): Route | undefined {
    return this.match?.route;
  }

  get service(): Service | undefined {
    return this.match?.route.service;
  }

  get timings(): Timings {
    return this.clock;
  }

  get sizes(): Sizes {
    return this.traffic;
  }

  get upstreamUri(): string {
    if (this.sentTarget !== undefined) return this.sentTarget;
    return this.match === undefined ? '' : upstreamTarget(this, this.match, this.service?.path);
  }

  get upstreamStatus(): string {
    return this.statuses.join(', ');
  }

  /** As they came: one character for each byte. */
  headerValues(name: string): readonly string[] {
    return this.incoming.headersDistinct[name] ?? [];
  }

  authenticate({ consumer, credential, identifier = credential?.id, groups }: Identity): void {
    this.consumer = consumer;
    this.credential = credential;
    this.groups = groups;
    const identity: readonly (readonly [string, string | null | undefined])[] = [
      ['X-Consumer-ID', consumer?.id],
      ['X-Consumer-Custom-ID', consumer?.customId],
      ['X-Consumer-Username', consumer?.username],
      ['X-Credential-Identifier', identifier],
      ['X-Anonymous-Consumer', credential === undefined ? 'true' : undefined],
    ];
    for (const [name, value] of identity) {
      if (value === null || value === undefined) this.upstream.removeHeader(name);
      else this.upstream.setHeader(name, value);
    }
  }

  refuse({ status, message, headers = {}, fallback }: Refusal): void {
    const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, headerValue(value)]);
    this.answer = { status, message, headers: Object.fromEntries(lines), source: 'plugin', ...fallback !== undefined && { fallback } };
  }

  respond(answer: PluginAnswer): void {
    this.answer = pluginAnswer(answer);
  }
}
