/**
 * The 32-character hash of a configuration, byte for byte as Kong 3.9.1 computes it (MD5 over a canonical text).
 * It identifies a configuration and is not a security measure.
 */
import { createHash } from 'node:crypto';

import type { ConfigTable } from './config-table.ts';

/** The hash that a node without a configuration reports. */
export const NO_HASH = '0'.repeat(32);

/** Hash of the whole and of the sections that a data plane rebuilds separately. 32 characters each. */
export interface ConfigHashes {
  readonly config: string;
  readonly routes: string;
  readonly services: string;
  readonly plugins: string;
  readonly upstreams: string;
  readonly targets: string;
}

const SECTIONS = ['routes', 'services', 'plugins', 'upstreams', 'targets'] as const;

/** Above this size the text so far is replaced by its digest, as the definition says. Bytes. */
const FOLD_BYTES = 1_000_000;

/** Strings are collected to about this size before they are encoded. Characters. */
const CHUNK_CHARS = 16_384;

/** All hashes of a table. */
export function hashConfigTable(table: ConfigTable): ConfigHashes {
  const rest: Record<string, unknown> = { ...table };
  const sections = Object.fromEntries(SECTIONS.map((name) => {
    delete rest[name];
    return [name, sectionHash(table[name])];
  })) as Omit<ConfigHashes, 'config'>;
  const all = SECTIONS.map((name) => sections[name]).join('') + sectionHash(rest);
  const config = createHash('md5').update(all).digest('hex');
  return { config, ...sections };
}

/** Hash of any JSON value; absent is 32 zeros. */
export function sectionHash(value: unknown): string {
  if (value === undefined) return NO_HASH;
  const text = new CanonicalText();
  write(value, text);
  return text.digest();
}

/** A table without rows other than those of `workspaces` counts as "no configuration", whatever its hash. */
export function isEmptyTable(table: ConfigTable): boolean {
  return !Object.keys(table).some((key) => {
    const rows = table[key];
    return key !== 'workspaces' && Array.isArray(rows) && rows.length > 0;
  });
}

/**
 * The text is only needed as a digest, so it is never held as one buffer: each stretch of about 1 MB goes into a running MD5, and
 * a fold continues a fresh one with the 16 bytes of the last.
 */
class CanonicalText {
  #hash = createHash('md5');
  #hashed = 0;
  #pending = '';

  put(text: string): void {
    this.#pending += text;
    if (this.#pending.length > CHUNK_CHARS) this.#flush();
  }

  /** Called before each value. */
  fold(): void {
    // A character takes 1 to 3 bytes in UTF-8 per UTF-16 unit: only near the limit does the exact length matter.
    if (this.#hashed + 3 * this.#pending.length <= FOLD_BYTES) return;
    this.#flush();
    if (this.#hashed <= FOLD_BYTES) return;
    const digest = this.#hash.digest();
    this.#hash = createHash('md5').update(digest);
    this.#hashed = digest.length;
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
    this.#pending = '';
  }
}

function write(value: unknown, out: CanonicalText): void {
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

function writeArray(items: readonly unknown[], out: CanonicalText): void {
  if (items.length === 0) return out.put('{}');
  const closing = items.length > 5;
  items.forEach((item, index) => {
    write(item, out);
    if (closing || index < items.length - 1) out.put(';');
  });
}

function writeObject(object: Record<string, unknown>, out: CanonicalText): void {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  if (keys.length === 0) return out.put('{}');
  for (const key of keys.sort(byBytes)) {
    out.put(key);
    out.put(':');
    write(object[key], out);
    out.put(';');
  }
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
