/**
 * Decides when a change is exported and pushed. It is the only throttle between a write and the tunnels: a configuration that it has made
 * is sent at once.
 */
import type { Clock, Timer } from '../base/clock.ts';

interface PushThrottleOptions {
  readonly clock: Clock;
  /** Least time from one push to the next. Milliseconds. @default 250 */
  readonly intervalMs?: number;
  /** Exports and pushes once. It runs again after `RETRY_MS` when it rejects. */
  readonly push: () => Promise<void>;
  /** Called with what `push` rejected with. */
  readonly failed: (error: unknown) => void;
}

/**
 * A push begins this long after the first change, so that the writes of one script or one declarative file travel together. Milliseconds.
 */
const SETTLE_MS = 50;

/**
 * Kong waits 5 s, which users notice as slow hybrid mode. Its data planes look for a new configuration once a second and apply the newest,
 * so four pushes a second neither swamp nor starve them. Milliseconds.
 */
const PUSH_INTERVAL_MS = 250;

/**
 * A push to data planes that take whole configurations costs more than what has changed. While changes keep coming, at least this many
 * times its duration passes before the next one begins, so that requests get nine tenths of the processor's time.
 */
const REST_FACTOR = 9;

/** A change waits no longer than this for the export before it to be followed by a rest. Milliseconds. */
const MAX_REST_MS = 1_000;

/** Pause after a push that failed. Milliseconds. */
const RETRY_MS = 1_000;

export class PushThrottle {
  readonly #options: PushThrottleOptions;
  #scheduled: Timer | undefined;
  #running: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;
  /** When the next push may begin, in the clock's milliseconds. */
  #notBefore = -Infinity;

  constructor(options: PushThrottleOptions) {
    this.#options = options;
  }

  /** Something changed: a push begins after the settling time, or when the interval after the push before is over. */
  request(): void {
    this.#isStale = true;
    this.#schedule();
  }

  /** No push begins any more; resolves when the one that is running has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#scheduled?.cancel();
    await this.#running;
  }

  #schedule(): void {
    if (this.#isClosed || this.#scheduled !== undefined || this.#running !== undefined) return;
    const { clock } = this.#options;
    this.#scheduled = clock.after(Math.max(SETTLE_MS, this.#notBefore - clock.now()), () => {
      this.#scheduled = undefined;
      this.#isStale = false;
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        if (this.#isStale) this.#schedule();
      });
    });
  }

  async #run(): Promise<void> {
    const { clock, intervalMs = PUSH_INTERVAL_MS, push, failed } = this.#options;
    const startedAt = clock.now();
    try {
      await push();
      const restMs = Math.min(MAX_REST_MS, REST_FACTOR * (clock.now() - startedAt));
      this.#notBefore = Math.max(startedAt + intervalMs, clock.now() + restMs);
    } catch (error) {
      failed(error);
      this.#isStale = true;
      this.#notBefore = clock.now() + RETRY_MS;
    }
  }
}
