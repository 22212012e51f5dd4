/**
 * Keeps the newest configuration ready to be sent: follows the store, exports, prepares. How often is the throttle's decision. What is sent
 * is made when a data plane takes it.
 */
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { isDatabaseUnavailable } from '../store/database-unavailable.ts';
import type { Store } from '../store/store.ts';
import { ConfigurationPreparer } from '../sync/prepared-configuration.ts';
import type { ConfigurationSource, PreparedConfiguration } from '../sync/protocol.ts';
import { ConfigurationExport } from './export.ts';
import { PushThrottle } from './push-throttle.ts';

/** What a waiting client needs to know in addition to the newest configuration. */
export interface ConfigurationHistory {
  latest(): PreparedConfiguration | undefined;
  /** Whether a hash is that of a configuration of this revision or a later one. */
  isSince(hash: string, revision: number): Promise<boolean>;
}

/** Configurations whose hashes are remembered; a data plane that is further behind counts as not in sync anyway. */
const REMEMBERED = 1_000;

/**
 * For so long after a question about hashes, each configuration is hashed: data planes of other control planes may run one that was never
 * sent by this one. Milliseconds.
 */
const ASKED_MS = 60_000;

interface ConfigurationWatcherOptions {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly log: Log;
  /** Least time from one configuration to the next. Milliseconds. @default 250 */
  readonly intervalMs?: number;
  /** @default - the machine's */
  readonly clock?: Clock;
}

export class ConfigurationWatcher implements ConfigurationSource, ConfigurationHistory {
  readonly #store: Store;
  readonly #configurations: ConfigurationExport;
  readonly #preparer = new ConfigurationPreparer((configuration) => this.#remember(configuration));
  readonly #throttle: PushThrottle;
  readonly #clock: Clock;
  /** When a client last asked about hashes. Milliseconds since 1970. */
  #askedAt = -Infinity;
  #current: PreparedConfiguration | undefined;
  /** The newest revision of each configuration that was hashed, by hash. */
  readonly #revisions = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #isClosed = false;
  #stopListening: (() => void) | undefined;

  constructor({ store, schemas, log, intervalMs, clock = SYSTEM_CLOCK }: ConfigurationWatcherOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#configurations = new ConfigurationExport(store, schemas);
    this.#throttle = new PushThrottle({
      clock,
      intervalMs,
      push: () => this.#export(),
      failed: (error) => {
        if (isDatabaseUnavailable(error)) return;
        log.error('cannot export the configuration; data planes keep the one they have', { error: messageOf(error) });
      },
    });
  }

  /** Resolves when the first configuration is ready. */
  async start(): Promise<void> {
    this.#stopListening = this.#store.onChange(() => this.#throttle.request());
    await this.#export();
  }

  latest(): PreparedConfiguration | undefined {
    return this.#current;
  }

  async isSince(hash: string, revision: number): Promise<boolean> {
    this.#askedAt = this.#clock.now();
    await this.#current?.hashed();
    return (this.#revisions.get(hash) ?? -1) >= revision;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening?.();
    await this.#throttle.close();
    this.#listeners.clear();
  }

  async #export(): Promise<void> {
    const { table, revision } = await this.#configurations.next();
    // A database that was restored to an older state has lower revisions than before.
    if (this.#isClosed || this.#current?.revision === revision) return;
    this.#current = this.#preparer.prepare(table, revision);
    if (this.#clock.now() - this.#askedAt < ASKED_MS) await this.#current.hashed();
    for (const listener of this.#listeners) listener();
  }

  #remember(configuration: PreparedConfiguration): void {
    const { hash, revision } = configuration;
    // One that was replaced before it was hashed says nothing about a hash that came back since.
    if (configuration !== this.#current && this.#revisions.has(hash)) return;
    this.#revisions.delete(hash);
    this.#revisions.set(hash, revision);
    if (this.#revisions.size > REMEMBERED) this.#revisions.delete(this.#revisions.keys().next().value!);
  }
}
