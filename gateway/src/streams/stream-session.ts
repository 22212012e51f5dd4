/** One stream from its first byte to its end, as plugins see it. */
import type { Route, Service, Snapshot } from '../model/snapshot.ts';
import type { StreamProtocol } from '../model/stream-protocols.ts';
import type { Try } from '../plugin-kit/exchange.ts';
import type { PluginPhases } from '../plugin-kit/plugin.ts';
import type { StreamExchange } from '../plugin-kit/stream-exchange.ts';
import type { StreamInput } from './stream-input.ts';

/** What is known of a stream before a route is chosen. */
export interface StreamBeginning extends StreamInput {
  /** The other end of the connection. */
  readonly remoteAddress: string;
  readonly remotePort: number;
}

interface Counted {
  received: number;
  sent: number;
}

export class StreamSession implements StreamExchange {
  readonly beginning: StreamBeginning;
  readonly configuration: Snapshot;
  readonly route: Route | undefined;
  protocol: StreamProtocol;
  tls: StreamExchange['tls'];
  tries: Try[] | undefined;
  /** Negative at the beginning: bytes that were looked at do not count. */
  readonly bytes: Counted = { received: 0, sent: 0 };
  upstreamBytes: Counted | undefined;
  status = 200;
  isRefused = false;
  /** Those whose phases it gets. */
  plugins: readonly PluginPhases[] = [];
  readonly startedAt = Date.now();
  readonly #start = performance.now();
  #connected: number | undefined;
  #end: number | undefined;

  constructor(beginning: StreamBeginning, configuration: Snapshot, route: Route | undefined) {
    this.beginning = beginning;
    this.configuration = configuration;
    this.route = route;
    const isPassed = beginning.protocol === 'tls' && route?.protocols.includes('tls_passthrough') === true;
    this.protocol = isPassed ? 'tls_passthrough' : beginning.protocol;
    this.tls = undefined;
    this.tries = route === undefined ? undefined : [];
  }

  get clientIp(): string {
    return this.beginning.sourceIp;
  }

  get clientPort(): number {
    return this.beginning.sourcePort;
  }

  get remoteAddress(): string {
    return this.beginning.remoteAddress;
  }

  get remotePort(): number {
    return this.beginning.remotePort;
  }

  get destinationIp(): string {
    return this.beginning.destinationIp;
  }

  get destinationPort(): number {
    return this.beginning.destinationPort;
  }

  get serverName(): string | undefined {
    return this.beginning.serverName;
  }

  get service(): Service | undefined {
    return this.route?.service;
  }

  get gatewayMs(): number {
    return (this.#connected ?? this.#end ?? performance.now()) - this.#start;
  }

  get sessionMs(): number {
    return (this.#end ?? performance.now()) - this.#start;
  }

  refuse(): void {
    this.isRefused = true;
    this.status = 500;
  }

  /** An upstream is connected to. */
  connected(): void {
    this.#connected = performance.now();
  }

  /** Counts what is exchanged with an upstream from here on. */
  countUpstream(): Counted {
    return this.upstreamBytes ??= { received: 0, sent: 0 };
  }

  end(): void {
    this.#end ??= performance.now();
  }
}

