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

/** Pause after the database failed. Milliseconds. */
const RETRY_MS = 1_000;

export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;

  constructor(options: ExpiryWatchOptions) {
    this.#options = options;
  }

  /** Rows may have changed: looks again when the next one expires. */
  look(): void {
    this.#isStale = true;
    if (this.#isClosed || this.#looking !== undefined) return;
    this.#looking = this.#lookUntilFresh().finally(() => { this.#looking = undefined; });
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
      this.#timer?.cancel();
      const waitMs = await this.#expireAndWait();
      if (waitMs !== undefined && !this.#isClosed) this.#timer = this.#options.clock.after(waitMs, () => this.look());
    }
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
