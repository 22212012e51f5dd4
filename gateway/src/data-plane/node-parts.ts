/** What a data plane consists of: in its own process, or spread over workers. */
import type { AddressInfo } from 'node:net';

import type { MetricFamily } from '../base/metrics.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import type { HealthReport } from './balancer/health-report.ts';
import type { ApplyResult, ConfigurationOrigin, RefusedConfiguration } from './running-configuration.ts';

/** The configuration that requests see, and what is known of it. */
export interface NodeConfiguration {
  /** `undefined` until the first one is applied. */
  readonly hash: string | undefined;
  readonly origin: ConfigurationOrigin | undefined;
  /** What this node does not serve of it. */
  readonly quarantine: Quarantine;
  /** Whether no request can be answered but with a refusal, because of what is in quarantine. */
  readonly standsStill: boolean;
  /** Whether a vault has not answered yet. */
  readonly awaitsSecrets: boolean;
  /** The newest configuration, when it was refused. */
  readonly refused: RefusedConfiguration | undefined;
  /** Starts from what is kept on disk, if anything. */
  start(): Promise<void>;
  /** Applies a configuration on all that proxies, or leaves everything as it was. */
  apply(table: ConfigTable, hash: string, origin?: ConfigurationOrigin): Promise<ApplyResult>;
  /** Asks vaults for the secrets of a table, so that `apply` finds them. */
  prepare(table: ConfigTable): Promise<void>;
  /** The control plane has no newer configuration than the one that runs. */
  confirm(): void;
  /** Resolves when everything that was asked for until now is done. */
  idle(): Promise<void>;
}

/** Addresses that are really listened on, in the order of the settings. */
export interface OpenAddresses {
  readonly proxy: readonly AddressInfo[];
  readonly stream: readonly AddressInfo[];
}

/** Connections of clients and their requests, since the start. */
export interface ProxyTraffic {
  readonly accepted: number;
  /** Connections open now, idle ones included. */
  readonly open: number;
  readonly requests: number;
  /** Requests under way. */
  readonly active: number;
}

/** What plugins counted. */
export interface PluginMetrics {
  readonly families: readonly MetricFamily[];
  /** Observations that no metric has. */
  readonly errors: number;
}

/** Answers that plugins keep in memory, as the Admin API shows them. */
export interface KeptAnswers {
  get(key: string): object | undefined | Promise<object | undefined>;
  /** Returns whether there was one. */
  delete(key: string): boolean | Promise<boolean>;
  clear(): void | Promise<void>;
}

/** What serves the requests of clients. */
export interface Proxying {
  readonly configuration: NodeConfiguration;
  /** Health of the targets of upstreams. */
  readonly upstreamHealth: HealthReport;
  readonly cachedAnswers: KeptAnswers;
  /** Why no request would be answered, whatever the configuration. @default - nothing */
  readonly obstacle?: string | undefined;
  traffic(): Promise<ProxyTraffic>;
  pluginMetrics(): Promise<PluginMetrics>;
  /** Memory of the node. Bytes. */
  memory(): Promise<ProcessMemory>;
  /** Requests by route and status since the last call. */
  takeRequestCounts(): readonly RequestsRecord[];
  /** @throws GatewayError `address-unavailable`, `certificate-missing` */
  open(): Promise<OpenAddresses>;
  /** Each answer ends its connection from now on: clients go to another node. */
  closeConnections(): void;
  /**
   * No new connections; answers under way are finished, and after the limit what is left is cut. Then plugins end, and everything else.
   * @param limitMs for the requests under way
   */
  close(limitMs: number): Promise<void>;
  /** Ends at once whatever else runs: other processes. */
  kill(): void;
}

export interface ProcessMemory {
  readonly rss: number;
  readonly heapUsed: number;
}
