/** A set of keys in ascending order. */

export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  has(key: string): boolean {
    return this.#keys[this.#placeOf(key)] === key;
  }

  add(key: string): void {
    // Rows of a declarative file come in ascending order.
    const last = this.#keys.at(-1);
    if (last === undefined || last < key) {
      this.#keys.push(key);
      return;
    }
    const place = this.#placeOf(key);
    if (this.#keys[place] !== key) this.#keys.splice(place, 0, key);
  }

  delete(key: string): void {
    const place = this.#placeOf(key);
    if (this.#keys[place] === key) this.#keys.splice(place, 1);
  }

  /** Keys greater than one of them; without it, all. */
  * after(key?: string): Generator<string> {
    let place = key === undefined ? 0 : this.#placeOf(key);
    if (key !== undefined && this.#keys[place] === key) place += 1;
    for (; place < this.#keys.length; place += 1) yield this.#keys[place]!;
  }

  /** The place of the key, or the one that it would have. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
