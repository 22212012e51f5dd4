/** The header lines of a head of HTTP/1.1, as places in its text: no text is made for a line before it is asked for. RFC 9112 §5. */
import type { DroppedHeaders, HeaderLines } from '../messages.ts';
import { headerIdAt, idOf, UNKNOWN } from './known-headers.ts';

/** RFC 9110 §5.6.2. */
export const TOKEN = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[character.charCodeAt(0)] = 1;
}

/** Characters of field values: no control but TAB. RFC 9110 §5.5. */
const VALUE = new Uint8Array(256).fill(1, 32);
VALUE[9] = 1;
VALUE[127] = 0;

/** Numbers per line: of the name, then where name and value begin and end. */
const FIELDS = 5;

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

const NO_VALUES: readonly string[] = [];

export class HeadLines implements HeaderLines {
  readonly mayRepeat: boolean;
  readonly #text: string;
  readonly #places: readonly number[];
  /** Which known names are there: a bit for each of the first 32 numbers, and for the others. */
  readonly #low: number;
  readonly #high: number;

  /** What is not said of the lines, as of those of HTTP/2, may be so. */
  constructor(text: string, places: readonly number[], low = -1, high = -1, mayRepeat = true) {
    this.mayRepeat = mayRepeat;
    this.#text = text;
    this.#places = places;
    this.#low = low;
    this.#high = high;
  }

  get count(): number {
    return this.#places.length / FIELDS;
  }

  /** Number of the name of a line; `UNKNOWN` for others. */
  idAt(line: number): number {
    return this.#places[line * FIELDS]!;
  }

  nameAt(line: number): string {
    return this.#text.slice(this.#places[line * FIELDS + 1], this.#places[line * FIELDS + 2]);
  }

  valueAt(line: number): string {
    return this.#text.slice(this.#places[line * FIELDS + 3], this.#places[line * FIELDS + 4]);
  }

  has(id: number): boolean {
    return ((id < 32 ? this.#low : this.#high) & (1 << (id & 31))) !== 0 && this.#findKnown(id) !== -1;
  }

  known(id: number): string | undefined {
    if (((id < 32 ? this.#low : this.#high) & (1 << (id & 31))) === 0) return undefined;
    const at = this.#findKnown(id);
    return at === -1 ? undefined : this.#text.slice(this.#places[at + 3], this.#places[at + 4]);
  }

  first(name: string): string | undefined {
    const line = this.#find(name, idOf(name), 0);
    return line === -1 ? undefined : this.valueAt(line);
  }

  values(name: string): readonly string[] {
    const id = idOf(name);
    const first = this.#find(name, id, 0);
    if (first === -1) return NO_VALUES;
    // An empty list that grows takes room for many.
    const values = [this.valueAt(first)];
    for (let line = this.#find(name, id, first + 1); line !== -1; line = this.#find(name, id, line + 1)) values.push(this.valueAt(line));
    return values;
  }

  flat(): readonly string[] {
    const flat: string[] = [];
    for (let line = 0; line < this.count; line += 1) flat.push(this.nameAt(line), this.valueAt(line));
    return flat;
  }

  isDropped(line: number, dropped: DroppedHeaders, more?: ReadonlySet<string>): boolean {
    return this.#isDropped(line * FIELDS, dropped, more);
  }

  copyWithout(dropped: DroppedHeaders, more?: ReadonlySet<string>): string {
    const places = this.#places;
    let copied = '';
    let from = -1;
    let to = 0;
    for (let at = 0; at < places.length; at += FIELDS) {
      if (this.#isDropped(at, dropped, more)) {
        if (from !== -1) copied += this.#text.slice(from, to);
        from = -1;
      } else {
        if (from === -1) from = places[at + 1]!;
        // Lines follow each other without anything between them.
        to = at + FIELDS < places.length ? places[at + FIELDS + 1]! : this.#text.indexOf('\r\n', places[at + 4]) + 2;
      }
    }
    return from === -1 ? copied : copied + this.#text.slice(from, to);
  }

  #isDropped(at: number, { known, others }: DroppedHeaders, more: ReadonlySet<string> | undefined): boolean {
    const id = this.#places[at]!;
    if (id !== UNKNOWN) return known[id] === 1 || (more !== undefined && this.#isAmong(at, undefined, more));
    return (more !== undefined || others.size > 0) && this.#isAmong(at, others, more);
  }

  #isAmong(at: number, others: ReadonlySet<string> | undefined, more: ReadonlySet<string> | undefined): boolean {
    const name = this.#text.slice(this.#places[at + 1], this.#places[at + 2]).toLowerCase();
    return others?.has(name) === true || more?.has(name) === true;
  }

  /** @returns where its numbers begin */
  #findKnown(id: number): number {
    const places = this.#places;
    for (let at = 0; at < places.length; at += FIELDS) if (places[at] === id) return at;
    return -1;
  }

  #find(name: string, id: number, from: number): number {
    if (id !== UNKNOWN && ((id < 32 ? this.#low : this.#high) & (1 << (id & 31))) === 0) return -1;
    const places = this.#places;
    for (let line = from, at = from * FIELDS; at < places.length; line += 1, at += FIELDS) {
      if (places[at] !== id) continue;
      if (id !== UNKNOWN) return line;
      if (places[at + 2]! - places[at + 1]! === name.length && this.nameAt(line).toLowerCase() === name) return line;
    }
    return -1;
  }
}

/** Places of the lines that are being read: what is kept is a copy that fits. Grows to what the longest head has. */
const read: number[] = Array.from({ length: 64 * FIELDS }, () => 0);

export const NO_LINES = new HeadLines('', []);

/**
 * Reads the header lines of a head, strictly: CRLF ends, no folding, no space before the colon, no control characters.
 *
 * @param start where the first line begins @param end where the empty line begins: that many characters are there, and its CRLF behind
 * @param bytes what the text was made of: to look at bytes takes less than to look at characters @param shift where it begins there
 * @returns undefined for lines that are malformed
 */
export function readLines(text: string, start: number, end: number, bytes: Uint8Array, shift: number): HeadLines | undefined {
  let count = 0;
  let low = 0;
  let high = 0;
  let mayRepeat = false;
  let at = start + shift;
  const last = end + shift;
  while (at < last) {
    const name = at;
    while (TOKEN[bytes[at]!] === 1) at += 1;
    const nameEnd = at;
    if (nameEnd === name || bytes[at] !== COLON) return undefined;
    let code = bytes[at += 1]!;
    while (code === SPACE || code === TAB) code = bytes[at += 1]!;
    const value = at;
    while (VALUE[code] === 1) code = bytes[at += 1]!;
    if (code !== CR || bytes[at + 1] !== LF) return undefined;
    let valueEnd = at;
    while (valueEnd > value && isSpace(bytes[valueEnd - 1]!)) valueEnd -= 1;
    const id = headerIdAt(bytes, name, nameEnd);
    const bit = 1 << (id & 31);
    if (id < 32) {
      mayRepeat ||= (low & bit) !== 0;
      low |= bit;
    } else if (id !== UNKNOWN) {
      mayRepeat ||= (high & bit) !== 0;
      high |= bit;
    }
    read[count] = id;
    read[count + 1] = name - shift;
    read[count + 2] = nameEnd - shift;
    read[count + 3] = value - shift;
    read[count + 4] = valueEnd - shift;
    count += FIELDS;
    at += 2;
  }
  return at === last ? new HeadLines(text, read.slice(0, count), low, high, mayRepeat) : undefined;
}

/** @param lines that `readLines` has found malformed */
export function whyMalformed(lines: string): 'bare-line-end' | 'folded-line' | 'header-name' | 'header-value' {
  for (const line of lines.split('\r\n')) {
    if (/[\r\n]/.test(line)) return 'bare-line-end';
    if (/^[\t ]/.test(line)) return 'folded-line';
    if (line !== '' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(line)) return 'header-name';
    // eslint-disable-next-line no-control-regex
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(line)) return 'header-value';
  }
  return 'header-name';
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
