/** The Admin API of a node without a database, over a store in memory that declarative configurations fill. */
import type { AddressInfo } from 'node:net';

import type { AccessLog } from '../access-log/access-record.ts';
import type { Log } from '../base/log.ts';
import { invalidConfiguration, textOf } from '../declarative/node-configuration.ts';
import type { NodeConfigurationOrigin } from '../declarative/node-configuration.ts';
import type { UpstreamHealth } from '../model/target-health.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { Settings } from '../settings/settings.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { CachedAnswers } from './admin-api/plugin-api-endpoints.ts';
import { DeclarativeConfiguration } from './declarative-configuration.ts';
import type { ConfigurationRunner } from './declarative-configuration.ts';
import { openNodeAdminApi } from './node-admin-api.ts';

interface DeclarativeNodeOptions {
  readonly settings: Settings;
  readonly log: Log;
  /** Log of requests to the Admin API; ends with the node. @default - the file that the settings name, no stream of the process */
  readonly accessLog?: AccessLog | undefined;
  readonly runner: ConfigurationRunner;
  /** Metrics of the node, in Prometheus' text format. @default - it has none */
  readonly metrics?: () => Promise<string>;
  /** What the data plane in the same process knows of the health of targets. */
  readonly health?: UpstreamHealth;
  /** Path of the program that reads long configurations in a thread. @default - they are read in this thread */
  readonly readerArtefact?: string;
  /** What the data plane of the same process keeps of answers. @default - there is none */
  readonly cachedAnswers?: CachedAnswers;
}

export class DeclarativeNode {
  readonly #options: DeclarativeNodeOptions;
  readonly #store: MemoryStore;
  readonly #configuration: DeclarativeConfiguration;
  #admin: { close(): Promise<void> } | undefined;

  constructor(options: DeclarativeNodeOptions) {
    const { settings, log, runner, readerArtefact } = options;
    const { schemas } = schemasFor(settings);
    const { plugins, compatibility, routerFlavor, role, database, vaults: { listed } } = settings;
    const thread = readerArtefact === undefined ? undefined : {
      artefact: readerArtefact, workerData: { plugins, compatibility, routerFlavor, role, database, vaults: { listed } },
    };
    this.#options = options;
    this.#store = new MemoryStore({ schemas, log, retention: ONE_REVISION });
    this.#configuration = new DeclarativeConfiguration({ store: this.#store, schemas, runner, log, thread });
  }

  /**
   * Loads a configuration before anything is served.
   *
   * @throws GatewayError `declarative-file-invalid`: all errors with lines, or the reason why the file cannot be read
   */
  async load(origin: NodeConfigurationOrigin): Promise<void> {
    const outcome = await this.#configuration.load({ given: textOf(origin), takesMetadata: true, isBounded: false });
    if (outcome.kind === 'refused') throw invalidConfiguration(origin, outcome.lines);
  }

  /** Opens the Admin API. @throws GatewayError `address-unavailable`, `certificate-missing`; then it is closed. */
  async start(): Promise<{ readonly admin: readonly AddressInfo[] }> {
    const { settings, log, metrics, health, cachedAnswers, accessLog } = this.#options;
    try {
      const admin = await openNodeAdminApi({
        settings, log, store: this.#store, declarative: this.#configuration, configuration: NO_HISTORY, failures: NO_FAILURES, health,
        ...metrics && { metrics }, ...cachedAnswers && { cachedAnswers },
        ...accessLog && { accessLog },
      });
      this.#admin = admin;
      return { admin: admin.addresses };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#admin?.close();
    await this.#configuration.close();
    await this.#store.close();
  }
}

/** Rows of older configurations would take more memory than those of the one that runs. */
const ONE_REVISION = { revisions: 1, days: 0 };

/** No data planes are connected. */
const NO_HISTORY = { latest: () => undefined, isSince: async () => false };
const NO_FAILURES = { of: () => undefined };
