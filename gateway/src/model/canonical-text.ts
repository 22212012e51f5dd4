/** The canonical text of JSON values that Kong 3.9.1 hashes, and its digest. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** Above this size the text so far is replaced by its digest, as the definition says. Bytes. */
const FOLD_BYTES = 1_000_000;

/** Strings are collected to about this size before they are encoded. Characters. */
const CHUNK_CHARS = 16_384;

/** What the text of values is written to. */
interface CanonicalSink {
  put(text: string): void;
  /** Called before each value. */
  fold(): void;
}

/**
 * The text is only needed as a digest, so it is never held as one buffer: each stretch of about 1 MB goes into a running MD5, and
 * a fold continues a fresh one with the 16 bytes of the last.
 */
export class CanonicalText implements CanonicalSink {
  #hash: Hash;
  #hashed: number;
  #pending = '';

  constructor(hash = createHash('md5'), hashed = 0) {
    this.#hash = hash;
    this.#hashed = hashed;
  }

  put(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK_CHARS) this.#flush();
  }

  fold(): void {
    // A character takes 1 to 3 bytes in UTF-8 per UTF-16 unit: only near the limit does the exact length matter.
    if (this.#hashed + 3 * this.#pending.length <= FOLD_BYTES) return;
    this.#flush();
    if (this.#hashed <= FOLD_BYTES) return;
    const digest = this.#hash.digest();
    this.#hash = createHash('md5').update(digest);
    this.#hashed = digest.length;
  }

  /** Bytes that may come before the next fold. */
  get room(): number {
    this.#flush();
    return FOLD_BYTES - this.#hashed;
  }

  /** Text that is encoded already, and has no fold inside. */
  putBytes(bytes: Buffer): void {
    this.#flush();
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
  }

  /** The same text, which goes on apart from this one. */
  copy(): CanonicalText {
    this.#flush();
    return new CanonicalText(this.#hash.copy(), this.#hashed);
  }

  /** Ends the text. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
  }
}

export function writeValue(value: unknown, out: CanonicalSink): void {
  out.fold();
  if (value === null) return out.put('/null/');
  switch (typeof value) {
    case 'string': return out.put(value);
    case 'number': return out.put(formatNumber(value));
    case 'boolean': return out.put(value ? 'true' : 'false');
    case 'object': return Array.isArray(value) ? writeArray(value, out) : writeObject(value as Record<string, unknown>, out);
    default: throw new TypeError(`a configuration holds JSON values only, got ${typeof value}`);
  }
}

/** The text of a value, without folds. */
export function canonicalTextOf(value: unknown): string {
  let result = '';
  writeValue(value, { put: (text) => { result += text; }, fold: () => undefined });
  return result;
}

function writeArray(items: readonly unknown[], out: CanonicalSink): void {
  if (items.length === 0) return out.put('{}');
  const closing = items.length > 5;
  items.forEach((item, index) => {
    writeValue(item, out);
    if (closing || index < items.length - 1) out.put(';');
  });
}

function writeObject(object: Record<string, unknown>, out: CanonicalSink): void {
  const keys = sortedKeys(object);
  if (keys.length === 0) return out.put('{}');
  for (const key of keys) {
    out.put(key);
    out.put(':');
    writeValue(object[key], out);
    out.put(';');
  }
}

/** The fields that have a value, in the order of the text. */
export function sortedKeys(object: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined).sort(byBytes);
}

/** Order of UTF-8 bytes; that of UTF-16 units is the same unless a character beyond U+D7FF is involved. */
function byBytes(a: string, b: string): number {
  return /[\ud800-\uffff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : a > b ? 1 : 0;
}

/** C's `%.14g`. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? '-0' : String(value);
  const [digits = '', exponent = ''] = value.toExponential(13).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 14) return trimZeros(value.toFixed(13 - power));
  const sign = power < 0 ? '-' : '+';
  return `${trimZeros(digits)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
