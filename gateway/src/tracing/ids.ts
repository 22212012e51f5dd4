/** Ids of traces and spans: random, and from one notation to another. */
import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Random bytes are drawn for many ids at once: a call costs more than the bytes. */
const POOL = Buffer.alloc(SPAN_ID_BYTES * 512);
let used = POOL.length;

/** @param bytes 8 or 16 */
export function nextTraceId(bytes = TRACE_ID_BYTES): string {
  return randomHex(bytes);
}

export function nextSpanId(): string {
  return randomHex(SPAN_ID_BYTES);
}

function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += bytes;
  return POOL.toString('hex', used - bytes, used);
}

/** The low bytes of an id; one that is shorter gets zeros in front. */
export function sized(id: string, bytes: number): string {
  const length = bytes * 2;
  return id.length >= length ? id.slice(-length) : id.padStart(length, '0');
}

export function asTraceId(id: string): string {
  return sized(id.toLowerCase(), TRACE_ID_BYTES);
}

export function asSpanId(id: string): string {
  return sized(id.toLowerCase(), SPAN_ID_BYTES);
}

/** Bytes that hexadecimal digits stand for. */
export function bytesOf(hex: string): number {
  return Math.ceil(hex.length / 2);
}

export function isHex(text: string, ...lengths: readonly number[]): boolean {
  return lengths.includes(text.length) && /^[0-9a-f]*$/i.test(text);
}

export function isZero(hex: string): boolean {
  return /^0*$/.test(hex);
}

export function toDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

export function fromDecimal(decimal: string): string {
  const hex = BigInt(decimal).toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
