/**
 * Writes header blocks of HPACK without a table of our own: names by the static table, values as they are. Answers differ in each request
 * (times, ids), and a table would cost memory for each connection. RFC 7541 §6.2.2.
 */
import { STATIC_NAMES, STATIC_STATUSES } from './static-table.ts';

/** Dynamic table size update to 0: then no change of the peer's SETTINGS_HEADER_TABLE_SIZE has to be answered. RFC 7541 §4.2 */
const NO_TABLE = 0x20;

/** Indexes by name as it travels in HTTP/1, so that usual names need no change of case. Bounded: names are the peer's choice. */
interface KnownName {
  readonly lower: string;
  readonly index: number;
  readonly isOfConnection: boolean;
}

const NAMES = new Map<string, KnownName>();
const MAX_NAMES = 512;

let block = Buffer.allocUnsafeSlow(16_384);
let length = 0;

/** Begins a block. One is written at a time. */
export function beginBlock(isFirst: boolean): void {
  length = 0;
  if (isFirst) block[length++] = NO_TABLE;
}

/** The block, valid until the next one begins. */
export function endBlock(): Buffer {
  return block.subarray(0, length);
}

export function addStatus(status: number): void {
  const index = STATIC_STATUSES.get(status);
  if (index !== undefined) block[length++] = 0x80 | index;
  else addField(':status', String(status));
}

export function addField(name: string, value: string): void {
  const known = NAMES.get(name) ?? remember(name);
  reserve(known.lower.length + value.length + 16);
  if (known.index !== 0) addNumber(0, 4, known.index);
  else {
    block[length++] = 0;
    addText(known.lower);
  }
  addText(value);
}

/** @param lines header lines, each with its CRLF; those of an HTTP/1 connection are left out. RFC 9113 §8.2.2 */
export function addLines(lines: string): void {
  let at = 0;
  while (at < lines.length) {
    const colon = lines.indexOf(':', at);
    const end = lines.indexOf('\r\n', colon);
    const value = lines.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const name = lines.slice(at, colon);
    if (!isOfConnection(name)) addField(name, lines.slice(value, end));
    at = end + 2;
  }
}

const OF_CONNECTION = /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/i;

function isOfConnection(name: string): boolean {
  const known = NAMES.get(name);
  return known === undefined ? OF_CONNECTION.test(name) : known.isOfConnection;
}

function remember(name: string): KnownName {
  const lower = name.toLowerCase();
  const known = { lower, index: STATIC_NAMES.get(lower) ?? 0, isOfConnection: OF_CONNECTION.test(lower) };
  if (NAMES.size < MAX_NAMES) NAMES.set(name, known);
  return known;
}

function addText(text: string): void {
  addNumber(0, 7, text.length);
  length += block.write(text, length, 'latin1');
}

/** RFC 7541 §5.1 */
function addNumber(flags: number, prefix: number, value: number): void {
  const most = (1 << prefix) - 1;
  if (value < most) {
    block[length++] = flags | value;
    return;
  }
  block[length++] = flags | most;
  let rest = value - most;
  while (rest > 127) {
    block[length++] = 128 | (rest & 127);
    rest >>>= 7;
  }
  block[length++] = rest;
}

function reserve(bytes: number): void {
  if (length + bytes <= block.length) return;
  const larger = Buffer.allocUnsafeSlow((length + bytes) * 2);
  block.copy(larger, 0, 0, length);
  block = larger;
}
