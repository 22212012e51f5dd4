/**
 * Text in headers. Node's HTTP engine takes and gives header values as one character for each byte; everything else here is text, and text
 * travels as UTF-8, as in Kong. RFC 9110 §5.5 leaves the encoding to the field.
 */

import { textOfBytes } from '../../base/text-of-bytes.ts';
import type { HeaderLine } from '../../plugin-kit/exchange.ts';

const ASCII = /^[\t\x20-\x7e]*$/;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/g;

/** The value of a header for a text. A control character, which no header can hold, is percent-encoded, as OpenResty does. */
export function headerValue(text: string): string {
  if (ASCII.test(text)) return text;
  const safe = text.replace(CONTROLS, (control) => `%${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return Buffer.from(safe, 'utf8').toString('latin1');
}

/** The text of a header's value; of one that is not UTF-8, one character for each byte. */
export const headerText = textOfBytes;

/** @param flat names and values in turn. @returns the same with the texts of the values */
export function withTexts(flat: readonly string[]): readonly string[] {
  let texts: string[] | undefined;
  for (let at = 1; at < flat.length; at += 2) if (!ASCII.test(flat[at]!)) (texts ??= [...flat])[at] = headerText(flat[at]!);
  return texts ?? flat;
}

/** @param flat names and values in turn */
export function linePairs(flat: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0; at < flat.length; at += 2) lines.push([flat[at]!, flat[at + 1]!]);
  return lines;
}

// eslint-disable-next-line no-control-regex
const NO_VALUE = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Names that are one, and each in lower case, so that those that come with each request are looked at once. */
const names = new Map<string, string>();
const MAX_NAMES = 1_000;

/** A name in lower case; `undefined` for what is none. */
export function keyOfName(name: string): string | undefined {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (!NAME.test(name)) return undefined;
  const key = name.toLowerCase();
  if (names.size < MAX_NAMES) names.set(name, key);
  return key;
}

/** A header line with its CRLF. @throws Error no head can hold the name or the value */
export function lineOf(name: string, value: string): string {
  if (keyOfName(name) === undefined) throw new Error(`${JSON.stringify(name)} is no name of a header`);
  if (NO_VALUE.test(value)) throw new Error(`header ${name} has characters that no header can hold`);
  return `${name}: ${value}\r\n`;
}

/** Adds names and values in turn, of lines that are well formed, to a list. */
export function parseLines(text: string, list: string[]): void {
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    let from = colon + 1;
    let to = end;
    // Not `trim`: the last byte of a character may be what it takes for a space.
    while (from < to && isSpace(text.charCodeAt(from))) from += 1;
    while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
    list.push(text.slice(at, colon), text.slice(from, to));
    at = end + 2;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
