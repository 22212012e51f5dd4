/** How long a data plane waits before it tries the control plane again. */

/** First delay; a restarted control plane is found again within a second. Milliseconds. */
const FIRST_MS = 1_000;

/** Longest delay. Milliseconds. */
const LONGEST_MS = 60_000;

/**
 * Delays that double from 1 s to 60 s, each drawn from its upper half: a fleet that lost its control plane at one moment reconnects spread
 * out, and a data plane that stays refused soon tries about once a minute. Kong's own data planes always try every 5 to 10 s.
 */
export class Backoff {
  readonly #random: () => number;
  #attempt = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const ceiling = Math.min(FIRST_MS * 2 ** this.#attempt, LONGEST_MS);
    this.#attempt += 1;
    return Math.round(ceiling / 2 + this.#random() * ceiling / 2);
  }

  /** The connection worked. */
  reset(): void {
    this.#attempt = 0;
  }
}
