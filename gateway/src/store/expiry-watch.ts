/** Has rows removed as soon as their time to live is over. Every node of a control plane watches; the database lets one of them do it. */
import type { Clock, Timer } from '../base/clock.ts';

interface ExpiryWatchOptions {
  readonly clock: Clock;
  /** When the next row expires, in seconds since 1970; `undefined` when no row does. */
  readonly next: () => Promise<number | undefined>;
  /** Removes the rows whose time is over, unless another node has. */
  readonly expire: () => Promise<void>;
  /** Called with what `next` or `expire` rejected with. */
  readonly failed: (error: unknown) => void;
}

/** Timers of Node.js cannot wait for months. This also bounds how long a change of the system clock has no effect. Milliseconds. */
const MAX_WAIT_MS = 60_000;

/** Least time between two looks because of other nodes. Milliseconds. */
const REST_MS = 1_000;

/** Pause after the database failed. Milliseconds. */
const RETRY_MS = 1_000;

export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;
  /** When the timer rings, in milliseconds since 1970. */
  #ringsAt = Infinity;
  /** When the latest look began. */
  #lookedAt = -Infinity;

  constructor(options: ExpiryWatchOptions) {
    this.#options = options;
  }

  /** Rows may have changed: looks again when the next one expires. */
  look(): void {
    this.#isStale = true;
    if (this.#isClosed || this.#looking !== undefined) return;
    this.#looking = this.#lookUntilFresh().finally(() => { this.#looking = undefined; });
  }

  /** A row was written that expires then, in seconds since 1970. */
  expires(at: number): void {
    if (this.#isClosed) return;
    if (this.#looking !== undefined) this.#isStale = true;
    else if (at * 1000 < this.#ringsAt) this.#wait(Math.min(MAX_WAIT_MS, Math.max(0, at * 1000 - this.#options.clock.now())));
  }

  /** Another node may have written a row that expires: looks, but not for each of many changes. */
  lookSoon(): void {
    if (this.#isClosed) return;
    const atMs = this.#lookedAt + REST_MS;
    if (atMs <= this.#options.clock.now()) this.look();
    else if (atMs < this.#ringsAt) this.#wait(atMs - this.#options.clock.now());
  }

  /** Resolves when nothing uses the database any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  async #lookUntilFresh(): Promise<void> {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      this.#lookedAt = this.#options.clock.now();
      this.#timer?.cancel();
      this.#ringsAt = Infinity;
      const waitMs = await this.#expireAndWait();
      if (waitMs !== undefined && !this.#isClosed) this.#wait(waitMs);
    }
  }

  #wait(ms: number): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#ringsAt = clock.now() + ms;
    this.#timer = clock.after(ms, () => this.look());
  }

  /** @returns milliseconds until the next look; `undefined`: a change of rows is the reason for it */
  async #expireAndWait(): Promise<number | undefined> {
    const { clock, next, expire, failed } = this.#options;
    try {
      let at = await next();
      if (at !== undefined && at * 1000 <= clock.now()) {
        await expire();
        at = await next();
      }
      return at === undefined ? undefined : Math.min(MAX_WAIT_MS, Math.max(0, at * 1000 - clock.now()));
    } catch (error) {
      failed(error);
      return RETRY_MS;
    }
  }
}
