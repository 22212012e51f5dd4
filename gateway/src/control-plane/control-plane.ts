/** A control plane: store, configuration, tunnels, Admin API and status API, started in order and closed in reverse order. */
import type { AddressInfo } from 'node:net';

import type { AccessLog } from '../access-log/access-record.ts';
import type { Log } from '../base/log.ts';
import { metricsText } from '../base/metrics.ts';
import { nodeId } from '../base/node-id.ts';
import type { Signer } from '../fallback/envelope.ts';
import { fallbackStorage } from '../fallback/storage.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import type { UpstreamHealth } from '../model/target-health.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { Settings, TunnelSettings } from '../settings/settings.ts';
import { watchTunnelFiles } from '../settings/tunnel-file-watch.ts';
import { nodeFamilies } from '../status/node-families.ts';
import { StatusApi } from '../status/status-api.ts';
import type { ConnectionCounts } from '../status/status-api.ts';
import type { Store } from '../store/store.ts';
import type { ConfigurationSource } from '../sync/protocol.ts';
import { TunnelServer } from '../sync/server.ts';
import { TelemetryServer } from '../sync/telemetry-server.ts';
import type { TelemetryAccount } from '../sync/telemetry-server.ts';
import { nodeStatus } from './admin-api/node-status.ts';
import type { CachedAnswers } from './admin-api/plugin-api-endpoints.ts';
import { bootstrap } from './bootstrap.ts';
import { ConfigurationWatcher } from './configuration.ts';
import { dataPlaneGauges, DataPlaneHealthLog } from './data-plane-health.ts';
import { FallbackExport } from './fallback-export.ts';
import { openNodeAdminApi } from './node-admin-api.ts';
import { openNodeStore } from './node-store.ts';
import { DataPlaneRegistry } from './nodes.ts';
import { readinessOf } from './readiness.ts';
import { storedSessions } from './stored-sessions.ts';
import type { StoredSessions } from './stored-sessions.ts';

interface ControlPlaneOptions {
  readonly settings: Settings;
  readonly log: Log;
  /** Log of requests to the Admin API; ends with the node. @default - the file that the settings name, no stream of the process */
  readonly accessLog?: AccessLog | undefined;
  /** Metrics of a data plane in the same process, in Prometheus' text format. @default - those of the control plane */
  readonly metrics?: () => Promise<string>;
  /** What a data plane in the same process knows of the health of targets. @default - there is none */
  readonly health?: UpstreamHealth;
  /** What the data plane of the same process keeps of answers. @default - there is none */
  readonly cachedAnswers?: CachedAnswers;
}

/** Addresses that a control plane listens on, in the order of its settings. */
export interface ControlPlaneAddresses {
  readonly admin: readonly AddressInfo[];
  readonly status: readonly AddressInfo[];
  readonly cluster: readonly AddressInfo[];
  readonly telemetry: readonly AddressInfo[];
}

/** A data plane in the same process applies a configuration at once, so it needs no long pause between two. Milliseconds. */
const LOCAL_INTERVAL_MS = 20;

export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  /** What has been started, in order. */
  readonly #parts: { close(): Promise<void> }[] = [];
  readonly #counts: ConnectionCounts = { accepted: 0, active: 0, requests: 0 };
  /** Sessions of browsers, for a data plane in the same process. Each call throws before `start`. */
  readonly sessions: StoredSessions;
  #isDraining = false;
  #store?: Store;
  #configuration?: ConfigurationSource;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    const openStore = (): Store => {
      if (!this.#store) throw new Error('the control plane has not been started');
      return this.#store;
    };
    this.sessions = storedSessions(openStore, { schemas: schemasFor(options.settings).schemas, now: Date.now });
  }

  /** The configuration, for a data plane in the same process. @throws Error before `start` */
  get configuration(): ConfigurationSource {
    if (!this.#configuration) throw new Error('the control plane has not been started');
    return this.#configuration;
  }

  /** @throws GatewayError `database-unavailable`, `database-newer`, `address-unavailable`, `certificate-missing`; then it is closed. */
  async start(): Promise<ControlPlaneAddresses> {
    try {
      return await this.#startParts();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Reports that it is not ready from now on, while it still answers every request. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Finishes the requests under way, then closes everything. May be called again. */
  async close(): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) await part.close();
  }

  async #startParts(): Promise<ControlPlaneAddresses> {
    const { settings, log, cachedAnswers } = this.#options;
    const store = this.#own(await openNodeStore(settings, log));
    this.#store = store;
    await bootstrap(store, Date.now());
    const intervalMs = settings.role === 'control_plane' ? undefined : LOCAL_INTERVAL_MS;
    const configuration = this.#own(new ConfigurationWatcher({ store, schemas: schemasFor(settings).schemas, log, intervalMs }));
    await configuration.start();
    this.#configuration = configuration;
    if (settings.role === 'control_plane') this.#own(new DataPlaneHealthLog({ rows: store.dataPlanes, log }));
    const registry = this.#own(new DataPlaneRegistry(store.dataPlanes, settings.tunnel.purgeDelaySeconds, log));
    const { cluster, telemetry, accounts } = await this.#openTunnels(configuration, registry);
    const admin = this.#own(await openNodeAdminApi({
      settings, log, store, configuration, failures: registry, telemetry: accounts,
      metrics: () => this.#metrics(store),
      counts: this.#counts,
      health: this.#options.health,
      ...cachedAnswers && { cachedAnswers },
      ...this.#options.accessLog && { accessLog: this.#options.accessLog },
    }));
    const status = await this.#openStatusApi(store);
    return { admin: admin.addresses, status, cluster, telemetry };
  }

  #own<Part extends { close(): Promise<void> }>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  async #openTunnels(source: ConfigurationSource, registry: DataPlaneRegistry) {
    const { settings: { role, listen, tunnel }, log } = this.#options;
    if (role !== 'control_plane') return { cluster: [], telemetry: [], accounts: () => new Map<string, TelemetryAccount>() };
    // The settings of a control plane are rejected without an identity.
    const trustOf = (material: TunnelSettings) => ({ ...material, identity: material.identity! });
    const trust = trustOf(tunnel);
    const records = this.#own(new TelemetryServer({ trust, log }));
    const configurations = this.#own(new TunnelServer({ trust, source, registry, log, maxPayloadBytes: tunnel.maxPayloadBytes }));
    const fallback = this.#fallback(source, trust.identity);
    const changed = (renewed: TunnelSettings) => {
      for (const server of [records, configurations]) server.renew(trustOf(renewed));
      fallback?.renew(trustOf(renewed).identity);
    };
    this.#own(watchTunnelFiles({ tunnel, log, changed }));
    return {
      telemetry: await records.listen(listen.telemetry),
      cluster: await configurations.listen(listen.cluster),
      accounts: () => records.accounts,
    };
  }

  #fallback(source: ConfigurationSource, signer: Signer): FallbackExport | undefined {
    const { settings: { fallback }, log } = this.#options;
    const { storage, exportDelaySeconds: delaySeconds } = fallback ?? {};
    if (!fallback?.export || storage === undefined) return undefined;
    return this.#own(new FallbackExport({ source, storage: fallbackStorage({ ...fallback, storage }), signer, delaySeconds, log }));
  }

  /** In a single node, the data plane serves the status API. */
  async #openStatusApi(store: Store): Promise<readonly AddressInfo[]> {
    const { settings, log } = this.#options;
    if (settings.role !== 'control_plane') return [];
    const api: StatusApi = this.#own(new StatusApi({
      status: () => nodeStatus(store, api.counts),
      readiness: async () => readinessOf(this.#isDraining, await store.isReachable()),
      beginDraining: () => this.drain(),
      metrics: () => this.#metrics(store),
    }, log));
    return api.open(settings.listen.status, this.#servers('status'));
  }

  async #metrics(store: Store): Promise<string> {
    const { settings: { prefix, nodeId: configured }, log, metrics } = this.#options;
    const ofDataPlanes = await dataPlaneGauges(store.dataPlanes, Date.now());
    if (metrics !== undefined) return metricsText(ofDataPlanes) + await metrics();
    const { accepted, active: open, requests } = this.#counts;
    return metricsText([...ofDataPlanes, ...nodeFamilies({
      nodeId: nodeId(prefix, configured, log),
      // The request that asks for the metrics is under way, too.
      listeners: { accepted, open, requests, active: Math.min(open, 1) },
      isStoreReachable: await store.isReachable(),
      metricErrors: 0,
    })]);
  }

  /** Whether the database answers. */
  async isStoreReachable(): Promise<boolean> {
    return await this.#store?.isReachable() ?? false;
  }

  #servers(name: 'status'): ListenerServers {
    const { settings: { certificates, tls }, log } = this.#options;
    return this.#own(new ListenerServers({ name, certificate: certificates[name], tls, log }));
  }
}

