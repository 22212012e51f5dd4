/** How long to wait before something that ended is started again. */

/** The first wait. Milliseconds. */
const FIRST_MS = 50;

/** The longest wait. Milliseconds. */
const LONGEST_MS = 30_000;

/** What ran so long did not end at its start: the next wait is the first again. Milliseconds. */
const STABLE_MS = 10_000;

export class BackOff {
  #failures = 0;

  /** @param ranMs how long it ran; 0 for what did not get that far @returns milliseconds */
  next(ranMs: number): number {
    if (ranMs >= STABLE_MS) this.#failures = 0;
    const wait = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    return wait;
  }
}
