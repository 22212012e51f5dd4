/** Requests and answers of Node's HTTP server as the pipeline takes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type {
  AnswerHead, ClientConnection, HeaderLines, HttpVersion, IncomingBody, IncomingRequest, OutgoingAnswer, PartReader,
} from '../../http-engine/messages.ts';
import type { ByteStream } from '../../http-engine/sockets/byte-stream.ts';
import { SocketStream } from '../../http-engine/sockets/socket-stream.ts';
import { flatOf, NodeLines } from './node-message.ts';

const connections = new WeakMap<Socket, ClientConnection>();

export function connectionOf(socket: Socket): ClientConnection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const { encrypted, servername } = socket as Partial<TLSSocket> & { readonly servername?: unknown };
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  const tls = encrypted === true ? {
    version: (socket as TLSSocket).getProtocol() ?? '', cipher: (socket as TLSSocket).getCipher().standardName,
    serverName: typeof servername === 'string' ? servername : undefined,
  } : undefined;
  const made = { remoteAddress, remotePort, localAddress, localPort, tls };
  connections.set(socket, made);
  return made;
}

/** Why a request that Node's parser lets through is refused. RFC 9112 §6.1 */
export function framingFault({ headers, httpVersion }: IncomingMessage): boolean {
  const encoding = headers['transfer-encoding'];
  return (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    || Number(headers['content-length'] ?? 0) > Number.MAX_SAFE_INTEGER;
}

export class NodeRequest implements IncomingRequest {
  readonly method: string;
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderLines;
  readonly connection: ClientConnection;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly wantsWebSocket: boolean;
  readonly expectsContinue: boolean;
  readonly headBytes: number;
  readonly body: IncomingBody;

  constructor(message: IncomingMessage, wish: 'continue' | 'upgrade' | undefined) {
    const { headers, rawHeaders } = message;
    this.method = message.method!;
    this.target = message.url!;
    this.version = message.httpVersion as HttpVersion;
    this.headers = new NodeLines(rawHeaders);
    this.connection = connectionOf(message.socket);
    this.isChunked = headers['transfer-encoding'] !== undefined;
    this.contentLength = this.isChunked || headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    this.wantsWebSocket = wish === 'upgrade';
    this.expectsContinue = wish === 'continue';
    this.headBytes = `${this.method} ${this.target} HTTP/1.1\r\n\r\n`.length
      + rawHeaders.reduce((sum, text) => sum + text.length, 0) + (rawHeaders.length / 2) * ': \r\n'.length;
    this.body = new NodeBody(message, this.isChunked || (this.contentLength ?? 0) > 0);
  }
}

class NodeBody implements IncomingBody {
  taken = 0;
  readonly #message: IncomingMessage;
  readonly #exists: boolean;
  #reader: PartReader | undefined;

  constructor(message: IncomingMessage, exists: boolean) {
    this.#message = message;
    this.#exists = exists;
  }

  get isComplete(): boolean {
    return !this.#exists || this.#message.readableEnded;
  }

  get isAborted(): boolean {
    return this.#exists && this.#message.destroyed && !this.#message.readableEnded;
  }

  read(reader: PartReader): void {
    const isFirst = this.#reader === undefined;
    this.#reader = reader;
    if (!isFirst) return;
    const message = this.#message;
    message.on('data', (chunk: Buffer) => {
      this.taken += chunk.length;
      if (!this.#reader!.part(chunk)) message.pause();
    });
    message.once('end', () => this.#reader!.end(message.rawTrailers));
    message.once('close', () => { if (!message.readableEnded) this.#reader!.abort(); });
    message.on('error', () => undefined);
  }

  resume(): void {
    this.#message.resume();
  }
}

export class NodeAnswer implements OutgoingAnswer {
  isEnded = false;
  isClosed = false;
  status = 0;
  headBytes = 0;
  onClose: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #writtenBefore: number;
  readonly #onLast: () => void;
  #writtenAtEnd: number | undefined;
  #expects: boolean;
  #isSwitched = false;

  /** @param onLast the connection ends behind this answer */
  constructor(response: ServerResponse, expects: boolean, onLast: () => void) {
    this.#response = response;
    this.#socket = response.req.socket;
    this.#writtenBefore = this.#socket.bytesWritten;
    this.#expects = expects;
    this.#onLast = onLast;
    response.on('drain', () => this.onDrain?.());
    response.once('close', () => {
      this.isClosed = true;
      this.#writtenAtEnd = this.#socket.bytesWritten;
      this.headBytes = (response as { readonly _header?: string | null })._header?.length ?? 0;
      this.onClose?.();
    });
  }

  get isHeadSent(): boolean {
    return this.#response.headersSent || this.#isSwitched;
  }

  get bytesSent(): number {
    return (this.#writtenAtEnd ?? this.#socket.bytesWritten) - this.#writtenBefore;
  }

  sendContinue(): void {
    if (!this.#expects) return;
    this.#expects = false;
    this.#response.writeContinue();
  }

  sendHead(head: AnswerHead): void {
    if (this.isClosed || this.isHeadSent) return;
    const response = this.#response;
    const { httpVersion, method } = response.req;
    response.sendDate = false;
    const isBodyless = method === 'HEAD' || head.status === 204 || head.status === 304;
    if (head.closes === true || (head.length === undefined && httpVersion !== '1.1' && !isBodyless)) response.shouldKeepAlive = false;
    if (head.closes === true) this.#onLast();
    const persistence = response.shouldKeepAlive ? 'keep-alive' : 'close';
    const lines = [
      ...flatOf(head.lines), ...head.length === undefined ? [] : ['Content-Length', String(head.length)],
      'Connection', head.connectionOptions === undefined ? persistence : `${persistence}, ${head.connectionOptions}`,
    ];
    if (head.reason === undefined) response.writeHead(head.status, lines);
    else response.writeHead(head.status, head.reason, lines);
    this.status = head.status;
    // The first bytes of a body may be long in coming. Not flushHeaders(): it would encode the head as UTF-8.
    setImmediate(() => {
      if (!response.destroyed && !response.writableEnded) response.write('', 'latin1');
    });
  }

  sendWhole(head: AnswerHead, body: Buffer): void {
    this.sendHead(head);
    this.isEnded = true;
    this.#response.end(body);
  }

  part(bytes: Buffer): boolean {
    return this.#response.write(Buffer.from(bytes));
  }

  end(trailers: readonly string[] = []): void {
    if (trailers.length > 0 && this.#response.chunkedEncoding) {
      const pairs = trailers.flatMap((name, at): [string, string][] => at % 2 === 0 ? [[name, trailers[at + 1]!]] : []);
      this.#response.addTrailers(pairs);
    }
    this.isEnded = true;
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
    // After a switch of protocols the answer has no connection any more.
    if (this.#isSwitched) this.#socket.destroy();
  }

  switchProtocols({ reason = 'Switching Protocols', lines }: Pick<AnswerHead, 'reason' | 'lines'>): ByteStream {
    this.#isSwitched = true;
    this.status = 101;
    this.#response.detachSocket(this.#socket);
    this.#socket.write(`HTTP/1.1 101 ${reason}\r\n${lines}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`, 'latin1');
    const stream = new SocketStream();
    stream.attach(this.#socket, false);
    return stream;
  }
}
