/** A store without a database: for nodes whose configuration is a declarative file. Everything is gone with the process. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { inSteps } from '../../base/steps.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { ChangeFeed } from '../change-feed.ts';
import { ExpiryWatch } from '../expiry-watch.ts';
import { DEFAULT_RETENTION } from '../history/retention.ts';
import type { Retention } from '../history/retention.ts';
import { runTransaction } from '../sql/transaction.ts';
import type { Change, Entity, Reader, Store, WriteOptions, Writer, Written } from '../store.ts';
import { IndexedRows } from './indexed-rows.ts';
import { MemoryDataPlanes } from './memory-data-planes.ts';
import { MemoryHistory } from './memory-history.ts';
import { MemoryKeptAnswers } from './memory-kept-answers.ts';
import { MemoryReader } from './memory-reader.ts';
import type { MemoryState } from './memory-reader.ts';
import { MemoryTables } from './memory-tables.ts';
import { differences, newRows } from './new-rows.ts';
import { Turns } from './turns.ts';

interface MemoryStoreOptions {
  readonly schemas: Schemas;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** @default - `DEFAULT_RETENTION` */
  readonly retention?: Retention;
}

export class MemoryStore implements Store {
  readonly dataPlanes: MemoryDataPlanes;
  readonly latest: Reader;
  readonly history: MemoryHistory;
  readonly #schemas: Schemas;
  readonly #clock: Clock;
  readonly #feed: ChangeFeed;
  readonly #expiry: ExpiryWatch;
  readonly #turns = new Turns();
  readonly #kept: MemoryKeptAnswers;
  #state: MemoryState = { rows: new IndexedRows(), revision: 0 };
  #isClosed = false;

  constructor({ schemas, log, clock = SYSTEM_CLOCK, retention = DEFAULT_RETENTION }: MemoryStoreOptions) {
    this.#schemas = schemas;
    this.#clock = clock;
    this.#feed = new ChangeFeed(0, log, clock);
    this.#kept = new MemoryKeptAnswers(clock);
    this.dataPlanes = new MemoryDataPlanes(clock);
    this.history = new MemoryHistory({ read: (work) => this.#turns.read(async () => work(this.#current().rows)), schemas, retention });
    const { changedSince: changed, newest } = this.history;
    this.latest = new MemoryReader({ state: () => this.#current(), schemas, now: () => clock.now(), changed, newest });
    this.#expiry = new ExpiryWatch({
      clock,
      next: async () => this.#state.rows.nextExpiry(),
      expire: async () => void await this.write(async () => undefined),
      failed: (error) => log.error('cannot remove rows whose time to live is over', { error: messageOf(error) }),
    });
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#turns.read(async () => work(this.#reader(this.#current(), this.#clock.now())));
  }

  async write<T>(work: (writer: Writer) => Promise<T>, options: WriteOptions = {}): Promise<Written<T>> {
    const { value, revision, nextExpiry } = await this.#turns.write(async () => {
      const state = this.#current();
      const nowMs = this.#clock.now();
      const tables = new MemoryTables(state.rows, this.#schemas);
      try {
        const outcome = await runTransaction({
          reader: this.#reader(state, nowMs), tables, schemas: this.#schemas, revision: state.revision, nowMs,
          nextExpiry: state.rows.nextExpiry(), options, kept: this.#kept,
        }, work);
        state.rows.keep();
        for (const [changes, made] of tables.revisions) this.history.add(changes, nowMs, made);
        this.#state = { rows: state.rows, revision: outcome.revision };
        return outcome;
      } catch (error) {
        state.rows.undo();
        throw error;
      }
    });
    if (nextExpiry !== undefined) this.#expiry.expires(nextExpiry);
    this.#feed.advance(revision);
    return { value, revision };
  }

  /**
   * Replaces all rows of all types in one revision: readers see the rows before or the rows after. When one row cannot be taken, none is.
   * What a type has no rows for is removed.
   *
   * @param rows by entity type, in any order
   * @returns the revision that contains them
   * @throws EntityError two rows have one key or one unique value, or a reference leads nowhere
   */
  async replaceAll(rows: ReadonlyMap<string, readonly Entity[]>): Promise<number> {
    const next = await newRows(rows, this.#schemas);
    const revision = await this.#turns.write(async () => {
      const { rows: before, revision: old } = this.#current();
      const changed = { revision: old + 1, at: this.#clock.now() };
      const changes = await differences(before, next, this.#schemas, changed);
      await inSteps(this.history.adding(changes, changed.at, { revision: changed.revision }));
      this.#state = { rows: next, revision: changed.revision };
      return changed.revision;
    });
    this.#expiry.look();
    this.#feed.advance(revision);
    return revision;
  }

  async changesAfter(revision: number, limit: number): Promise<readonly Change[]> {
    return this.history.after(revision, limit);
  }

  onChange(listener: (revision: number) => void): () => void {
    return this.#feed.listen(listener);
  }

  async isReachable(): Promise<boolean> {
    return !this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#feed.close();
    await this.#expiry.close();
  }

  #current(): MemoryState {
    if (this.#isClosed) throw new Error('the store is closed');
    return this.#state;
  }

  #reader(state: MemoryState, nowMs: number): Reader {
    const { changedSince: changed, newest } = this.history;
    return new MemoryReader({ state: () => state, schemas: this.#schemas, now: () => nowMs, changed, newest });
  }
}
