/** The proxy's ports: accepts connections, TLS included, and hands each to the engine of its protocol. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { messageOf } from '../../base/errors.ts';
import { plainAddress } from '../../base/ip-range.ts';
import { listen, openEach } from '../../base/listen.ts';
import type { Log } from '../../base/log.ts';
import type { ConnectionFacts, OnPreface } from '../../http-engine/http1/client-connection.ts';
import { Http1Service } from '../../http-engine/http1/http1-service.ts';
import type { Http1ServiceOptions } from '../../http-engine/http1/http1-service.ts';
import { Http2Server } from '../../http-engine/http2/http2-server.ts';
import type { ConnectionTls, RequestHandler } from '../../http-engine/messages.ts';
import { provesSharedReads, shareReads } from '../../http-engine/sockets/shared-reads.ts';
import { SocketStream } from '../../http-engine/sockets/socket-stream.ts';
import type { ListenerServers } from '../../listener/listener-servers.ts';
import type { Listener } from '../../settings/settings.ts';
import { refusalText } from './refusal-text.ts';
import { nextRequestId } from './request-id.ts';

const HTTP1_PROTOCOLS = ['http/1.1', 'http/1.0'];

interface Engine {
  accept(stream: SocketStream, facts: ConnectionFacts): void;
}

export interface ProxyListenerOptions extends Partial<Pick<Http1ServiceOptions, 'limits' | 'timeouts' | 'clock'>> {
  /** Whether connections are read into one shared buffer, where that works. @default true */
  readonly sharesReads?: boolean;
}

export class ProxyListener {
  readonly #servers: Server[] = [];
  /** All connections, below TLS: one whose handshake is not over is one to close, too. */
  readonly #sockets = new Set<Socket>();
  readonly #http1: Http1Service;
  readonly #http2: Http2Server;
  /** For connections that may begin with the preface of HTTP/2. */
  readonly #either: Engine;
  readonly #log: Log;
  readonly #sharesReads: boolean;
  #accepted = 0;

  constructor(handler: RequestHandler, log: Log, { sharesReads = true, ...options }: ProxyListenerOptions = {}) {
    this.#http1 = new Http1Service({ handler, refusalText, ...options });
    this.#http2 = new Http2Server(handler, { requestId: nextRequestId });
    const onPreface: OnPreface = (stream, client, first) => this.#http2.accept(stream, client, first);
    this.#either = { accept: (stream, facts) => this.#http1.accept(stream, facts, onPreface) };
    this.#log = log;
    this.#sharesReads = sharesReads;
  }

  /**
   * @param servers makes the server of each address
   * @param inFrontOf what listens in place of that server, and hands it connections
   * @throws GatewayError `address-unavailable`, `certificate-missing`
   */
  async open(
    listeners: readonly Listener[], servers: ListenerServers, inFrontOf = (server: Server, _listener: Listener) => server,
  ): Promise<readonly AddressInfo[]> {
    // As in nginx, whose server has all addresses: one that says `http2` says it for all.
    const takesHttp2 = listeners.some(({ http2 }) => http2);
    return openEach(listeners, this.#log, async (listener) => {
      const sharesReads = this.#sharesReads && await provesSharedReads(listener.ssl ? 'tls' : 'plain');
      const server = this.#createServer({ ...listener, http2: takesHttp2 }, servers, sharesReads);
      const bound = await listen(inFrontOf(server, listener), listener, servers.setting);
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

  /** What clients did that HTTP/2 forbids, or that is too much, by reason. */
  get http2Refusals(): ReadonlyMap<string, number> {
    return this.#http2.refusals;
  }

  /** Accepts no new connections, and closes each open one after its current answer. Settles when all are closed. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#http1.stop();
    this.#http2.stop();
    await Promise.all(closed);
    this.#http1.close();
  }

  /** Closes all open connections at once. */
  abort(): void {
    this.#http1.abort();
    this.#http2.abort();
    for (const socket of this.#sockets) socket.destroy();
  }

  #createServer(listener: Listener, servers: ListenerServers, sharesReads: boolean): Server {
    const options = { allowHalfOpen: true, noDelay: true };
    const ALPNProtocols = listener.http2 ? ['h2', ...HTTP1_PROTOCOLS] : HTTP1_PROTOCOLS;
    const secure = listener.ssl ? servers.createTls(listener, { ...options, ALPNProtocols }) : undefined;
    secure?.on('secureConnection', (socket) => {
      const engine = socket.alpnProtocol === 'h2' ? this.#http2 : this.#http1;
      this.#serve(socket, factsOf(socket, tlsOf(socket)), engine, sharesReads);
    });
    const server = secure ?? createServer(options);
    server.on('connection', (socket: Socket) => {
      this.#track(socket);
      if (secure === undefined) this.#serve(socket, factsOf(socket, undefined), listener.http2 ? this.#either : this.#http1, sharesReads);
    });
    server.once('listening', () => {
      server.on('error', (error) => this.#log.error(`KONG_PROXY_LISTEN: a connection could not be accepted: ${messageOf(error)}`));
    });
    return server;
  }

  #track(socket: Socket): void {
    this.#accepted += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #serve(socket: Socket, facts: ConnectionFacts | undefined, engine: Engine, sharesReads: boolean): void {
    // It is gone already.
    if (facts === undefined) return void socket.destroy();
    const stream = new SocketStream();
    stream.attach(socket, false);
    if (sharesReads) shareReads(socket, stream.onread);
    engine.accept(stream, facts);
    socket.resume();
  }
}

function factsOf(socket: Socket, tls: ConnectionTls | undefined): ConnectionFacts | undefined {
  const { remoteAddress, remotePort = 0, localAddress, localPort = 0 } = socket;
  if (remoteAddress === undefined) return undefined;
  return {
    remoteAddress: plainAddress(remoteAddress), remotePort, localAddress: plainAddress(localAddress), localPort, tls,
  };
}

function tlsOf(socket: TLSSocket): ConnectionTls {
  // Undefined after the handshake of a connection that is gone already.
  const cipher = socket.getCipher() as { readonly standardName?: string } | undefined;
  const { servername } = socket as { readonly servername?: unknown };
  return {
    version: socket.getProtocol() ?? '', cipher: cipher?.standardName ?? '',
    serverName: typeof servername === 'string' ? servername : undefined,
  };
}
