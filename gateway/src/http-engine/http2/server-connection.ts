/** One connection of a client that speaks HTTP/2: frames in, requests out, with bounds on all that it asks for. RFC 9113. */
import { HeadLines } from '../http1/head-lines.ts';
import type { ClientConnection, RequestHandler } from '../messages.ts';
import type { ByteReader, ByteStream } from '../sockets/byte-stream.ts';
import type { Http2Answer } from './answer.ts';
import { Allowance } from './bounds.ts';
import type { Http2Bounds } from './bounds.ts';
import { ClosedStreams } from './closed-streams.ts';
import { FrameReader } from './frame-reader.ts';
import type { Frame, FrameHandler, HeaderBlock } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import {
  CANCEL, COMPRESSION_ERROR, DATA, DEFAULT_WINDOW, ENHANCE_YOUR_CALM, FLAG_ACK, FLAG_END_STREAM, FLAG_PADDED, FLOW_CONTROL_ERROR,
  FRAME_HEADER_BYTES, FRAME_SIZE_ERROR, GOAWAY, MAX_FRAME_BYTES, MAX_WINDOW, NO_ERROR, PING, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE,
  REFUSED_STREAM, RST_STREAM, SETTINGS, SETTINGS_ENABLE_PUSH, SETTINGS_INITIAL_WINDOW_SIZE, SETTINGS_MAX_CONCURRENT_STREAMS,
  SETTINGS_MAX_FRAME_SIZE, SETTINGS_MAX_HEADER_LIST_SIZE, STREAM_CLOSED, WINDOW_UPDATE,
} from './frames.ts';
import { HpackDecoder } from './hpack/hpack-decoder.ts';
import { RequestFields, TrailerFields } from './request-fields.ts';
import type { RequestHead } from './request-fields.ts';
import { ServerStream } from './server-stream.ts';
import type { StreamOwner } from './server-stream.ts';

/** Table for header blocks that come in; the default of the protocol. Bytes. */
const TABLE_BYTES = 4_096;
/** So long a client may take to read our last frame. */
const LINGER_MS = 2_000;
/** So long requests are taken that were sent before the client read that no more are. */
const LEAVE_MS = 1_000;
const RST_BYTES = FRAME_HEADER_BYTES + 4;
const NOTHING = Buffer.alloc(0);
const LEAVING = Buffer.from('leaving.', 'latin1');

/** Of a request whose fields were too many to keep. */
const TOO_LARGE: RequestHead = {
  method: 'GET', path: '/', headers: new HeadLines('', []), contentLength: undefined, expectsContinue: false,
};

export interface Http2ConnectionOptions {
  readonly bounds: Http2Bounds;
  /** 32 hexadecimal characters, for the access log of what was refused. */
  requestId(): string;
  /** Something was refused, with a reason as a key of metrics. */
  counted(reason: string): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** The connection is gone. */
  closed(connection: Http2Connection): void;
}

export class Http2Connection implements ByteReader, FrameHandler, StreamOwner {
  readonly client: ClientConnection;
  readonly writer: FrameWriter;
  sendWindow = DEFAULT_WINDOW;
  isFirstBlock = true;
  readonly #options: Http2ConnectionOptions;
  readonly #bounds: Http2Bounds;
  readonly #handler: RequestHandler;
  readonly #stream: ByteStream;
  readonly #reader: FrameReader;
  readonly #decoder = new HpackDecoder(TABLE_BYTES);
  readonly #streams = new Map<number, ServerStream>();
  readonly #closedStreams = new ClosedStreams();
  readonly #resets: Allowance;
  readonly #controlFrames: Allowance;
  readonly #windowUpdates: Allowance;
  /** Answers that wait for window, or for the connection. */
  readonly #waiting = new Set<Http2Answer>();
  /** Window that the client gives each stream. */
  #peerWindow = DEFAULT_WINDOW;
  #receiveWindow: number;
  /** Taken, and not given back to the client yet. Bytes. */
  #credit = 0;
  #lastId = 0;
  /** Acknowledgements for a client that does not read. Bytes. */
  #unreadBytes = 0;
  /** Times below are of the connection's clock; 0: does not apply. */
  #headSince: number;
  #idleSince: number;
  #blockedSince = 0;
  #leavingSince = 0;
  #goneAt = 0;
  /** Takes no more requests. */
  #isGoing = false;
  #isClosed = false;

  constructor(stream: ByteStream, client: ClientConnection, handler: RequestHandler, options: Http2ConnectionOptions) {
    const now = options.now();
    this.#stream = stream;
    this.client = client;
    this.#handler = handler;
    this.#options = options;
    this.#bounds = options.bounds;
    this.writer = new FrameWriter(stream);
    this.#reader = new FrameReader(this, options.bounds);
    this.#resets = new Allowance(options.bounds.resets, now);
    this.#controlFrames = new Allowance(options.bounds.controlFrames, now);
    this.#windowUpdates = new Allowance(options.bounds.windowUpdates, now);
    this.#receiveWindow = options.bounds.connectionWindowBytes;
    this.#headSince = now;
    this.#idleSince = now;
    stream.reader = this;
    this.#sendSettings();
  }

  /** Requests under way. */
  get active(): number {
    return this.#streams.size;
  }

  // From the connection

  data(buffer: Buffer, start: number, end: number): void {
    this.#reader.read(buffer, start, end);
    if (!this.#reader.isInHead) this.#headSince = 0;
    else if (this.#headSince === 0) this.#headSince = this.#options.now();
    this.writer.flush();
  }

  drain(): void {
    this.writer.drained();
    this.#blockedSince = 0;
    this.#unreadBytes = 0;
    this.#sendWaiting();
  }

  /** A client that half-closes still reads; what it had not sent will not come. */
  end(): void {
    for (const stream of [...this.#streams.values()]) if (!stream.isRemoteClosed) this.#resetStream(stream, CANCEL, 'half-closed');
    this.#isGoing = true;
    this.#closeWhenIdle();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.stop();
    this.writer.discard();
    for (const stream of [...this.#streams.values()]) this.#over(stream);
    this.#options.closed(this);
  }

  // From the server

  /** Lets what is under way, or on its way, end, and then closes. RFC 9113 §6.8 */
  shutDown(): void {
    if (this.#isGoing || this.#leavingSince !== 0) return;
    this.#leavingSince = this.#options.now();
    this.writer.goAway(MAX_WINDOW, NO_ERROR);
    // Its acknowledgement says that the client has read the GOAWAY.
    this.writer.control(PING, 0, LEAVING);
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** Called each second or so. */
  tick(now: number): void {
    if (this.#goneAt !== 0) return now - this.#goneAt > LINGER_MS ? this.#stream.destroy() : undefined;
    if (this.#leavingSince !== 0 && now - this.#leavingSince > LEAVE_MS) this.#takeNoMore();
    if (this.#headSince !== 0 && now - this.#headSince > this.#bounds.headTimeoutMs) return this.fail(PROTOCOL_ERROR, 'head-timeout');
    if (this.#streams.size === 0) return now - this.#idleSince > this.#bounds.idleTimeoutMs ? this.#goAway(NO_ERROR) : undefined;
    if (this.writer.isBlocked) this.#blockedSince ||= now;
    if (this.#blockedSince !== 0 && now - this.#blockedSince > this.#bounds.sendTimeoutMs) return this.#abandon('send-timeout');
    for (const stream of [...this.#streams.values()]) this.#tickStream(stream, now);
    return undefined;
  }

  // From streams

  waits(answer: Http2Answer): void {
    if (answer.waitsSince === 0) answer.waitsSince = this.#options.now();
    this.#waiting.add(answer);
  }

  /** An answer calls for updates of its window. */
  dataSent(): void {
    this.#windowUpdates.add(4);
  }

  closes(): void {
    this.shutDown();
  }

  ended(answer: Http2Answer): void {
    const stream = this.#streams.get(answer.streamId);
    if (stream === undefined) return;
    // What the client still sends is of no use any more. RFC 9113 §8.1
    if (!stream.isRemoteClosed) this.writer.reset(stream.id, NO_ERROR);
    this.#closedStreams.add(stream.id, stream.isRemoteClosed ? 'by-both' : 'by-us');
    stream.body.discard();
    this.#over(stream);
  }

  breakOff(answer: Http2Answer, code: number): void {
    const stream = this.#streams.get(answer.streamId);
    if (stream === undefined) return;
    this.writer.reset(stream.id, code);
    this.#closedStreams.add(stream.id, 'by-us');
    stream.body.discard();
    this.#over(stream);
  }

  bodyTaken(stream: ServerStream, bytes: number): void {
    stream.owed -= bytes;
    this.#giveBack(bytes);
    const credit = stream.giveBack(bytes);
    if (credit > 0 && this.#streams.has(stream.id)) this.writer.windowUpdate(stream.id, credit);
  }

  // Frames

  frame({ type, flags, id, buffer, start, end }: Frame): void {
    switch (type) {
      case DATA: return this.#onData(buffer, start, end, flags, id);
      case WINDOW_UPDATE: return this.#onWindowUpdate(buffer, start, end, id);
      case RST_STREAM: return this.#onReset(start, end, id);
      case SETTINGS: return this.#onSettings(buffer, start, end, flags, id);
      case PING: return this.#onPing(buffer, start, end, flags, id);
      case PRIORITY: return this.#onPriority(buffer, start, end, id);
      case GOAWAY: return this.#onGoAway(start, end, id);
      case PUSH_PROMISE: return this.fail(PROTOCOL_ERROR, 'push-promise');
      default: return void this.#isCalm();
    }
  }

  /** Blocks are decoded in each case: those behind them depend on them. */
  block(block: HeaderBlock): void {
    const { id, buffer, start, end } = block;
    const isFirst = id > this.#lastId;
    const fields = isFirst ? new RequestFields(this.#bounds) : new TrailerFields(this.#bounds);
    if (!this.#decoder.decode(buffer, start, end, fields)) return this.fail(COMPRESSION_ERROR, 'compression');
    return fields instanceof RequestFields ? this.#onRequest(block, fields) : this.#onTrailers(block, fields);
  }

  #onRequest({ id, start, end, endsStream, isSelfDependent }: HeaderBlock, fields: RequestFields): void {
    // The client knows that it was not taken, and may repeat it elsewhere.
    if (this.#isGoing) return undefined;
    this.#lastId = id;
    if (isSelfDependent) return this.#refuse(id, PROTOCOL_ERROR, 'self-dependency');
    if (this.#streams.size >= this.#bounds.maxStreams) return this.#refuse(id, REFUSED_STREAM, 'streams');
    const result = fields.end();
    if (result.kind === 'malformed') return this.#refuseMalformed(id, result.reason);
    if (result.kind === 'head' && endsStream && (result.head.contentLength ?? 0) > 0) return this.#refuseMalformed(id, 'content-length');
    const head = result.kind === 'head' ? result.head : TOO_LARGE;
    const stream = new ServerStream(this, {
      id, head, headBytes: end - start + FRAME_HEADER_BYTES, isEnded: endsStream, sendWindow: this.#peerWindow,
      receiveWindow: this.#bounds.streamWindowBytes, now: this.#options.now(),
    });
    this.#streams.set(id, stream);
    if (result.kind === 'too-large') return this.#answerTooLarge(stream);
    // A request that announces an empty body is one only when none follows.
    if (head.contentLength !== 0 || endsStream) this.#handOver(stream);
    if (id >= this.#bounds.maxRequests * 2) this.shutDown();
    return undefined;
  }

  #onTrailers({ id, endsStream }: HeaderBlock, fields: TrailerFields): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      const how = this.#closedStreams.of(id);
      if (how === 'by-us') return undefined;
      return this.fail(how === undefined ? PROTOCOL_ERROR : STREAM_CLOSED, 'closed-stream');
    }
    if (stream.isRemoteClosed) return this.#resetStream(stream, STREAM_CLOSED, 'closed-stream');
    const trailers = fields.end();
    if (trailers === undefined || !endsStream) return this.#malformed(stream, 'trailers');
    stream.isRemoteClosed = true;
    if (!stream.body.end(trailers)) return this.#malformed(stream, 'content-length');
    if (!stream.isHandedOver) this.#handOver(stream);
    return undefined;
  }

  #onData(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    const length = end - start;
    const isPadded = (flags & FLAG_PADDED) !== 0;
    const from = isPadded ? start + 1 : start;
    const to = isPadded && length > 0 ? end - buffer[start]! : end;
    if (from > to) return this.fail(PROTOCOL_ERROR, 'padding');
    if (this.#isIdle(id)) return this.fail(PROTOCOL_ERROR, 'data');
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) return this.fail(FLOW_CONTROL_ERROR, 'flow-control');
    const isLast = (flags & FLAG_END_STREAM) !== 0;
    if (to === from && !isLast && !this.#isCalm()) return undefined;
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isRemoteClosed) {
      this.#giveBack(length);
      return this.#onClosed(id, stream);
    }
    stream.owed += length;
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) return this.#resetStream(stream, FLOW_CONTROL_ERROR, 'flow-control');
    // Padding takes window, and nobody reads it.
    if (isPadded) this.bodyTaken(stream, length - (to - from));
    stream.isRemoteClosed = isLast;
    stream.heardAt = this.#options.now();
    if (to > from && !stream.body.push(buffer.subarray(from, to))) return this.#malformed(stream, 'content-length');
    if (!isLast) return undefined;
    if (!stream.body.end()) return this.#malformed(stream, 'content-length');
    if (!stream.isHandedOver) this.#handOver(stream);
    return undefined;
  }

  #onWindowUpdate(buffer: Buffer, start: number, end: number, id: number): void {
    if (end - start !== 4) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (!this.#windowUpdates.take(this.#options.now())) return this.fail(ENHANCE_YOUR_CALM, 'window-update-flood');
    const increment = buffer.readUInt32BE(start) & MAX_WINDOW;
    if (id === 0) {
      this.sendWindow += increment;
      if (increment === 0) return this.fail(PROTOCOL_ERROR, 'window-update');
      if (this.sendWindow > MAX_WINDOW) return this.fail(FLOW_CONTROL_ERROR, 'flow-control');
      return this.#sendWaiting();
    }
    if (this.#isIdle(id)) return this.fail(PROTOCOL_ERROR, 'window-update');
    const stream = this.#streams.get(id);
    if (stream === undefined) return undefined;
    stream.answer.sendWindow += increment;
    if (increment === 0) return this.#resetStream(stream, PROTOCOL_ERROR, 'window-update');
    if (stream.answer.sendWindow > MAX_WINDOW) return this.#resetStream(stream, FLOW_CONTROL_ERROR, 'flow-control');
    return this.#sendWaiting();
  }

  #onReset(start: number, end: number, id: number): void {
    if (end - start !== 4) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (this.#isIdle(id)) return this.fail(PROTOCOL_ERROR, 'reset');
    const stream = this.#streams.get(id);
    if (stream !== undefined) {
      this.#closedStreams.add(id, 'by-client');
      stream.body.abort();
      this.#over(stream);
    }
    this.#countReset();
    return undefined;
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
    if (name !== SETTINGS_INITIAL_WINDOW_SIZE) return NO_ERROR;
    if (value > MAX_WINDOW) return FLOW_CONTROL_ERROR;
    for (const { answer } of this.#streams.values()) {
      answer.sendWindow += value - this.#peerWindow;
      if (answer.sendWindow > MAX_WINDOW) return FLOW_CONTROL_ERROR;
    }
    this.#peerWindow = value;
    return NO_ERROR;
  }

  #onPing(buffer: Buffer, start: number, end: number, flags: number, id: number): void {
    if (id !== 0) return this.fail(PROTOCOL_ERROR, 'ping');
    if (end - start !== 8) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    if (!this.#isCalm()) return undefined;
    if ((flags & FLAG_ACK) === 0) this.#acknowledge(PING, buffer.subarray(start, end));
    else if (this.#leavingSince !== 0 && LEAVING.compare(buffer, start, end) === 0) this.#takeNoMore();
    return undefined;
  }

  #onPriority(buffer: Buffer, start: number, end: number, id: number): void {
    if (id === 0) return this.fail(PROTOCOL_ERROR, 'priority');
    if (!this.#isCalm()) return undefined;
    const isSized = end - start === 5;
    if (isSized && (buffer.readUInt32BE(start) & MAX_WINDOW) !== id) return undefined;
    const code = isSized ? PROTOCOL_ERROR : FRAME_SIZE_ERROR;
    const stream = this.#streams.get(id);
    return stream === undefined ? this.fail(code, 'priority') : this.#resetStream(stream, code, 'priority');
  }

  #onGoAway(start: number, end: number, id: number): void {
    if (id !== 0) return this.fail(PROTOCOL_ERROR, 'goaway');
    if (end - start < 8) return this.fail(FRAME_SIZE_ERROR, 'frame-size');
    this.#isGoing = true;
    return this.#closeWhenIdle();
  }

  #onClosed(id: number, stream: ServerStream | undefined): void {
    if (stream !== undefined) return this.#resetStream(stream, STREAM_CLOSED, 'closed-stream');
    // Sent before the client knew that we ended it.
    if (this.#closedStreams.of(id) === 'by-us') return undefined;
    return this.#refuse(id, STREAM_CLOSED, 'closed-stream');
  }

  // Refusals and ends

  fail(code: number, reason: string): void {
    if (this.#goneAt !== 0) return;
    this.#options.counted(reason);
    this.#goAway(code);
  }

  /** Counts a frame that asks for work without a request. */
  #isCalm(): boolean {
    if (this.#controlFrames.take(this.#options.now())) return true;
    this.fail(ENHANCE_YOUR_CALM, 'control-flood');
    return false;
  }

  /** Each reset, of either side's, has made the gateway begin work in vain. */
  #countReset(): void {
    if (!this.#resets.take(this.#options.now())) this.fail(ENHANCE_YOUR_CALM, 'rapid-reset');
  }

  #acknowledge(type: number, payload: Buffer): void {
    this.writer.control(type, FLAG_ACK, payload);
    if (!this.writer.isBlocked) return;
    this.#unreadBytes += FRAME_HEADER_BYTES + payload.length;
    if (this.#unreadBytes > this.#bounds.maxUnreadControlBytes) this.#abandon('control-unread');
  }

  #isIdle(id: number): boolean {
    return id > this.#lastId || id % 2 === 0;
  }

  /** Resets a stream that is none of ours, or never became one. */
  #refuse(id: number, code: number, reason: string): void {
    this.#options.counted(reason);
    this.writer.reset(id, code);
    this.#closedStreams.add(id, 'by-us');
    this.#countReset();
  }

  /** Behind what is no request, nothing is to be trusted: the connection takes no more. */
  #refuseMalformed(id: number, reason: string): void {
    this.#refuse(id, PROTOCOL_ERROR, reason);
    this.#tell(400, RST_BYTES, reason);
    this.#takeNoMore();
  }

  #malformed(stream: ServerStream, reason: string): void {
    this.#resetStream(stream, PROTOCOL_ERROR, reason);
    if (!stream.isHandedOver) this.#tell(400, RST_BYTES, reason);
    this.#takeNoMore();
  }

  #answerTooLarge(stream: ServerStream): void {
    this.#options.counted('header-list');
    stream.answer.sendWhole({ status: 431, lines: '', length: 0 }, NOTHING);
    this.#tell(431, stream.answer.bytesSent, 'header-list');
  }

  #resetStream(stream: ServerStream, code: number, reason: string): void {
    if (this.#streams.get(stream.id) !== stream) return;
    this.#options.counted(reason);
    this.writer.reset(stream.id, code);
    this.#closedStreams.add(stream.id, 'by-us');
    stream.body.abort();
    this.#over(stream);
    this.#countReset();
  }

  #handOver(stream: ServerStream): void {
    stream.isHandedOver = true;
    this.#handler.request(stream.request, stream.answer);
  }

  #over(stream: ServerStream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream.answer);
    this.#giveBack(stream.owed);
    stream.owed = 0;
    if (!stream.answer.isEnded) stream.body.abort();
    stream.answer.close();
    this.#idleSince = this.#options.now();
    this.#closeWhenIdle();
  }

  #tell(status: number, answerBytes: number, reason: string): void {
    this.#handler.refused({ connection: this.client, status, answerBytes, bodyBytes: 0, requestId: this.#options.requestId(), reason });
  }

  /** Requests that come from here on were not taken. */
  #takeNoMore(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    this.#leavingSince = 0;
    if (this.#streams.size === 0) return this.#goAway(NO_ERROR);
    return this.writer.goAway(this.#lastId, NO_ERROR);
  }

  #closeWhenIdle(): void {
    if (this.#isGoing && this.#streams.size === 0) this.#goAway(NO_ERROR);
  }

  /** Says so, and closes. What still comes is read and dropped: a reset of TCP would take our last frame with it. */
  #goAway(code: number): void {
    if (this.#goneAt !== 0 || this.#isClosed) return;
    this.#goneAt = this.#options.now();
    this.#reader.stop();
    this.writer.goAway(this.#lastId, code);
    this.writer.finish();
    this.#stream.end();
    for (const stream of [...this.#streams.values()]) this.#over(stream);
  }

  /** Closes without a word: the client does not read. */
  #abandon(reason: string): void {
    this.#options.counted(reason);
    this.#goneAt = this.#options.now();
    this.#stream.destroy();
  }

  #tickStream(stream: ServerStream, now: number): void {
    const { bodyTimeoutMs, sendTimeoutMs } = this.#bounds;
    const isAwaited = !stream.isHandedOver || (stream.body.isWaitedFor && !stream.answer.isHeadSent);
    const { waitsSince } = stream.answer;
    if (isAwaited && now - stream.heardAt > bodyTimeoutMs) this.#resetStream(stream, CANCEL, 'body-timeout');
    else if (waitsSince !== 0 && now - waitsSince > sendTimeoutMs) this.#resetStream(stream, CANCEL, 'send-timeout');
  }

  // Windows

  /** Sends what waits, a frame of each answer in turn. */
  #sendWaiting(): void {
    let isMoving = true;
    while (isMoving && this.#waiting.size > 0 && !this.writer.isBlocked) {
      isMoving = false;
      for (const answer of this.#waiting) {
        const before = answer.bytesSent;
        if (!answer.sendWaiting()) this.#waiting.delete(answer);
        if (answer.bytesSent !== before) isMoving = true;
      }
    }
  }

  #giveBack(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit < this.#bounds.connectionWindowBytes / 2 || this.#goneAt !== 0) return;
    this.writer.windowUpdate(0, this.#credit);
    this.#receiveWindow += this.#credit;
    this.#credit = 0;
  }

  #sendSettings(): void {
    const payload = Buffer.alloc(18);
    const settings = [
      [SETTINGS_MAX_CONCURRENT_STREAMS, this.#bounds.maxStreams],
      [SETTINGS_INITIAL_WINDOW_SIZE, this.#bounds.streamWindowBytes],
      [SETTINGS_MAX_HEADER_LIST_SIZE, this.#bounds.maxHeaderListBytes],
    ] as const;
    settings.forEach(([name, value], at) => {
      payload.writeUInt16BE(name, at * 6);
      payload.writeUInt32BE(value, at * 6 + 2);
    });
    this.writer.control(SETTINGS, 0, payload);
    this.writer.windowUpdate(0, this.#bounds.connectionWindowBytes - DEFAULT_WINDOW);
  }
}
