/**
 * A bounded map that keeps what is asked for again. New entries wait on probation; the first hit protects an entry. A client that asks for
 * a different key each time, such as a scanner, evicts entries on probation only.
 */
interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  /** Number of the `put` that put it in its place. */
  placed: number;
}

export class SegmentedCache<V> {
  readonly #probation: Segment<V>;
  readonly #protected: Segment<V>;

  /** @param capacity total weight of the entries, of which a fifth is for those on probation */
  constructor(capacity: number) {
    const onProbation = Math.max(1, Math.floor(capacity / 5));
    this.#probation = new Segment(onProbation);
    this.#protected = new Segment(Math.max(1, capacity - onProbation));
  }

  get(key: string): V | undefined {
    const kept = this.#protected.use(key);
    if (kept !== undefined) return kept.value;
    const entry = this.#probation.take(key);
    if (entry === undefined) return undefined;
    // What was used long ago gets a last chance: it goes on probation again.
    for (const [oldKey, old] of this.#protected.put(key, entry)) this.#probation.put(oldKey, old);
    return entry.value;
  }

  /** Adds an entry that `get` did not find. @param weight e.g. its bytes; 1 where entries are counted */
  add(key: string, value: V, weight = 1): void {
    this.#probation.put(key, { value, weight, placed: 0 });
  }

  get size(): number {
    return this.#probation.size + this.#protected.size;
  }

  /** Of all entries. */
  get weight(): number {
    return this.#probation.weight + this.#protected.weight;
  }
}

class Segment<V> {
  weight = 0;
  readonly #capacity: number;
  #puts = 0;
  /** Least recently used first, roughly: a Map keeps the order of insertion. */
  readonly #entries = new Map<string, Entry<V>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  take(key: string): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.weight -= entry.weight;
    return entry;
  }

  /** Finds an entry and keeps it: one among the older half, of which others go soon, becomes the newest. */
  use(key: string): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && (this.#puts - entry.placed) * 2 >= this.#entries.size) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      entry.placed = this.#puts += 1;
    }
    return entry;
  }

  /** @returns the entries that there is no room for any more */
  put(key: string, entry: Entry<V>): readonly (readonly [key: string, entry: Entry<V>])[] {
    this.take(key);
    this.#entries.set(key, entry);
    entry.placed = this.#puts += 1;
    this.weight += entry.weight;
    if (this.weight <= this.#capacity) return NO_ENTRIES;
    const removed: [string, Entry<V>][] = [];
    for (const [oldest] of this.#entries) {
      removed.push([oldest, this.take(oldest)!]);
      if (this.weight <= this.#capacity) break;
    }
    return removed;
  }
}

const NO_ENTRIES: readonly never[] = [];
