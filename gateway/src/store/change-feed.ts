/** Calls listeners once for each new revision that becomes known, whether a write, a notification or a poll brought it. */
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isDatabaseUnavailable } from './database-unavailable.ts';

export class ChangeFeed {
  readonly #listeners = new Set<(revision: number) => void>();
  readonly #log: Log;
  readonly #clock: Clock;
  #latest: number;
  #timer: Timer | undefined;
  #isClosed = false;

  /** @param start the newest revision that is already known */
  constructor(start: number, log: Log, clock: Clock) {
    this.#latest = start;
    this.#log = log;
    this.#clock = clock;
  }

  /** @returns the function that removes the listener */
  listen(listener: (revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Announces a revision, unless it or a newer one is known already. */
  advance(revision: number): void {
    if (revision <= this.#latest) return;
    this.#latest = revision;
    for (const listener of this.#listeners) listener(revision);
  }

  /** Announces a revision that may be older than the latest. */
  restart(revision: number): void {
    this.#latest = revision;
    for (const listener of this.#listeners) listener(revision);
  }

  /** Looks for changes by other nodes, again and again; after a failure the next look may succeed. */
  poll(everyMs: number, revision: () => Promise<number>): void {
    const look = async () => {
      try {
        this.advance(await revision());
      } catch (error) {
        if (!isDatabaseUnavailable(error)) this.#log.error('cannot look for changes in the database', { error: messageOf(error) });
      }
      schedule();
    };
    const schedule = () => {
      if (!this.#isClosed) this.#timer = this.#clock.after(everyMs, () => void look());
    };
    schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#listeners.clear();
  }
}
