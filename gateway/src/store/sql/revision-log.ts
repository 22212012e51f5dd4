/** The log of one transaction: entities as the log keeps them, and the hash that chains its revisions. */
import { NO_REVISION_HASH, RevisionHash } from '../history/revision-hash.ts';
import type { Seal } from '../history/seal.ts';
import type { RowChanges } from '../row-tables.ts';

type Tuple = readonly (string | number | null)[];

interface RevisionLogOptions {
  readonly seal: Seal;
  /** The hash of the newest revision. */
  readonly previous: string | null;
  /** When the transaction began, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Called with a revision that is about to be written: others may hear of it before the answer comes. */
  readonly ends: (revision: number) => void;
}

export class RevisionLog {
  readonly #seal: Seal;
  readonly #nowMs: number;
  #previous: string | null;
  #hash: RevisionHash | undefined;

  readonly #ends: (revision: number) => void;

  constructor({ seal, previous, nowMs, ends }: RevisionLogOptions) {
    this.#seal = seal;
    this.#previous = previous;
    this.#nowMs = nowMs;
    this.#ends = ends;
  }

  /** The hash of the newest revision. */
  get hash(): string | null {
    return this.#previous;
  }

  /** Rows of the log for changes, and with the last of a revision its record and what counts it. */
  tuples({ revision, logged, end }: RowChanges) {
    const hash = this.#hash ??= new RevisionHash(this.#previous ?? NO_REVISION_HASH);
    const lines = logged.map((change): Tuple => {
      const before = change.before && this.#seal.close(change.entity, change.before);
      const after = change.after && this.#seal.close(change.entity, change.after);
      hash.add({ ...change, before, after });
      return [change.entity, change.key, after, change.position, change.operation, before];
    });
    if (!end) return { lines, records: [], counts: [] };
    const { options: { author = null, requestId = null, comment = null }, changes } = end;
    const digest = hash.end({ revision, at: this.#nowMs, author, requestId, comment, changes });
    const records: readonly Tuple[] = [[revision, this.#nowMs, author, requestId, comment, changes, this.#previous, digest]];
    this.#previous = digest;
    this.#ends(revision);
    this.#hash = undefined;
    return { lines, records, counts: [[revision, digest]] as readonly Tuple[] };
  }
}
