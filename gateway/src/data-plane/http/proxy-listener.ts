/** The proxy's ports: HTTP/1.1 on Node's server, with its strict parser. */
import { ServerResponse } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { messageOf } from '../../base/errors.ts';
import { listen, openEach } from '../../base/listen.ts';
import type { Log } from '../../base/log.ts';
import type { ListenerServers } from '../../listener/listener-servers.ts';
import type { Listener } from '../../settings/settings.ts';
import { malformedAnswer, malformedText } from './malformed-answer.ts';
import { connectionOf, framingFault, NodeAnswer, NodeRequest } from './node-server-adapter.ts';
import type { Pipeline } from './pipeline.ts';

/** nginx' four buffers of 8 KiB for a head, and the request line. */
const MAX_HEAD_BYTES = 49_152;

const SERVER_OPTIONS = {
  insecureHTTPParser: false,
  // The pipeline checks it, so that the answer has the gateway's format.
  requireHostHeader: false,
  maxHeaderSize: MAX_HEAD_BYTES,
  keepAliveTimeout: 75_000,
  headersTimeout: 60_000,
  // A body may take as long as it takes.
  requestTimeout: 0,
};

/** RFC 6455 §4.1. A body would be read as frames, or, when the upstream refuses, as the next request. */
function asksForWebSocket({ method, httpVersion, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return method === 'GET' && httpVersion === '1.1' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody;
}

export class ProxyListener {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Duplex>();
  readonly #pipeline: Pipeline;
  readonly #log: Log;
  readonly #waiting = new WeakMap<Duplex, Set<ServerResponse>>();
  /** Connections that end behind an answer. */
  readonly #refused = new WeakSet<Duplex>();
  #accepted = 0;

  constructor(pipeline: Pipeline, log: Log) {
    this.#pipeline = pipeline;
    this.#log = log;
  }

  /**
   * @param servers makes the server of each address
   * @throws GatewayError `address-unavailable`, `certificate-missing`
   */
  async open(listeners: readonly Listener[], servers: ListenerServers): Promise<readonly AddressInfo[]> {
    return openEach(listeners, this.#log, async (listener) => {
      const server = this.#createServer(listener, servers);
      const bound = await listen(server, listener, servers.setting);
      this.#servers.push(server);
      return bound;
    });
  }

  /** Connections open now, idle ones included. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Accepts no new connections, and closes each open one after its current answer. Settles when all are closed. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of this.#servers) server.closeIdleConnections();
    await Promise.all(closed);
  }

  /** Closes all open connections at once. */
  abort(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Records the answers that a connection waits for. */
  #track(socket: Duplex, response: ServerResponse): void {
    const waiting = this.#waiting.get(socket) ?? new Set();
    this.#waiting.set(socket, waiting.add(response));
    response.once('close', () => waiting.delete(response));
  }

  /** Answers what the parser rejects, behind the answers to the requests before it. */
  #refuseRest(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const last = this.#lastWaiting(socket);
    const answer = malformedAnswer(error, last === undefined);
    // The body of the last request is what is broken: its answer will never come.
    if (last !== undefined && !last.req.complete) {
      const others = this.#waiting.get(socket)!.size > 1;
      return others || last.headersSent ? void socket.destroy() : this.#endWith(socket, answer);
    }
    return this.#endAfterAnswers(socket, answer);
  }

  #endAfterAnswers(socket: Duplex, answer: string): void {
    const last = this.#lastWaiting(socket);
    if (last === undefined) return this.#endWith(socket, answer);
    // After `Connection: close` from the client, what follows is dropped without an answer.
    last.once('close', () => last.shouldKeepAlive ? this.#endWith(socket, answer) : socket.destroy());
    return undefined;
  }

  #endWith(socket: Duplex, answer: string): void {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    this.#pipeline.refused({
      // Known only while the connection is open.
      connection: connectionOf(socket as Socket),
      status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)),
      answerBytes: answer.length,
      bodyBytes: body.length,
      requestId: /\r\nX-Kong-Request-Id: ([0-9a-f]+)/.exec(head)?.[1] ?? '',
      reason: 'malformed',
    });
    socket.end(answer, () => socket.destroy());
  }

  #serve(request: IncomingMessage, response: ServerResponse, wish?: 'continue' | 'upgrade'): void {
    const { socket } = request;
    // What a client sent behind a request that was refused as malformed is not to be trusted to be a request.
    if (this.#refused.has(socket)) return;
    if (!['1.0', '1.1'].includes(request.httpVersion)) {
      return this.#endWith(socket, malformedText('505 HTTP Version Not Supported', 'HTTP version not supported'));
    }
    if (framingFault(request)) return this.#endWith(socket, malformedText('400 Bad Request', 'Bad request'));
    const answer = new NodeAnswer(response, wish === 'continue', () => this.#refused.add(socket));
    return this.#pipeline.request(new NodeRequest(request, wish), answer);
  }

  #lastWaiting(socket: Duplex): ServerResponse | undefined {
    return [...this.#waiting.get(socket) ?? []].at(-1);
  }

  #createServer(listener: Listener, servers: ListenerServers): Server {
    const options = {
      ...SERVER_OPTIONS,
      // The connection still belongs to the answers that wait on it: a request behind them is served without the switch, RFC 9110 §7.8.
      shouldUpgradeCallback: (request: IncomingMessage) => asksForWebSocket(request) && this.#lastWaiting(request.socket) === undefined,
    };
    const server = servers.create(listener, options);
    // Below TLS: a connection whose handshake is not over is one to close, too.
    server.on('connection', (socket: Duplex) => {
      // A connection that comes back after a refused upgrade.
      if (this.#sockets.has(socket)) return;
      this.#accepted += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const serve = (wish?: 'continue') => (request: IncomingMessage, response: ServerResponse) => {
      this.#track(request.socket, response);
      this.#serve(request, response, wish);
    };
    server.on('request', serve());
    server.on('checkContinue', serve('continue'));
    // Other expectations are ignored, as by nginx.
    server.on('checkExpectation', serve());
    const comeBack = (socket: Duplex) => void server.emit(listener.ssl ? 'secureConnection' : 'connection', socket);
    server.on('upgrade', (request, socket, head) => {
      this.#serve(request, responseOn(socket, request, head, () => comeBack(socket)), 'upgrade');
    });
    server.on('connect', (_request, socket: Duplex) => {
      socket.on('error', () => socket.destroy());
      this.#endAfterAnswers(socket, malformedText('405 Method Not Allowed', 'Method not allowed'));
    });
    server.on('clientError', (error, socket) => this.#refuseRest(error, socket));
    server.once('listening', () => {
      server.on('error', (error) => this.#log.error(`KONG_PROXY_LISTEN: a connection could not be accepted: ${messageOf(error)}`));
    });
    return server;
  }
}

/**
 * The answer to a request with which Node's server has handed its connection over: from here on only we listen to it.
 *
 * @param comeBack gives the connection to the server again, after an answer that is no switch
 */
function responseOn(socket: Duplex, request: IncomingMessage, head: Buffer, comeBack: () => void): ServerResponse {
  socket.on('error', () => socket.destroy());
  if (head.length > 0) socket.unshift(head);
  const response = new ServerResponse(request);
  response.assignSocket(socket as Socket);
  response.shouldKeepAlive = !/\bclose\b/i.test(request.headers.connection ?? '');
  const end = () => response.emit('close');
  socket.once('close', end);
  response.once('finish', () => {
    if (!response.shouldKeepAlive || socket.destroyed) return void socket.end();
    response.detachSocket(socket as Socket);
    socket.off('close', end);
    end();
    return comeBack();
  });
  return response;
}
