/**
 * Time limits of connections and waiting requests by one coarse wheel: to set one is to write a number. The clock stops while the
 * process does, so that what came meanwhile is read before a limit is over.
 */

/** Between two looks. Milliseconds. */
const TICK_MS = 25;

/** What a single look counts at most, however late it comes. Milliseconds. */
const LONGEST_TICK_MS = 100;

/** Places of the wheel. Limits that lie further ahead are looked at once per revolution. */
const SLOTS = 1024;

/** Something with a limit. */
export abstract class Limited {
  /** By the clock of the wheel. */
  dueAt = Infinity;
  /** Number of the tick that looks at it next; -1: none. */
  tick = -1;
  previous: Limited | undefined = undefined;
  next: Limited | undefined = undefined;

  /** Its limit is over. */
  abstract expire(): void;
}

export class TimeLimits {
  readonly #slots: (Limited | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  #now = 0;
  #tick = 0;
  #count = 0;
  #lookedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** The end of a limit that begins now, by the clock of this wheel. */
  dueIn(ms: number): number {
    return this.#now + ms + TICK_MS;
  }

  /** Ends the limit so long from now, in place of the one before. @param ms at most 50 ms are added; Infinity: no limit */
  set(limited: Limited, ms: number): void {
    this.setAt(limited, this.dueIn(ms));
  }

  /** @param dueAt by the clock of the wheel */
  setAt(limited: Limited, dueAt: number): void {
    limited.dueAt = dueAt;
    // A later limit is found when the wheel comes by.
    if (limited.tick !== -1 && limited.tick * TICK_MS <= dueAt) return;
    if (limited.tick !== -1) this.#unlink(limited);
    if (dueAt === Infinity) return;
    this.#link(limited);
    if (this.#timer === undefined) this.#start();
  }

  clear(limited: Limited): void {
    limited.dueAt = Infinity;
    if (limited.tick !== -1) this.#unlink(limited);
  }

  #start(): void {
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => this.#look(), TICK_MS).unref();
  }

  #look(): void {
    const at = performance.now();
    this.#now += Math.min(at - this.#lookedAt, LONGEST_TICK_MS);
    this.#lookedAt = at;
    for (const last = Math.floor(this.#now / TICK_MS); this.#tick < last;) this.#turn();
    if (this.#count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #turn(): void {
    this.#tick += 1;
    const slot = this.#tick % SLOTS;
    for (let limited = this.#slots[slot]; limited !== undefined; limited = this.#slots[slot]) {
      this.#unlink(limited);
      if (limited.dueAt <= this.#now) limited.expire();
      else if (limited.dueAt !== Infinity) this.#link(limited);
    }
  }

  #link(limited: Limited): void {
    const tick = Math.min(Math.max(Math.floor(limited.dueAt / TICK_MS), this.#tick + 1), this.#tick + SLOTS - 1);
    const slot = tick % SLOTS;
    const first = this.#slots[slot];
    limited.tick = tick;
    limited.previous = undefined;
    limited.next = first;
    if (first !== undefined) first.previous = limited;
    this.#slots[slot] = limited;
    this.#count += 1;
  }

  #unlink(limited: Limited): void {
    const { previous, next } = limited;
    if (previous === undefined) this.#slots[limited.tick % SLOTS] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    limited.previous = undefined;
    limited.next = undefined;
    limited.tick = -1;
    this.#count -= 1;
  }
}
