/**
 * A map of which there are several versions: a new one costs what has changed, not the size. The maker of a version owns it, and may
 * change it until it is in use.
 */
export class LayeredMap<K, V> {
  static empty<K, V>(owner: object): LayeredMap<K, V> {
    return new LayeredMap<K, V>(owner, new Map(), new Map(), true);
  }

  #size = 0;
  readonly #owner: object;
  #base: Map<K, V>;
  /** Whether no other version has the base. */
  #ownsBase: boolean;
  /** What is other than in the base; `undefined` for what is gone. */
  readonly #changes: Map<K, V | undefined>;

  private constructor(owner: object, base: Map<K, V>, changes: Map<K, V | undefined>, ownsBase: boolean) {
    this.#owner = owner;
    this.#base = base;
    this.#changes = changes;
    this.#ownsBase = ownsBase;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    if (this.#changes.size > 0) {
      const changed = this.#changes.get(key);
      if (changed !== undefined || this.#changes.has(key)) return changed;
    }
    return this.#base.get(key);
  }

  /** This version for its owner, another one with the same entries for other owners. */
  ownedBy(owner: object): LayeredMap<K, V> {
    if (owner === this.#owner) return this;
    const other = new LayeredMap<K, V>(owner, this.#base, new Map(this.#changes), false);
    other.#size = this.#size;
    return other;
  }

  /** For the owner only. @param value `undefined` removes the entry */
  set(key: K, value: V | undefined): void {
    this.#size += Number(value !== undefined) - Number(this.get(key) !== undefined);
    if (!this.#ownsBase) {
      this.#changes.set(key, value);
      if (this.#changes.size > maxChanges(this.#base.size)) this.#merge();
    } else if (value === undefined) this.#base.delete(key);
    else this.#base.set(key, value);
  }

  /** So that neither finding nor changing gets slower with the number of versions. */
  #merge(): void {
    this.#base = new Map(this.#base);
    this.#ownsBase = true;
    for (const [key, value] of this.#changes) {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    this.#changes.clear();
  }
}

/** Each version copies its changes, and once in so many changes the base: both together cost least near the square root. */
function maxChanges(size: number): number {
  return 64 + 4 * Math.sqrt(size);
}
