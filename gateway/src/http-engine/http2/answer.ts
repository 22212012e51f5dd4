/** The answer to a request of HTTP/2: as much of it leaves as the client gives window for; the rest waits here, within what one turn gave. */
import type { AnswerHead, OutgoingAnswer } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import { FRAME_HEADER_BYTES, INTERNAL_ERROR, MAX_FRAME_BYTES } from './frames.ts';
import { addField, addLines, addStatus, beginBlock, endBlock } from './hpack/hpack-encoder.ts';
import type { FrameWriter } from './frame-writer.ts';
import { NOT_IN_TRAILERS } from './request-fields.ts';

/** What an answer needs of its connection. */
export interface AnswerOwner {
  readonly writer: FrameWriter;
  /** Window of the whole connection. Bytes. */
  sendWindow: number;
  isFirstBlock: boolean;
  /** The answer waits for window, or for the connection. */
  waits(answer: Http2Answer): void;
  /** The answer has left as a whole. */
  ended(answer: Http2Answer): void;
  /** Ends the stream with an error. */
  breakOff(answer: Http2Answer, code: number): void;
  /** No more requests after this answer. */
  closes(): void;
  dataSent(): void;
}

const NOTHING = Buffer.alloc(0);

export class Http2Answer implements OutgoingAnswer {
  readonly streamId: number;
  readonly #owner: AnswerOwner;
  readonly #isToHead: boolean;
  readonly #expectsContinue: boolean;
  sendWindow: number;
  isHeadSent = false;
  isEnded = false;
  isClosed = false;
  status = 0;
  bytesSent = 0;
  headBytes = 0;
  onClose: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  /** When the last byte left that waited. Milliseconds of the connection's clock; 0: nothing waits. */
  waitsSince = 0;
  #queue: Buffer[] = [];
  #queueAt = 0;
  #offset = 0;
  #trailers: readonly string[] | undefined;
  #isDrainWanted = false;
  #isContinueSent = false;
  /** Bytes of the body that may still come. */
  #left: number;

  constructor(owner: AnswerOwner, streamId: number, sendWindow: number, isToHead: boolean, expectsContinue: boolean) {
    this.#owner = owner;
    this.streamId = streamId;
    this.sendWindow = sendWindow;
    this.#isToHead = isToHead;
    this.#expectsContinue = expectsContinue;
    this.#left = Infinity;
  }

  sendContinue(): void {
    if (!this.#expectsContinue || this.#isContinueSent || this.isHeadSent || this.isClosed) return;
    this.#isContinueSent = true;
    beginBlock(this.#takeFirst());
    addStatus(100);
    this.bytesSent += this.#owner.writer.headers(this.streamId, endBlock(), false);
  }

  sendHead(head: AnswerHead): void {
    if (this.isHeadSent || this.isClosed) return;
    const { status, length } = head;
    const hasBody = !this.#isToHead && status !== 204 && status !== 304;
    this.isHeadSent = true;
    this.status = status;
    this.#left = hasBody ? length ?? Infinity : 0;
    beginBlock(this.#takeFirst());
    addStatus(status);
    addLines(head.lines);
    if (length !== undefined && status !== 204) addField('content-length', String(length));
    this.headBytes = this.#owner.writer.headers(this.streamId, endBlock(), false);
    this.bytesSent += this.headBytes;
    if (head.closes === true) this.#owner.closes();
  }

  sendWhole(head: AnswerHead, body: Buffer): void {
    if (this.isHeadSent || this.isClosed) return;
    this.sendHead(head);
    if (body.length > 0) this.part(body);
    this.end();
  }

  part(bytes: Buffer): boolean {
    if (!this.isHeadSent || this.isEnded || this.isClosed) return true;
    const length = Math.min(bytes.length, this.#left);
    this.#left -= length;
    let sent = 0;
    if (this.#queueAt === this.#queue.length) {
      while (sent < length) {
        const step = this.#step(length - sent);
        if (step === 0) break;
        this.#owner.writer.data(this.streamId, bytes, sent, sent + step, false);
        this.#sent(step);
        sent += step;
      }
    }
    if (sent === length) return true;
    this.#queue.push(Buffer.from(bytes.subarray(sent, length)));
    this.#isDrainWanted = true;
    this.#owner.waits(this);
    return false;
  }

  end(trailers?: readonly string[]): void {
    if (!this.isHeadSent || this.isEnded || this.isClosed) return;
    this.isEnded = true;
    this.#trailers = trailers && trailersOf(trailers);
    // Less than was announced: the client must not take it for the whole.
    if (this.#left !== Infinity && this.#left > 0) return this.#owner.breakOff(this, INTERNAL_ERROR);
    if (this.#queueAt === this.#queue.length) this.#finish();
    return undefined;
  }

  cut(): void {
    if (!this.isClosed) this.#owner.breakOff(this, INTERNAL_ERROR);
  }

  switchProtocols(): ByteStream {
    throw new Error('HTTP/2 has no switch of protocols');
  }

  /** Sends what waits, at most one frame. @returns whether it still waits */
  sendWaiting(): boolean {
    const bytes = this.#queue[this.#queueAt];
    if (bytes !== undefined) {
      const step = this.#step(bytes.length - this.#offset);
      if (step === 0) return true;
      this.#owner.writer.data(this.streamId, bytes, this.#offset, this.#offset + step, false);
      this.#sent(step);
      this.#offset += step;
      if (this.#offset < bytes.length) return true;
      this.#offset = 0;
      this.#queueAt += 1;
      if (this.#queueAt < this.#queue.length) return true;
      this.#queue = [];
      this.#queueAt = 0;
    }
    if (this.isEnded) this.#finish();
    else if (this.#isDrainWanted) {
      this.#isDrainWanted = false;
      this.onDrain?.();
    }
    return this.#queueAt < this.#queue.length;
  }

  /** The stream is over, for the connection. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#queue = [];
    this.#queueAt = 0;
    const told = this.onClose;
    this.onClose = undefined;
    told?.();
  }

  /** Bytes that may leave now, in one frame. */
  #step(wanted: number): number {
    if (this.#owner.writer.isBlocked) return 0;
    return Math.max(0, Math.min(wanted, MAX_FRAME_BYTES, this.sendWindow, this.#owner.sendWindow));
  }

  #sent(bytes: number): void {
    this.sendWindow -= bytes;
    this.#owner.sendWindow -= bytes;
    this.bytesSent += bytes + FRAME_HEADER_BYTES;
    this.waitsSince = 0;
    this.#owner.dataSent();
  }

  #finish(): void {
    const { writer } = this.#owner;
    if (this.#trailers !== undefined) {
      beginBlock(this.#takeFirst());
      for (let at = 0; at < this.#trailers.length; at += 2) addField(this.#trailers[at]!, this.#trailers[at + 1]!);
      this.bytesSent += writer.headers(this.streamId, endBlock(), true);
    } else if (!writer.endWithLast(this.streamId)) {
      writer.data(this.streamId, NOTHING, 0, 0, true);
      this.bytesSent += FRAME_HEADER_BYTES;
    }
    this.#owner.ended(this);
  }

  #takeFirst(): boolean {
    const isFirst = this.#owner.isFirstBlock;
    this.#owner.isFirstBlock = false;
    return isFirst;
  }
}

/** @returns undefined where none is left that may be sent */
function trailersOf(flat: readonly string[]): readonly string[] | undefined {
  const kept: string[] = [];
  for (let at = 0; at < flat.length; at += 2) if (!NOT_IN_TRAILERS.has(flat[at]!.toLowerCase())) kept.push(flat[at]!, flat[at + 1]!);
  return kept.length === 0 ? undefined : kept;
}
