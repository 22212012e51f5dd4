/** The configuration of a node without a database: loaded from text or objects as a whole or not at all, and written as text. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { inSteps } from '../base/steps.ts';
import { exportedText } from '../declarative/exported-text.ts';
import type { SourceError } from '../declarative/source.ts';
import { NO_HASH } from '../model/config-hash.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { EntityError } from '../model/entity-error.ts';
import { exportingTable } from '../model/exported-table.ts';
import { takeOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { MemoryStore } from '../store/memory/memory-store.ts';
import { refusalOf } from './admin-api/config-request.ts';
import type { AdminAnswer } from './admin-api/endpoint.ts';
import { DeclarativeReader } from './declarative-reading.ts';
import type { GivenConfiguration } from './declarative-reading.ts';
import { ThreadedReader } from './declarative-thread.ts';
import type { ReaderThreadOptions } from './declarative-thread.ts';

/** What runs a configuration: a data plane in the same process. */
export interface ConfigurationRunner {
  /** Runs the configuration from now on, or leaves everything as it was. */
  apply(table: ConfigTable, hash: string): Promise<{ readonly applied: true } | { readonly applied: false; readonly message: string }>;
}

interface DeclarativeConfigurationOptions {
  readonly store: MemoryStore;
  readonly schemas: Schemas;
  readonly runner: ConfigurationRunner;
  readonly log: Log;
  /** Milliseconds since 1970. @default - the clock of the machine */
  readonly now?: () => number;
  /** Where long configurations are read. @default - in this thread, at once */
  readonly thread?: Omit<ReaderThreadOptions, 'log'> | undefined;
}

export type LoadOutcome =
  /** `shown`: entities by type and id, as JSON. */
  | { readonly kind: 'loaded'; readonly shown: Uint8Array }
  /** It is the one that runs, and was to be loaded only if it is not. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'refused'; readonly answer: AdminAnswer; readonly lines: readonly SourceError[] };

interface Loaded {
  readonly hash: string;
  /** The rows as the store keeps them. */
  readonly rows: SettledConfiguration;
  readonly table: ConfigTable;
}

export class DeclarativeConfiguration {
  readonly #options: DeclarativeConfigurationOptions;
  readonly #now: () => number;
  readonly #reader: DeclarativeReader | ThreadedReader;
  #since: number | undefined;
  #loaded: Loaded | undefined;
  #isBusy = false;

  constructor(options: DeclarativeConfigurationOptions) {
    const { schemas, thread, log } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const own = new DeclarativeReader(schemas);
    this.#reader = thread === undefined ? own : new ThreadedReader(own, { ...thread, log });
  }

  /** MD5 of what was loaded; 32 zeros for nothing. */
  get hash(): string {
    return this.#loaded?.hash ?? NO_HASH;
  }

  /** Replaces everything. What is wrong with the configuration, or keeps the data plane from running it, leaves everything as it was. */
  async load(configuration: GivenConfiguration): Promise<LoadOutcome> {
    if (this.#isBusy) return { kind: 'busy' };
    this.#isBusy = true;
    try {
      return await this.#load(configuration);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Everything in Kong's format 3.0, flat, references as ids: what this text says can be loaded again. */
  async toYaml(): Promise<string> {
    const { store, schemas } = this.#options;
    const rows = await store.read(async (reader) => {
      const all = new Map<string, readonly Readonly<Record<string, unknown>>[]>();
      for (const { name } of schemas.values()) all.set(name, await reader.all(name));
      return all;
    });
    return exportedText(rows, schemas, this.#now() / 1000);
  }

  async close(): Promise<void> {
    if (this.#reader instanceof ThreadedReader) await this.#reader.close();
  }

  async #load(configuration: GivenConfiguration): Promise<LoadOutcome> {
    const { schemas, store, runner, log } = this.#options;
    const now = this.#now();
    this.#since ??= now;
    const reading = await this.#reader.read(configuration, {
      hash: this.hash, base: this.#loaded?.rows.hash, since: this.#since, now,
    });
    if (reading.kind === 'unchanged') return reading;
    if (reading.kind === 'refused') {
      if (reading.logged !== undefined) log.warn(`the declarative configuration is not loaded: ${reading.logged}`);
      return reading;
    }
    const rows = await inSteps(takeOver(reading.rows, this.#loaded?.rows));
    const table = await inSteps(exportingTable(schemas, (name) => rowsOf(rows.table, name)));
    const next: Loaded = { hash: reading.hash, rows, table };
    const applied = await runner.apply(table, next.hash);
    if (!applied.applied) return this.#refusedAsAWhole(applied.message);
    try {
      await store.replaceAll(new Map([...schemas.keys()].map((name) => [name, rowsOf(rows.table, name)])));
    } catch (error) {
      if (this.#loaded) await runner.apply(this.#loaded.table, this.#loaded.hash);
      if (error instanceof EntityError) return this.#refusedAsAWhole(messageOf(error));
      throw error;
    }
    this.#loaded = next;
    log.notice('the declarative configuration is loaded', { hash: next.hash });
    return { kind: 'loaded', shown: reading.shown };
  }

  /** The message belongs to no entity. */
  #refusedAsAWhole(message: string): LoadOutcome {
    this.#options.log.error(`the declarative configuration is not loaded: ${message}`);
    return {
      kind: 'refused', answer: refusalOf(new Map([['error', message]]), this.#options.schemas), lines: [{ line: 1, path: '', message }],
    };
  }
}
