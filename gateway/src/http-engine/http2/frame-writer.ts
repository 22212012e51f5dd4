/** Writes frames to a connection: those of one round of the event loop leave in one write, whichever sockets they come from. */
import type { ByteStream } from '../sockets/byte-stream.ts';
import {
  CONTINUATION, DATA, FLAG_END_HEADERS, FLAG_END_STREAM, FRAME_HEADER_BYTES, GOAWAY, HEADERS, MAX_FRAME_BYTES, RST_STREAM, WINDOW_UPDATE,
} from './frames.ts';

const STAGE_BYTES = 40_960;
const MAX_FREE_STAGES = 32;

/** Buffers that connections borrow between the first frame and the flush. */
const FREE_STAGES: Buffer[] = [];

export class FrameWriter {
  readonly #stream: ByteStream;
  #stage: Buffer | undefined;
  #length = 0;
  /** Where the flags of the last HEADERS or DATA frame are, as long as it has not left. -1: none */
  #flagsAt = -1;
  #flagsOf = 0;
  #isScheduled = false;
  #isClosed = false;
  /** Whether the other end is slow: what is written now waits in memory. */
  isBlocked = false;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** @param isLast whether no body follows @returns bytes that it takes */
  headers(streamId: number, block: Buffer, isLast: boolean): number {
    let at = 0;
    let frames = 0;
    do {
      const length = Math.min(block.length - at, MAX_FRAME_BYTES);
      const isWhole = at + length === block.length;
      const place = this.#begin(length, frames === 0 ? HEADERS : CONTINUATION, isWhole ? FLAG_END_HEADERS : 0, streamId);
      block.copy(this.#stage!, place, at, at + length);
      if (frames === 0 && isLast) this.#stage![place - 5]! |= FLAG_END_STREAM;
      // Only of a frame that is alone: the first of several may leave before the last.
      this.#flagsAt = frames === 0 && isWhole && !isLast ? place - 5 : -1;
      this.#flagsOf = streamId;
      at += length;
      frames += 1;
    } while (at < block.length);
    return block.length + frames * FRAME_HEADER_BYTES;
  }

  /** Ends a stream with the frame that was written last. @returns false when that one was of another stream, or has left */
  endWithLast(streamId: number): boolean {
    if (this.#flagsAt === -1 || this.#flagsOf !== streamId) return false;
    this.#stage![this.#flagsAt]! |= FLAG_END_STREAM;
    this.#flagsAt = -1;
    return true;
  }

  /** @param end at most `MAX_FRAME_BYTES` behind `start` */
  data(streamId: number, bytes: Buffer, start: number, end: number, isLast: boolean): void {
    const place = this.#begin(end - start, DATA, isLast ? FLAG_END_STREAM : 0, streamId);
    bytes.copy(this.#stage!, place, start, end);
    this.#flagsAt = isLast ? -1 : place - 5;
    this.#flagsOf = streamId;
  }

  reset(streamId: number, code: number): void {
    const place = this.#begin(4, RST_STREAM, 0, streamId);
    this.#stage!.writeUInt32BE(code, place);
    if (this.#flagsOf === streamId) this.#flagsAt = -1;
  }

  windowUpdate(streamId: number, increment: number): void {
    const place = this.#begin(4, WINDOW_UPDATE, 0, streamId);
    this.#stage!.writeUInt32BE(increment, place);
  }

  goAway(lastStreamId: number, code: number): void {
    const place = this.#begin(8, GOAWAY, 0, 0);
    this.#stage!.writeUInt32BE(lastStreamId, place);
    this.#stage!.writeUInt32BE(code, place + 4);
  }

  /** SETTINGS, PING and their acknowledgements. */
  control(type: number, flags: number, payload: Buffer): void {
    const place = this.#begin(payload.length, type, flags, 0);
    payload.copy(this.#stage!, place);
  }

  flush(): void {
    const stage = this.#stage;
    if (stage === undefined) return;
    const length = this.#length;
    this.#stage = undefined;
    this.#length = 0;
    this.#flagsAt = -1;
    if (!this.#isClosed) {
      if (!this.#stream.writeBytes(stage.subarray(0, length))) this.isBlocked = true;
    }
    if (FREE_STAGES.length < MAX_FREE_STAGES) FREE_STAGES.push(stage);
  }

  /** Sends what was written; what is written from here on goes nowhere. */
  finish(): void {
    this.flush();
    this.#isClosed = true;
  }

  discard(): void {
    this.#isClosed = true;
    this.flush();
  }

  /** The round ends. */
  endTurn(): void {
    this.#isScheduled = false;
    this.flush();
  }

  drained(): void {
    this.isBlocked = false;
  }

  /** @returns where the payload begins */
  #begin(length: number, type: number, flags: number, streamId: number): number {
    if (this.#stage !== undefined && this.#length + FRAME_HEADER_BYTES + length > STAGE_BYTES) this.flush();
    const stage = this.#stage ?? this.#borrow();
    const at = this.#length;
    stage.writeUIntBE(length, at, 3);
    stage[at + 3] = type;
    stage[at + 4] = flags;
    stage.writeUInt32BE(streamId, at + 5);
    this.#length = at + FRAME_HEADER_BYTES + length;
    return at + FRAME_HEADER_BYTES;
  }

  #borrow(): Buffer {
    this.#stage = FREE_STAGES.pop() ?? Buffer.allocUnsafeSlow(STAGE_BYTES);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      flushLater(this);
    }
    return this.#stage;
  }
}

/** With frames that have not left. */
let due: FrameWriter[] = [];

/** Not a microtask: behind each of the sockets that have something in one round, that would be a write for each. */
function flushLater(writer: FrameWriter): void {
  due.push(writer);
  if (due.length === 1) setImmediate(endTurn);
}

function endTurn(): void {
  const writers = due;
  due = [];
  for (const writer of writers) writer.endTurn();
}
