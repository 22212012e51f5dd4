/** Counters in memory. Those that end at one time are kept together, and forgotten together. */
import type { Clock } from '../base/clock.ts';
import type { Counters, TakenCounter } from '../plugin-kit/services.ts';

/** Memory that counters may take. Bytes, estimated. */
const MAX_BYTES = 32 * 1_048_576;

/** What an entry of a Map takes beside its key. Bytes, measured on Node 24. */
const ENTRY_BYTES = 96;

interface Window {
  readonly counts: Map<string, number>;
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
    return this.#windows.get(endsAt)?.counts.get(key) ?? 0;
  }

  add(key: string, by: number, endsAt: number): number {
    const window = this.#windows.get(endsAt) ?? this.#begin(endsAt);
    const known = window.counts.get(key);
    const count = (known ?? 0) + by;
    // A Map keeps the order of insertion: entering again makes it the last to go.
    if (known === undefined) this.#grow(window, sizeOf(key));
    else window.counts.delete(key);
    window.counts.set(key, count);
    return count;
  }

  take(taken: readonly TakenCounter[]): readonly number[] {
    const counts = taken.map(({ key, endsAt }) => this.get(key, endsAt));
    if (taken.every(({ limit }, index) => counts[index]! < limit)) for (const { key, endsAt } of taken) this.add(key, 1, endsAt);
    return counts;
  }

  #begin(endsAt: number): Window {
    const now = this.#clock.now();
    for (const [end, { bytes }] of this.#windows) {
      if (end > now) continue;
      this.#windows.delete(end);
      this.#bytes -= bytes;
    }
    const window = { counts: new Map<string, number>(), bytes: 0 };
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
    const oldest = largest?.counts.keys().next();
    if (largest === undefined || oldest === undefined || oldest.done === true) return false;
    largest.counts.delete(oldest.value);
    largest.bytes -= sizeOf(oldest.value);
    this.#bytes -= sizeOf(oldest.value);
    return true;
  }
}

function sizeOf(key: string): number {
  return key.length + ENTRY_BYTES;
}
