/**
 * Reads one answer after another from the bytes of a connection: heads, and bodies by length, in chunks or until the end. Any split of the
 * bytes gives the same; what follows an answer is left alone.
 */
import { ChunkedDecoder } from './chunked-decoder.ts';
import { hasBareLineFeed, parseAnswerHead } from './upstream-answer-head.ts';
import type { AnswerHead, RefusedAnswer } from './upstream-answer-head.ts';

/** Of one head. Bytes. */
export const MAX_HEAD_BYTES = 65_536;

/** Interim answers before the final one. */
export const MAX_INTERIM = 32;

/** So much is turned into text first: enough for most heads, little of a body. Bytes. */
const FIRST_LOOK = 4_096;

const HEAD_END = '\r\n\r\n';

export interface AnswerTaker {
  head(head: AnswerHead): void;
  /** @param bytes valid during the call only @returns false to wait for the next `read` */
  part(bytes: Buffer): boolean;
  /** The same of a short body that came with its head, one character for each byte. */
  textPart(text: string): boolean;
}

// What comes next.
const HEAD = 0;
const LENGTH = 1;
const CHUNKS = 2;
const UNTIL_END = 3;
const COMPLETE = 4;
const SWITCHED = 5;
const REFUSED = 6;
const STOPPED = 7;

export class AnswerDecoder {
  #state = STOPPED;
  #toHead = false;
  #mayBecomeWebSocket = false;
  #interim = 0;
  #left = 0;
  #chunks: ChunkedDecoder | undefined = undefined;
  /** Of a head that is not whole yet, and its last characters. */
  #text = '';
  #tail = '';
  /** Of the final answer, or of the 101. */
  answer: AnswerHead | undefined = undefined;
  refused: RefusedAnswer | undefined = undefined;

  /** @param method of the request @param mayBecomeWebSocket whether it asks for that */
  begin(method: string, mayBecomeWebSocket: boolean): void {
    this.#state = HEAD;
    this.#toHead = method === 'HEAD';
    this.#mayBecomeWebSocket = mayBecomeWebSocket;
    this.#interim = 0;
    this.#chunks = undefined;
    this.#text = '';
    this.#tail = '';
    this.answer = undefined;
    this.refused = undefined;
  }

  /** The rest is not taken. */
  stop(): void {
    this.#state = STOPPED;
  }

  get isComplete(): boolean {
    return this.#state === COMPLETE;
  }

  get isSwitched(): boolean {
    return this.#state === SWITCHED;
  }

  get trailers(): readonly string[] | undefined {
    return this.#state === COMPLETE ? this.#chunks?.trailers : undefined;
  }

  /** The upstream has ended. @returns whether that is where the answer ends */
  finish(): boolean {
    if (this.#state !== UNTIL_END) return false;
    this.#state = COMPLETE;
    return true;
  }

  /** Whether the answer is known to be longer than so many bytes more. */
  lacks(bytes: number): boolean {
    return this.#state === LENGTH && this.#left > bytes;
  }

  /** Whether the answer is known to end within so many bytes more. */
  isWholeWith(bytes: number): boolean {
    return this.#state === LENGTH && this.#left <= bytes;
  }

  /** @returns the first place that was not read: behind the answer, or where the taker wants to wait */
  read(buffer: Buffer, start: number, end: number, taker: AnswerTaker): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case HEAD:
          at = this.#readHead(buffer, at, end, taker);
          break;
        case LENGTH: {
          const size = Math.min(this.#left, end - at);
          this.#left -= size;
          if (this.#left === 0) this.#state = COMPLETE;
          at += size;
          if (!taker.part(buffer.subarray(at - size, at))) return at;
          break;
        }
        case CHUNKS: {
          const chunks = this.#chunks!;
          at = chunks.step(buffer, at, end);
          if (chunks.partEnd > chunks.partStart) {
            if (!taker.part(buffer.subarray(chunks.partStart, chunks.partEnd))) return at;
          } else if (chunks.refusal !== undefined) this.#refuse('chunk');
          else if (chunks.isDone) this.#state = COMPLETE;
          break;
        }
        case UNTIL_END:
          taker.part(buffer.subarray(at, end));
          return end;
        default:
          return at;
      }
    }
    return at;
  }

  #readHead(buffer: Buffer, start: number, end: number, taker: AnswerTaker): number {
    let seen = Math.min(end, start + FIRST_LOOK);
    let text = buffer.toString('latin1', start, seen);
    let found = (this.#tail + text).indexOf(HEAD_END);
    if (found === -1 && seen < end) {
      seen = Math.min(end, start + MAX_HEAD_BYTES);
      text = buffer.toString('latin1', start, seen);
      found = (this.#tail + text).indexOf(HEAD_END);
    }
    if (found === -1) {
      this.#keep(text);
      return end;
    }
    found -= this.#tail.length;
    const emptyLine = this.#text.length + found + 2;
    const body = found + HEAD_END.length;
    if (emptyLine + 2 > MAX_HEAD_BYTES) this.#refuse('head-size');
    else if (this.#text === '') this.#takeHead(text, emptyLine, buffer, start, taker);
    else this.#takeHead(this.#text + text, emptyLine, Buffer.from(this.#text + text, 'latin1'), 0, taker);
    this.#text = '';
    this.#tail = '';
    // What is text already need not become bytes.
    if (this.#state !== LENGTH || this.#left > text.length - body) return start + body;
    const bodyEnd = body + this.#left;
    this.#left = 0;
    this.#state = COMPLETE;
    taker.textPart(text.slice(body, bodyEnd));
    return start + bodyEnd;
  }

  /** Of a head that is not whole. What can become none is refused at once: there is nothing to wait for. */
  #keep(text: string): void {
    const last = this.#tail + text;
    this.#text += text;
    this.#tail = last.slice(-3);
    if (this.#text.length >= MAX_HEAD_BYTES) this.#refuse('head-size');
    else if (this.#text.length < 8 ? !'HTTP/1.'.startsWith(this.#text.slice(0, 7)) : !this.#text.startsWith('HTTP/1.')) {
      this.#refuse('status-line');
    } else if (hasBareLineFeed(last)) this.#refuse('header-lines');
  }

  #takeHead(text: string, emptyLine: number, bytes: Buffer, shift: number, taker: AnswerTaker): void {
    const head = parseAnswerHead(text, emptyLine, bytes, shift, this.#toHead);
    if (typeof head === 'string') this.#refuse(head);
    else if (head.status >= 200) this.#takeFinal(head, taker);
    else if (head.status === 101) {
      this.answer = head;
      if (this.#mayBecomeWebSocket && head.namesWebSocket) this.#state = SWITCHED;
      else this.#refuse('switch');
    } else {
      this.#interim += 1;
      if (this.#interim > MAX_INTERIM) this.#refuse('interim-count');
    }
  }

  #takeFinal(head: AnswerHead, taker: AnswerTaker): void {
    this.answer = head;
    this.#left = head.contentLength ?? 0;
    if (!head.hasBody || head.contentLength === 0) this.#state = COMPLETE;
    else if (head.isChunked) {
      this.#chunks = new ChunkedDecoder();
      this.#state = CHUNKS;
    } else this.#state = head.contentLength === undefined ? UNTIL_END : LENGTH;
    taker.head(head);
  }

  #refuse(reason: RefusedAnswer): void {
    this.refused = reason;
    this.#state = REFUSED;
  }
}
