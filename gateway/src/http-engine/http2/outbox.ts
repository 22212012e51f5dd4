/** What one side of a stream sends: as much leaves as the other end gives window for; the rest waits, and the sender has to wait. */
import type { FrameWriter } from './frame-writer.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from './frames.ts';
import { addField, beginBlock, endBlock } from './hpack/hpack-encoder.ts';
import { NOT_IN_TRAILERS } from './trailer-fields.ts';

/** The connection, as an outbox sees it. */
export interface OutboxOwner {
  readonly writer: FrameWriter;
  /** Window of the whole connection. Bytes. */
  sendWindow: number;
  /** Whether a header block of ours has not left yet. */
  takeFirstBlock(): boolean;
  /** It waits for window, or for the connection. */
  waits(outbox: Outbox): void;
  /** A DATA frame has left. */
  dataSent(): void;
}

/** Who fills an outbox. */
export interface OutboxUser {
  /** More may be given, after `part` returned false. */
  drained(): void;
  /** The last frame has left. */
  sent(): void;
}

const NOTHING = Buffer.alloc(0);

export class Outbox {
  readonly streamId: number;
  sendWindow: number;
  isEnded = false;
  /** Since when nothing has left of what waits. Milliseconds of the connection's clock; 0: nothing waits. */
  waitsSince = 0;
  /** Frames with their headers. Bytes. */
  bytesSent = 0;
  readonly #owner: OutboxOwner;
  readonly #user: OutboxUser;
  #queue: Buffer[] = [];
  #queueAt = 0;
  /** Of the first that waits. */
  #offset = 0;
  #trailers: readonly string[] | undefined;
  #isDrainWanted = false;
  #isClosed = false;

  constructor(owner: OutboxOwner, user: OutboxUser, streamId: number, sendWindow: number) {
    this.#owner = owner;
    this.#user = user;
    this.streamId = streamId;
    this.sendWindow = sendWindow;
  }

  /** @param length of the bytes to send @returns false when some of them wait */
  part(bytes: Buffer, length: number): boolean {
    let sent = 0;
    if (this.#queueAt === this.#queue.length) {
      for (let step = this.#step(length); step > 0; step = this.#step(length - sent)) {
        this.#send(bytes, sent, step);
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
    this.isEnded = true;
    this.#trailers = trailers && trailersOf(trailers);
    if (this.#queueAt === this.#queue.length) this.#finish();
  }

  /** Sends what waits, at most one frame. @returns whether something still waits */
  sendWaiting(): boolean {
    const bytes = this.#queue[this.#queueAt];
    if (bytes === undefined) return false;
    const step = this.#step(bytes.length - this.#offset);
    if (step === 0) return true;
    this.#send(bytes, this.#offset, step);
    this.#offset += step;
    if (this.#offset < bytes.length) return true;
    this.#offset = 0;
    this.#queueAt += 1;
    if (this.#queueAt < this.#queue.length) return true;
    this.#queue = [];
    this.#queueAt = 0;
    if (this.isEnded) this.#finish();
    else if (this.#isDrainWanted) {
      this.#isDrainWanted = false;
      this.#user.drained();
    }
    return this.#queueAt < this.#queue.length;
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#queueAt = 0;
  }

  /** Bytes that may leave now, in one frame. */
  #step(wanted: number): number {
    if (this.#owner.writer.isBlocked || this.#isClosed) return 0;
    return Math.max(0, Math.min(wanted, MAX_FRAME_BYTES, this.sendWindow, this.#owner.sendWindow));
  }

  #send(bytes: Buffer, from: number, length: number): void {
    this.#owner.writer.data(this.streamId, bytes, from, from + length, false);
    this.sendWindow -= length;
    this.#owner.sendWindow -= length;
    this.bytesSent += length + FRAME_HEADER_BYTES;
    this.waitsSince = 0;
    this.#owner.dataSent();
  }

  #finish(): void {
    const { writer } = this.#owner;
    if (this.#trailers !== undefined) {
      beginBlock(this.#owner.takeFirstBlock());
      for (let at = 0; at < this.#trailers.length; at += 2) addField(this.#trailers[at]!, this.#trailers[at + 1]!);
      this.bytesSent += writer.headers(this.streamId, endBlock(), true);
    } else if (!writer.endWithLast(this.streamId)) {
      writer.data(this.streamId, NOTHING, 0, 0, true);
      this.bytesSent += FRAME_HEADER_BYTES;
    }
    this.#user.sent();
  }
}

/** @returns undefined where none is left that may be sent */
function trailersOf(flat: readonly string[]): readonly string[] | undefined {
  const kept: string[] = [];
  for (let at = 0; at < flat.length; at += 2) if (!NOT_IN_TRAILERS.has(flat[at]!.toLowerCase())) kept.push(flat[at]!, flat[at + 1]!);
  return kept.length === 0 ? undefined : kept;
}
