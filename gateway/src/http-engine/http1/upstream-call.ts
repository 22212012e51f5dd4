/** One request to an upstream: its head and body as they are sent, and who takes the answer. */
import type {
  AnswerReader, UpstreamAnswerHead, UpstreamCall, UpstreamFailure, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts,
} from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';

/** A part of a body up to this length is written as text, together with what comes before: that is one write, and no copy. Bytes. */
const MAX_AS_TEXT = 4_096;

/** What carries a call: its connection, or what waits for one. */
export interface CallCarrier {
  writeText(text: string): boolean;
  /** @param bytes may be overwritten after the call */
  writeBoth(text: string, bytes: Buffer): boolean;
  /** Writes when all has been read that came by now. @param bytes stay as they are */
  writeLater(bytes: Buffer): boolean;
  /** All of the request has been written. */
  requestSent(): void;
  resume(): void;
  /** Ends the connection, or the wait for one. */
  give(up: Http1Call): void;
}

export class Http1Call implements UpstreamCall {
  readonly route: UpstreamRoute;
  readonly request: UpstreamRequestHead;
  readonly timeouts: UpstreamTimeouts;
  readonly #reader: AnswerReader;
  /** `undefined`: it is over. */
  carrier: CallCarrier | undefined = undefined;
  /** When the time to get a connection ends, by the clock of the wheel. */
  connectDueAt = 0;
  #isBegun = false;
  /** Text to be written before the next part: the head. */
  #unsent = '';
  /** Bytes of the body that Content-Length announces still; -1: it is in chunks. */
  #left: number;
  isSent = false;

  constructor(route: UpstreamRoute, request: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader) {
    this.route = route;
    this.request = request;
    this.timeouts = timeouts;
    this.#reader = reader;
    const { body } = request;
    this.#left = body === 'none' ? 0 : body === 'chunked' ? -1 : body;
  }

  /** Whether the upstream may have got a part of the request. */
  get isOnItsWay(): boolean {
    return this.carrier !== undefined && this.#isBegun && this.#unsent === '';
  }

  /** Sends the head on a connection that is open. That of a request with a body waits for the first part, if it comes at once. */
  begin(): void {
    const head = headText(this.request);
    this.#isBegun = true;
    if (this.#left === 0) {
      this.#sent();
      this.carrier!.writeText(head);
      this.#reader.ready();
      return;
    }
    this.#unsent = head;
    this.#reader.ready();
    if (this.#unsent === '' || this.carrier === undefined) return;
    this.#unsent = '';
    this.carrier.writeText(head);
  }

  sendPart(bytes: Buffer): boolean {
    const { carrier } = this;
    if (carrier === undefined || bytes.length === 0) return true;
    if (this.isSent) return this.#defect('a body is longer than announced');
    if (this.#left === -1) return this.#write(`${bytes.length.toString(16)}\r\n`, bytes, '\r\n');
    if (bytes.length > this.#left) return this.#defect('a body is longer than announced');
    this.#left -= bytes.length;
    if (this.#left === 0) this.#sent();
    return this.#write('', bytes, '');
  }

  sendEnd(trailers: readonly string[] = []): void {
    const { carrier } = this;
    if (carrier === undefined || this.isSent) return;
    if (this.#left > 0) return void this.#defect('a body is shorter than announced');
    this.#sent();
    const end = `0\r\n${linesOf(trailers)}\r\n`;
    const head = this.#take();
    if (head === '') carrier.writeLater(Buffer.from(end, 'latin1'));
    else carrier.writeText(head + end);
  }

  resume(): void {
    this.carrier?.resume();
  }

  abort(): void {
    this.carrier?.give(this);
  }

  // Of the connection

  drain(): void {
    if (!this.isSent) this.#reader.drain();
  }

  head(answer: UpstreamAnswerHead): void {
    this.#reader.head(answer);
  }

  part(bytes: Buffer): boolean {
    return this.#reader.part(bytes);
  }

  textPart(text: string): boolean {
    const reader = this.#reader;
    return reader.textPart === undefined ? reader.part(Buffer.from(text, 'latin1')) : reader.textPart(text);
  }

  end(trailers: readonly string[] | undefined): void {
    this.carrier = undefined;
    this.#reader.end(trailers);
  }

  upgraded(answer: UpstreamAnswerHead, stream: ByteStream, first: Buffer): void {
    this.carrier = undefined;
    this.#reader.upgraded(answer, stream, first);
  }

  fail(kind: UpstreamFailure, message: string, isStale = false): void {
    const sent = this.isOnItsWay;
    this.carrier = undefined;
    this.#reader.fail({ kind, sent, isStale, message });
  }

  #sent(): void {
    this.isSent = true;
    this.carrier!.requestSent();
  }

  #take(): string {
    const text = this.#unsent;
    this.#unsent = '';
    return text;
  }

  #write(before: string, bytes: Buffer, after: string): boolean {
    const carrier = this.carrier!;
    const head = this.#take();
    const text = head + before;
    if (head !== '' && bytes.length <= MAX_AS_TEXT) return carrier.writeText(text + bytes.toString('latin1') + after);
    if (head !== '' && after === '') return carrier.writeBoth(text, bytes);
    const frame = Buffer.allocUnsafe(text.length + bytes.length + after.length);
    frame.write(text, 0, 'latin1');
    frame.set(bytes, text.length);
    frame.write(after, text.length + bytes.length, 'latin1');
    // An upstream may answer before it has got the whole body, and close at once. A write to a closed connection would lose that answer.
    return head === '' ? carrier.writeLater(frame) : carrier.writeBoth('', frame);
  }

  /** The upstream must not take the part for the whole, nor the rest for another request. */
  #defect(message: string): true {
    const { carrier } = this;
    carrier!.give(this);
    this.#reader.fail({ kind: 'broken', sent: true, isStale: false, message });
    return true;
  }
}

function headText({ method, path, lines, body, upgrade }: UpstreamRequestHead): string {
  if (body === 'none' && !upgrade) return `${method} ${path} HTTP/1.1\r\n${lines}Connection: keep-alive\r\n\r\n`;
  const framing = body === 'none' ? '' : body === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${body}\r\n`;
  const connection = upgrade ? 'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' : 'Connection: keep-alive\r\n';
  return `${method} ${path} HTTP/1.1\r\n${lines}${connection}${framing}\r\n`;
}

function linesOf(flat: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < flat.length; at += 2) lines += `${flat[at]}: ${flat[at + 1]}\r\n`;
  return lines;
}
