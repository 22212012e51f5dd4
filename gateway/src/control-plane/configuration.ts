/** Keeps the newest configuration ready to be sent: follows the store, exports, prepares. Changes that come meanwhile make one more export, not one each. */
import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { Store } from '../store/store.ts';
import { prepareConfiguration } from '../sync/prepared-configuration.ts';
import type { ConfigurationSource, PreparedConfiguration } from '../sync/protocol.ts';
import { exportConfigTable } from './export.ts';

/** What a waiting client needs to know besides the newest configuration. */
export interface ConfigurationHistory {
  latest(): PreparedConfiguration | undefined;
  /** Whether a hash is that of a configuration of this revision or a later one. */
  isSince(hash: string, revision: number): boolean;
}

/** Configurations whose hashes are remembered; a data plane that is further behind counts as not in sync anyway. */
const REMEMBERED = 1_000;

/** An export begins this long after a change, so that the requests of one script share it. Milliseconds. */
const SETTLE_MS = 20;

/**
 * An export, with all that follows from it in this process, costs in proportion to the whole configuration. While changes keep coming,
 * at least this many times its duration passes before the next one: the rest of the time belongs to those who write.
 */
const REST_FACTOR = 3;

/** Whatever it costs, data planes do not wait longer than this for a change. Milliseconds. */
const LONGEST_REST_MS = 1_000;

/** Pause after an export that failed. Milliseconds. */
const RETRY_MS = 1_000;

export class ConfigurationWatcher implements ConfigurationSource, ConfigurationHistory {
  private current?: PreparedConfiguration;
  /** The newest revision of each configuration, by hash. */
  private readonly revisions = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private exporting?: Promise<void>;
  private isStale = false;
  private isClosed = false;
  private readonly closing = new AbortController();
  private stopListening?: () => void;
  private retry?: NodeJS.Timeout;

  constructor(private readonly store: Store, private readonly schemas: Schemas, private readonly log: Log) {}

  /** Resolves when the first configuration is ready. */
  async start(): Promise<void> {
    this.stopListening = this.store.onChange(() => void this.refresh());
    await this.exportOnce();
  }

  latest(): PreparedConfiguration | undefined {
    return this.current;
  }

  isSince(hash: string, revision: number): boolean {
    return (this.revisions.get(hash) ?? -1) >= revision;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.closing.abort();
    this.stopListening?.();
    clearTimeout(this.retry);
    await this.exporting;
    this.listeners.clear();
  }

  /** Exports, and again when something changed meanwhile. Never rejects. */
  private refresh(): Promise<void> {
    this.isStale = true;
    this.exporting ??= this.exportUntilFresh().finally(() => { this.exporting = undefined; });
    return this.exporting;
  }

  private async exportUntilFresh(): Promise<void> {
    let restMs = SETTLE_MS;
    while (this.isStale && !this.isClosed) {
      await sleep(restMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      this.isStale = false;
      try {
        const startedAt = performance.now();
        await this.exportOnce();
        restMs = Math.min(LONGEST_REST_MS, Math.max(SETTLE_MS, REST_FACTOR * (performance.now() - startedAt)));
      } catch (error) {
        this.log.error('cannot export the configuration; data planes keep the one they have', { error: messageOf(error) });
        this.retry = setTimeout(() => void this.refresh(), RETRY_MS).unref();
        return;
      }
    }
  }

  private async exportOnce(): Promise<void> {
    const { table, revision } = await exportConfigTable(this.store, this.schemas);
    if (this.isClosed || (this.current && revision <= this.current.revision)) return;
    this.current = prepareConfiguration(table, revision);
    this.remember(this.current.hash, revision);
    for (const listener of this.listeners) listener();
  }

  private remember(hash: string, revision: number): void {
    this.revisions.delete(hash);
    this.revisions.set(hash, revision);
    if (this.revisions.size > REMEMBERED) this.revisions.delete(this.revisions.keys().next().value!);
  }
}
