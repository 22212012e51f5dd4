/**
 * A data plane: the configuration that runs, what the node reports, and its orderly end. Its worker proxies; where configurations come
 * from is its caller's business.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { DEGRADED_LINE } from '../../contract.ts';
import { openAccessLogFile } from '../access-log/access-log.ts';
import type { AccessLog } from '../access-log/access-record.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { EnvVault } from '../base/env-vault.ts';
import type { Log } from '../base/log.ts';
import { metricsText } from '../base/metrics.ts';
import { nodeId } from '../base/node-id.ts';
import type { FallbackConfiguration } from '../fallback/envelope.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { StoredSessions } from '../plugin-kit/services.ts';
import type { Settings } from '../settings/settings.ts';
import { nodeFamilies } from '../status/node-families.ts';
import { StatusApi } from '../status/status-api.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import type { HealthReport } from './balancer/health-report.ts';
import type { Handlers } from './compiled-configuration.ts';
import { keepDebugToken } from './debug-token.ts';
import { NewestKnown } from './newest-known.ts';
import type { KeptAnswers, NodeConfiguration, OpenAddresses, Proxying } from './node-parts.ts';
import { configurationGauges, configurationStatus, nodeStatus } from './node-status.ts';
import { OwnProcess } from './own-process.ts';
import type { OwnProcessOptions } from './own-process.ts';
import { readinessOf } from './readiness.ts';
import type { ApplyResult, RefusedConfiguration } from './running-configuration.ts';

export interface DataPlaneOptions {
  readonly settings: Settings;
  readonly log: Log;
  /**
   * Whether configurations are kept on disk and the last one is started from. A node whose store is in the same process needs neither.
   * @default true
   */
  readonly keepsConfiguration?: boolean;
  /** Where references to secrets lead. @default - the node's environment, and the secrets mounted for plugins */
  readonly vault?: EnvVault;
  /** Whether the database of this node answers. @default - the node has none, which is always within reach, as in Kong */
  readonly isStoreReachable?: () => Promise<boolean>;
  /** Where requests are logged; ends with the node. @default - the file that the settings name, but no stream of the process */
  readonly accessLog?: AccessLog | undefined;
  /** Sessions in the database of this node. @default - it has none */
  readonly sessions?: StoredSessions;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** What the node understands and runs. @default - the packaged plugins */
  readonly plugins?: { readonly schemas: Schemas; readonly handlers: Handlers };
  /** What proxies. @default - this process */
  readonly proxying?: (options: OwnProcessOptions) => Proxying;
}

/** Addresses that are really listened on, in the order of the settings. */
interface DataPlaneAddresses extends OpenAddresses {
  readonly status: readonly AddressInfo[];
}

/** How often a node says that it does not serve its whole configuration, while it is so: alarms are made of these lines. Milliseconds. */
const DEGRADED_INTERVAL_MS = 60_000;

export class DataPlane {
  /** UUID of this node. */
  readonly id: string;
  readonly #settings: Settings;
  readonly #isStoreReachable: () => Promise<boolean>;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #proxying: Proxying;
  readonly #configuration: NodeConfiguration;
  readonly #status: StatusApi;
  readonly #statusServers: ListenerServers;
  readonly #newest: NewestKnown | undefined;
  #degradedLook: Timer | undefined;
  #draining = false;
  #isOpen = false;

  /** @throws GatewayError `prefix-unwritable`, `setting-invalid` */
  constructor({
    settings, log, keepsConfiguration = true, vault, plugins, proxying = (options) => new OwnProcess(options),
    clock = SYSTEM_CLOCK, isStoreReachable = async () => true, sessions,
    accessLog = openAccessLogFile({ setting: settings.accessLogs.proxy, prefix: settings.prefix, log }),
  }: DataPlaneOptions) {
    this.#settings = settings;
    this.#isStoreReachable = isStoreReachable;
    this.#log = log;
    this.#clock = clock;
    this.id = nodeId(settings.prefix, settings.nodeId, log);
    this.#newest = settings.fallback?.import ? new NewestKnown(join(settings.prefix, 'configuration', 'newest.json'), log) : undefined;
    this.#proxying = proxying({
      settings, log, clock, nodeId: this.id, keepsConfiguration, vault, accessLog, sessions, plugins,
      debugToken: settings.tracing.isDebugOn ? keepDebugToken(settings.prefix, settings.tracing.debugToken, log) : undefined,
    });
    this.#configuration = this.#proxying.configuration;
    const { certificates, tls } = settings;
    this.#statusServers = new ListenerServers({ name: 'status', certificate: certificates.status ?? certificates.proxy, tls, log, clock });
    this.#status = new StatusApi({
      readiness: () => readinessOf({
        draining: this.#draining, hash: this.#configuration.hash, quarantined: this.#configuration.quarantine.total,
        standsStill: this.#configuration.standsStill, awaitsSecrets: this.#configuration.awaitsSecrets,
        obstacle: this.#isOpen ? this.#proxying.obstacle : 'the proxy does not listen yet',
      }),
      configuration: () => configurationStatus(this.#configuration),
      upstreamHealth: (name) => this.upstreamHealth.shown(name),
      metrics: () => this.metrics(),
      status: async () => nodeStatus(await this.#proxying.traffic(), await this.#proxying.memory(), this.#configuration.hash),
      beginDraining: () => this.drain(),
    }, log);
  }

  /** Health of the targets of upstreams. */
  get upstreamHealth(): HealthReport {
    return this.#proxying.upstreamHealth;
  }

  /** Hash of the configuration that runs; 32 zeros for none. */
  get currentHash(): string {
    return this.#configuration.hash ?? NO_HASH;
  }

  /** What this node does not serve of its configuration. */
  get quarantine(): Quarantine {
    return this.#configuration.quarantine;
  }

  /** The newest configuration, when this node refused it. */
  get refused(): RefusedConfiguration | undefined {
    return this.#configuration.refused;
  }

  /** Whether this node takes no part in load balancing any more. */
  get draining(): boolean {
    return this.#draining;
  }

  /** What plugins keep of answers in memory. */
  get cachedAnswers(): KeptAnswers {
    return this.#proxying.cachedAnswers;
  }

  /** Metrics in Prometheus' text format. */
  async metrics(): Promise<string> {
    const [{ families, errors }, traffic, memory, isStoreReachable] = await Promise.all([
      this.#proxying.pluginMetrics(), this.#proxying.traffic(), this.#proxying.memory(), this.#isStoreReachable(),
    ]);
    return metricsText([
      ...families,
      ...nodeFamilies({ nodeId: this.id, listeners: traffic, isStoreReachable, metricErrors: errors, memory }),
      ...configurationGauges(this.#configuration),
    ]);
  }

  /** Requests by route and status since the last call. */
  takeRequestCounts(): readonly RequestsRecord[] {
    return this.#proxying.takeRequestCounts();
  }

  /**
   * Starts from the kept configuration, when there is one, and opens the listeners.
   * @throws GatewayError `address-unavailable`, `certificate-missing`
   */
  async start(): Promise<DataPlaneAddresses> {
    await this.#configuration.start();
    this.#degradedLook = this.#clock.every(DEGRADED_INTERVAL_MS, () => this.#logDegraded());
    const { listen } = this.#settings;
    // Probes first: a proxy port that cannot be opened is then seen from outside as "not ready", not as silence.
    const status = await this.#status.open(listen.status, this.#statusServers);
    const open = await this.#proxying.open();
    this.#isOpen = true;
    return { ...open, status };
  }

  /**
   * Takes a configuration over: the next request sees it, requests under way end with the old one. An entity that cannot be used here is
   * in quarantine; a table that cannot be used leaves everything as it was. Of the configurations that wait for another, only the newest is
   * applied, whose result all of them get.
   * @param hash what the node reports from now on; 32 zeros for an empty table
   * @param time when the control plane prepared it. Seconds since 1970.
   */
  async apply(table: ConfigTable, hash: string, time?: number): Promise<ApplyResult> {
    const result = await this.#configuration.apply(table, hash);
    if (time !== undefined) this.#record({ hash, time });
    return result;
  }

  /** Asks vaults outside of this node for the secrets of a table, so that `apply` finds them. Waits a few seconds at most. */
  async prepare(table: ConfigTable): Promise<void> {
    await this.#configuration.prepare(table);
  }

  /** Takes over the configuration that a control plane left outside, as `apply` does. */
  async applyFallback({ table, hash, time }: FallbackConfiguration): Promise<ApplyResult> {
    const result = await this.#configuration.apply(table, hash, 'fallback');
    this.#record({ hash, time });
    return result;
  }

  /** A configuration that a newer one has overtaken has not run. */
  #record(known: { readonly hash: string; readonly time: number }): void {
    if (this.#configuration.hash === known.hash) this.#newest?.record(known);
  }

  /** Whether this node has had a newer configuration than this one. */
  isOlder({ hash, time }: FallbackConfiguration): boolean {
    return this.#newest?.isOlder({ hash, time }) ?? false;
  }

  /** Resolves when what changed the configuration until now, a table or a secret, is applied or refused. */
  async idle(): Promise<void> {
    await this.#configuration.idle();
  }

  /** The control plane has no newer configuration than the one that runs. */
  confirm(): void {
    this.#configuration.confirm();
  }

  #logDegraded(): void {
    const { quarantine: { total }, refused } = this.#configuration;
    if (total === 0 && refused === undefined) return;
    this.#log.error(DEGRADED_LINE.message, { [DEGRADED_LINE.count]: 1, quarantined: total, refused: refused !== undefined });
  }

  /** Tells load balancers to look elsewhere; everything is served as before. There is no way back. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#log.notice('draining: not ready for new traffic from now on');
  }

  /** Drains, and sends clients elsewhere: each answer ends its connection, and what is under way is finished. */
  retreat(): void {
    this.drain();
    this.#proxying.closeConnections();
  }

  /** Ends the processes of the node at once, but for this one. */
  kill(): void {
    this.#proxying.kill();
  }

  /**
   * Stops: no new connections, answers under way are finished, and after the limit what is left is cut.
   * @param limitMs for the requests under way
   */
  async close(limitMs = 10_000): Promise<void> {
    this.drain();
    this.#degradedLook?.cancel();
    await this.#proxying.close(limitMs);
    await this.#status.close();
    await this.#statusServers.close();
  }
}
