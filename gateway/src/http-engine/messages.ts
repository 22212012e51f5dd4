/**
 * What an HTTP engine and the pipeline above it say to each other: requests and answers as bytes and lines, whatever protocol they travel
 * in. Texts of heads are one character for each byte. No type of `node:http` appears here.
 */
import type { ByteStream } from './sockets/byte-stream.ts';

/** Header names that are left out of a copy, made once by `droppedHeaders`. */
export interface DroppedHeaders {
  /** By the number of a known name. */
  readonly known: Uint8Array;
  /** Lower-case names that have no number. */
  readonly others: ReadonlySet<string>;
}

/** The header lines of one message. */
export interface HeaderLines {
  readonly count: number;
  /** Whether a name that the gateway knows may have several lines. */
  readonly mayRepeat: boolean;
  /** Whether there is a line with a known name. @param id of that name, see `http1/known-headers.ts` */
  has(id: number): boolean;
  /** The first value of a known name: this takes no look at names. */
  known(id: number): string | undefined;
  /** The first value. @param name in lower case */
  first(name: string): string | undefined;
  /** All values, in the order in which they came. @param name in lower case */
  values(name: string): readonly string[];
  /** Names as they travelled and values, in turn. */
  flat(): readonly string[];
  /** The name of a line, as it travelled. */
  nameAt(line: number): string;
  valueAt(line: number): string;
  /** Whether `copyWithout` leaves a line out. */
  isDropped(line: number, dropped: DroppedHeaders, more?: ReadonlySet<string>): boolean;
  /** The lines as text, each with its CRLF, but for some. @param more further lower-case names to leave out */
  copyWithout(dropped: DroppedHeaders, more?: ReadonlySet<string>): string;
}

/** The connection that a request came in on: the same object for each of its requests. */
export interface ClientConnection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** What was agreed on in the handshake. `undefined`: a plain connection */
  readonly tls: ConnectionTls | undefined;
  /** What the handler of its requests keeps about it. */
  kept?: object | undefined;
}

export interface ConnectionTls {
  readonly version: string;
  readonly cipher: string;
  /** SNI of the client. */
  readonly serverName: string | undefined;
}

export type HttpVersion = '1.0' | '1.1' | '2.0';

/** A request whose head is whole and well formed. Its body may still be on its way. */
export interface IncomingRequest {
  readonly method: string;
  /** As it came: in origin, absolute or asterisk form. */
  readonly target: string;
  readonly version: HttpVersion;
  /** Of HTTP/2 without pseudo-headers; `:authority` is the line `host`. */
  readonly headers: HeaderLines;
  readonly connection: ClientConnection;
  /** Content-Length. `undefined`: there is no body, or its length is not known beforehand. Bytes. */
  readonly contentLength: number | undefined;
  /** Whether a body follows whose length is not known beforehand. */
  readonly isChunked: boolean;
  /** Whether it asks for a WebSocket, as RFC 6455 §4.1 says, on a connection that can switch. */
  readonly wantsWebSocket: boolean;
  /** Whether the client waits for a 100 before it sends its body. */
  readonly expectsContinue: boolean;
  /** Of the head, as it travelled. Bytes. */
  readonly headBytes: number;
  readonly body: IncomingBody;
}

/** Takes a body in parts. */
export interface PartReader {
  /**
   * @param bytes valid during the call only: a reader that keeps them copies them
   * @returns false to get nothing further until `resume`
   */
  part(bytes: Buffer): boolean;
  /** A short part, one character for each byte. @default - `part` gets it */
  textPart?(text: string): boolean;
  /** @param trailers names and values in turn, without those that RFC 9110 §6.5.1 forbids */
  end(trailers?: readonly string[]): void;
  /** The other end broke off, or sent what is no body: nothing follows. */
  abort(): void;
}

/** The body of a request. Until the handler takes it, the connection is read no further than a bound. */
export interface IncomingBody {
  /** Whether all of it has come and was handed over; true from the start where there is none. */
  readonly isComplete: boolean;
  readonly isAborted: boolean;
  /** Bytes of it that have been handed over, without framing. */
  readonly taken: number;
  /** Hands all that has not been handed over yet to this reader, which replaces the one before. May call it before it returns. */
  read(reader: PartReader): void;
  resume(): void;
}

/** Head of an answer. Framing (Content-Length, Transfer-Encoding) and Connection are the engine's to add. */
export interface AnswerHead {
  readonly status: number;
  /** Reason phrase. @default - the usual one for the status */
  readonly reason?: string | undefined;
  /** Header lines, each with its CRLF, without those of framing and connection. */
  readonly lines: string;
  /**
   * Length of the body; of an answer to HEAD, or a 304, what Content-Length says. `undefined`: not known beforehand (or not said, where no
   * body can follow). Bytes.
   */
  readonly length: number | undefined;
  /** Whether the connection ends behind this answer. @default false */
  readonly closes?: boolean | undefined;
  /** More tokens for the Connection header of this answer, e.g. `Upgrade` of a 426. */
  readonly connectionOptions?: string | undefined;
}

/** The answer to one request. Each method may be called at any time: what makes no sense any more has no effect. */
export interface OutgoingAnswer {
  /** Whether the head was handed over: another answer is no longer possible. */
  readonly isHeadSent: boolean;
  /** Whether the answer was completed (`end`). */
  readonly isEnded: boolean;
  /** Whether it is over: sent as a whole, or its connection is gone. */
  readonly isClosed: boolean;
  /** Status that was sent; 0 before. */
  readonly status: number;
  /** Bytes handed to the connection, interim answers and framing included. */
  readonly bytesSent: number;
  /** Of those, the head. */
  readonly headBytes: number;
  /** Called once, when it is over. */
  onClose: (() => void) | undefined;
  /** Called when the other end has taken enough for `part` to go on. */
  onDrain: (() => void) | undefined;
  /** `100 Continue`, at most once and only to a client that waits for it. */
  sendContinue(): void;
  /** Sends the head, together with the parts that follow in the same turn of the event loop. */
  sendHead(head: AnswerHead): void;
  /** Head and the whole body, `length` bytes, in one write. */
  sendWhole(head: AnswerHead, body: Buffer): void;
  /** @param bytes may be overwritten after the call @returns false when the other end is slow: wait for `onDrain` */
  part(bytes: Buffer): boolean;
  /** The same for a short part, one character for each byte. @default - only `part` takes parts */
  textPart?(text: string): boolean;
  /** @param trailers names and values in turn: sent where the protocol and the client allow it, else dropped */
  end(trailers?: readonly string[]): void;
  /** Breaks off: the client must not take the part for the whole. */
  cut(): void;
  /** Answers 101 and hands the connection over. @throws Error the request did not ask for a WebSocket */
  switchProtocols(head: Pick<AnswerHead, 'reason' | 'lines'>): ByteStream;
}

/** What engines hand requests to. Must not throw. */
export interface RequestHandler {
  request(request: IncomingRequest, answer: OutgoingAnswer): void;
  /** Bytes that are no request were refused with this answer. For the access log and counters. */
  refused(refusal: RefusedBytes): void;
}

export interface RefusedBytes {
  readonly connection: ClientConnection;
  readonly status: number;
  readonly answerBytes: number;
  /** Of those, the body. */
  readonly bodyBytes: number;
  readonly requestId: string;
  /** Why, as a key of metrics, e.g. `two-hosts`. */
  readonly reason: string;
}

// Upstream

/** A connection that requests may share: `key` is the same for all whose every setting is the same. */
export interface UpstreamRoute {
  readonly key: string;
  readonly ip: string;
  readonly port: number;
  /** Options of `tls.connect`. @default - a plain connection */
  readonly tls?: UpstreamTlsOptions | undefined;
  /** `h2`: HTTP/2, over TLS by ALPN, else by prior knowledge. @default 'http1' */
  readonly protocol?: 'http1' | 'h2';
}

/** Passed to `tls.connect` as they are. */
export type UpstreamTlsOptions = Omit<import('node:tls').ConnectionOptions, 'host' | 'port' | 'socket'>;

export interface UpstreamTimeouts {
  readonly connectMs: number;
  /** Longest pause between two writes. */
  readonly writeMs: number;
  /** Longest pause between two reads, and until the head comes. */
  readonly readMs: number;
}

export interface UpstreamRequestHead {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Header lines, each with its CRLF, Host first, without those of framing and connection. */
  readonly lines: string;
  /** `none`: without any framing; a number: Content-Length. */
  readonly body: 'none' | 'chunked' | number;
  /** Whether it asks for a WebSocket: the engine adds `Connection` and `Upgrade`. */
  readonly upgrade: boolean;
  /** A request that must not arrive twice uses a kept connection only when no close of it is waiting to be read. */
  readonly isRepeatable: boolean;
}

/** An answer whose head is whole and well formed. */
export interface UpstreamAnswerHead {
  readonly status: number;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: HeaderLines;
  /** `undefined`: not said, or in chunks, or until the connection ends. Bytes. */
  readonly contentLength: number | undefined;
  /** Whether a body follows (not to HEAD, nor with 204 or 304). */
  readonly hasBody: boolean;
}

/** What failed. `invalid`: what came is no answer to this request. */
export type UpstreamFailure = 'connect' | 'timeout' | 'broken' | 'invalid';

export interface UpstreamProblem {
  readonly kind: UpstreamFailure;
  /** Whether a part of the request may have reached the upstream. */
  readonly sent: boolean;
  /** Whether a kept connection was closed before a byte of an answer came: most likely before it was used again. */
  readonly isStale: boolean;
  readonly message: string;
}

/** Takes what an upstream sends. Exactly one of `end`, `upgraded` and `fail` comes last, unless the call was aborted. */
export interface AnswerReader extends Omit<PartReader, 'abort'> {
  /** The connection is open and the head of the request is on its way: the body may follow. */
  ready(): void;
  /** More of the request's body may be sent, after `sendPart` returned false. */
  drain(): void;
  head(answer: UpstreamAnswerHead): void;
  /** The upstream switched protocols, as it was asked to. @param first bytes behind its head, maybe none: keep them by a copy */
  upgraded(answer: UpstreamAnswerHead, stream: ByteStream, first: Buffer): void;
  /** Before the head: there is no answer. Behind it: the body broke off. */
  fail(problem: UpstreamProblem): void;
}

/** A request on its way. What is called behind its end has no effect. */
export interface UpstreamCall {
  /** @param bytes may be overwritten after the call @returns false to wait for `drain` */
  sendPart(bytes: Buffer): boolean;
  sendEnd(trailers?: readonly string[]): void;
  /** After `part` returned false. */
  resume(): void;
  /** Ends it, with its connection. */
  abort(): void;
}

export interface UpstreamEngine {
  /** Starts a request; the reader is called later, or before this returns. */
  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall;
  close(): void;
}
