/** The answer to one request by HTTP/1.1: framing is made here, from what is known of the body and of the client. RFC 9112 §6, §7. */
import { STATUS_CODES } from 'node:http';

import type { AnswerHead, OutgoingAnswer } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import type { ClientRequest } from './client-request.ts';
import { sendAtEndOfTurn } from './waiting-texts.ts';

/** Up to this length, parts are sent as text together with what is before them: that is one write without a copy of our own. Bytes. */
const MAX_TEXT_PART = 8_192;

const UNFRAMED = 0;
const LENGTH = 1;
const CHUNKED = 2;
const UNTIL_CLOSE = 3;

const NO_BYTES = Buffer.alloc(0);

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// eslint-disable-next-line no-control-regex
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

const statusLines: string[] = [];

function statusLine(status: number, reason: string | undefined): string {
  if (reason !== undefined && reason !== STATUS_CODES[status]) return `HTTP/1.1 ${status} ${reason}\r\n`;
  return (statusLines[status] ??= `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`);
}

/** The connection, as answers see it. */
export interface AnsweringConnection {
  readonly stream: ByteStream;
  /** Whether the client has sent something of the body already. */
  readonly hasBodyBegun: boolean;
  /** Whether another request may follow this answer. */
  canGoOn(answer: ClientAnswer): boolean;
  /** The other end is slow. */
  stall(): void;
  answered(answer: ClientAnswer): void;
  /** @param wouldMislead whether an orderly end would look like the end of the answer */
  cut(wouldMislead: boolean): void;
  /** Gives the stream away. */
  handOver(): ByteStream;
  /** For whom the switch comes too late. */
  goneStream(): ByteStream;
}

export class ClientAnswer implements OutgoingAnswer {
  isHeadSent = false;
  isEnded = false;
  isClosed = false;
  status = 0;
  bytesSent = 0;
  headBytes = 0;
  onClose: (() => void) | undefined = undefined;
  onDrain: (() => void) | undefined = undefined;
  /** Whether another request may follow on the connection. */
  isPersistent = true;
  readonly #connection: AnsweringConnection;
  readonly #request: ClientRequest;
  #framing = UNFRAMED;
  /** Bytes of the body that are still to come, where its length is said. */
  #left = 0;
  /** What goes out with the next part. */
  #text = '';
  #isContinued = false;
  #isStalled = false;

  constructor(connection: AnsweringConnection, request: ClientRequest) {
    this.#connection = connection;
    this.#request = request;
  }

  /** Whether the client waits for a 100 that it has not got. */
  get isExpectationOpen(): boolean {
    return this.#request.expectsContinue && !this.#isContinued;
  }

  sendContinue(): void {
    if (!this.isExpectationOpen || this.isHeadSent || this.isClosed || this.#connection.hasBodyBegun) return;
    this.#isContinued = true;
    this.#write('HTTP/1.1 100 Continue\r\n\r\n', NO_BYTES);
  }

  sendHead(head: AnswerHead): void {
    if (this.isHeadSent || this.isClosed) return;
    this.#text = this.#begin(head, head.length);
    sendAtEndOfTurn(this);
  }

  sendWhole(head: AnswerHead, body: Buffer): void {
    if (this.isHeadSent || this.isClosed) return;
    const text = this.#begin(head, this.#isBodiless(head.status) ? head.length : body.length);
    this.isEnded = true;
    this.#write(text, this.#framing === LENGTH ? body : NO_BYTES);
    this.#closeOnceSent();
  }

  part(bytes: Buffer): boolean {
    if (!this.isHeadSent || this.isEnded || this.isClosed || bytes.length === 0 || this.#framing === UNFRAMED) return true;
    if (this.#framing === CHUNKED) this.#writeChunk(bytes);
    else if (this.#framing === LENGTH && bytes.length > this.#left) return this.#cutLonger();
    else this.#write(this.#takeText(), bytes);
    this.#left -= bytes.length;
    return !this.#isStalled;
  }

  textPart(text: string): boolean {
    if (!this.isHeadSent || this.isEnded || this.isClosed || text === '' || this.#framing === UNFRAMED) return true;
    if (this.#framing === CHUNKED) this.#write(`${this.#takeText()}${text.length.toString(16)}\r\n${text}\r\n`, NO_BYTES);
    else if (this.#framing === LENGTH && text.length > this.#left) return this.#cutLonger();
    else this.#write(this.#takeText() + text, NO_BYTES);
    this.#left -= text.length;
    return !this.#isStalled;
  }

  end(trailers?: readonly string[]): void {
    if (!this.isHeadSent || this.isEnded || this.isClosed) return;
    if (this.#framing === LENGTH && this.#left > 0) return this.cut();
    this.isEnded = true;
    const text = this.#takeText() + (this.#framing === CHUNKED ? `0\r\n${this.#trailerLines(trailers)}\r\n` : '');
    if (text !== '') this.#write(text, NO_BYTES);
    return this.#closeOnceSent();
  }

  cut(): void {
    if (this.isClosed) return;
    this.sendText();
    // The end of the connection would be that of the body.
    this.#connection.cut(this.isHeadSent && this.#framing === UNTIL_CLOSE);
  }

  switchProtocols({ reason, lines }: Pick<AnswerHead, 'reason' | 'lines'>): ByteStream {
    if (!this.#request.wantsWebSocket) throw new Error('the request did not ask for a WebSocket');
    if (this.isHeadSent || this.isClosed) return this.#connection.goneStream();
    const upgrade = /(?:^|\n)upgrade:/i.test(lines) ? '' : 'Upgrade: websocket\r\n';
    const text = `${statusLine(101, reason)}${lines}Connection: upgrade\r\n${upgrade}\r\n`;
    this.#markHead(101, text);
    this.isEnded = true;
    this.#write(text, NO_BYTES);
    return this.#connection.handOver();
  }

  sendText(): void {
    if (this.#text !== '' && !this.isClosed) this.#write(this.#takeText(), NO_BYTES);
  }

  /** The connection takes more again. */
  drained(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    if (this.isEnded) this.#closeOnceSent();
    else this.onDrain?.();
  }

  /** It is over, in whatever way. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#text = '';
    const told = this.onClose;
    this.onClose = undefined;
    this.onDrain = undefined;
    told?.();
  }

  #begin(head: AnswerHead, length: number | undefined): string {
    const { status } = head;
    let text = statusLine(status, head.reason) + head.lines;
    const isBodiless = this.#isBodiless(status);
    if (length !== undefined) {
      // What is not there must not be waited for behind a 204, whatever an upstream says of it. RFC 9110 §8.6
      if (status !== 204 || length === 0) text += `Content-Length: ${length}\r\n`;
      if (!isBodiless) this.#framing = LENGTH;
      this.#left = length;
    } else if (!isBodiless) {
      this.#framing = this.#request.version === '1.1' ? CHUNKED : UNTIL_CLOSE;
      if (this.#framing === CHUNKED) text += 'Transfer-Encoding: chunked\r\n';
    }
    this.isPersistent = head.closes !== true && this.#framing !== UNTIL_CLOSE && this.#connection.canGoOn(this);
    const persistence = this.isPersistent ? 'Connection: keep-alive' : 'Connection: close';
    text += head.connectionOptions === undefined ? `${persistence}\r\n\r\n` : `${persistence}, ${head.connectionOptions}\r\n\r\n`;
    this.#markHead(status, text);
    return text;
  }

  #markHead(status: number, text: string): void {
    this.isHeadSent = true;
    this.status = status;
    this.headBytes = text.length;
  }

  #isBodiless(status: number): boolean {
    return this.#request.method === 'HEAD' || status === 204 || status === 304;
  }

  #writeChunk(bytes: Buffer): void {
    const text = `${this.#takeText()}${bytes.length.toString(16)}\r\n`;
    if (bytes.length <= MAX_TEXT_PART) {
      this.#write(`${text}${bytes.toString('latin1')}\r\n`, NO_BYTES);
    } else {
      this.#write(text, bytes);
      this.#text = '\r\n';
      sendAtEndOfTurn(this);
    }
  }

  /** Counts what it writes. */
  #write(text: string, bytes: Buffer): void {
    this.bytesSent += text.length + bytes.length;
    const { stream } = this.#connection;
    let takesMore: boolean;
    if (bytes.length === 0) takesMore = stream.writeText(text);
    else if (bytes.length <= MAX_TEXT_PART) takesMore = stream.writeText(text + bytes.toString('latin1'));
    else takesMore = text === '' ? stream.writeBytes(bytes) : stream.writeBoth(text, bytes);
    this.#isStalled = !takesMore;
    if (this.#isStalled) this.#connection.stall();
  }

  #takeText(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** More than was announced: the client would take the rest for the next answer. */
  #cutLonger(): boolean {
    this.cut();
    return true;
  }

  #trailerLines(trailers: readonly string[] | undefined): string {
    // As by nginx, also to clients that do not ask for them: they drop what they do not know. RFC 9112 §7.1.2
    if (trailers === undefined) return '';
    let lines = '';
    for (let at = 0; at < trailers.length; at += 2) {
      const name = trailers[at]!;
      const value = trailers[at + 1]!;
      if (FIELD_NAME.test(name) && !NO_VALUE.test(value)) lines += `${name}: ${value}\r\n`;
    }
    return lines;
  }

  #closeOnceSent(): void {
    if (this.#isStalled) return;
    this.close();
    this.#connection.answered(this);
  }
}
