/** HTTP/2 frames as bytes, RFC 9113 §4, and the few parts of HPACK that a client of tests needs: headers are never compressed. */

export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7, more: 9 } as const;

const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

/** Largest payload without a setting that says otherwise. Bytes. */
const MAX_PAYLOAD = 16_384;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export type Field = readonly [name: string, value: string];

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

export const settings = (): Buffer => frame(FRAME.settings, 0, 0);
export const settingsAck = (): Buffer => frame(FRAME.settings, ACK, 0);

/** A header block, in as many frames as it needs. */
export function headers(stream: number, fields: readonly Field[], ends: boolean): Buffer {
  const block = Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));
  const flags = ends ? END_STREAM : 0;
  const parts = [];
  for (let at = 0; at < Math.max(block.length, 1); at += MAX_PAYLOAD) {
    const isLast = at + MAX_PAYLOAD >= block.length;
    const more = isLast ? END_HEADERS : 0;
    parts.push(frame(at === 0 ? FRAME.headers : FRAME.more, at === 0 ? flags | more : more, stream, block.subarray(at, at + MAX_PAYLOAD)));
  }
  return Buffer.concat(parts);
}

export function data(stream: number, text: string, ends: boolean): Buffer {
  return frame(FRAME.data, ends ? END_STREAM : 0, stream, text);
}

/** RFC 7541 §5.2, without Huffman. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** With a prefix of seven bits, RFC 7541 §5.1. */
function integer(number: number): Buffer {
  if (number < 127) return Buffer.of(number);
  const bytes = [127];
  let rest = number - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return Buffer.from([...bytes, rest]);
}

/** Cuts frames out of what comes. */
export class FrameReader {
  #bytes = Buffer.alloc(0);

  push(chunk: Buffer): readonly Frame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: Frame[] = [];
    while (this.#bytes.length >= 9) {
      const length = this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < 9 + length) break;
      frames.push({
        type: this.#bytes[3]!, flags: this.#bytes[4]!, stream: this.#bytes.readUInt32BE(5) & 0x7fffffff,
        payload: this.#bytes.subarray(9, 9 + length),
      });
      this.#bytes = this.#bytes.subarray(9 + length);
    }
    return frames;
  }
}

/** Of the static table, RFC 7541 appendix A. */
const INDEXED_STATUSES: Readonly<Record<number, number>> = { 8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500 };

/** Codes of the digits, RFC 7541 appendix B: five bits for 0 to 2, six for the others. */
const DIGITS = new Map<string, string>([
  ['00000', '0'], ['00001', '1'], ['00010', '2'], ['011001', '3'], ['011010', '4'], ['011011', '5'], ['011100', '6'], ['011101', '7'],
  ['011110', '8'], ['011111', '9'],
]);

/** The status at the head of a block of an answer: servers put it first, as RFC 9113 §8.3 says. 0: it is not readable. */
export function statusOf(block: Buffer): number {
  let at = 0;
  // An update of the size of the dynamic table, RFC 7541 §6.3.
  while ((block[at]! & 0xe0) === 0x20) {
    at += (block[at]! & 0x1f) === 31 ? 2 + block.subarray(at + 1).findIndex((byte) => byte < 128) : 1;
  }
  const first = block[at]!;
  if (first >= 128) return INDEXED_STATUSES[first & 0x7f] ?? 0;
  const length = block[at + 1]! & 0x7f;
  const value = block.subarray(at + 2, at + 2 + length);
  return Number((block[at + 1]! & 128) === 0 ? value.toString('latin1') : huffmanDigits(value));
}

function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let text = '';
  for (let at = 0; text.length < 3;) {
    const length = [5, 6].find((size) => DIGITS.has(bits.slice(at, at + size)));
    if (length === undefined) return '0';
    text += DIGITS.get(bits.slice(at, at + length))!;
    at += length;
  }
  return text;
}
