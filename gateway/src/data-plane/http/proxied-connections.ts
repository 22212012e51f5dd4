/** Connections that a load balancer passes on with a PROXY header: takes the header away, and remembers what it says. */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import { plainAddress } from '../../base/ip-range.ts';
import { readProxyHeader } from '../../http-engine/sockets/proxy-protocol.ts';
import type { ProxiedEnds } from '../../http-engine/sockets/proxy-protocol.ts';

/** Both ends of a connection to this node, which no other connection has while it is open. */
interface Place {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localPort?: number | undefined;
}

/** How long a load balancer may take for its header. Milliseconds. */
const HEADER_LIMIT_MS = 30_000;

export class ProxiedConnections {
  readonly #isTrusted: ((address: string) => boolean) | undefined;
  readonly #ends = new Map<string, ProxiedEnds>();
  readonly #waiting = new Set<Socket>();
  readonly #fronts: Server[] = [];

  /** @param isTrusted whose connections are served. `undefined`: anyone's, and no header is believed */
  constructor(isTrusted: ((address: string) => boolean) | undefined) {
    this.#isTrusted = isTrusted;
  }

  /** A server that listens in place of another, and hands it each connection behind its header, paused. */
  inFrontOf(server: Server): Server {
    const front = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket, server));
    this.#fronts.push(front);
    return front;
  }

  /** What the header of an open connection said. @returns nothing for one without a header, or whose header is not believed */
  endsOf(place: Place): ProxiedEnds | undefined {
    return this.#ends.size === 0 ? undefined : this.#ends.get(keyOf(place));
  }

  /** Accepts no new connections, and closes those whose header has not come yet. Settles when all are closed. */
  async stop(): Promise<void> {
    const closed = this.#fronts.map((front) => new Promise<void>((resolve) => void front.close(() => resolve())));
    for (const socket of this.#waiting) socket.destroy();
    await Promise.all(closed);
  }

  #accept(socket: Socket, server: Server): void {
    if (this.#isTrusted?.(plainAddress(socket.remoteAddress)) === false) return void socket.destroy();
    this.#waiting.add(socket);
    return readProxyHeader(socket, HEADER_LIMIT_MS, (header) => {
      this.#waiting.delete(socket);
      if (typeof header === 'string') return void socket.destroy();
      if (this.#isTrusted !== undefined && header.ends !== undefined) this.#remember(socket, header.ends);
      server.emit('connection', socket);
    });
  }

  #remember(socket: Socket, ends: ProxiedEnds): void {
    const key = keyOf(socket);
    this.#ends.set(key, ends);
    socket.once('close', () => this.#ends.delete(key));
  }
}

function keyOf({ remoteAddress = '', remotePort = 0, localPort = 0 }: Place): string {
  return `${plainAddress(remoteAddress)} ${remotePort} ${localPort}`;
}
