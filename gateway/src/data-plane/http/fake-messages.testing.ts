/** Requests, answers and upstreams in memory, for suites of the pipeline: every call is written down. */
import { readLines } from '../../http-engine/http1/head-lines.ts';
import type {
  AnswerHead, AnswerReader, ClientConnection, HeaderLines, HttpVersion, IncomingBody, IncomingRequest, OutgoingAnswer, PartReader,
  UpstreamAnswerHead, UpstreamCall, UpstreamEngine, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts,
} from '../../http-engine/messages.ts';
import type { ByteStream } from '../../http-engine/sockets/byte-stream.ts';
import { SocketStream } from '../../http-engine/sockets/socket-stream.ts';

export function fakeLines(lines: readonly string[]): HeaderLines {
  const text = lines.map((line) => `${line}\r\n`).join('');
  return readLines(text, 0, text.length, Buffer.from(text, 'latin1'), 0)!;
}

/** A body that the suite sends part by part. */
export class FakeBody implements IncomingBody {
  isComplete: boolean;
  isAborted = false;
  taken = 0;
  /** Whether its reader wants to wait. */
  isPaused = false;
  reader: PartReader | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(exists: boolean) {
    this.isComplete = !exists;
  }

  read(reader: PartReader): void {
    this.reader = reader;
    this.resume();
  }

  resume(): void {
    this.isPaused = false;
    while (!this.isPaused && this.#waiting.length > 0) this.#waiting.shift()!();
  }

  send(text: string): void {
    this.#when(() => {
      this.taken += text.length;
      const bytes = Buffer.from(text, 'latin1');
      this.isPaused = !this.reader!.part(bytes);
      // What was handed over is valid during the call only.
      bytes.fill(0);
    });
  }

  end(trailers?: readonly string[]): void {
    this.#when(() => {
      this.isComplete = true;
      this.reader!.end(trailers);
    });
  }

  abort(): void {
    this.isAborted = true;
    this.reader?.abort();
  }

  #when(work: () => void): void {
    if (this.reader === undefined || this.isPaused) this.#waiting.push(work);
    else work();
  }
}

export interface FakeRequestOptions {
  readonly method?: string;
  readonly target?: string;
  readonly version?: HttpVersion;
  readonly headers?: readonly string[];
  readonly connection?: Partial<ClientConnection>;
  readonly contentLength?: number;
  readonly isChunked?: boolean;
  readonly wantsWebSocket?: boolean;
  readonly expectsContinue?: boolean;
}

export class FakeRequest implements IncomingRequest {
  readonly method: string;
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderLines;
  readonly connection: ClientConnection;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly wantsWebSocket: boolean;
  readonly expectsContinue: boolean;
  readonly headBytes = 100;
  readonly body: FakeBody;

  constructor(options: FakeRequestOptions) {
    const { method = 'GET', target = '/', version = '1.1', headers = ['Host: a.test'], connection = {} } = options;
    this.method = method;
    this.target = target;
    this.version = version;
    this.headers = fakeLines(headers);
    this.connection = isWhole(connection) ? connection : {
      remoteAddress: '127.0.0.1', remotePort: 40_000, localAddress: '127.0.0.1', localPort: 8_000, tls: undefined, ...connection,
    };
    this.contentLength = options.contentLength;
    this.isChunked = options.isChunked ?? false;
    this.wantsWebSocket = options.wantsWebSocket ?? false;
    this.expectsContinue = options.expectsContinue ?? false;
    this.body = new FakeBody(this.isChunked || (this.contentLength ?? 0) > 0);
  }
}

function isWhole(connection: Partial<ClientConnection>): connection is ClientConnection {
  return connection.localPort !== undefined && 'tls' in connection;
}

export class FakeAnswer implements OutgoingAnswer {
  /** What was called, e.g. `head 200`, `part ok`, `end`. */
  readonly calls: string[] = [];
  isHeadSent = false;
  isEnded = false;
  isClosed = false;
  status = 0;
  bytesSent = 0;
  headBytes = 0;
  onClose: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  /** Whether the client reads nothing. */
  isSlow = false;
  sent: AnswerHead | undefined;
  trailers: readonly string[] | undefined;

  sendContinue(): void {
    if (!this.calls.includes('continue')) this.calls.push('continue');
  }

  sendHead(head: AnswerHead): void {
    if (this.isHeadSent || this.isClosed) return;
    this.isHeadSent = true;
    this.sent = head;
    this.status = head.status;
    this.calls.push(`head ${head.status}`);
  }

  sendWhole(head: AnswerHead, body: Buffer): void {
    this.sendHead(head);
    this.part(body);
    this.end();
  }

  part(bytes: Buffer): boolean {
    this.calls.push(`part ${bytes.toString('latin1')}`);
    return !this.isSlow;
  }

  end(trailers?: readonly string[]): void {
    this.trailers = trailers;
    this.isEnded = true;
    this.calls.push('end');
    this.close();
  }

  cut(): void {
    this.calls.push('cut');
    this.close();
  }

  switchProtocols(): ByteStream {
    this.isHeadSent = true;
    this.status = 101;
    return new SocketStream();
  }

  /** The answer is over, or the client gone. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose?.();
  }
}

/** A request that reached the fake upstream. */
export class FakeCall implements UpstreamCall {
  readonly calls: string[] = [];
  /** Whether the upstream reads nothing. */
  isSlow = false;

  constructor(readonly route: UpstreamRoute, readonly head: UpstreamRequestHead, readonly reader: AnswerReader) {}

  sendPart(bytes: Buffer): boolean {
    this.calls.push(`part ${bytes.toString('latin1')}`);
    return !this.isSlow;
  }

  sendEnd(trailers: readonly string[] = []): void {
    this.calls.push(['end', ...trailers].join(' '));
  }

  resume(): void {
    this.calls.push('resume');
  }

  abort(): void {
    this.calls.push('abort');
  }

  /** Sends a head. */
  answer(status = 200, headers: readonly string[] = [], contentLength?: number): void {
    const head: UpstreamAnswerHead = {
      status, reason: 'Fine', version: '1.1', headers: fakeLines(headers), contentLength, hasBody: status !== 204 && status !== 304,
    };
    this.reader.head(head);
  }

  /** Sends a part of a body, in a buffer that is used again afterwards. @returns whether more is wanted */
  part(text: string): boolean {
    const bytes = Buffer.from(text, 'latin1');
    const goesOn = this.reader.part(bytes);
    bytes.fill(0);
    return goesOn;
  }
}

export class FakeUpstreams implements UpstreamEngine {
  readonly calls: FakeCall[] = [];
  /** What happens with each request before `send` returns. @default - the connection is open */
  onSend: (call: FakeCall) => void = ({ reader }) => reader.ready();

  send(route: UpstreamRoute, head: UpstreamRequestHead, _timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    const call = new FakeCall(route, { ...head, lines: head.lines }, reader);
    this.calls.push(call);
    this.onSend(call);
    return call;
  }

  close(): void {
    // Nothing is open.
  }
}
