/**
 * Regular expressions by a text that they need: a path is only matched against expressions whose texts it contains. Each expression is
 * filed under eight characters of its texts, the ones that the fewest expressions have; one without a text of eight, under four. Versioned:
 * see `HostIndex`.
 */
import { LayeredMap } from '../../base/layered-map.ts';
import type { RegularExpression } from '../../model/formats/regular-expression.ts';

/** Characters that an expression is filed under: many numbers have the same four digits, which makes long lists of a hundred thousand. */
const LONG = 8;
const SHORT = 4;

export interface Filed<T> {
  readonly value: T;
  readonly expression: RegularExpression;
  /** What every path begins with that matches. */
  readonly beginning: string;
}

type Texts = Pick<Filed<unknown>, 'expression' | 'beginning'>;

/** How many expressions have the same four characters. A hint only: all versions of an index share it. */
export class GramCounts {
  readonly #counts = new Map<number, number>();

  /** @param by 1 for an expression that comes, -1 for one that goes */
  count(texts: Texts, by: number): void {
    for (const gram of gramsOf(texts, sizeFor(texts))) {
      const count = (this.#counts.get(gram) ?? 0) + by;
      if (count > 0) this.#counts.set(gram, count);
      else this.#counts.delete(gram);
    }
  }

  rarestOf(grams: Iterable<number>): number | undefined {
    let rarest: number | undefined;
    let least = Infinity;
    for (const gram of grams) {
      const count = this.#counts.get(gram) ?? 0;
      if (count < least) [rarest, least] = [gram, count];
    }
    return rarest;
  }
}

interface Bucket<T> {
  readonly owner: object;
  readonly entries: Filed<T>[];
}

type ByGram<T> = LayeredMap<number, Bucket<T>>;

export class LiteralIndex<T> {
  static empty<T>(owner: object, counts: GramCounts): LiteralIndex<T> {
    return new LiteralIndex<T>(owner, counts, LayeredMap.empty<number, Bucket<T>>(owner), LayeredMap.empty<number, Bucket<T>>(owner));
  }

  readonly #owner: object;
  readonly #counts: GramCounts;
  readonly #long: ByGram<T>;
  readonly #short: ByGram<T>;

  private constructor(owner: object, counts: GramCounts, long: ByGram<T>, short: ByGram<T>) {
    this.#owner = owner;
    this.#counts = counts;
    this.#long = long;
    this.#short = short;
  }

  ownedBy(owner: object): LiteralIndex<T> {
    if (owner === this.#owner) return this;
    return new LiteralIndex<T>(owner, this.#counts, this.#long.ownedBy(owner), this.#short.ownedBy(owner));
  }

  /** For the owner only. @returns false for an entry that has no text of four characters, which the index cannot hold */
  add(entry: Filed<T>): boolean {
    const size = sizeFor(entry);
    const gram = this.#counts.rarestOf(gramsOf(entry, size));
    if (gram === undefined) return false;
    this.#bucketOf(this.#of(size), gram).entries.push(entry);
    return true;
  }

  /** For the owner only. @returns whether it was there */
  remove(entry: Filed<T>): boolean {
    const size = sizeFor(entry);
    const byGram = this.#of(size);
    // Which characters were the rarest when it came is not known any more.
    for (const gram of gramsOf(entry, size)) {
      const at = byGram.get(gram)?.entries.findIndex(({ value, expression }) => (
        value === entry.value && expression === entry.expression)) ?? -1;
      if (at === -1) continue;
      const { entries } = this.#bucketOf(byGram, gram);
      entries.splice(at, 1);
      if (entries.length === 0) byGram.set(gram, undefined);
      return true;
    }
    return false;
  }

  /** Calls back for each expression whose texts are in the path; some may come twice. */
  visit(path: string, found: (value: T, expression: RegularExpression) => void): void {
    visitGrams(this.#long, LONG, path, found);
    visitGrams(this.#short, SHORT, path, found);
  }

  #of(size: number): ByGram<T> {
    return size === LONG ? this.#long : this.#short;
  }

  #bucketOf(byGram: ByGram<T>, gram: number): Bucket<T> {
    const known = byGram.get(gram);
    if (known?.owner === this.#owner) return known;
    const bucket = { owner: this.#owner, entries: [...known?.entries ?? []] };
    byGram.set(gram, bucket);
    return bucket;
  }
}

function visitGrams<T>(byGram: ByGram<T>, size: number, path: string, found: (value: T, expression: RegularExpression) => void): void {
  if (byGram.size === 0) return;
  for (let at = 0; at + size <= path.length; at += 1) {
    const entries = byGram.get(gramAt(path, at, size))?.entries;
    if (entries === undefined) continue;
    for (const { value, expression, beginning } of entries) {
      if (path.startsWith(beginning) && expression.literals.every((literal) => path.includes(literal))) found(value, expression);
    }
  }
}

function sizeFor({ expression, beginning }: Texts): number {
  return beginning.length >= LONG || expression.literals.some(({ length }) => length >= LONG) ? LONG : SHORT;
}

function gramsOf({ expression, beginning }: Texts, size: number): ReadonlySet<number> {
  const grams = new Set<number>();
  for (const text of [beginning, ...expression.literals]) {
    for (let at = 0; at + size <= text.length; at += 1) grams.add(gramAt(text, at, size));
  }
  return grams;
}

/** Different characters may give one number: the texts are compared, too. */
function gramAt(text: string, at: number, size: number): number {
  const first = fourAt(text, at);
  return size === SHORT ? first : (Math.imul(first, 31) ^ fourAt(text, at + SHORT)) | 0;
}

function fourAt(text: string, at: number): number {
  return (text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 7) ^ (text.charCodeAt(at + 2) << 14) ^ (text.charCodeAt(at + 3) << 21)) | 0;
}
