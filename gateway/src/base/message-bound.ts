/** Bounds how often one message is logged: what happens with each request must not fill disks, nor hide everything else. */
import { SYSTEM_CLOCK } from './clock.ts';
import type { Clock } from './clock.ts';

export interface MessageBoundOptions {
  /** Lines of one message in an interval. @default 50 */
  readonly lines?: number;
  /** @default 10_000 */
  readonly intervalMs?: number;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/** Messages that are counted one by one; the others in an interval share one bound. */
const MAX_MESSAGES = 1000;

const OTHERS = 'other messages';

export class MessageBound {
  readonly #lines: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #counts = new Map<string, number>();
  #isWaiting = false;

  constructor({ lines = 50, intervalMs = 10_000, clock = SYSTEM_CLOCK }: MessageBoundOptions = {}) {
    this.#lines = lines;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /**
   * Whether this line may be written.
   * @param report called at the end of the interval, for each message with lines that were not
   */
  admits(message: string, report: (message: string, suppressed: number, intervalMs: number) => void): boolean {
    const key = this.#counts.has(message) || this.#counts.size < MAX_MESSAGES ? message : OTHERS;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#clock.after(this.#intervalMs, () => this.#end(report));
    }
    return count <= this.#lines;
  }

  #end(report: (message: string, suppressed: number, intervalMs: number) => void): void {
    const counts = this.#counts;
    this.#counts = new Map();
    this.#isWaiting = false;
    for (const [message, count] of counts) if (count > this.#lines) report(message, count - this.#lines, this.#intervalMs);
  }
}
