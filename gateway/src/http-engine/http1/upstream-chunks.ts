/** A body in chunks, decoded as it comes: RFC 9112 §7.1, with CRLF and nothing else at the ends of lines. */
import { hasBareLineFeed } from './upstream-answer-head.ts';
import { readTrailers } from './upstream-trailers.ts';

/** Of all chunks of one body together: nobody needs extensions, and each could be as long as a body. Bytes. */
const MAX_EXTENSIONS = 16_384;

/** Of the trailer section. Bytes. */
const MAX_TRAILER_BYTES = 16_384;

/** Digits of a size: so many fit a number. */
const MAX_DIGITS = 13;

/** Takes the parts of a body. @returns false to get no more for now */
export interface PartTaker {
  part(bytes: Buffer): boolean;
}

// What comes next.
const SIZE = 0;
const EXTENSION = 1;
const SIZE_END = 2;
const DATA = 3;
const DATA_END = 4;
const DATA_LINE_END = 5;
const TRAILERS = 6;
const DONE = 7;
const MALFORMED = 8;

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const TAB = 9;
const DELETE = 127;

export class ChunkDecoder {
  #state = SIZE;
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #section = '';
  trailers: readonly string[] | undefined = undefined;

  begin(): void {
    this.#state = SIZE;
    this.#left = 0;
    this.#digits = 0;
    this.#extensionBytes = 0;
    this.#section = '';
    this.trailers = undefined;
  }

  get isDone(): boolean {
    return this.#state === DONE;
  }

  get isMalformed(): boolean {
    return this.#state === MALFORMED;
  }

  /** @returns the first place that was not read: behind the body, or where the taker wants no more */
  read(buffer: Buffer, start: number, end: number, taker: PartTaker): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case DATA: {
          const size = Math.min(this.#left, end - at);
          this.#left -= size;
          if (this.#left === 0) this.#state = DATA_END;
          at += size;
          if (!taker.part(buffer.subarray(at - size, at))) return at;
          break;
        }
        case TRAILERS:
          at = this.#readTrailers(buffer, at, end);
          break;
        case DONE:
        case MALFORMED:
          return at;
        default:
          this.#readFraming(buffer[at]!);
          at += 1;
      }
    }
    return at;
  }

  #readFraming(code: number): void {
    switch (this.#state) {
      case SIZE: {
        const digit = HEX[code]!;
        if (digit !== NO_DIGIT && this.#digits < MAX_DIGITS) {
          this.#left = this.#left * 16 + digit;
          this.#digits += 1;
        } else if (this.#digits === 0) this.#state = MALFORMED;
        else if (code === CR) this.#state = SIZE_END;
        else if (code === SEMICOLON) this.#state = EXTENSION;
        else this.#state = MALFORMED;
        break;
      }
      case EXTENSION:
        this.#extensionBytes += 1;
        if (code === CR) this.#state = SIZE_END;
        else if ((code < 32 && code !== TAB) || code === DELETE || this.#extensionBytes > MAX_EXTENSIONS) this.#state = MALFORMED;
        break;
      case SIZE_END:
        if (code !== LF) this.#state = MALFORMED;
        else this.#state = this.#left === 0 ? TRAILERS : DATA;
        this.#digits = 0;
        break;
      case DATA_END:
        this.#state = code === CR ? DATA_LINE_END : MALFORMED;
        break;
      default:
        this.#state = code === LF ? SIZE : MALFORMED;
    }
  }

  #readTrailers(buffer: Buffer, start: number, end: number): number {
    const before = this.#section.length;
    const section = this.#section + buffer.toString('latin1', start, Math.min(end, start + MAX_TRAILER_BYTES));
    const isEmpty = section.startsWith('\r\n');
    const found = isEmpty ? 0 : section.indexOf('\r\n\r\n', Math.max(before - 3, 0));
    if (found === -1) {
      this.#section = section;
      if (section.length >= MAX_TRAILER_BYTES || section.charCodeAt(0) === LF || hasBareLineFeed(section)) this.#state = MALFORMED;
      return end;
    }
    if (!isEmpty) this.trailers = readTrailers(section, found + 2);
    this.#state = isEmpty || this.trailers !== undefined ? DONE : MALFORMED;
    this.#section = '';
    return start + found + (isEmpty ? 2 : 4) - before;
  }
}

const NO_DIGIT = 255;

const HEX = new Uint8Array(256).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit += 1) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}
