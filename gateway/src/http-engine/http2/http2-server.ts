/** The connections of clients that speak HTTP/2, and the one clock that watches over them. */
import type { ClientConnection, RequestHandler } from '../messages.ts';
import type { ByteStream } from '../sockets/byte-stream.ts';
import { HTTP2_BOUNDS } from './bounds.ts';
import type { Http2Bounds } from './bounds.ts';
import { ServerConnection } from './server-connection.ts';

const TICK_MS = 1_000;

export interface Http2ServerOptions {
  /** @default HTTP2_BOUNDS */
  readonly bounds?: Partial<Http2Bounds>;
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number;
  /** 32 hexadecimal characters, for the access log of what was refused. */
  requestId(): string;
}

export class Http2Server {
  readonly #handler: RequestHandler;
  readonly #connections = new Set<ServerConnection>();
  readonly #refusals = new Map<string, number>();
  readonly #options: Http2ServerOptions;
  readonly #bounds: Http2Bounds;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(handler: RequestHandler, options: Http2ServerOptions) {
    this.#handler = handler;
    this.#options = options;
    this.#bounds = { ...HTTP2_BOUNDS, ...options.bounds };
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Requests under way. */
  get active(): number {
    let active = 0;
    for (const connection of this.#connections) active += connection.active;
    return active;
  }

  /** What was refused, by reason. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /**
   * Takes over a connection whose client agreed on `h2` by ALPN, or began with the preface.
   *
   * @param first what was read of it already
   */
  accept(stream: ByteStream, client: ClientConnection, first?: Buffer): void {
    const connection = new ServerConnection(stream, client, this.#handler, {
      bounds: this.#bounds,
      requestId: this.#options.requestId,
      now: this.#options.now ?? (() => performance.now()),
      counted: (reason) => void this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1),
      closed: (gone) => this.#forget(gone),
    });
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    if (first !== undefined && first.length > 0) connection.data(first, 0, first.length);
    if (this.#isStopping) connection.shutDown();
  }

  /** Looks for what has taken too long. */
  tick(): void {
    const now = this.#options.now?.() ?? performance.now();
    for (const connection of [...this.#connections]) connection.tick(now);
  }

  /** Each connection rejects further requests, and closes after those under way. */
  stop(): void {
    this.#isStopping = true;
    for (const connection of [...this.#connections]) connection.shutDown();
  }

  /** Closes all connections at once. */
  abort(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }

  #forget(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
