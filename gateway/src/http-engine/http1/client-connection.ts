/**
 * A connection of a client that speaks HTTP/1.1: one request at a time, what follows waits within a bound. Bytes that are no request are
 * refused, and the connection is closed so that the client can read why. RFC 9112 §9.
 */
import type { ClientConnection, ConnectionTls, RequestHandler } from '../messages.ts';
import type { ByteReader, ByteStream } from '../sockets/byte-stream.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';
import { ClientAnswer } from './client-answer.ts';
import type { AnsweringConnection } from './client-answer.ts';
import { ClientRequest } from './client-request.ts';
import type { BodySource } from './client-request.ts';
import type { Http1Limits, Http1Timeouts } from './limits.ts';
import { readRequestHead, readRequestLine } from './request-head.ts';
import { REQUEST_REFUSALS } from './request-refusals.ts';
import type { RefusalReason } from './request-refusals.ts';

/** Most heads are shorter; what comes with them of a body need not become text. Bytes. */
const FIRST_READ = 4_096;

const MAX_EMPTY_LINES = 8;

/** RFC 9113 §3.4. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A CR that is not followed by LF, or the other way round. A CR at the end may still be. */
const BARE_LINE_END = /(?<!\r)\n|\r(?=[^\n])/g;

/** Waits for a head, or for the rest of it. */
const HEAD = 0;
const BODY = 1;
/** The request has come as a whole, its answer is on its way. */
const ANSWER = 2;
/** The answer has been sent, and the rest of the body is dropped. */
const DRAIN = 3;
/** We have ended; what the client still sends is dropped until it ends, too. */
const LINGER = 4;
/** Speaks another protocol now. */
const SWITCHED = 5;
const CLOSED = 6;

/** What a connection needs of its stream. */
export interface ClientStream extends ByteStream {
  /** Bytes written that the system has not taken yet. */
  readonly unsent: number;
  /** Called before the reader's `close`, whichever reader that is. */
  onGone: (() => void) | undefined;
  /** Breaks the connection off so that the other end cannot take it for an orderly end. */
  reset(): void;
  /** Hands bytes to the reader again, later and before others. They are kept. */
  unread(bytes: Buffer): void;
}

/** What is the same for all connections. */
export interface ConnectionSurroundings {
  readonly handler: RequestHandler;
  readonly limits: Http1Limits;
  readonly timeouts: Http1Timeouts;
  /** Seconds since the start, coarsely: no request needs to ask for the time, and no change of a clock ends one. */
  readonly tick: number;
  /** Whether each answer is the last one of its connection. */
  readonly isStopping: boolean;
  /** The answer to bytes that are no request. @param accept the client's Accept header */
  refusalText(status: number, reason: RefusalReason, accept: string | undefined): RefusalText;
  forget(connection: ClientConnectionHttp1): void;
}

export interface RefusalText {
  /** Head and body, as they travel, with `Connection: close`. */
  readonly text: string;
  /** Of those, the body. */
  readonly bodyBytes: number;
  readonly requestId: string;
}

/** Takes over a connection that begins with the preface of HTTP/2. @param first what was read of it, the preface included */
export type OnPreface = (stream: ByteStream, client: ClientConnection, first: Buffer) => void;

export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls: ConnectionTls | undefined;
}

export class ClientConnectionHttp1 implements BodySource, AnsweringConnection, ByteReader {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls: ConnectionTls | undefined;
  kept: object | undefined = undefined;
  readonly stream: ClientStream;
  readonly #service: ConnectionSurroundings;
  /** As long as the connection may be one of HTTP/2. */
  #onPreface: OnPreface | undefined;
  #state = HEAD;
  /** Beginning of a head. */
  #text = '';
  #emptyLines = 0;
  #request: ClientRequest | undefined = undefined;
  #answer: ClientAnswer | undefined = undefined;
  #requests = 0;
  #decoder: ChunkedDecoder | undefined = undefined;
  /** Bytes of the body that are still to come, where its length is said. */
  #left = 0;
  #drained = 0;
  /** Bytes that have come and are not read yet. */
  #waiting: Buffer | undefined = undefined;
  #isReading = false;
  #isPaused = false;
  #hasInputEnded = false;
  /** Tick of the service at which patience ends. 0: never */
  #deadline: number;
  #writeDeadline = 0;

  constructor(stream: ClientStream, facts: ConnectionFacts, service: ConnectionSurroundings, onPreface?: OnPreface) {
    this.remoteAddress = facts.remoteAddress;
    this.remotePort = facts.remotePort;
    this.localAddress = facts.localAddress;
    this.localPort = facts.localPort;
    this.tls = facts.tls;
    this.stream = stream;
    this.#service = service;
    this.#onPreface = onPreface;
    this.#deadline = service.tick + service.timeouts.head;
    stream.reader = this;
    stream.onGone = () => this.#gone();
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return this.#state === HEAD && this.#text === '' && this.#waiting === undefined;
  }

  get hasBodyBegun(): boolean {
    return this.#state === BODY && (this.#waiting !== undefined || this.#request!.taken > 0);
  }

  // Of the stream

  data(buffer: Buffer, start: number, end: number): void {
    if (this.#waiting !== undefined) this.#keep(buffer, start, end);
    else this.#keep(buffer, this.#read(buffer, start, end), end);
  }

  drain(): void {
    this.#writeDeadline = 0;
    this.#answer?.drained();
  }

  end(): void {
    this.#hasInputEnded = true;
    if (this.#waiting === undefined) this.#endInput();
    // What waits of a body is not all of it.
    else if (this.#state === BODY && this.#left > this.#waiting.length) this.#breakBody('incomplete-body');
  }

  close(): void {
    this.#gone();
  }

  // Of the request and the answer

  /** Reads what waits, as far as a reader takes it. */
  goOn(): void {
    if (this.#isReading) return;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      const at = this.#read(waiting, 0, waiting.length);
      if (at < waiting.length && this.#keeps) this.#waiting = waiting.subarray(at);
      if (this.#waiting !== undefined) return;
    }
    if (this.#hasInputEnded) this.#endInput();
    this.#resume();
  }

  canGoOn(answer: ClientAnswer): boolean {
    const request = this.#request!;
    if (!request.isPersistent || this.#service.isStopping || this.#requests >= this.#service.limits.requests) return false;
    if (this.#hasInputEnded && this.#waiting === undefined) return false;
    if (this.#state !== BODY) return true;
    // A client that got no 100 may send the body or not.
    return !answer.isExpectationOpen && this.#left <= this.#service.limits.drainBytes;
  }

  stall(): void {
    if (this.#writeDeadline === 0) this.#writeDeadline = this.#service.tick + this.#service.timeouts.write;
  }

  answered(answer: ClientAnswer): void {
    if (answer !== this.#answer) return;
    this.#answer = undefined;
    if (!answer.isPersistent) return this.#linger();
    if (this.#state === ANSWER) return this.#next();
    this.#state = DRAIN;
    this.#drained = 0;
    this.#deadline = this.#service.tick + this.#service.timeouts.drain;
    return this.goOn();
  }

  cut(wouldMislead: boolean): void {
    if (wouldMislead) this.stream.reset();
    else this.stream.destroy();
    this.#gone();
  }

  handOver(): ByteStream {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#state = SWITCHED;
    this.#deadline = 0;
    this.#writeDeadline = 0;
    if (waiting !== undefined) this.stream.unread(waiting);
    this.#resume();
    return this.stream;
  }

  goneStream(): ByteStream {
    setImmediate(() => this.stream.reader.close(undefined));
    return this.stream;
  }

  // Of the service

  /** Closes it when nothing is under way; else the answer under way is the last one. */
  stop(): void {
    if (this.isIdle) this.#linger();
  }

  /** Looks whether the client takes too long. */
  checkTime(tick: number): void {
    if (this.#writeDeadline !== 0 && tick > this.#writeDeadline && this.stream.unsent > 0) return this.cut(true);
    if (this.#deadline === 0 || tick <= this.#deadline) return undefined;
    switch (this.#state) {
      case HEAD:
        return this.#text === '' ? this.#linger() : this.#refuse('head-timeout');
      case BODY:
        // It is not the client who is slow.
        if (!this.#request!.isWanted) return void (this.#deadline = tick + this.#service.timeouts.body);
        return this.#breakBody('body-timeout');
      case DRAIN:
        return this.#linger();
      default:
        // What the client has not taken yet has its own deadline.
        if (this.stream.unsent > 0) return this.stall();
        return this.stream.destroy();
    }
  }

  /** @returns where it stopped: what follows has to wait */
  #read(buffer: Buffer, start: number, end: number): number {
    this.#isReading = true;
    let at = start;
    while (at < end) {
      if (this.#state === HEAD) at = this.#readHead(buffer, at, end);
      else if (this.#state === DRAIN || (this.#state === BODY && this.#request!.isWanted)) at = this.#readBody(buffer, at, end);
      else break;
    }
    this.#isReading = false;
    return at;
  }

  get #keeps(): boolean {
    return this.#state !== LINGER && this.#state !== CLOSED;
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    if (start === end || !this.#keeps) return;
    const bytes = buffer.subarray(start, end);
    if (this.#state === SWITCHED) return this.stream.unread(Buffer.from(bytes));
    this.#waiting = this.#waiting === undefined ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes]);
    if (this.#waiting.length >= this.#service.limits.waitingBytes) this.#pause();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.stream.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.stream.resume();
  }

  #readHead(buffer: Buffer, start: number, end: number): number {
    const { limits } = this.#service;
    const before = this.#text.length;
    let until = Math.min(end, start + FIRST_READ);
    let text = this.#text + buffer.toString('latin1', start, until);
    if (this.#onPreface !== undefined) {
      const begins = text.slice(0, PREFACE.length);
      if (begins === PREFACE) return this.#leave(Buffer.concat([Buffer.from(this.#text, 'latin1'), buffer.subarray(start, end)]), end);
      if (PREFACE.startsWith(begins)) {
        this.#text = text;
        return end;
      }
      this.#onPreface = undefined;
    }
    const from = this.#skipEmptyLines(text);
    if (this.#emptyLines > MAX_EMPTY_LINES) return this.#refuseHead('empty-lines', '', end);
    let headEnd = text.indexOf('\r\n\r\n', Math.max(from, before - 3));
    if (headEnd === -1 && until < end) {
      // A byte more than is allowed is enough to see that it is too much.
      until = Math.min(end, start + limits.requestLineBytes + limits.headerBytes + 8);
      text = this.#text + buffer.toString('latin1', start, until);
      headEnd = text.indexOf('\r\n\r\n', Math.max(from, before - 3));
    }
    if (headEnd === -1) {
      this.#waitForHead(text.slice(from), before);
      return end;
    }
    this.#text = '';
    this.#emptyLines = 0;
    const request = new ClientRequest(this);
    const refusal = before === 0
      ? readRequestHead(request, text, from, headEnd, buffer, start, limits)
      : readRequestHead(request, text, from, headEnd, Buffer.from(text, 'latin1'), 0, limits);
    if (refusal !== undefined) {
      return this.#refuseHead(hasBareLineEnd(text.slice(from, headEnd + 2)) ? 'bare-line-end' : refusal, text, end);
    }
    this.#begin(request);
    return start + headEnd + 4 - before;
  }

  /** Gives the connection away to HTTP/2. */
  #leave(first: Buffer, end: number): number {
    const take = this.#onPreface!;
    this.#text = '';
    this.#gone();
    this.stream.onGone = undefined;
    take(this.stream, this, first);
    return end;
  }

  /** RFC 9112 §2.2: before a request line, servers ignore some. @returns where the request line begins */
  #skipEmptyLines(text: string): number {
    let from = 0;
    while (text.charCodeAt(from) === 13 && text.startsWith('\r\n', from)) {
      from += 2;
      this.#emptyLines += 1;
    }
    return from;
  }

  /** Keeps the beginning of a head, unless it can already be seen that it is none. @param before what was kept, in characters */
  #waitForHead(text: string, before: number): void {
    const { limits, timeouts, tick } = this.#service;
    if (hasBareLineEnd(text, before - 1)) return this.#refuse('bare-line-end', text);
    const lineEnd = text.indexOf('\r\n');
    if (lineEnd !== -1 || text.length > limits.requestLineBytes) {
      const refusal = readRequestLine(new ClientRequest(this), text, 0, Buffer.from(text, 'latin1'), 0, limits);
      if (refusal !== undefined) return this.#refuse(refusal, text);
      if (text.length - lineEnd - 2 > limits.headerBytes) return this.#refuse('head-too-large', text);
    }
    if (this.#text === '' && text !== '') this.#deadline = tick + timeouts.head;
    this.#text = text;
    return undefined;
  }

  #begin(request: ClientRequest): void {
    this.#requests += 1;
    const answer = new ClientAnswer(this, request);
    this.#request = request;
    this.#answer = answer;
    this.#left = request.contentLength ?? 0;
    this.#decoder = request.isChunked ? new ChunkedDecoder() : undefined;
    if (request.isChunked || this.#left > 0) {
      this.#state = BODY;
      this.#deadline = this.#service.tick + this.#service.timeouts.body;
    } else {
      this.#state = ANSWER;
      this.#deadline = 0;
      request.complete();
    }
    this.#service.handler.request(request, answer);
  }

  #readBody(buffer: Buffer, start: number, end: number): number {
    if (this.#state === BODY) this.#deadline = this.#service.tick + this.#service.timeouts.body;
    const decoder = this.#decoder;
    if (decoder === undefined) {
      const until = Math.min(end, start + this.#left);
      this.#left -= until - start;
      if (this.#state === DRAIN) this.#drop(until - start);
      else this.#request!.give(buffer.subarray(start, until));
      if (this.#left === 0) this.#completeBody();
      return until;
    }
    const at = decoder.step(buffer, start, end);
    if (this.#state === DRAIN) this.#drop(at - start);
    else if (decoder.partEnd > decoder.partStart) this.#request!.give(buffer.subarray(decoder.partStart, decoder.partEnd));
    if (decoder.refusal !== undefined) this.#breakBody(decoder.refusal);
    else if (decoder.isDone) this.#completeBody(decoder.trailers);
    return at;
  }

  #drop(bytes: number): void {
    this.#drained += bytes;
    if (this.#drained > this.#service.limits.drainBytes) this.#linger();
  }

  #completeBody(trailers?: readonly string[]): void {
    if (this.#state === DRAIN) return this.#next();
    if (this.#state !== BODY) return undefined;
    this.#state = ANSWER;
    this.#deadline = 0;
    return this.#request!.complete(trailers);
  }

  #next(): void {
    this.#state = HEAD;
    this.#request = undefined;
    this.#decoder = undefined;
    if (this.#service.isStopping && this.isIdle) return this.#linger();
    this.#deadline = this.#service.tick + this.#service.timeouts.idle;
    return this.goOn();
  }

  /** The client has ended, and everything it sent is read. */
  #endInput(): void {
    if (this.#state === HEAD) return this.#text === '' ? this.#linger() : this.#refuse('incomplete-head', this.#text);
    if (this.#state === BODY) return this.#breakBody('incomplete-body');
    if (this.#state === SWITCHED) return undefined;
    // TCP does not tell a client that waits for its answer from one that is gone; nginx takes it for gone, too.
    return this.#state === ANSWER ? this.cut(false) : this.#linger();
  }

  #breakBody(reason: RefusalReason): void {
    if (this.#state === DRAIN) return this.#linger();
    if (this.#state !== BODY) return undefined;
    return this.#answer!.isHeadSent ? this.#answer!.cut() : this.#refuse(reason);
  }

  #refuseHead(reason: RefusalReason, text: string, end: number): number {
    this.#refuse(reason, text);
    return end;
  }

  /** @param head as far as it came. @default - that of the request under way */
  #refuse(reason: RefusalReason, head?: string): void {
    const { status } = REQUEST_REFUSALS[reason];
    const accept = head === undefined ? this.#request?.headers.first('accept') : acceptOf(head, reason);
    const { text, bodyBytes, requestId } = this.#service.refusalText(status, reason, accept);
    this.stream.writeText(text);
    this.#service.handler.refused({ connection: this, status, answerBytes: text.length, bodyBytes, requestId, reason });
    this.#endRequest(LINGER);
    this.#linger();
  }

  /** Ends our side, and reads on until the client has ended, too: a reset could take the answer away from it. */
  #linger(): void {
    if (this.#state === CLOSED) return;
    this.#state = LINGER;
    this.#waiting = undefined;
    this.#text = '';
    this.#request = undefined;
    this.#deadline = this.#service.tick + this.#service.timeouts.linger;
    this.stream.end();
    this.#resume();
  }

  #gone(): void {
    if (this.#state === CLOSED) return;
    this.#endRequest(CLOSED);
    this.#waiting = undefined;
    this.#text = '';
    this.#deadline = 0;
    this.#writeDeadline = 0;
    this.#service.forget(this);
  }

  #endRequest(state: number): void {
    const request = this.#request;
    const answer = this.#answer;
    const isBroken = this.#state === BODY;
    this.#state = state;
    this.#request = undefined;
    this.#answer = undefined;
    if (isBroken) request!.isAborted = true;
    answer?.close();
    if (isBroken) request!.tellAbort();
  }
}

function hasBareLineEnd(text: string, from = 0): boolean {
  BARE_LINE_END.lastIndex = Math.max(0, from);
  return BARE_LINE_END.test(text);
}

/** Refused before header lines are looked at, as in nginx: the answer does not heed them. */
const OF_REQUEST_LINE: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'empty-lines', 'method', 'method-too-long', 'target', 'request-line-too-long', 'no-version', 'version',
]);

function acceptOf(head: string, reason: RefusalReason): string | undefined {
  return OF_REQUEST_LINE.has(reason) ? undefined : /\r\naccept:[\t ]*([^\r\n]*)/i.exec(head)?.[1];
}
