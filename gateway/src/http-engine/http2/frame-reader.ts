/** Cuts what comes in into frames, and puts header blocks together. RFC 9113 §4.1, §4.3, §6.2, §6.10. */
import {
  CONTINUATION, ENHANCE_YOUR_CALM, FLAG_ACK, FLAG_END_HEADERS, FLAG_END_STREAM, FLAG_PADDED, FLAG_PRIORITY, FRAME_HEADER_BYTES,
  FRAME_SIZE_ERROR, HEADERS, MAX_FRAME_BYTES, MAX_WINDOW, PREFACE, PROTOCOL_ERROR, SETTINGS,
} from './frames.ts';

export interface BlockBounds {
  readonly maxHeaderBlockBytes: number;
  readonly maxContinuations: number;
}

/** A frame, but HEADERS and CONTINUATION. Its payload is valid during the call only. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A header block that is whole. Valid during the call only. */
export interface HeaderBlock {
  readonly id: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly endsStream: boolean;
  readonly isSelfDependent: boolean;
}

export interface FrameHandler {
  frame(frame: Frame): void;
  block(block: HeaderBlock): void;
  /** What came is against the protocol: the connection is at its end. @param reason as a key of metrics */
  fail(code: number, reason: string): void;
}

const NOTHING = Buffer.alloc(0);

export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #bounds: BlockBounds;
  #phase: 'preface' | 'settings' | 'frames';
  /** A frame that is not whole yet. */
  #pending: Buffer = NOTHING;
  #isStopped = false;
  /** The stream of a header block that is not whole yet; 0: there is none. */
  #blockId = 0;
  #block: Buffer[] = [];
  #blockBytes = 0;
  #endsStream = false;
  #isSelfDependent = false;

  /** @param hasPreface whether the other end is a client, which begins with the preface */
  constructor(handler: FrameHandler, bounds: BlockBounds, hasPreface: boolean) {
    this.#handler = handler;
    this.#bounds = bounds;
    this.#phase = hasPreface ? 'preface' : 'settings';
  }

  /** Whether it waits for the rest of the preface or of a header block. */
  get isInHead(): boolean {
    return this.#phase !== 'frames' || this.#blockId !== 0;
  }

  read(buffer: Buffer, start: number, end: number): void {
    if (this.#isStopped) return;
    if (this.#pending.length === 0) this.#pending = copied(buffer, this.#readFrames(buffer, start, end), end);
    else {
      const joined = Buffer.concat([this.#pending, buffer.subarray(start, end)]);
      this.#pending = copied(joined, this.#readFrames(joined, 0, joined.length), joined.length);
    }
  }

  /** What comes from here on is dropped. */
  stop(): void {
    this.#isStopped = true;
    this.#pending = NOTHING;
    this.#block = [];
  }

  /** @returns where the first byte is that was not read */
  #readFrames(buffer: Buffer, start: number, end: number): number {
    let at = start;
    if (this.#phase === 'preface') {
      const length = Math.min(end - at, PREFACE.length);
      if (PREFACE.compare(buffer, at, at + length, 0, length) !== 0) return this.#fail(PROTOCOL_ERROR, 'preface', end);
      if (length < PREFACE.length) return at;
      at += length;
      this.#phase = 'settings';
    }
    while (end - at >= FRAME_HEADER_BYTES) {
      const length = buffer.readUIntBE(at, 3);
      if (length > MAX_FRAME_BYTES) return this.#fail(FRAME_SIZE_ERROR, 'frame-size', end);
      const from = at + FRAME_HEADER_BYTES;
      if (from + length > end) break;
      this.#dispatch(buffer, from, from + length, buffer[at + 3]!, buffer[at + 4]!, buffer.readUInt32BE(at + 5) & MAX_WINDOW);
      if (this.#isStopped) return end;
      at = from + length;
    }
    return at;
  }

  #dispatch(buffer: Buffer, start: number, end: number, type: number, flags: number, id: number): void {
    if (this.#phase === 'settings') {
      if (type !== SETTINGS || (flags & FLAG_ACK) !== 0) return void this.#fail(PROTOCOL_ERROR, 'preface', end);
      this.#phase = 'frames';
    }
    if ((this.#blockId !== 0 || type === CONTINUATION) && (type !== CONTINUATION || id !== this.#blockId)) {
      return void this.#fail(PROTOCOL_ERROR, 'header-block', end);
    }
    if (type === HEADERS) return this.#beginBlock(buffer, start, end, flags, id);
    if (type === CONTINUATION) return this.#continueBlock(buffer, start, end, flags);
    return this.#handler.frame({ type, flags, id, buffer, start, end });
  }

  #beginBlock(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    if (id % 2 === 0) return void this.#fail(PROTOCOL_ERROR, 'stream-id', end);
    let from = start;
    let to = end;
    if ((flags & FLAG_PADDED) !== 0) {
      to -= from < end ? buffer[from]! : 0;
      from += 1;
    }
    this.#isSelfDependent = false;
    if ((flags & FLAG_PRIORITY) !== 0) {
      this.#isSelfDependent = from + 4 <= end && (buffer.readUInt32BE(from) & MAX_WINDOW) === id;
      from += 5;
    }
    if (from > to) return void this.#fail(PROTOCOL_ERROR, 'padding', end);
    this.#endsStream = (flags & FLAG_END_STREAM) !== 0;
    if ((flags & FLAG_END_HEADERS) !== 0) return this.#endBlock(buffer, from, to, id);
    this.#blockId = id;
    this.#block = [Buffer.from(buffer.subarray(from, to))];
    this.#blockBytes = to - from;
    return undefined;
  }

  #continueBlock(buffer: Buffer, start: number, end: number, flags: number): void {
    this.#blockBytes += end - start;
    if (this.#blockBytes > this.#bounds.maxHeaderBlockBytes || this.#block.length > this.#bounds.maxContinuations) {
      return void this.#fail(ENHANCE_YOUR_CALM, 'continuation-flood', end);
    }
    this.#block.push(Buffer.from(buffer.subarray(start, end)));
    if ((flags & FLAG_END_HEADERS) === 0) return undefined;
    const block = Buffer.concat(this.#block);
    const id = this.#blockId;
    this.#blockId = 0;
    this.#block = [];
    return this.#endBlock(block, 0, block.length, id);
  }

  #endBlock(buffer: Buffer, start: number, end: number, id: number): void {
    this.#handler.block({ id, buffer, start, end, endsStream: this.#endsStream, isSelfDependent: this.#isSelfDependent });
  }

  /** @returns `end` */
  #fail(code: number, reason: string, end: number): number {
    this.stop();
    this.#handler.fail(code, reason);
    return end;
  }
}

/** The buffer is only lent. */
function copied(buffer: Buffer, from: number, end: number): Buffer {
  return from === end ? NOTHING : Buffer.from(buffer.subarray(from, end));
}
