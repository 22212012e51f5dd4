/** A body in chunks, part by part, without a copy. RFC 9112 §7.1. Strict: CRLF only, no spaces around sizes. */
import { TOKEN } from './head-lines.ts';
import type { RefusalReason } from './request-refusals.ts';

/** 2^52 bytes at most: sums stay exact. */
const MAX_SIZE_DIGITS = 13;
const MAX_EXTENSION_BYTES = 4_096;
const MAX_TRAILER_BYTES = 4_096;
const MAX_TRAILERS = 64;

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const COLON = 58;
const TAB = 9;

/** Values of hexadecimal digits, 255 for other bytes. */
const HEX = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value += 1) {
  HEX[value.toString(16).charCodeAt(0)] = value;
  HEX[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER_START = 6;
const TRAILER_NAME = 7;
const TRAILER_VALUE = 8;
const TRAILER_LF = 9;
const LAST_LF = 10;
const DONE = 11;

/** Fields that say how a message travels, who may send it or what it is, and those that count once: RFC 9110 §6.5.1. */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'transfer-encoding', 'content-length', 'host', 'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'te', 'trailer', 'expect',
  'content-encoding', 'content-type', 'content-range', 'content-location', 'authorization', 'proxy-authorization',
  'proxy-authenticate', 'www-authenticate', 'cookie', 'set-cookie', 'cache-control', 'pragma', 'age', 'date', 'expires', 'location',
  'retry-after', 'vary', 'via', 'warning', 'max-forwards', 'range', 'if-match', 'if-none-match', 'if-modified-since',
  'if-unmodified-since', 'if-range', 'accept-encoding', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port',
  'x-forwarded-proto', 'x-forwarded-path', 'x-forwarded-prefix', 'x-real-ip', 'x-consumer-id', 'x-consumer-custom-id',
  'x-consumer-username', 'x-consumer-groups', 'x-credential-identifier', 'x-anonymous-consumer',
]);

export class ChunkedDecoder {
  /** Where the data is that `step` has found; as long as `partEnd` there is none. */
  partStart = 0;
  partEnd = 0;
  /** Why this is no body in chunks. */
  refusal: RefusalReason | undefined = undefined;
  #state = SIZE;
  #digits = 0;
  /** Size of the chunk, then what is left of it. */
  #left = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #trailerLine = '';
  #trailers: string[] | undefined = undefined;
  #trailerCount = 0;

  get isDone(): boolean {
    return this.#state === DONE;
  }

  /** Names and values in turn, of those that may be trailers. */
  get trailers(): readonly string[] | undefined {
    return this.#trailers;
  }

  /** Reads framing up to the next data and the data itself, or up to the end of the body. @returns where it stopped */
  step(buffer: Buffer, start: number, end: number): number {
    let at = start;
    this.partStart = 0;
    this.partEnd = 0;
    while (at < end && this.#state !== DATA) {
      const byte = buffer[at]!;
      at += 1;
      this.#frame(byte);
      if (this.refusal !== undefined || this.#state === DONE) return at;
    }
    if (this.#state !== DATA || at === end) return at;
    const length = Math.min(this.#left, end - at);
    this.partStart = at;
    this.partEnd = at + length;
    this.#left -= length;
    if (this.#left === 0) this.#state = DATA_CR;
    return this.partEnd;
  }

  #frame(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#size(byte);
        break;
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LF;
        else if (isControl(byte) || (this.#extensionBytes += 1) > MAX_EXTENSION_BYTES) this.refusal = 'chunk-extension';
        break;
      case SIZE_LF:
        this.#expect(byte, LF, this.#left === 0 ? TRAILER_START : DATA);
        break;
      case DATA_CR:
        this.#expect(byte, CR, DATA_LF);
        break;
      case DATA_LF:
        this.#expect(byte, LF, SIZE);
        this.#digits = 0;
        break;
      case LAST_LF:
        this.#expect(byte, LF, DONE);
        break;
      default:
        this.#trailer(byte);
    }
  }

  #size(byte: number): void {
    const digit = HEX[byte]!;
    if (digit !== 255) {
      this.#digits += 1;
      if (this.#digits > MAX_SIZE_DIGITS) this.refusal = 'chunk-size';
      else this.#left = this.#left * 16 + digit;
    } else if (this.#digits === 0) {
      this.refusal = 'chunk-size';
    } else if (byte === CR) {
      this.#state = SIZE_LF;
    } else if (byte === SEMICOLON) {
      this.#state = EXTENSION;
    } else {
      this.refusal = byte === LF ? 'chunk-line-end' : 'chunk-size';
    }
  }

  #expect(byte: number, expected: number, next: number): void {
    if (byte === expected) this.#state = next;
    else this.refusal = 'chunk-line-end';
  }

  #trailer(byte: number): void {
    if ((this.#trailerBytes += 1) > MAX_TRAILER_BYTES) this.refusal = 'trailers-too-large';
    else if (this.#state === TRAILER_START) this.#startTrailer(byte);
    else if (this.#state === TRAILER_LF) this.#endTrailer(byte);
    else if (this.#state === TRAILER_NAME && byte === COLON) this.#state = TRAILER_VALUE;
    else if (this.#state === TRAILER_NAME && TOKEN[byte] !== 1) this.refusal = 'trailer-line';
    else if (this.#state === TRAILER_VALUE && byte === CR) this.#state = TRAILER_LF;
    else if (this.#state === TRAILER_VALUE && isControl(byte)) this.refusal = 'trailer-line';
    if (this.refusal === undefined) this.#trailerLine += String.fromCharCode(byte);
  }

  #startTrailer(byte: number): void {
    this.#trailerLine = '';
    if (byte === CR) this.#state = LAST_LF;
    else if (TOKEN[byte] === 1) this.#state = TRAILER_NAME;
    else this.refusal = 'trailer-line';
  }

  #endTrailer(byte: number): void {
    if (byte !== LF) this.refusal = 'trailer-line';
    else if ((this.#trailerCount += 1) > MAX_TRAILERS) this.refusal = 'trailers-too-large';
    else this.#keepTrailer();
    this.#state = TRAILER_START;
  }

  #keepTrailer(): void {
    const colon = this.#trailerLine.indexOf(':');
    const name = this.#trailerLine.slice(0, colon);
    if (NO_TRAILERS.has(name.toLowerCase())) return;
    (this.#trailers ??= []).push(name, this.#trailerLine.slice(colon + 1).replace(/^[\t ]+|[\t \r]+$/g, ''));
  }
}

function isControl(byte: number): boolean {
  return (byte < 32 && byte !== TAB) || byte === 127;
}
