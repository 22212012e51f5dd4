/** One connection to an upstream that speaks HTTP/2: several requests at the same time. RFC 9113. */
import type { AnswerReader, UpstreamProblem, UpstreamRequestHead, UpstreamTimeouts } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import { Http2Connection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import type { HeaderBlock } from './frame-reader.ts';
import {
  CANCEL, COMPRESSION_ERROR, NO_ERROR, PREFACE, PROTOCOL_ERROR, REFUSED_STREAM, SETTINGS_ENABLE_PUSH, SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_HEADER_LIST_SIZE,
} from './frames.ts';
import { addField, addLines, beginBlock, endBlock } from './hpack/hpack-encoder.ts';
import { Http2Body } from './request-body.ts';
import { ResponseFields } from './response-fields.ts';
import { TrailerFields } from './trailer-fields.ts';
import { UpstreamStream } from './upstream-stream.ts';
import type { UpstreamOwner } from './upstream-stream.ts';

/** The last stream id of a connection is 2^31 - 1; a new connection is begun long before. */
const MAX_STREAM_ID = 0x7fff0000;

export interface UpstreamConnectionOptions extends ConnectionOptions {
  readonly scheme: 'http' | 'https';
  /** A stream is over: another one may begin. */
  freed(): void;
  /** It begins streams no longer. */
  closed(connection: UpstreamConnection): void;
}

export class UpstreamConnection extends Http2Connection<UpstreamStream> implements UpstreamOwner {
  readonly #options: UpstreamConnectionOptions;
  #nextId = 1;
  /** Whether it has served before: what fails then before an answer may be due to its age. */
  #hasServed = false;
  #failure: Omit<UpstreamProblem, 'sent' | 'isStale'> | undefined;

  constructor(stream: ByteStream, options: UpstreamConnectionOptions) {
    super(stream, options, false);
    this.#options = options;
    stream.writeBytes(PREFACE);
    this.sendSettings([
      [SETTINGS_ENABLE_PUSH, 0],
      [SETTINGS_INITIAL_WINDOW_SIZE, this.bounds.streamWindowBytes],
      [SETTINGS_MAX_HEADER_LIST_SIZE, this.bounds.maxHeaderListBytes],
    ]);
  }

  /** Whether another request may begin. */
  get hasRoom(): boolean {
    return this.isOpen && this.streams.size < Math.min(this.peerStreams, this.bounds.maxStreams);
  }

  get isOpen(): boolean {
    return !this.isGoing && !this.isClosed && this.#nextId < MAX_STREAM_ID;
  }

  request(head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new UpstreamStream(this, id, head, timeouts, reader, {
      send: this.peerWindow, receive: this.bounds.streamWindowBytes, now: this.now,
    });
    this.streams.set(id, stream);
    this.#sendHead(head, stream);
    return stream;
  }

  cut(stream: UpstreamStream, code: number): void {
    this.cutStream(stream, code);
  }

  sideEnded(stream: UpstreamStream): void {
    stream.heardAt = this.now;
    if (!stream.isTold || this.streams.get(stream.id) !== stream) return;
    this.#hasServed = true;
    // An answer that came before the whole request: the rest is of no use. RFC 9113 §8.1
    if (!stream.outbox.isEnded) return this.cutStream(stream, NO_ERROR);
    this.closedStreams.add(stream.id, 'by-both');
    return this.over(stream);
  }

  block({ id, buffer, start, end, endsStream }: HeaderBlock): void {
    const stream = this.streams.get(id);
    const fields = stream?.isAnswered === true ? new TrailerFields(this.bounds) : new ResponseFields(this.bounds);
    if (!this.decoder.decode(buffer, start, end, fields)) return this.fail(COMPRESSION_ERROR, 'compression');
    if (stream === undefined) return this.closedStreams.of(id) === undefined ? this.fail(PROTOCOL_ERROR, 'stream-id') : undefined;
    stream.heardAt = this.now;
    if (stream.isRemoteClosed) return this.#invalid(stream, 'fields behind the end of an answer');
    return fields instanceof ResponseFields ? this.#onHead(stream, fields, endsStream) : this.#onTrailers(stream, fields, endsStream);
  }

  override fail(code: number, reason: string): void {
    this.#failure ??= { kind: 'invalid', message: `the upstream broke the rules of HTTP/2: ${reason}` };
    super.fail(code, reason);
  }

  override close(error: Error | undefined): void {
    this.#failure ??= { kind: 'broken', message: error === undefined ? 'the upstream closed the connection' : error.message };
    super.close(error);
  }

  #sendHead(head: UpstreamRequestHead, stream: UpstreamStream): void {
    const { authority, lines } = withoutHost(head.lines);
    beginBlock(this.takeFirstBlock());
    addField(':method', head.method);
    addField(':scheme', this.#options.scheme);
    addField(':authority', authority);
    addField(':path', head.path);
    addLines(lines);
    if (typeof head.body === 'number') addField('content-length', String(head.body));
    const isWhole = head.body === 'none';
    this.writer.headers(stream.id, endBlock(), isWhole);
    if (isWhole) stream.outbox.isEnded = true;
  }

  #onHead(stream: UpstreamStream, fields: ResponseFields, endsStream: boolean): void {
    const head = fields.end();
    if (head === undefined) return this.#invalid(stream, 'the fields of the answer are malformed');
    const { status, headers } = head;
    if (status < 200) return endsStream ? this.#invalid(stream, 'an interim answer ends the stream') : undefined;
    stream.isAnswered = true;
    const hasBody = !endsStream && !stream.isHead && status !== 204 && status !== 304;
    const mayHaveBody = !stream.isHead && status !== 304;
    const contentLength = head.contentLength ?? (endsStream && mayHaveBody && status !== 204 ? 0 : undefined);
    if (endsStream && mayHaveBody && (head.contentLength ?? 0) > 0) return this.#invalid(stream, 'the body is shorter than it was said');
    stream.isRemoteClosed = endsStream;
    if (mayHaveBody) stream.body = new Http2Body(stream, head.contentLength, false);
    stream.reader.head({ status, reason: '', version: '2.0', headers, contentLength, hasBody });
    stream.body.read(stream);
    if (endsStream) stream.body.end();
    return undefined;
  }

  #onTrailers(stream: UpstreamStream, fields: TrailerFields, endsStream: boolean): void {
    const trailers = fields.end();
    if (trailers === undefined || !endsStream) return this.#invalid(stream, 'the trailers are malformed');
    stream.isRemoteClosed = true;
    return stream.body.end(trailers) ? undefined : this.lengthDiffers(stream);
  }

  #invalid(stream: UpstreamStream, message: string): void {
    stream.fail({ kind: 'invalid', sent: true, isStale: false, message });
    this.resetStream(stream, PROTOCOL_ERROR, 'malformed-answer');
  }

  protected override bodyEnded(): void { /* The body tells its reader. */ }

  protected override lengthDiffers(stream: UpstreamStream): void {
    this.#invalid(stream, 'the body is not as long as it was said');
  }

  protected override resetByPeer(stream: UpstreamStream, code: number): void {
    const isRefused = code === REFUSED_STREAM && !stream.isAnswered;
    stream.fail({ kind: 'broken', sent: !isRefused, isStale: isRefused, message: `the upstream reset the stream with code ${code}` });
    this.over(stream);
  }

  /** Requests that the upstream has not taken may be repeated elsewhere. RFC 9113 §6.8 */
  protected override goAwayByPeer(lastId: number): void {
    for (const stream of [...this.streams.values()]) {
      if (stream.id <= lastId) continue;
      stream.fail({ kind: 'broken', sent: false, isStale: true, message: 'the upstream is closing the connection' });
      this.over(stream);
    }
    if (this.streams.size > 0) this.#options.closed(this);
  }

  protected override ended(stream: UpstreamStream): void {
    const { kind, message } = this.#failure ?? { kind: 'broken' as const, message: 'the connection to the upstream ended' };
    // A connection that was idle is closed by the upstream when it likes.
    const isStale = this.#hasServed && !stream.isAnswered && kind === 'broken';
    stream.fail({ kind, sent: true, isStale, message });
    stream.body.abort();
    this.#options.freed();
  }

  protected override isIdle(id: number): boolean {
    return id >= this.#nextId || id % 2 === 0;
  }

  protected override get lastTaken(): number {
    return 0;
  }

  protected override gone(): void {
    this.#options.closed(this);
  }

  protected override tickStream(stream: UpstreamStream, now: number): void {
    const { readMs, writeMs } = stream.timeouts;
    const { waitsSince } = stream.outbox;
    // An upstream may wait for the request; a client that does not take the answer holds it up itself.
    const isAwaited = stream.isAnswered ? stream.body.isWaitedFor : stream.outbox.isEnded;
    const isSlow = waitsSince === 0 ? isAwaited && now - stream.heardAt > readMs : now - waitsSince > writeMs;
    if (!isSlow) return;
    stream.fail({ kind: 'timeout', sent: true, isStale: false, message: 'the upstream is timing out' });
    this.cutStream(stream, CANCEL);
  }
}

/** The first line is Host, which is `:authority` here. */
function withoutHost(lines: string): { readonly authority: string; readonly lines: string } {
  const end = lines.indexOf('\r\n');
  return { authority: lines.slice(lines.indexOf(':') + 1, end).trim(), lines: lines.slice(end + 2) };
}
