/**
 * A bounded map that keeps what is asked for again. New entries wait on probation; the first hit protects an entry. A client that asks for
 * a different key each time, such as a scanner, evicts entries on probation only.
 */
export class SegmentedCache<V> {
  /** Oldest first: a Map keeps the order of insertion. */
  readonly #probation = new Map<string, V>();
  /** Least recently used first. */
  readonly #protected = new Map<string, V>();
  readonly #capacity: number;
  readonly #onProbation: number;

  /** @param capacity number of entries, of which a fifth is for those on probation */
  constructor(capacity: number) {
    this.#onProbation = Math.max(1, Math.floor(capacity / 5));
    this.#capacity = Math.max(1, capacity - this.#onProbation);
  }

  get(key: string): V | undefined {
    const kept = this.#protected.get(key);
    if (kept !== undefined) {
      this.#protected.delete(key);
      this.#protected.set(key, kept);
      return kept;
    }
    const value = this.#probation.get(key);
    if (value === undefined) return undefined;
    this.#probation.delete(key);
    this.#protected.set(key, value);
    if (this.#protected.size > this.#capacity) this.#demoteOldest();
    return value;
  }

  /** Adds an entry that `get` did not find. */
  add(key: string, value: V): void {
    this.#probation.set(key, value);
    if (this.#probation.size > this.#onProbation) removeOldest(this.#probation);
  }

  get size(): number {
    return this.#probation.size + this.#protected.size;
  }

  /** What was used long ago gets a last chance: it goes on probation again. */
  #demoteOldest(): void {
    const [oldest] = this.#protected;
    this.#protected.delete(oldest![0]);
    this.add(...oldest!);
  }
}

function removeOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  map.delete(oldest!);
}
