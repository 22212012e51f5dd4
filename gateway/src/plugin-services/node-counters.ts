/** Counters in memory. Those that end at one time are kept together, and forgotten together. */
import type { Clock } from '../base/clock.ts';
import type { Counters, TakenCounter } from '../plugin-kit/services.ts';

/** Memory that counters may take. Bytes, estimated. */
const MAX_BYTES = 32 * 1_048_576;

/** What an entry of a Map takes beside its key. Bytes, measured on Node 24. */
const ENTRY_BYTES = 128;

/** Counters that are passed over for one that is forgotten: a request must not wait for all of them. */
const MAX_CHANCES = 64;

interface Count {
  value: number;
  /** Whether it was counted on since it was last looked at for room. */
  isRecent: boolean;
}

interface Window {
  readonly counts: Map<string, Count>;
  bytes: number;
}

export class NodeCounters implements Counters {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #windows = new Map<number, Window>();
  #bytes = 0;

  constructor(clock: Clock, maxBytes = MAX_BYTES) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** Number of counters. */
  get size(): number {
    let size = 0;
    for (const { counts } of this.#windows.values()) size += counts.size;
    return size;
  }

  get(key: string, endsAt: number): number {
    return this.#windows.get(endsAt)?.counts.get(key)?.value ?? 0;
  }

  add(key: string, by: number, endsAt: number): number {
    const window = this.#windows.get(endsAt) ?? this.#begin(endsAt);
    const known = window.counts.get(key);
    if (known === undefined) {
      this.#grow(window, sizeOf(key));
      window.counts.set(key, { value: by, isRecent: false });
      return by;
    }
    known.isRecent = true;
    return known.value += by;
  }

  take(taken: readonly TakenCounter[]): readonly number[] {
    // Most limits are alone, and lists cost more than to count.
    if (taken.length === 1) return [this.#takeOne(taken[0]!)];
    const found = taken.map(({ key, endsAt }) => this.#windows.get(endsAt)?.counts.get(key));
    const before = found.map((count) => count?.value ?? 0);
    if (before.every((value, at) => value < taken[at]!.limit)) taken.forEach((one, at) => this.#addOne(one, found[at]));
    return before;
  }

  #takeOne(taken: TakenCounter): number {
    const count = this.#windows.get(taken.endsAt)?.counts.get(taken.key);
    const before = count === undefined ? 0 : count.value;
    if (before < taken.limit) this.#addOne(taken, count);
    return before;
  }

  #addOne({ key, endsAt }: TakenCounter, count: Count | undefined): void {
    if (count === undefined) {
      this.add(key, 1, endsAt);
      return;
    }
    count.isRecent = true;
    count.value += 1;
  }

  #begin(endsAt: number): Window {
    const now = this.#clock.now();
    for (const [end, { bytes }] of this.#windows) {
      if (end > now) continue;
      this.#windows.delete(end);
      this.#bytes -= bytes;
    }
    const window = { counts: new Map<string, Count>(), bytes: 0 };
    this.#windows.set(endsAt, window);
    return window;
  }

  #grow(window: Window, bytes: number): void {
    window.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.#evict()) { /* until there is room */ }
  }

  /** Forgets the oldest counter of the window with the most: who counts under ever new keys hurts such counters first. */
  #evict(): boolean {
    let largest: Window | undefined;
    for (const window of this.#windows.values()) {
      if (window.counts.size > 0 && window.bytes > (largest?.bytes ?? 0)) largest = window;
    }
    if (largest === undefined) return false;
    let chances = MAX_CHANCES;
    for (const [key, count] of largest.counts) {
      largest.counts.delete(key);
      if (count.isRecent && chances > 0) {
        chances -= 1;
        // One that was counted on meanwhile gets to the end of the line: a Map keeps the order of insertion.
        count.isRecent = false;
        largest.counts.set(key, count);
        continue;
      }
      largest.bytes -= sizeOf(key);
      this.#bytes -= sizeOf(key);
      return true;
    }
    return false;
  }
}

function sizeOf(key: string): number {
  return key.length + ENTRY_BYTES;
}
