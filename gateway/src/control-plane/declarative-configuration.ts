/** The configuration of a node without a database: loaded from text or objects as a whole or not at all, and written as text. */
import { createHash } from 'node:crypto';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { inlineTree } from '../declarative/error-tree.ts';
import type { ErrorTree } from '../declarative/error-tree.ts';
import { exportedText } from '../declarative/exported-text.ts';
import { readNodeConfiguration } from '../declarative/node-configuration.ts';
import type { Reading } from '../declarative/reading.ts';
import type { SourceError } from '../declarative/source.ts';
import { shownRows, storedRows, tableOfRows } from '../declarative/stored-rows.ts';
import type { StoredRows } from '../declarative/stored-rows.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { DEFAULT_WORKSPACE } from '../model/entities/workspace.ts';
import { EntityError } from '../model/entity-error.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { MemoryStore } from '../store/memory/memory-store.ts';

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
}

export type LoadFailure =
  | { readonly isLoaded: false; readonly reason: 'busy' }
  | { readonly isLoaded: false; readonly reason: 'too-large'; readonly message: string }
  | {
    readonly isLoaded: false;
    readonly reason: 'invalid';
    readonly errors: ErrorTree;
    /** The same for people. */
    readonly lines: readonly SourceError[];
    /** What was given, where it is an object. */
    readonly content: object | undefined;
  };

/** `entities` by type and id. */
type LoadOutcome = { readonly isLoaded: true; readonly entities: Readonly<Record<string, unknown>> } | LoadFailure;

interface LoadOptions {
  /** Whether to accept what decK writes about a file. @default false */
  readonly takesMetadata?: boolean;
  /** Whether a long text in YAML is refused. @default true */
  readonly isBounded?: boolean;
}

interface Loaded {
  readonly table: ConfigTable;
  readonly hash: string;
}

/** Where Kong puts everything when a configuration names no workspace. */
const WORKSPACE_ID = '0dc6f45b-8f8d-40d2-a504-473544ee190b';

/** YAML takes a second for each million characters, in which the node does nothing else. */
const MAX_YAML_CHARACTERS = 4 * 2 ** 20;

/** Of the errors of a configuration. */
const MAX_LOGGED_CHARACTERS = 2_000;

export class DeclarativeConfiguration {
  readonly #options: DeclarativeConfigurationOptions;
  readonly #now: () => number;
  #loaded: Loaded | undefined;
  #isBusy = false;

  constructor(options: DeclarativeConfigurationOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** MD5 of what was loaded; 32 zeros for nothing. */
  get hash(): string {
    return this.#loaded?.hash ?? NO_HASH;
  }

  /** Whether a text is the one that was loaded last. */
  isCurrent(text: string): boolean {
    return digestOf(text) === this.hash;
  }

  /**
   * Replaces everything. What is wrong with the configuration, or keeps the data plane from running it, leaves everything as it was.
   *
   * @param given a text in JSON or YAML, or the object that was read from it
   */
  async load(given: string | object, options: LoadOptions = {}): Promise<LoadOutcome> {
    if (this.#isBusy) return { isLoaded: false, reason: 'busy' };
    this.#isBusy = true;
    try {
      return await this.#load(given, options);
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

  async #load(given: string | object, { takesMetadata = false, isBounded = true }: LoadOptions): Promise<LoadOutcome> {
    const { schemas, store, runner, log } = this.#options;
    const now = this.#now();
    const maxYamlCharacters = isBounded ? MAX_YAML_CHARACTERS : undefined;
    const reading = readNodeConfiguration(given, { schemas, takesMetadata, now, maxYamlCharacters });
    if (!reading.isValid) return this.#refused(reading);
    const rows = withWorkspace(storedRows(reading, now / 1000), Math.floor(now / 1000));
    const next = { table: tableOfRows(rows, schemas), hash: digestOf(given) };
    const applied = await runner.apply(next.table, next.hash);
    if (!applied.applied) return this.#refusedAsAWhole(applied.message);
    try {
      await store.replaceAll(rows);
    } catch (error) {
      if (this.#loaded) await runner.apply(this.#loaded.table, this.#loaded.hash);
      if (error instanceof EntityError) return this.#refusedAsAWhole(messageOf(error));
      throw error;
    }
    this.#loaded = next;
    log.notice('the declarative configuration is loaded', { hash: next.hash });
    return { isLoaded: true, entities: shownRows(reading) };
  }

  #refused(reading: Reading): LoadFailure {
    const { tooLarge } = reading;
    if (tooLarge !== undefined) return { isLoaded: false, reason: 'too-large', message: tooLarge };
    const content = reading.content();
    const errors = reading.tree();
    // Answers with flattened errors leave some out.
    this.#options.log.warn(`the declarative configuration is not loaded: ${inlineTree(errors).slice(0, MAX_LOGGED_CHARACTERS)}`);
    return {
      isLoaded: false, reason: 'invalid', errors, get lines() { return reading.lines(); },
      content: typeof content === 'object' && content !== null && !Array.isArray(content) ? content : undefined,
    };
  }

  /** The message belongs to no entity. */
  #refusedAsAWhole(message: string): LoadFailure {
    this.#options.log.error(`the declarative configuration is not loaded: ${message}`);
    const lines = [{ line: 1, path: '', message }];
    return { isLoaded: false, reason: 'invalid', errors: new Map([['error', message]]), lines, content: undefined };
  }
}

function withWorkspace(rows: StoredRows, seconds: number): StoredRows {
  const workspaces = rows.get('workspaces') ?? [];
  if (workspaces.some(({ name }) => name === DEFAULT_WORKSPACE)) return rows;
  const made = {
    id: WORKSPACE_ID, name: DEFAULT_WORKSPACE, comment: null, created_at: seconds, updated_at: seconds, meta: {}, config: {},
  };
  return new Map([...rows, ['workspaces', [...workspaces, made]]]);
}

/** An object has the digest of its JSON: it is another one than that of a text. */
function digestOf(given: string | object): string {
  return createHash('md5').update(typeof given === 'string' ? given : JSON.stringify(given)).digest('hex');
}
