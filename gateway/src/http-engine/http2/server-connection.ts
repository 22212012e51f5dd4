/** One connection of a client that speaks HTTP/2: its requests, each refused that is not well formed. RFC 9113 §5, §8. */
import { HeadLines } from '../http1/head-lines.ts';
import type { ClientConnection, RequestHandler } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import { Http2Connection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import type { HeaderBlock } from './frame-reader.ts';
import {
  CANCEL, COMPRESSION_ERROR, FRAME_HEADER_BYTES, MAX_WINDOW, NO_ERROR, PING, PROTOCOL_ERROR, REFUSED_STREAM, SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_CONCURRENT_STREAMS, SETTINGS_MAX_HEADER_LIST_SIZE, STREAM_CLOSED,
} from './frames.ts';
import { RequestFields } from './request-fields.ts';
import type { RequestHead } from './request-fields.ts';
import { ServerStream } from './server-stream.ts';
import type { StreamOwner } from './server-stream.ts';
import { TrailerFields } from './trailer-fields.ts';

/** So long requests are taken that were sent before the client read that others are not. */
const LEAVE_MS = 1_000;
const RST_BYTES = FRAME_HEADER_BYTES + 4;
const NOTHING = Buffer.alloc(0);
const LEAVING = Buffer.from('leaving.', 'latin1');

/** Of a request whose fields were too many to keep. */
const TOO_LARGE: RequestHead = {
  method: 'GET', path: '/', headers: new HeadLines('', []), contentLength: undefined, expectsContinue: false,
};

export interface ServerConnectionOptions extends ConnectionOptions {
  /** 32 hexadecimal characters, for the access log of what was refused. */
  requestId(): string;
  /** The connection is gone. */
  closed(connection: ServerConnection): void;
}

export class ServerConnection extends Http2Connection<ServerStream> implements StreamOwner {
  readonly client: ClientConnection;
  readonly #handler: RequestHandler;
  readonly #options: ServerConnectionOptions;
  #lastId = 0;
  /** Since when the client knows that further requests are not taken; 0: it was not. */
  #leavingSince = 0;

  constructor(stream: ByteStream, client: ClientConnection, handler: RequestHandler, options: ServerConnectionOptions) {
    super(stream, options, true);
    this.client = client;
    this.#handler = handler;
    this.#options = options;
    this.sendSettings([
      [SETTINGS_MAX_CONCURRENT_STREAMS, this.bounds.maxStreams],
      [SETTINGS_INITIAL_WINDOW_SIZE, this.bounds.streamWindowBytes],
      [SETTINGS_MAX_HEADER_LIST_SIZE, this.bounds.maxHeaderListBytes],
    ]);
  }

  /** Lets what is under way, or on its way, end, and then closes. RFC 9113 §6.8 */
  shutDown(): void {
    if (this.isGoing || this.#leavingSince !== 0) return;
    this.#leavingSince = this.now;
    this.writer.goAway(MAX_WINDOW, NO_ERROR);
    // Its acknowledgement says that the client has read the GOAWAY.
    this.writer.control(PING, 0, LEAVING);
  }

  override tick(now: number): void {
    if (this.#leavingSince !== 0 && now - this.#leavingSince > LEAVE_MS) this.#takeNoMore();
    super.tick(now);
  }

  closes(): void {
    this.shutDown();
  }

  answered(streamId: number): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    // What the client still sends is of no use any more. RFC 9113 §8.1
    if (!stream.isRemoteClosed) return this.cutStream(stream, NO_ERROR);
    this.closedStreams.add(streamId, 'by-both');
    return this.over(stream);
  }

  breakOff(streamId: number, code: number): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.cutStream(stream, code);
  }

  /** Blocks are decoded in each case: those behind them depend on them. */
  block(block: HeaderBlock): void {
    const { id, buffer, start, end } = block;
    const fields = id > this.#lastId ? new RequestFields(this.bounds) : new TrailerFields(this.bounds);
    if (!this.decoder.decode(buffer, start, end, fields)) return this.fail(COMPRESSION_ERROR, 'compression');
    return fields instanceof RequestFields ? this.#onRequest(block, fields) : this.#onTrailers(block, fields);
  }

  #onRequest({ id, start, end, endsStream, isSelfDependent }: HeaderBlock, fields: RequestFields): void {
    // The client knows that it was not taken, and may repeat it elsewhere.
    if (this.isGoing) return undefined;
    this.#lastId = id;
    if (isSelfDependent) return this.refuse(id, PROTOCOL_ERROR, 'self-dependency');
    if (this.streams.size >= this.bounds.maxStreams) return this.refuse(id, REFUSED_STREAM, 'streams');
    const result = fields.end();
    if (result.kind === 'malformed') return this.#refuseMalformed(id, result.reason);
    if (result.kind === 'head' && endsStream && (result.head.contentLength ?? 0) > 0) return this.#refuseMalformed(id, 'content-length');
    const head = result.kind === 'head' ? result.head : TOO_LARGE;
    const stream = new ServerStream(this, {
      id, head, headBytes: end - start + FRAME_HEADER_BYTES, isEnded: endsStream, sendWindow: this.peerWindow,
      receiveWindow: this.bounds.streamWindowBytes, now: this.now,
    });
    this.streams.set(id, stream);
    if (result.kind === 'too-large') return this.#answerTooLarge(stream);
    // A request that announces an empty body is one only when none follows.
    if (head.contentLength !== 0 || endsStream) this.#handOver(stream);
    if (id >= this.bounds.maxRequests * 2) this.shutDown();
    return undefined;
  }

  #onTrailers({ id, endsStream }: HeaderBlock, fields: TrailerFields): void {
    const stream = this.streams.get(id);
    if (stream === undefined) {
      const how = this.closedStreams.of(id);
      if (how === 'by-us') return undefined;
      return this.fail(how === undefined ? PROTOCOL_ERROR : STREAM_CLOSED, 'closed-stream');
    }
    if (stream.isRemoteClosed) return this.resetStream(stream, STREAM_CLOSED, 'closed-stream');
    const trailers = fields.end();
    if (trailers === undefined || !endsStream) return this.#malformed(stream, 'trailers');
    stream.isRemoteClosed = true;
    return stream.body.end(trailers) ? this.bodyEnded(stream) : this.lengthDiffers(stream);
  }

  protected override bodyEnded(stream: ServerStream): void {
    if (!stream.isHandedOver) this.#handOver(stream);
  }

  protected override lengthDiffers(stream: ServerStream): void {
    this.#malformed(stream, 'content-length');
  }

  protected override resetByPeer(stream: ServerStream): void {
    this.over(stream);
  }

  protected override goAwayByPeer(): void { /* It begins no more; what is under way goes on. */ }

  protected override ended(stream: ServerStream): void {
    if (stream.answer.isEnded) stream.body.discard();
    else stream.body.abort();
    stream.answer.close();
  }

  protected override isIdle(id: number): boolean {
    return id > this.#lastId || id % 2 === 0;
  }

  protected override get lastTaken(): number {
    return this.#lastId;
  }

  protected override gone(): void {
    this.#options.closed(this);
  }

  protected override pingAnswered(payload: Buffer): void {
    if (this.#leavingSince !== 0 && payload.equals(LEAVING)) this.#takeNoMore();
  }

  protected override tickStream(stream: ServerStream, now: number): void {
    const { bodyTimeoutMs, sendTimeoutMs } = this.bounds;
    const isAwaited = !stream.isHandedOver || (stream.body.isWaitedFor && !stream.answer.isHeadSent);
    const { waitsSince } = stream.outbox;
    if (isAwaited && now - stream.heardAt > bodyTimeoutMs) this.resetStream(stream, CANCEL, 'body-timeout');
    else if (waitsSince !== 0 && now - waitsSince > sendTimeoutMs) this.resetStream(stream, CANCEL, 'send-timeout');
  }

  #handOver(stream: ServerStream): void {
    stream.isHandedOver = true;
    this.#handler.request(stream.request, stream.answer);
  }

  #answerTooLarge(stream: ServerStream): void {
    this.counted('header-list');
    stream.answer.sendWhole({ status: 431, lines: '', length: 0 }, NOTHING);
    this.#tell(431, stream.answer.bytesSent, 'header-list');
  }

  /** Behind what is no request, nothing is to be trusted: the connection ends behind what is under way. */
  #refuseMalformed(id: number, reason: string): void {
    this.refuse(id, PROTOCOL_ERROR, reason);
    this.#tell(400, RST_BYTES, reason);
    this.#takeNoMore();
  }

  #malformed(stream: ServerStream, reason: string): void {
    this.resetStream(stream, PROTOCOL_ERROR, reason);
    // The access log has it already, where the pipeline has the request.
    if (!stream.isHandedOver) this.#tell(400, RST_BYTES, reason);
    this.#takeNoMore();
  }

  #tell(status: number, answerBytes: number, reason: string): void {
    this.#handler.refused({ connection: this.client, status, answerBytes, bodyBytes: 0, requestId: this.#options.requestId(), reason });
  }

  /** Requests that come from here on were not taken. */
  #takeNoMore(): void {
    if (this.isGoing) return;
    this.isGoing = true;
    this.#leavingSince = 0;
    if (this.streams.size === 0) return this.goAway(NO_ERROR);
    return this.writer.goAway(this.#lastId, NO_ERROR);
  }
}
