/**
 * Regular expressions by a text that they need: a path is only matched against expressions whose texts it contains. Each expression is
 * filed under four characters of its texts, the ones that the fewest expressions have.
 */
import type { RegularExpression } from '../../model/formats/regular-expression.ts';

/** Characters that an expression is filed under. */
const GRAM = 4;

export interface Filed<T> {
  readonly value: T;
  readonly expression: RegularExpression;
  /** What every path begins with that matches. */
  readonly beginning: string;
}

export class LiteralIndex<T> {
  readonly #byGram = new Map<number, Filed<T>[]>();

  /** @returns the entries that have no text of four characters, which the index cannot hold */
  constructor(entries: readonly Filed<T>[], remaining: Filed<T>[]) {
    const grams = entries.map(gramsOf);
    const counts = new Map<number, number>();
    for (const own of grams) for (const gram of own) counts.set(gram, (counts.get(gram) ?? 0) + 1);
    entries.forEach((entry, at) => {
      const [rarest] = [...grams[at]!].sort((a, b) => counts.get(a)! - counts.get(b)!);
      if (rarest === undefined) remaining.push(entry);
      else pushTo(this.#byGram, rarest, entry);
    });
  }

  /** Calls back for each expression whose texts are in the path; some may come twice. */
  visit(path: string, found: (value: T, expression: RegularExpression) => void): void {
    if (this.#byGram.size === 0) return;
    for (let at = 0; at + GRAM <= path.length; at += 1) {
      const entries = this.#byGram.get(gramAt(path, at));
      if (entries === undefined) continue;
      for (const { value, expression, beginning } of entries) {
        if (path.startsWith(beginning) && expression.literals.every((literal) => path.includes(literal))) found(value, expression);
      }
    }
  }
}

function gramsOf({ expression, beginning }: Filed<unknown>): ReadonlySet<number> {
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

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
