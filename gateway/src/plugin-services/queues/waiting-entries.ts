/** Entries in the order in which they came. Both ends are O(1), and what left is not kept. */

export interface WaitingEntry<Entry> {
  readonly entry: Entry;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Empty places at the front that the list may have before it is copied. */
const MAX_EMPTY = 1024;

export class WaitingEntries<Entry> {
  #items: (WaitingEntry<Entry> | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): WaitingEntry<Entry> | undefined {
    return this.#items[this.#first];
  }

  add(item: WaitingEntry<Entry>): void {
    this.#items.push(item);
    this.#bytes += item.bytes;
  }

  /** Takes the oldest ones out. */
  take(count: number): readonly WaitingEntry<Entry>[] {
    const end = Math.min(this.#first + count, this.#items.length);
    const taken = this.#items.slice(this.#first, end) as WaitingEntry<Entry>[];
    this.#items.fill(undefined, this.#first, end);
    this.#first = end;
    for (const { bytes } of taken) this.#bytes -= bytes;
    this.#compact();
    return taken;
  }

  #compact(): void {
    if (this.#first < this.#items.length && (this.#first < MAX_EMPTY || this.#first * 2 < this.#items.length)) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
