/** A data plane's parts in this process: secrets, the compiled configuration, and what proxies with it. */
import { join } from 'node:path';

import type { AccessLog } from '../access-log/access-record.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { EnvVault } from '../base/env-vault.ts';
import type { Log } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { StoredSessions } from '../plugin-kit/services.ts';
import { HANDLERS } from '../plugins/handlers.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { KeyPair, Settings } from '../settings/settings.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import { NodeVaults } from '../vaults/node-vaults.ts';
import type { HealthReport } from './balancer/health-report.ts';
import type { UpstreamBalancer } from './balancer/upstream-balancer.ts';
import type { Handlers } from './compiled-configuration.ts';
import { ConfigurationCache } from './configuration-cache.ts';
import { DataPlaneWorker } from './data-plane-worker.ts';
import type { WorkerPart } from './data-plane-worker.ts';
import type { KeptAnswers, NodeConfiguration, OpenAddresses, PluginMetrics, ProcessMemory, ProxyTraffic, Proxying } from './node-parts.ts';
import { nodeVault, ownVaults } from './node-secrets.ts';
import { RunningConfiguration } from './running-configuration.ts';
import type { ApplyResult, ConfigurationOrigin, RefusedConfiguration } from './running-configuration.ts';

export interface OwnProcessOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: Clock;
  /** UUID of the node. */
  readonly nodeId: string;
  /** Whether configurations are kept on disk and the last one is started from. */
  readonly keepsConfiguration: boolean;
  /** Where references to secrets lead. @default - the node's environment, and the secrets mounted for plugins */
  readonly vault?: EnvVault | undefined;
  /** @default - nowhere */
  readonly accessLog?: AccessLog | undefined;
  /** @default - requests cannot be debugged */
  readonly debugToken?: string | undefined;
  /** @default - the node has no database */
  readonly sessions?: StoredSessions | undefined;
  /** @default - the packaged plugins */
  readonly plugins?: { readonly schemas: Schemas; readonly handlers: Handlers } | undefined;
  /** What a supervisor has for its workers. @default - this process is the whole node */
  readonly part?: WorkerPart | undefined;
  /** Called when the configuration that runs, or what is known of it, has changed. */
  readonly onChange?: (() => void) | undefined;
}

/** How often secrets in mounted files are looked at. Kubernetes takes up to two minutes to swap them. Milliseconds. */
const SECRETS_INTERVAL_MS = 30_000;

/** How long a new configuration waits for secrets that only vaults outside of the node have. Milliseconds. */
const VAULTS_LIMIT_MS = 5_000;

export class OwnProcess implements Proxying, NodeConfiguration {
  readonly #clock: Clock;
  readonly #vaults: NodeVaults;
  readonly #running: RunningConfiguration;
  readonly #worker: DataPlaneWorker;
  readonly #onChange: () => void;
  #secretsLook: Timer | undefined;

  /** @throws GatewayError `setting-invalid` */
  constructor({
    settings, log, clock, nodeId, keepsConfiguration, vault = nodeVault(settings.vaultPrefix), accessLog, debugToken, sessions, plugins,
    part, onChange = () => undefined,
  }: OwnProcessOptions) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#vaults = new NodeVaults({ env: vault, own: ownVaults(settings), clock, log, onChange: () => void this.#renewSecrets() });
    this.#worker = new DataPlaneWorker({
      settings, log, clock, nodeId, accessLog, debugToken, sessions, part, configuration: () => this.#running.compiled,
    });
    this.#running = new RunningConfiguration({
      schemas: plugins?.schemas ?? schemasFor(settings).schemas,
      handlers: plugins?.handlers ?? HANDLERS as unknown as Handlers,
      instances: this.#worker.instances,
      routerFlavor: settings.routerFlavor,
      vaults: this.#vaults,
      cache: keepsConfiguration ? new ConfigurationCache(join(settings.prefix, 'configuration'), log) : undefined,
      log,
      prepare: (table) => this.prepare(table),
      onChange: (snapshot) => this.#worker.use(snapshot),
    });
  }

  get configuration(): this {
    return this;
  }

  get hash(): string | undefined {
    return this.#running.hash;
  }

  get origin(): ConfigurationOrigin | undefined {
    return this.#running.origin;
  }

  get quarantine(): Quarantine {
    return this.#running.quarantine;
  }

  get refused(): RefusedConfiguration | undefined {
    return this.#running.refused;
  }

  get standsStill(): boolean {
    return this.#running.standsStill;
  }

  get awaitsSecrets(): boolean {
    return this.#vaults.pending > 0;
  }

  async start(): Promise<void> {
    await this.#running.startFromCache();
    await this.#vaults.settled(VAULTS_LIMIT_MS);
    this.#secretsLook = this.#clock.every(SECRETS_INTERVAL_MS, () => void this.#renewSecrets());
  }

  apply(table: ConfigTable, hash: string, origin?: ConfigurationOrigin): Promise<ApplyResult> {
    return this.#running.apply(table, hash, origin);
  }

  /** Applies what a supervisor has validated. @param text what `handOver` made */
  applySettled(text: Iterable<string>): Promise<ApplyResult> {
    return this.#running.applySettled(text);
  }

  async prepare(table: ConfigTable): Promise<void> {
    await this.#vaults.prefetch(table, VAULTS_LIMIT_MS);
  }

  confirm(): void {
    this.#running.confirm();
  }

  async idle(): Promise<void> {
    await this.#running.idle();
  }

  /** The balancer of an upstream. */
  balancerOf(upstreamId: string): UpstreamBalancer | undefined {
    return this.#worker.balancerOf(upstreamId);
  }

  /** Takes over another certificate for clients that name no server with one of its own. */
  renewCertificate(pair: KeyPair): void {
    this.#worker.renewCertificate(pair);
  }

  get upstreamHealth(): HealthReport {
    return this.#worker.upstreamHealth;
  }

  get cachedAnswers(): KeptAnswers {
    return this.#worker.cachedAnswers;
  }

  async traffic(): Promise<ProxyTraffic> {
    return this.#worker.traffic;
  }

  async pluginMetrics(): Promise<PluginMetrics> {
    const { metrics } = this.#worker;
    return { families: metrics.families(), errors: metrics.errors };
  }

  async memory(): Promise<ProcessMemory> {
    return process.memoryUsage();
  }

  takeRequestCounts(): readonly RequestsRecord[] {
    return this.#worker.takeRequestCounts();
  }

  open(): Promise<OpenAddresses> {
    return this.#worker.open();
  }

  closeConnections(): void {
    this.#worker.closeConnections();
  }

  async close(limitMs: number): Promise<void> {
    this.#secretsLook?.cancel();
    await this.#worker.stop(limitMs);
    await this.#running.idle();
    this.#running.close();
    this.#vaults.close();
    await this.#worker.close();
  }

  kill(): void {
    // There is no other process.
  }

  async #renewSecrets(): Promise<void> {
    await this.#running.renewSecrets();
    this.#onChange();
  }
}
