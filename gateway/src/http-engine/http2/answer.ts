/** The answer to a request of HTTP/2. RFC 9113 §8.1. */
import type { AnswerHead, OutgoingAnswer } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import { INTERNAL_ERROR } from './frames.ts';
import { addField, addLines, addStatus, beginBlock, endBlock } from './hpack/hpack-encoder.ts';
import { Outbox } from './outbox.ts';
import type { OutboxOwner, OutboxUser } from './outbox.ts';

/** The connection, as an answer sees it. */
export interface AnswerOwner extends OutboxOwner {
  /** The answer has left as a whole. */
  answered(streamId: number): void;
  /** Ends the stream with an error. */
  breakOff(streamId: number, code: number): void;
  /** This answer is the last of the connection, but for those under way. */
  closes(): void;
}

export class Http2Answer implements OutgoingAnswer, OutboxUser {
  readonly outbox: Outbox;
  isHeadSent = false;
  isClosed = false;
  status = 0;
  headBytes = 0;
  onClose: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly #owner: AnswerOwner;
  readonly #isToHead: boolean;
  #expectsContinue: boolean;
  /** Bytes of heads. */
  #headsBytes = 0;
  /** Bytes of the body that are still to come. */
  #left = Infinity;

  constructor(owner: AnswerOwner, streamId: number, sendWindow: number, isToHead: boolean, expectsContinue: boolean) {
    this.#owner = owner;
    this.outbox = new Outbox(owner, this, streamId, sendWindow);
    this.#isToHead = isToHead;
    this.#expectsContinue = expectsContinue;
  }

  get isEnded(): boolean {
    return this.outbox.isEnded;
  }

  get bytesSent(): number {
    return this.#headsBytes + this.outbox.bytesSent;
  }

  sendContinue(): void {
    if (!this.#expectsContinue || this.isHeadSent || this.isClosed) return;
    this.#expectsContinue = false;
    beginBlock(this.#owner.takeFirstBlock());
    addStatus(100);
    this.#headsBytes += this.#owner.writer.headers(this.outbox.streamId, endBlock(), false);
  }

  sendHead(head: AnswerHead): void {
    if (this.isHeadSent || this.isClosed) return;
    const { status, length } = head;
    const hasBody = !this.#isToHead && status !== 204 && status !== 304;
    this.isHeadSent = true;
    this.status = status;
    this.#left = hasBody ? length ?? Infinity : 0;
    beginBlock(this.#owner.takeFirstBlock());
    addStatus(status);
    addLines(head.lines);
    if (length !== undefined && status !== 204) addField('content-length', String(length));
    this.headBytes = this.#owner.writer.headers(this.outbox.streamId, endBlock(), false);
    this.#headsBytes += this.headBytes;
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
    return length === 0 || this.outbox.part(bytes, length);
  }

  end(trailers?: readonly string[]): void {
    if (!this.isHeadSent || this.isEnded || this.isClosed) return;
    // Less than was announced: the client must not take it for the whole.
    if (this.#left !== Infinity && this.#left > 0) this.cut();
    else this.outbox.end(trailers);
  }

  cut(): void {
    if (!this.isClosed) this.#owner.breakOff(this.outbox.streamId, INTERNAL_ERROR);
  }

  switchProtocols(): ByteStream {
    throw new Error('HTTP/2 has no switch of protocols');
  }

  drained(): void {
    this.onDrain?.();
  }

  sent(): void {
    this.#owner.answered(this.outbox.streamId);
  }

  /** The stream is over. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.outbox.close();
    const told = this.onClose;
    this.onClose = undefined;
    told?.();
  }
}
