/** Connections to upstreams that speak HTTP/2, shared by the requests of a route key. */
import { AsyncResource } from 'node:async_hooks';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import type {
  AnswerReader, UpstreamCall, UpstreamEngine, UpstreamProblem, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts,
} from '../messages.ts';
import { SocketStream } from '../sockets/socket-stream.ts';
import { HTTP2_BOUNDS } from './bounds.ts';
import type { Http2Bounds } from './bounds.ts';
import { UpstreamConnection } from './upstream-connection.ts';
import { Http2Call } from './upstream-stream.ts';

/** How exactly time limits of upstreams are kept. */
const TICK_MS = 100;

/** Of upstreams: those of clients, but for what differs. */
const UPSTREAM_BOUNDS: Http2Bounds = { ...HTTP2_BOUNDS, maxStreams: 100, idleTimeoutMs: 60_000 };

/** A request that waits for a connection. */
interface Waiting {
  readonly call: Http2Call;
  readonly head: UpstreamRequestHead;
  readonly timeouts: UpstreamTimeouts;
  readonly reader: AnswerReader;
  /** Milliseconds of a monotonic clock. */
  readonly since: number;
}

export interface Http2UpstreamsOptions {
  /** @default - those of clients, with 100 requests and a minute without one */
  readonly bounds?: Partial<Http2Bounds>;
  /** An upstream did what it must not, with a reason as a key of metrics. */
  readonly counted?: (reason: string) => void;
}

export class Http2Upstreams implements UpstreamEngine {
  readonly #pools = new Map<string, Pool>();
  readonly #bounds: Http2Bounds;
  readonly #counted: (reason: string) => void;
  /** Sockets outlive the request that they are made for. */
  readonly #outside = new AsyncResource('Http2Upstreams');
  #timer: NodeJS.Timeout | undefined;

  constructor({ bounds, counted = () => undefined }: Http2UpstreamsOptions = {}) {
    this.#bounds = { ...UPSTREAM_BOUNDS, ...bounds };
    this.#counted = counted;
  }

  /** Connections that are open, or about to be. */
  get connections(): number {
    let count = 0;
    for (const pool of this.#pools.values()) count += pool.size;
    return count;
  }

  send(route: UpstreamRoute, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader): UpstreamCall {
    let pool = this.#pools.get(route.key);
    if (pool === undefined) {
      pool = new Pool(route, this.#bounds, this.#counted, this.#outside, () => this.#pools.delete(route.key));
      this.#pools.set(route.key, pool);
    }
    this.#timer ??= this.#outside.runInAsyncScope(() => setInterval(() => this.#tick(), TICK_MS).unref());
    const call = new Http2Call();
    pool.send({ call, head, timeouts, reader, since: performance.now() });
    return call;
  }

  close(): void {
    for (const pool of [...this.#pools.values()]) pool.close();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    for (const pool of [...this.#pools.values()]) pool.tick(now);
    if (this.#pools.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

class Pool {
  readonly #route: UpstreamRoute;
  readonly #bounds: Http2Bounds;
  readonly #counted: (reason: string) => void;
  readonly #outside: AsyncResource;
  readonly #emptied: () => void;
  readonly #connections: UpstreamConnection[] = [];
  readonly #connecting = new Set<Socket>();
  #waiting: Waiting[] = [];

  constructor(route: UpstreamRoute, bounds: Http2Bounds, counted: (reason: string) => void, outside: AsyncResource, emptied: () => void) {
    this.#route = route;
    this.#bounds = bounds;
    this.#counted = counted;
    this.#outside = outside;
    this.#emptied = emptied;
  }

  get size(): number {
    return this.#connections.length + this.#connecting.size;
  }

  send(waiting: Waiting): void {
    const connection = this.#withRoom();
    if (connection !== undefined) return this.#begin(connection, waiting);
    this.#waiting.push(waiting);
    if (this.#waiting.length > this.#connecting.size * this.#bounds.maxStreams) this.#outside.runInAsyncScope(() => this.#connect());
    return undefined;
  }

  tick(now: number): void {
    for (const connection of [...this.#connections]) connection.tick(now);
    const late = this.#waiting.filter(({ since, timeouts }) => now - since > timeouts.connectMs);
    if (late.length > 0) {
      this.#waiting = this.#waiting.filter((waiting) => !late.includes(waiting));
      for (const waiting of late) fail(waiting, { kind: 'timeout', message: 'the connection was not open in time' });
    }
    // A connection that does not come, and that no request waits for.
    if (this.#waiting.length === 0) for (const socket of [...this.#connecting]) socket.destroy();
  }

  close(): void {
    for (const socket of this.#connecting) socket.destroy();
    for (const connection of [...this.#connections]) connection.destroy();
    this.#emptied();
  }

  #withRoom(): UpstreamConnection | undefined {
    for (const connection of this.#connections) if (connection.hasRoom) return connection;
    return undefined;
  }

  #begin(connection: UpstreamConnection, { call, head, timeouts, reader }: Waiting): void {
    call.stream = connection.request(head, timeouts, reader);
    reader.ready();
  }

  #connect(): void {
    const { ip, port, tls } = this.#route;
    const stream = new SocketStream();
    const socket = tls === undefined
      ? connect({ host: ip, port, noDelay: true, onread: stream.onread })
      : connectTls({ host: ip, port, ...tls, ALPNProtocols: ['h2'] });
    this.#connecting.add(socket);
    let failure = 'the connection was closed before it was open';
    const failed = (error: Error) => { failure = error.message; };
    const closed = () => this.#failed(socket, failure);
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      const { alpnProtocol } = socket as TLSSocket;
      if (tls !== undefined && alpnProtocol !== 'h2' && alpnProtocol !== false) return void socket.destroy();
      socket.off('error', failed);
      socket.off('close', closed);
      stream.attach(socket, tls === undefined);
      if (tls !== undefined) (socket as TLSSocket).setNoDelay(true);
      return this.#opened(socket, stream);
    });
  }

  #opened(socket: Socket, stream: SocketStream): void {
    this.#connecting.delete(socket);
    const connection = new UpstreamConnection(stream, {
      bounds: this.#bounds,
      scheme: this.#route.tls === undefined ? 'http' : 'https',
      counted: this.#counted,
      now: () => performance.now(),
      freed: () => this.#serveWaiting(),
      closed: (gone) => this.#forget(gone),
    });
    this.#connections.push(connection);
    this.#serveWaiting();
  }

  #serveWaiting(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#withRoom();
      if (connection === undefined) return;
      const waiting = this.#waiting.shift()!;
      if (!waiting.call.isAborted) this.#begin(connection, waiting);
    }
  }

  /** What waits has no other connection to come. */
  #failed(socket: Socket, message: string): void {
    this.#connecting.delete(socket);
    if (this.#connecting.size === 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const one of waiting) fail(one, { kind: 'connect', message });
    }
    this.#checkEmpty();
  }

  #forget(connection: UpstreamConnection): void {
    const at = this.#connections.indexOf(connection);
    if (at !== -1 && connection.active === 0) this.#connections.splice(at, 1);
    if (this.#waiting.length > 0 && this.#connecting.size === 0 && this.#withRoom() === undefined) {
      this.#outside.runInAsyncScope(() => this.#connect());
    }
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.size === 0 && this.#waiting.length === 0) this.#emptied();
  }
}

function fail({ call, reader }: Waiting, problem: Pick<UpstreamProblem, 'kind' | 'message'>): void {
  if (!call.isAborted) reader.fail({ ...problem, sent: false, isStale: false });
}
