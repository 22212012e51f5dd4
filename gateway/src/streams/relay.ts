/** Carries bytes between a client and an upstream, both ways, no faster than the slower end takes them. */
import type { Socket } from 'node:net';

interface Counter {
  received: number;
  sent: number;
}

export interface RelayOptions {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly ofClient: Counter;
  readonly ofUpstream: Counter;
  /** Longest pause of both directions. Milliseconds. */
  readonly idleMs: number;
  /** Whether one direction goes on when the other has ended. Else the first end closes both, as nginx does by default. */
  readonly halfClose: boolean;
  /** Called once, when both ends are closed. */
  readonly onEnd: () => void;
}

/** How long a client may go on sending on a connection that is closed, before it is reset. Milliseconds. */
const LINGER_MS = 2_000;

export class Relay {
  readonly #options: RelayOptions;
  #active: number;
  #open = 2;
  /** Bytes not yet taken at the last look. */
  #waiting = 0;
  #isEnding = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#active = performance.now();
    const { client, upstream, ofClient, ofUpstream } = options;
    this.#carry(client, upstream, (bytes) => {
      ofClient.received += bytes;
      ofUpstream.sent += bytes;
    });
    this.#carry(upstream, client, (bytes) => {
      ofUpstream.received += bytes;
      ofClient.sent += bytes;
    });
  }

  /** Ends it when nothing has moved for too long. @param now of `performance` */
  tick(now: number): void {
    const { client, upstream, idleMs } = this.#options;
    const waiting = client.writableLength + upstream.writableLength;
    if (waiting !== this.#waiting) this.#active = now;
    this.#waiting = waiting;
    if (now - this.#active < idleMs) return;
    if (this.#isEnding) this.abort();
    else this.#close();
  }

  /** Breaks off. */
  abort(): void {
    this.#isEnding = true;
    this.#options.client.destroy();
    this.#options.upstream.destroy();
  }

  #carry(from: Socket, to: Socket, count: (bytes: number) => void): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#isEnding) return;
      this.#active = performance.now();
      count(chunk.length);
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      this.#active = performance.now();
      from.resume();
    });
    from.on('end', () => this.#ended(from, to));
    from.on('error', () => this.#close());
    from.once('close', () => {
      this.#open -= 1;
      this.#close();
      if (this.#open === 0) this.#options.onEnd();
    });
    from.resume();
  }

  #ended(from: Socket, to: Socket): void {
    if (this.#isEnding) return;
    if (!this.#options.halfClose) return this.#close();
    to.end();
    // The other direction may be over already.
    if (from.writableEnded) this.#close();
  }

  /** What was written leaves; what has not been read is dropped. */
  #close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { client, upstream } = this.#options;
    closeGently(client);
    if (upstream.writableLength === 0) upstream.destroy();
    else upstream.end(() => upstream.destroy());
  }
}

/**
 * Closes a connection so that its other end sees a close, not a reset, whatever it has sent meanwhile. What was written leaves first: the
 * owner limits how long that may take.
 */
export function closeGently(socket: Socket): void {
  if (socket.destroyed) return;
  socket.removeAllListeners('data').on('error', () => undefined);
  socket.once('end', () => socket.destroySoon()).resume();
  socket.end(() => {
    if (socket.readableEnded) return void socket.destroy();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
    return undefined;
  });
}
