/**
 * The half of a data plane that proxies: listeners, pipeline, plugins' services, balancers, connections to upstreams. It runs what it is
 * given; where configurations come from, and what is known of the node as a whole, is `data-plane.ts`.
 */
import type { Server } from 'node:net';
import { hostname } from 'node:os';

import type { AccessLog } from '../access-log/access-record.ts';
import type { Clock } from '../base/clock.ts';
import { GatewayError, messageOf } from '../base/errors.ts';
import { addressSet } from '../base/ip-range.ts';
import type { Log } from '../base/log.ts';
import { KONG_VERSION } from '../base/version.ts';
import { createUpstreams } from '../http-engine/http1/upstream-engine.ts';
import type { Http1Upstreams } from '../http-engine/http1/upstream-engine.ts';
import { Http2Upstreams } from '../http-engine/http2/http2-upstreams.ts';
import { Upstreams } from '../http-engine/upstreams.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Counters, StoredSessions } from '../plugin-kit/services.ts';
import { createNodeServices } from '../plugin-services/node-services.ts';
import type { OpenNodeServices } from '../plugin-services/node-services.ts';
import { shownAnswers } from '../response-cache/memory-store.ts';
import type { ShownAnswers } from '../response-cache/memory-store.ts';
import type { KeyPair, Listener, Settings } from '../settings/settings.ts';
import { StreamListeners } from '../streams/stream-listeners.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import { HealthReport } from './balancer/health-report.ts';
import type { HealthJudge, UpstreamBalancer } from './balancer/upstream-balancer.ts';
import { UpstreamBalancers } from './balancer/upstream-balancers.ts';
import type { CompiledConfiguration } from './compiled-configuration.ts';
import { nodeResolver } from './dns/node-resolver.ts';
import { engineFamilies } from './engine-families.ts';
import type { EngineNumbers } from './engine-families.ts';
import { EventLoopWatch } from './event-loop.ts';
import { Pipeline } from './http/pipeline.ts';
import { ProxiedConnections } from './http/proxied-connections.ts';
import { ProxyListener } from './http/proxy-listener.ts';
import { RequestDebug } from './http/request-debug.ts';
import { serviceTlsOf } from './http/service-tls.ts';
import { UpstreamTls } from './http/upstream-tls.ts';
import type { OpenAddresses, ProxyTraffic } from './node-parts.ts';
import { PluginInstances } from './plugin-instances.ts';
import { RequestCounts } from './request-counts.ts';
import { ServerNames } from './server-names.ts';

export interface DataPlaneWorkerOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: Clock;
  /** UUID of the node. */
  readonly nodeId: string;
  /** What the next request sees. `undefined`: there is no configuration yet */
  readonly configuration: () => CompiledConfiguration | undefined;
  /** Where requests are logged; ends with the worker. @default - nowhere */
  readonly accessLog?: AccessLog | undefined;
  /** What clients on other machines must know to debug a request. @default - requests cannot be debugged */
  readonly debugToken?: string | undefined;
  /** Sessions in the database of the node. @default - it has none */
  readonly sessions?: StoredSessions | undefined;
  /** @default - this worker is the whole node */
  readonly part?: WorkerPart | undefined;
}

/** What the supervisor of several workers does for each of them. Absent in a node of one process. */
export interface WorkerPart {
  readonly counters: Counters;
  readonly judge: HealthJudge;
  /** Keys of TLS sessions, so that a client resumes with whichever worker it meets. 48 bytes. */
  readonly ticketKeys: Buffer;
  /** Part of the memory for what can be had again. */
  readonly memoryShare: number;
}

/** For what the queues of plugins still have when the node stops. Milliseconds. */
const QUEUES_LIMIT_MS = 5_000;

/** How often the end of the last requests is looked for while stopping. Milliseconds. */
const STOP_POLL_MS = 20;

export class DataPlaneWorker {
  /** Health of the targets of upstreams. */
  readonly upstreamHealth: HealthReport;
  /** What plugins run with. */
  readonly instances: PluginInstances;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #services: OpenNodeServices;
  readonly #serverNames: ServerNames;
  readonly #http1: Http1Upstreams;
  readonly #http2: Http2Upstreams;
  /** What upstreams did wrong in HTTP/2, by reason. */
  readonly #http2Refusals = new Map<string, number>();
  readonly #upstreams: Upstreams;
  readonly #balancers: UpstreamBalancers;
  readonly #pipeline: Pipeline;
  readonly #proxied: ProxiedConnections;
  readonly #proxy: ProxyListener;
  readonly #streams: StreamListeners;
  readonly #servers: ListenerServers;
  readonly #accessLog: AccessLog | undefined;
  readonly #counts = new RequestCounts();
  readonly #eventLoop = new EventLoopWatch();
  #closing = false;

  /** @throws GatewayError `setting-invalid` */
  constructor({ settings, log, clock, nodeId, configuration, accessLog, debugToken, sessions, part }: DataPlaneWorkerOptions) {
    this.#settings = settings;
    this.#log = log;
    this.#accessLog = accessLog;
    this.#services = createNodeServices({
      log, clock, tracing: settings.tracing, authorities: settings.upstreamTls.authorities, systemLog: settings.systemLog,
      upstreams: { targets: () => this.upstreamHealth.healthOf() }, ...sessions !== undefined && { sessions },
      ...part !== undefined && { counters: part.counters, memoryShare: part.memoryShare },
    });
    this.instances = new PluginInstances({
      log, clock, node: { id: nodeId, hostname: hostname(), kongVersion: KONG_VERSION }, services: this.#services,
    });
    this.#serverNames = new ServerNames(settings.tls, log);
    this.#http1 = createUpstreams(settings.upstreamPool);
    this.#http2 = new Http2Upstreams({ counted: (reason) => this.#http2Refusals.set(reason, (this.#http2Refusals.get(reason) ?? 0) + 1) });
    this.#upstreams = new Upstreams(this.#http1, this.#http2);
    const upstreamTls = new UpstreamTls(settings.upstreamTls);
    const resolver = nodeResolver(settings.dns, () => clock.now());
    this.#balancers = new UpstreamBalancers({
      resolver, log, clock, judge: part?.judge,
      // With several workers, the supervisor probes.
      probeContext: part !== undefined ? undefined
        : (upstream, snapshot) => upstreamTls.probeContext(serviceTlsOf(snapshot, { row: {} }, upstream)),
    });
    this.upstreamHealth = new HealthReport(this.#balancers);
    const trusts = settings.trustedIps.length === 0 ? undefined : trustedAddresses(settings);
    this.#proxied = new ProxiedConnections(trusts);
    this.#pipeline = new Pipeline({
      upstreams: this.#upstreams,
      tls: upstreamTls,
      balancers: this.#balancers,
      resolver,
      log,
      accessLog,
      configuration,
      closing: () => this.#closing,
      isTrusted: trustedAddresses(settings),
      proxiedClient: settings.realIpHeader.toLowerCase() === 'proxy_protocol' ? (place) => this.#proxied.endsOf(place) : undefined,
      debug: debugToken === undefined ? undefined : new RequestDebug(debugToken),
      onEnd: (route, status, durationMs) => this.#counts.add(route, status, durationMs),
    });
    const { certificates, tls } = settings;
    this.#servers = new ListenerServers({
      name: 'proxy', certificate: certificates.proxy, tls, log, clock,
      ticketKeys: part?.ticketKeys,
      contextFor: (name, client) => this.#serverNames.contextFor(name, client),
    });
    this.#proxy = new ProxyListener(this.#pipeline, log);
    this.#streams = new StreamListeners({
      log, configuration, resolver, balancers: this.#balancers, tls: upstreamTls,
      halfClose: settings.streamHalfClose,
      isTrusted: trusts,
    });
  }

  get traffic(): ProxyTraffic {
    return {
      accepted: this.#proxy.accepted + this.#streams.accepted, open: this.#proxy.connections + this.#streams.connections,
      requests: this.#pipeline.total, active: this.#pipeline.active,
    };
  }

  /** What plugins and the engine counted. */
  get metrics(): Pick<OpenNodeServices['metrics'], 'families' | 'errors'> {
    const { metrics } = this.#services;
    return { errors: metrics.errors, families: () => [...metrics.families(), ...engineFamilies(this.#numbers())] };
  }

  #numbers(): EngineNumbers {
    return {
      pid: process.pid,
      eventLoop: this.#eventLoop.take(),
      active: this.#pipeline.active,
      pool: this.#http1.stats(),
      http2: { connections: this.#http2.connections, refused: this.#http2Refusals },
      refused: this.#refusals(),
      queues: this.#services.queues.counts,
      lostLines: this.#accessLog?.lost ?? 0,
      generations: this.instances.configurations,
    };
  }

  /** What connections of clients refused: requests, and what HTTP/2 knows beside them. */
  #refusals(): ReadonlyMap<string, number> {
    const ofHttp2 = [...this.#proxy.http2Refusals].map(([reason, count]) => [`http2-${reason}`, count] as const);
    return new Map([...this.#pipeline.refusals, ...ofHttp2]);
  }

  /** What plugins keep of answers in memory. */
  get cachedAnswers(): ShownAnswers {
    return shownAnswers(this.#services.cache);
  }

  /** Requests by route and status since the last call. */
  takeRequestCounts(): readonly RequestsRecord[] {
    return this.#counts.take();
  }

  /** Takes over what of a configuration is not compiled for requests; called just before they see it. */
  use(snapshot: Snapshot): void {
    this.#balancers.use(snapshot);
    this.#serverNames.use(snapshot);
  }

  /** @throws GatewayError `address-unavailable`, `certificate-missing` */
  async open(): Promise<OpenAddresses> {
    const { listen } = this.#settings;
    const inFrontOf = (server: Server, { proxyProtocol }: Listener) => proxyProtocol ? this.#proxied.inFrontOf(server) : server;
    const proxy = await this.#proxy.open(listen.proxy, this.#servers, inFrontOf);
    return { proxy, stream: await this.#streams.open(listen.stream, this.#servers) };
  }

  /** The balancer of an upstream. */
  balancerOf(upstreamId: string): UpstreamBalancer | undefined {
    return this.#balancers.byId(upstreamId);
  }

  /** Takes over another certificate for clients that name no server with one of its own. */
  renewCertificate(pair: KeyPair): void {
    this.#servers.use(pair);
  }

  /** Each answer ends its connection from now on: clients go to another node. */
  closeConnections(): void {
    this.#closing = true;
  }

  /**
   * No new connections; answers under way are finished, and after the limit what is left is cut.
   * @param limitMs for the requests under way
   */
  async stop(limitMs: number): Promise<void> {
    this.#closing = true;
    const stopped = Promise.all([this.#proxied.stop(), this.#proxy.stop(), this.#streams.stop()]);
    // Not the time of day, which may be set meanwhile.
    const deadline = performance.now() + limitMs;
    const active = () => this.#pipeline.active + this.#streams.active;
    while (active() > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
    if (active() > 0) {
      const streams = this.#streams.active === 0 ? '' : ` and ${this.#streams.active} streams`;
      this.#log.warn(`${this.#pipeline.active} requests${streams} did not end within ${limitMs / 1000} seconds and were cut`);
    }
    this.#proxy.abort();
    this.#streams.abort();
    await stopped;
    // Requests that were cut are logged before their plugins end.
    await new Promise((resolve) => void setImmediate(resolve));
  }

  /** Called when it has stopped and no plugin runs any more. */
  async close(): Promise<void> {
    this.#eventLoop.close();
    await this.#services.close(QUEUES_LIMIT_MS);
    await this.#accessLog?.close();
    this.#balancers.close();
    this.#upstreams.close();
    await this.#servers.close();
  }
}

function trustedAddresses(settings: Settings): (address: string) => boolean {
  try {
    return addressSet(settings.trustedIps);
  } catch (error) {
    throw new GatewayError('setting-invalid', `KONG_TRUSTED_IPS: ${messageOf(error)}`);
  }
}
