/** Hashes one table after the other: rows that were hashed before cost little, and what comes before the first change costs nothing. */
import type { Steps } from '../base/steps.ts';
import { CanonicalText, canonicalTextOf, sortedKeys, writeValue } from './canonical-text.ts';
import { hashesOf, NO_HASH, SECTIONS } from './config-hash.ts';
import type { ConfigHashes } from './config-hash.ts';
import { rowsOf } from './config-table.ts';
import type { ConfigTable } from './config-table.ts';
import { RowSegments } from './row-segments.ts';
import type { Segment } from './row-segments.ts';

/** A stretch of the text of a section. */
type Part =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'value'; readonly value: unknown }
  /** `isLong`: the list has more than five rows, so its last row ends with a separator, too. */
  | { readonly kind: 'rows'; readonly value: Segment; readonly isLong: boolean };

interface Section {
  readonly parts: readonly Part[];
  /** The text up to the end of each part. */
  readonly states: readonly CanonicalText[];
  readonly digest: string;
}

/** The text of a segment. A change of one row changes the hash of all that follow, so it is kept as it is hashed. */
interface Encoded {
  readonly isLong: boolean;
  readonly bytes: Buffer;
  /** Where each row ends in `bytes`. */
  readonly ends: readonly number[];
}

/** The definition ends the rows of longer lists otherwise than those of shorter ones. Rows. */
const SHORT_LIST = 5;

/** Name of the section of all that belongs to none. */
const REST = '';

export class ConfigHasher {
  readonly #segments = new RowSegments();
  readonly #encoded = new WeakMap<Segment, Encoded>();
  #last: ReadonlyMap<string, Section> = new Map();

  /** The same as `hashConfigTable`. Rows must not change once they were hashed. */
  * hashing(table: ConfigTable): Steps<ConfigHashes> {
    const last = this.#last;
    const next = new Map<string, Section>();
    const segments = this.#segments.of(table);
    for (const [name, parts] of partsOf(table, segments)) next.set(name, yield* this.#section(parts, last.get(name)));
    this.#last = next;
    const digestOf = (name: string) => next.get(name)?.digest ?? NO_HASH;
    const sections = Object.fromEntries(SECTIONS.map((name) => [name, digestOf(name)])) as Omit<ConfigHashes, 'config'>;
    return hashesOf(sections, digestOf(REST));
  }

  * #section(parts: readonly Part[], last: Section | undefined): Steps<Section> {
    const changed = last ? firstDifference(parts, last.parts) : 0;
    if (last && changed === parts.length && changed === last.parts.length) return last;
    const states = last?.states.slice(0, changed) ?? [];
    const text = states.at(-1)?.copy() ?? new CanonicalText();
    for (let at = changed; at < parts.length; at += 1) {
      this.#put(parts[at]!, text);
      states.push(text.copy());
      yield;
    }
    return { parts, states, digest: text.digest() };
  }

  #put(part: Part, out: CanonicalText): void {
    if (part.kind === 'text') out.put(part.value);
    else if (part.kind === 'value') writeValue(part.value, out);
    else this.#putRows(part.value, part.isLong, out);
  }

  /** Rows between folds are put together; only one in which there is a fold is written value by value. */
  #putRows(segment: Segment, isLong: boolean, out: CanonicalText): void {
    const { bytes, ends } = this.#encode(segment, isLong);
    let row = 0;
    while (row < segment.length) {
      const start = ends[row - 1] ?? 0;
      const most = start + out.room;
      const first = row;
      while (row < segment.length && ends[row]! <= most) row += 1;
      if (row > first) out.putBytes(bytes.subarray(start, ends[row - 1]));
      if (row === segment.length) return;
      writeValue(segment[row], out);
      if (isLong || row < segment.length - 1) out.put(';');
      row += 1;
    }
  }

  #encode(segment: Segment, isLong: boolean): Encoded {
    const known = this.#encoded.get(segment);
    if (known?.isLong === isLong) return known;
    const texts = segment.map((row, index) => canonicalTextOf(row) + (isLong || index < segment.length - 1 ? ';' : ''));
    let end = 0;
    const ends = texts.map((text) => end += Buffer.byteLength(text));
    const encoded = { isLong, bytes: Buffer.from(texts.join('')), ends };
    this.#encoded.set(segment, encoded);
    return encoded;
  }
}

function partsOf(table: ConfigTable, segments: ReadonlyMap<string, readonly Segment[]>): ReadonlyMap<string, readonly Part[]> {
  const valueParts = (name: string): readonly Part[] => {
    const isLong = rowsOf(table, name).length > SHORT_LIST;
    return segments.get(name)?.map((value): Part => ({ kind: 'rows', value, isLong })) ?? [{ kind: 'value', value: table[name] }];
  };
  const parts = new Map<string, readonly Part[]>();
  for (const name of SECTIONS) if (table[name] !== undefined) parts.set(name, valueParts(name));
  const rest = sortedKeys(table).filter((key) => !(SECTIONS as readonly string[]).includes(key));
  const restParts = rest.flatMap((key): readonly Part[] => [textPart(`${key}:`), ...valueParts(key), textPart(';')]);
  parts.set(REST, rest.length > 0 ? restParts : [{ kind: 'value', value: {} }]);
  return parts;
}

function textPart(value: string): Part {
  return { kind: 'text', value };
}

function firstDifference(parts: readonly Part[], others: readonly Part[]): number {
  const isSame = (part: Part, other: Part | undefined) => part.kind === other?.kind && part.value === other.value
    && (part.kind !== 'rows' || other.kind !== 'rows' || part.isLong === other.isLong);
  const at = parts.findIndex((part, index) => !isSame(part, others[index]));
  return at < 0 ? parts.length : at;
}
