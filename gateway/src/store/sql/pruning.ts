/** Removes what is over in the log of changes, in pieces, so that no write waits for long. */
import type { Kysely } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import { DAY_MS } from '../history/retention.ts';
import type { Retention } from '../history/retention.ts';
import type { SqlContext } from './sql-context.ts';
import { run } from './statement.ts';
import type { Tables } from './tables.ts';

interface PruningOptions {
  readonly db: Kysely<Tables>;
  readonly context: SqlContext;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Called with what made it stop. The next write tries again. */
  readonly failed: (error: unknown) => void;
}

/** Changes that one statement removes. */
const AT_ONCE = 1_000;

/** Revisions that may be over before it is looked for them: a tenth of what is kept, and no more than this. */
const MAX_OVER = 100;

/** It is looked for old revisions so often, if something is written. Milliseconds. */
const INTERVAL_MS = 3_600_000;

export class Pruning {
  readonly #options: PruningOptions;
  #last = { revision: 0, at: -Infinity };
  #newest = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PruningOptions) {
    this.#options = options;
  }

  /** A revision was made. */
  wrote(revision: number): void {
    const { retention, clock, failed } = this.#options;
    const every = Math.min(MAX_OVER, Math.ceil(retention.revisions / 10));
    this.#newest = revision;
    if (this.#running || (revision - this.#last.revision < every && clock.now() - this.#last.at < INTERVAL_MS)) return;
    this.#last = { revision, at: clock.now() };
    this.#running = this.#prune(revision).catch(failed).finally(() => {
      this.#running = undefined;
      // What was written meanwhile.
      if (this.#newest > revision && !this.#isClosed) this.wrote(this.#newest);
    });
  }

  /** Resolves when nothing uses the database any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  /** Records first: from then on the older states cannot be restored, whether their changes are gone already or not. */
  async #prune(newest: number): Promise<void> {
    const { db, context: { statements }, retention: { revisions, days }, clock } = this.#options;
    const at = days === 0 ? -1 : clock.now() - days * DAY_MS;
    const [over] = await run<{ readonly revision: number | null }>(db, statements.over, { revision: newest - revisions, at });
    const last = over?.revision ?? null;
    if (last !== null) await run(db, statements.forgetRecords, { revision: last });
    const { oldest } = (await run<{ readonly oldest: number }>(db, statements.oldest, {}))[0]!;
    for (;;) {
      const [end] = await run<{ readonly revision: number; readonly position: number }>(
        db, statements.changeAt, { revision: oldest, skipped: AT_ONCE - 1 });
      await run(db, statements.forgetChanges, end ?? { revision: oldest, position: Number.MAX_SAFE_INTEGER });
      if (!end) return;
    }
  }
}
