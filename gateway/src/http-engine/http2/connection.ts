/** What both ends of an HTTP/2 connection do alike: windows, SETTINGS, PING, resets, and the bounds on what the peer asks for. RFC 9113. */
import type { ByteReader, ByteStream } from '../sockets/byte-stream.ts';
import { Allowance } from './bounds.ts';
import type { Http2Bounds } from './bounds.ts';
import { ClosedStreams } from './closed-streams.ts';
import { FrameReader } from './frame-reader.ts';
import type { Frame, FrameHandler, HeaderBlock } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import {
  CANCEL, DATA, DEFAULT_WINDOW, ENHANCE_YOUR_CALM, FLAG_ACK, FLAG_END_STREAM, FLAG_PADDED, FLOW_CONTROL_ERROR, FRAME_HEADER_BYTES,
  FRAME_SIZE_ERROR, GOAWAY, MAX_FRAME_BYTES, MAX_WINDOW, NO_ERROR, PING, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM, SETTINGS,
  SETTINGS_ENABLE_PUSH, SETTINGS_INITIAL_WINDOW_SIZE, SETTINGS_MAX_CONCURRENT_STREAMS, SETTINGS_MAX_FRAME_SIZE, STREAM_CLOSED,
  WINDOW_UPDATE,
} from './frames.ts';
import { HpackDecoder } from './hpack/hpack-decoder.ts';
import type { Outbox, OutboxOwner } from './outbox.ts';
import type { Http2Body } from './request-body.ts';

/** Table for header blocks that come in; the default of the protocol. Bytes. */
const TABLE_BYTES = 4_096;
/** So long the peer may take to read our last frame. */
const LINGER_MS = 2_000;
const NOTHING = Buffer.alloc(0);

/** One stream, as its connection sees it. */
export interface Stream {
  readonly id: number;
  readonly outbox: Outbox;
  readonly body: Http2Body;
  readonly inWindow: InWindow;
  /** Whether the peer has ended its side. */
  isRemoteClosed: boolean;
  /** When the peer sent something last. */
  heardAt: number;
}

/** What the peer may send on a stream. Bytes. */
export class InWindow {
  /** What came, and was not given back to the window of the connection. */
  owed = 0;
  #left: number;
  #credit = 0;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    // Until the peer has read our SETTINGS it may send as much as by default.
    this.#left = Math.max(size, DEFAULT_WINDOW);
  }

  /** @returns false when it is more than the peer may send */
  came(bytes: number): boolean {
    this.owed += bytes;
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** @returns how much to give the peer again; 0: not yet */
  taken(bytes: number): number {
    this.owed -= bytes;
    this.#credit += bytes;
    if (this.#credit < this.#size / 2) return 0;
    const credit = this.#credit;
    this.#credit = 0;
    this.#left += credit;
    return credit;
  }
}

export interface ConnectionOptions {
  readonly bounds: Http2Bounds;
  /** The peer did what it must not, with a reason as a key of metrics. */
  counted(reason: string): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export abstract class Http2Connection<S extends Stream> implements ByteReader, FrameHandler, OutboxOwner {
  readonly writer: FrameWriter;
  sendWindow = DEFAULT_WINDOW;
  protected readonly stream: ByteStream;
  protected readonly bounds: Http2Bounds;
  protected readonly decoder = new HpackDecoder(TABLE_BYTES);
  protected readonly streams = new Map<number, S>();
  protected readonly closedStreams = new ClosedStreams();
  /** Window that the peer gives each stream. */
  protected peerWindow = DEFAULT_WINDOW;
  /** Streams that the peer takes at the same time. */
  protected peerStreams = 100;
  /** Begins streams no longer. */
  protected isGoing = false;
  protected isClosed = false;
  protected idleSince: number;
  readonly #reader: FrameReader;
  readonly #options: ConnectionOptions;
  readonly #resets: Allowance;
  readonly #controlFrames: Allowance;
  readonly #windowUpdates: Allowance;
  /** What waits for window, or for the connection. */
  readonly #waiting = new Set<Outbox>();
  #receiveWindow: number;
  /** Taken, and not given back to the peer yet. Bytes. */
  #credit = 0;
  /** Acknowledgements for a peer that does not read. Bytes. */
  #unreadBytes = 0;
  #isFirstBlock = true;
  /** Times are of the connection's clock; 0: does not apply. */
  #headSince: number;
  #blockedSince = 0;
  #goneAt = 0;

  constructor(stream: ByteStream, options: ConnectionOptions, isServer: boolean) {
    const { bounds } = options;
    const now = options.now();
    this.stream = stream;
    this.bounds = bounds;
    this.#options = options;
    this.writer = new FrameWriter(stream);
    this.#reader = new FrameReader(this, bounds, isServer);
    this.#resets = new Allowance(bounds.resets, now);
    this.#controlFrames = new Allowance(bounds.controlFrames, now);
    this.#windowUpdates = new Allowance(bounds.windowUpdates, now);
    this.#receiveWindow = bounds.connectionWindowBytes;
    this.#headSince = now;
    this.idleSince = now;
    stream.reader = this;
  }

  /** Streams under way. */
  get active(): number {
    return this.streams.size;
  }

  protected get now(): number {
    return this.#options.now();
  }

  // From the connection

  data(buffer: Buffer, start: number, end: number): void {
    this.#reader.read(buffer, start, end);
    if (!this.#reader.isInHead) this.#headSince = 0;
    else if (this.#headSince === 0) this.#headSince = this.now;
    this.writer.flush();
  }

  drain(): void {
    this.writer.drained();
    this.#blockedSince = 0;
    this.#unreadBytes = 0;
    this.#sendWaiting();
  }

  /** A peer that half-closes still reads; what it had not sent will not come. */
  end(): void {
    for (const stream of [...this.streams.values()]) if (!stream.isRemoteClosed) this.resetStream(stream, CANCEL, 'half-closed');
    this.isGoing = true;
    this.closeWhenIdle();
  }

  close(_error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#reader.stop();
    this.writer.discard();
    for (const stream of [...this.streams.values()]) this.over(stream);
    this.gone();
  }

  destroy(): void {
    this.stream.destroy();
  }

  /** Called each second or so. */
  tick(now: number): void {
    if (this.#goneAt !== 0) return now - this.#goneAt > LINGER_MS ? this.stream.destroy() : undefined;
    if (this.#headSince !== 0 && now - this.#headSince > this.bounds.headTimeoutMs) return this.fail(PROTOCOL_ERROR, 'head-timeout');
    if (this.streams.size === 0) return now - this.idleSince > this.bounds.idleTimeoutMs ? this.goAway(NO_ERROR) : undefined;
    if (this.writer.isBlocked && this.#blockedSince === 0) this.#blockedSince = now;
    if (this.#blockedSince !== 0 && now - this.#blockedSince > this.bounds.sendTimeoutMs) return this.#abandon('send-timeout');
    for (const stream of [...this.streams.values()]) this.tickStream(stream, now);
    return undefined;
  }

  // From streams

  takeFirstBlock(): boolean {
    const isFirst = this.#isFirstBlock;
    this.#isFirstBlock = false;
    return isFirst;
  }

  waits(outbox: Outbox): void {
    if (outbox.waitsSince === 0) outbox.waitsSince = this.now;
    this.#waiting.add(outbox);
  }

  /** What we send calls for updates of its window. */
  dataSent(): void {
    this.#windowUpdates.add(4);
  }

  bodyTaken(stream: S, bytes: number): void {
    const credit = stream.inWindow.taken(bytes);
    this.#giveBack(bytes);
    if (credit > 0 && !stream.isRemoteClosed && this.streams.has(stream.id)) this.writer.windowUpdate(stream.id, credit);
  }

  // Frames

  abstract block(block: HeaderBlock): void;
  /** The peer has ended its side of a stream, by a DATA frame. */
  protected abstract bodyEnded(stream: S): void;
  /** A body is not as long as it was said. */
  protected abstract lengthDiffers(stream: S): void;
  /** The peer reset a stream. */
  protected abstract resetByPeer(stream: S, code: number): void;
  protected abstract goAwayByPeer(lastId: number): void;
  /** The stream is forgotten. */
  protected abstract ended(stream: S): void;
  /** No frame has come for this stream id yet. */
  protected abstract isIdle(id: number): boolean;
  protected abstract tickStream(stream: S, now: number): void;
  /** The last stream id of the peer's that was taken. */
  protected abstract get lastTaken(): number;
  /** The connection is gone. */
  protected abstract gone(): void;

  frame({ type, flags, id, buffer, start, end }: Frame): void {
    switch (type) {
      case DATA: return this.#onData(buffer, start, end, flags, id);
      case WINDOW_UPDATE: return this.#onWindowUpdate(buffer, start, end, id);
      case RST_STREAM: return this.#onReset(buffer, start, end, id);
      case SETTINGS: return this.#onSettings(buffer, start, end, flags, id);
      case PING: return this.#onPing(buffer, start, end, flags, id);
      case PRIORITY: return this.#onPriority(buffer, start, end, id);
      case GOAWAY: return this.#onGoAway(buffer, start, end, id);
      case PUSH_PROMISE: return this.fail(PROTOCOL_ERROR, 'push-promise');
      default: return void this.#isCalm();
    }
  }

  #onData(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    const length = end - start;
    const isPadded = (flags & FLAG_PADDED) !== 0;
    const from = isPadded ? start + 1 : start;
    const to = isPadded && length > 0 ? end - buffer[start]! : end;
    if (from > to) return this.fail(PROTOCOL_ERROR, 'padding');
    if (this.isIdle(id)) return this.fail(PROTOCOL_ERROR, 'data');
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) return this.fail(FLOW_CONTROL_ERROR, 'flow-control');
    const isLast = (flags & FLAG_END_STREAM) !== 0;
    if (to === from && !isLast && !this.#isCalm()) return undefined;
    const stream = this.streams.get(id);
    if (stream === undefined || stream.isRemoteClosed) {
      this.#giveBack(length);
      return this.#onClosed(id, stream);
    }
    if (!stream.inWindow.came(length)) return this.resetStream(stream, FLOW_CONTROL_ERROR, 'flow-control');
    // Padding takes window, and carries nothing.
    if (isPadded) this.bodyTaken(stream, length - (to - from));
    stream.isRemoteClosed = isLast;
    stream.heardAt = this.now;
    if (to > from && !stream.body.push(buffer.subarray(from, to))) return this.lengthDiffers(stream);
    if (!isLast) return undefined;
    return stream.body.end() ? this.bodyEnded(stream) : this.lengthDiffers(stream);
  }

  #onWindowUpdate(buffer: Buffer, start: number, end: number, id: number): void {
    if (end - start !== 4) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (!this.#windowUpdates.take(this.now)) return this.fail(ENHANCE_YOUR_CALM, 'window-update-flood');
    const increment = buffer.readUInt32BE(start) & MAX_WINDOW;
    if (id === 0) {
      this.sendWindow += increment;
      if (increment === 0) return this.fail(PROTOCOL_ERROR, 'window-update');
      if (this.sendWindow > MAX_WINDOW) return this.fail(FLOW_CONTROL_ERROR, 'flow-control');
      return this.#sendWaiting();
    }
    if (this.isIdle(id)) return this.fail(PROTOCOL_ERROR, 'window-update');
    const stream = this.streams.get(id);
    if (stream === undefined) return undefined;
    stream.outbox.sendWindow += increment;
    if (increment === 0) return this.resetStream(stream, PROTOCOL_ERROR, 'window-update');
    if (stream.outbox.sendWindow > MAX_WINDOW) return this.resetStream(stream, FLOW_CONTROL_ERROR, 'flow-control');
    return this.#sendWaiting();
  }

  #onReset(buffer: Buffer, start: number, end: number, id: number): void {
    if (end - start !== 4) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (this.isIdle(id)) return this.fail(PROTOCOL_ERROR, 'reset');
    const stream = this.streams.get(id);
    if (stream !== undefined) {
      this.closedStreams.add(id, 'by-peer');
      this.resetByPeer(stream, buffer.readUInt32BE(start));
    }
    return this.#countReset();
  }

  #onSettings(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    if (id !== 0) return this.fail(PROTOCOL_ERROR, 'settings');
    if ((flags & FLAG_ACK) !== 0) return end === start ? undefined : this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if ((end - start) % 6 !== 0) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (!this.#isCalm()) return undefined;
    for (let at = start; at < end; at += 6) {
      const code = this.#set(buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2));
      if (code !== NO_ERROR) return this.fail(code, 'settings');
    }
    this.#acknowledge(SETTINGS, NOTHING);
    return this.#sendWaiting();
  }

  /** @returns the error, or NO_ERROR */
  #set(name: number, value: number): number {
    if (name === SETTINGS_ENABLE_PUSH) return value > 1 ? PROTOCOL_ERROR : NO_ERROR;
    if (name === SETTINGS_MAX_FRAME_SIZE) return value < MAX_FRAME_BYTES || value > 0xffffff ? PROTOCOL_ERROR : NO_ERROR;
    if (name === SETTINGS_MAX_CONCURRENT_STREAMS) this.peerStreams = value;
    if (name !== SETTINGS_INITIAL_WINDOW_SIZE) return NO_ERROR;
    if (value > MAX_WINDOW) return FLOW_CONTROL_ERROR;
    for (const { outbox } of this.streams.values()) {
      outbox.sendWindow += value - this.peerWindow;
      if (outbox.sendWindow > MAX_WINDOW) return FLOW_CONTROL_ERROR;
    }
    this.peerWindow = value;
    return NO_ERROR;
  }

  #onPing(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    if (id !== 0) return this.fail(PROTOCOL_ERROR, 'ping');
    if (end - start !== 8) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (!this.#isCalm()) return undefined;
    if ((flags & FLAG_ACK) === 0) this.#acknowledge(PING, buffer.subarray(start, end));
    else this.pingAnswered(buffer.subarray(start, end));
    return undefined;
  }

  protected pingAnswered(_payload: Buffer): void { /* We ask for none. */ }

  #onPriority(buffer: Buffer, start: number, end: number, id: number): void {
    if (id === 0) return this.fail(PROTOCOL_ERROR, 'priority');
    if (!this.#isCalm()) return undefined;
    const isSized = end - start === 5;
    if (isSized && (buffer.readUInt32BE(start) & MAX_WINDOW) !== id) return undefined;
    const code = isSized ? PROTOCOL_ERROR : FRAME_SIZE_ERROR;
    const stream = this.streams.get(id);
    return stream === undefined ? this.fail(code, 'priority') : this.resetStream(stream, code, 'priority');
  }

  #onGoAway(buffer: Buffer, start: number, end: number, id: number): void {
    if (id !== 0) return this.fail(PROTOCOL_ERROR, 'goaway');
    if (end - start < 8) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    this.isGoing = true;
    this.goAwayByPeer(buffer.readUInt32BE(start) & MAX_WINDOW);
    return this.closeWhenIdle();
  }

  #onClosed(id: number, stream: S | undefined): void {
    if (stream !== undefined) return this.resetStream(stream, STREAM_CLOSED, 'closed-stream');
    // Sent before the peer knew that we ended it.
    if (this.closedStreams.of(id) === 'by-us') return undefined;
    return this.refuse(id, STREAM_CLOSED, 'closed-stream');
  }

  // Refusals and ends

  fail(code: number, reason: string): void {
    if (this.#goneAt !== 0) return;
    this.counted(reason);
    this.goAway(code);
  }

  protected counted(reason: string): void {
    this.#options.counted(reason);
  }

  /** Counts a frame that asks for work without a request. */
  #isCalm(): boolean {
    if (this.#controlFrames.take(this.now)) return true;
    this.fail(ENHANCE_YOUR_CALM, 'control-flood');
    return false;
  }

  /** Each reset, of either side's, has made us begin work in vain. */
  #countReset(): void {
    if (!this.#resets.take(this.now)) this.fail(ENHANCE_YOUR_CALM, 'rapid-reset');
  }

  #acknowledge(type: number, payload: Buffer): void {
    this.writer.control(type, FLAG_ACK, payload);
    if (!this.writer.isBlocked) return;
    this.#unreadBytes += FRAME_HEADER_BYTES + payload.length;
    if (this.#unreadBytes > this.bounds.maxUnreadControlBytes) this.#abandon('control-unread');
  }

  /** Resets a stream that is none of ours, or never became one. */
  protected refuse(id: number, code: number, reason: string): void {
    this.counted(reason);
    this.writer.reset(id, code);
    this.closedStreams.add(id, 'by-us');
    this.#countReset();
  }

  protected resetStream(stream: S, code: number, reason: string): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.counted(reason);
    this.cutStream(stream, code);
    this.#countReset();
  }

  /** Resets a stream for a reason of our own. */
  protected cutStream(stream: S, code: number): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.writer.reset(stream.id, code);
    this.closedStreams.add(stream.id, 'by-us');
    this.over(stream);
  }

  protected over(stream: S): void {
    if (!this.streams.delete(stream.id)) return;
    this.#waiting.delete(stream.outbox);
    stream.outbox.close();
    this.#giveBack(stream.inWindow.owed);
    stream.inWindow.owed = 0;
    this.ended(stream);
    this.idleSince = this.now;
    this.closeWhenIdle();
  }

  protected closeWhenIdle(): void {
    if (this.isGoing && this.streams.size === 0) this.goAway(NO_ERROR);
  }

  /** Says so, and closes. What still comes is read and dropped: a reset of TCP would take our last frame with it. */
  protected goAway(code: number): void {
    if (this.#goneAt !== 0 || this.isClosed) return;
    this.#goneAt = this.now;
    this.isGoing = true;
    this.#reader.stop();
    this.writer.goAway(this.lastTaken, code);
    this.writer.finish();
    this.stream.end();
    for (const stream of [...this.streams.values()]) this.over(stream);
  }

  /** Closes without a word: the peer does not read. */
  #abandon(reason: string): void {
    this.counted(reason);
    this.#goneAt = this.now;
    this.stream.destroy();
  }

  // Windows

  /** Sends what waits, a frame of each stream in turn. */
  #sendWaiting(): void {
    let isMoving = true;
    while (isMoving && this.#waiting.size > 0 && !this.writer.isBlocked) {
      isMoving = false;
      for (const outbox of this.#waiting) {
        const before = outbox.bytesSent;
        if (!outbox.sendWaiting()) this.#waiting.delete(outbox);
        if (outbox.bytesSent !== before) isMoving = true;
      }
    }
  }

  #giveBack(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit < this.bounds.connectionWindowBytes / 2 || this.#goneAt !== 0) return;
    this.writer.windowUpdate(0, this.#credit);
    this.#receiveWindow += this.#credit;
    this.#credit = 0;
  }

  /** Our SETTINGS, and the window of the connection. */
  protected sendSettings(settings: readonly (readonly [name: number, value: number])[]): void {
    const payload = Buffer.alloc(settings.length * 6);
    settings.forEach(([name, value], at) => {
      payload.writeUInt16BE(name, at * 6);
      payload.writeUInt32BE(value, at * 6 + 2);
    });
    this.writer.control(SETTINGS, 0, payload);
    const more = this.bounds.connectionWindowBytes - DEFAULT_WINDOW;
    if (more > 0) this.writer.windowUpdate(0, more);
  }
}
