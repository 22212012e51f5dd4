/**
 * Regular expressions by a text that they need: a path is only matched against expressions whose texts it contains. Each expression is
 * filed under four characters of its texts, the ones that the fewest expressions have. Versioned: see `HostIndex`.
 */
import { LayeredMap } from '../../base/layered-map.ts';
import type { RegularExpression } from '../../model/formats/regular-expression.ts';

/** Characters that an expression is filed under. */
const GRAM = 4;

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
    for (const gram of gramsOf(texts)) {
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

export class LiteralIndex<T> {
  readonly #owner: object;
  readonly #counts: GramCounts;
  readonly #byGram: LayeredMap<number, Bucket<T>>;

  constructor(owner: object, counts: GramCounts, byGram = LayeredMap.empty<number, Bucket<T>>(owner)) {
    this.#owner = owner;
    this.#counts = counts;
    this.#byGram = byGram;
  }

  ownedBy(owner: object): LiteralIndex<T> {
    return owner === this.#owner ? this : new LiteralIndex<T>(owner, this.#counts, this.#byGram.ownedBy(owner));
  }

  /** For the owner only. @returns false for an entry that has no text of four characters, which the index cannot hold */
  add(entry: Filed<T>): boolean {
    const gram = this.#counts.rarestOf(gramsOf(entry));
    if (gram === undefined) return false;
    this.#bucketOf(gram).entries.push(entry);
    return true;
  }

  /** For the owner only. @returns whether it was there */
  remove({ value, expression, beginning }: Filed<T>): boolean {
    // Which characters were the rarest when it came is not known any more.
    for (const gram of gramsOf({ expression, beginning })) {
      const at = this.#byGram.get(gram)?.entries.findIndex((entry) => entry.value === value && entry.expression === expression) ?? -1;
      if (at === -1) continue;
      const { entries } = this.#bucketOf(gram);
      entries.splice(at, 1);
      if (entries.length === 0) this.#byGram.set(gram, undefined);
      return true;
    }
    return false;
  }

  /** Calls back for each expression whose texts are in the path; some may come twice. */
  visit(path: string, found: (value: T, expression: RegularExpression) => void): void {
    if (this.#byGram.size === 0) return;
    for (let at = 0; at + GRAM <= path.length; at += 1) {
      const entries = this.#byGram.get(gramAt(path, at))?.entries;
      if (entries === undefined) continue;
      for (const { value, expression, beginning } of entries) {
        if (path.startsWith(beginning) && expression.literals.every((literal) => path.includes(literal))) found(value, expression);
      }
    }
  }

  #bucketOf(gram: number): Bucket<T> {
    const known = this.#byGram.get(gram);
    if (known?.owner === this.#owner) return known;
    const bucket = { owner: this.#owner, entries: [...known?.entries ?? []] };
    this.#byGram.set(gram, bucket);
    return bucket;
  }
}

function gramsOf({ expression, beginning }: Texts): ReadonlySet<number> {
  const grams = new Set<number>();
  for (const text of [beginning, ...expression.literals]) {
    for (let at = 0; at + GRAM <= text.length; at += 1) grams.add(gramAt(text, at));
  }
  return grams;
}

/** Different characters may give one number: the texts are compared, too. */
function gramAt(text: string, at: number): number {
  return (text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 7) ^ (text.charCodeAt(at + 2) << 14) ^ (text.charCodeAt(at + 3) << 21)) | 0;
}
