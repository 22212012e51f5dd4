/** The log of changes of a store in memory. It holds the same rows as the store does, so it costs little more than what has changed. */
import { atOnce } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { DAY_MS } from '../history/retention.ts';
import type { Retention } from '../history/retention.ts';
import { checkRevision } from '../history/revision-errors.ts';
import { NO_REVISION_HASH, RevisionHash } from '../history/revision-hash.ts';
import { differencesOf, reversed, sortedState, takeBack } from '../history/states.ts';
import type { Rows } from '../history/states.ts';
import { pageOf } from '../page.ts';
import type { RowKey } from '../row-tables.ts';
import type { Change, Difference, Entity, History, Newest, Page, RevisionRecord, Verification, WriteOptions } from '../store.ts';
import type { IndexedRows } from './indexed-rows.ts';

interface MemoryHistoryOptions {
  /** Runs work while nothing is written. */
  readonly read: <T>(work: (rows: IndexedRows) => Promise<T>) => Promise<T>;
  readonly schemas: Schemas;
  readonly retention: Retention;
}

interface Logged {
  readonly record: RevisionRecord;
  readonly changes: readonly Change[];
}

interface PageOptions {
  readonly size: number;
  readonly after?: string;
}

/** Changes that are kept in addition to those of the newest revision, whatever the retention is: they are in memory. */
const MAX_CHANGES = 100_000;

export class MemoryHistory implements History {
  readonly #options: MemoryHistoryOptions;
  /** Oldest first, without gaps. */
  #logged: Logged[] = [];
  #count = 0;
  /** The revision before the first that is kept, and its hash. */
  #base = { revision: 0, hash: NO_REVISION_HASH };

  constructor(options: MemoryHistoryOptions) {
    this.#options = options;
  }

  /** @param made its number, where it may have no changes */
  add(changes: readonly Change[], at: number, options: WriteOptions & { readonly revision?: number }): void {
    atOnce(this.adding(changes, at, options));
  }

  /** The same for a whole configuration. Nothing else may be added meanwhile. */
  * adding(changes: readonly Change[], at: number, options: WriteOptions & { readonly revision?: number }): Steps<void> {
    const { author, requestId, comment, revision } = options;
    const record = {
      revision: revision ?? changes[0]!.revision, at, author: author ?? null, requestId: requestId ?? null, comment: comment ?? null,
      changes: changes.length,
    };
    const hash = yield* hashing(this.#logged.at(-1)?.record.hash ?? this.#base.hash, changes, record);
    this.#logged.push({ record: { ...record, hash }, changes });
    this.#count += changes.length;
    this.#prune(at);
  }

  /** Changes after a revision, oldest first. */
  after(revision: number, limit: number): readonly Change[] {
    const found: Change[] = [];
    for (const { changes } of this.#since(revision)) {
      found.push(...changes.slice(0, limit - found.length));
      if (found.length === limit) break;
    }
    return found;
  }

  readonly changedSince = ({ revision }: Newest, limit: number): readonly RowKey[] | undefined => {
    if (revision < this.#base.revision || revision > this.#newest) return undefined;
    const since = this.#since(revision);
    const changed = since.flatMap(({ changes }) => changes);
    const places = new Map(changed.map(({ entity, key }) => [`${entity}\n${key}`, { entity, key }] as const));
    return places.size > limit ? undefined : [...places.keys()].sort().map((place) => places.get(place)!);
  };

  async revisions({ size, after }: PageOptions): Promise<Page<RevisionRecord>> {
    const end = after === undefined ? this.#logged.length : Math.max(0, Number(after) - this.#base.revision - 1);
    const newestFirst = this.#logged.slice(Math.max(0, end - size - 1), end).reverse();
    return pageOf(newestFirst, size, ({ record }) => record, ({ record }) => String(record.revision));
  }

  async revision(revision: number): Promise<RevisionRecord | undefined> {
    return this.#at(revision)?.record;
  }

  async changes(revision: number, { size, after = '0' }: PageOptions): Promise<Page<Change>> {
    const changes = this.#at(revision)?.changes.slice(Number(after), Number(after) + size + 1) ?? [];
    return pageOf(changes, size, (change) => change, ({ position }) => String(position));
  }

  stateAt(revision: number): Promise<ReadonlyMap<string, readonly Entity[]>> {
    return this.#options.read(async (current) => {
      checkRevision(revision, this.#base.revision, this.#newest);
      const rows: Rows = new Map([...this.#options.schemas.keys()].map((entity) => (
        [entity, new Map(Array.from(current.keysOf(entity).after(), (key) => [key, current.find(entity, key)!.row]))])));
      for (const { changes } of this.#since(revision).reverse()) takeBack(rows, [...changes].reverse());
      return sortedState(rows);
    });
  }

  async diff(from: number, to: number): Promise<readonly Difference[]> {
    for (const revision of [from, to]) checkRevision(revision, this.#base.revision, this.#newest);
    const [first, last] = from < to ? [from, to] : [to, from];
    const between = this.#since(first).filter(({ record }) => record.revision <= last);
    const differences = differencesOf(between.flatMap(({ changes }) => changes));
    return from < to ? differences : reversed(differences);
  }

  async oldest(): Promise<number> {
    return this.#base.revision;
  }

  async verify(): Promise<Verification> {
    let previous: string = this.#base.hash;
    for (const { record, changes } of this.#logged) {
      if (atOnce(hashing(previous, changes, record)) !== record.hash) {
        return { isIntact: false, revision: record.revision, problem: 'its hash is not that of its changes' };
      }
      previous = record.hash;
    }
    return { isIntact: true, revisions: this.#logged.length };
  }

  readonly newest = (): Newest => ({ revision: this.#newest, hash: this.#logged.at(-1)?.record.hash ?? this.#base.hash });

  get #newest(): number {
    return this.#base.revision + this.#logged.length;
  }

  #at(revision: number): Logged | undefined {
    return this.#logged[revision - this.#base.revision - 1];
  }

  #since(revision: number): Logged[] {
    return this.#logged.slice(Math.max(0, revision - this.#base.revision));
  }

  #prune(now: number): void {
    const { retention } = this.#options;
    const oldestAt = retention.days === 0 ? -Infinity : now - retention.days * DAY_MS;
    const newest = this.#logged.at(-1)!.changes.length;
    let dropped = 0;
    const isOver = () => this.#logged.length - dropped > retention.revisions
      || this.#count - newest > MAX_CHANGES || this.#logged[dropped]!.record.at < oldestAt;
    while (dropped < this.#logged.length - 1 && isOver()) this.#count -= this.#logged[dropped++]!.changes.length;
    if (dropped === 0) return;
    const { revision, hash } = this.#logged[dropped - 1]!.record;
    this.#base = { revision, hash: hash! };
    this.#logged = this.#logged.slice(dropped);
  }
}

function* hashing(previous: string, changes: readonly Change[], record: Omit<RevisionRecord, 'hash'>): Steps<string> {
  const hash = new RevisionHash(previous);
  for (const change of changes) {
    hash.add({ ...change, before: textOf(change.before), after: textOf(change.after) });
    yield;
  }
  return hash.end(record);
}

function textOf(row: Entity | null): string | null {
  return row && JSON.stringify(row);
}
