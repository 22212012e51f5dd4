/** Two connections that have switched to another protocol: what comes in on one goes out on the other. */
import type { ByteReader, ByteStream } from '../../http-engine/sockets/byte-stream.ts';

/** From one side while there is no other. */
const MAX_WAITING_BYTES = 65_536;

class Side implements ByteReader {
  readonly stream: ByteStream;
  readonly #tunnel: WebSocketTunnel;
  other: Side | undefined;
  #waiting: Buffer[];
  #waitingBytes: number;

  constructor(tunnel: WebSocketTunnel, stream: ByteStream) {
    this.#tunnel = tunnel;
    this.stream = stream;
    this.other = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** What came before there was another side goes out first. */
  join(other: Side): void {
    this.other = other;
    const waiting = this.#waiting;
    this.#waiting = [];
    let goesOn = true;
    for (const bytes of waiting) goesOn = other.stream.writeBytes(bytes) && goesOn;
    if (goesOn) this.stream.resume();
  }

  keep(bytes: Buffer): void {
    this.#waiting.push(Buffer.from(bytes));
    this.#waitingBytes += bytes.length;
  }

  data(buffer: Buffer, start: number, end: number): void {
    this.#tunnel.touch();
    const bytes = buffer.subarray(start, end);
    if (this.other === undefined) this.#keepWithinBounds(bytes);
    else if (!this.other.stream.writeBytes(bytes)) this.stream.pause();
  }

  /** Reading goes on within a bound, so that the end of the connection is seen. */
  #keepWithinBounds(bytes: Buffer): void {
    this.keep(bytes);
    if (this.#waitingBytes >= MAX_WAITING_BYTES) this.stream.pause();
  }

  drain(): void {
    this.other?.stream.resume();
  }

  end(): void {
    if (this.other === undefined) this.#tunnel.destroy();
    else this.other.stream.end();
  }

  close(): void {
    this.#tunnel.destroy();
  }
}

export class WebSocketTunnel {
  isClosed: boolean;
  readonly #upstream: Side;
  #client: Side | undefined;
  readonly #idleMs: number;
  #timer: NodeJS.Timeout | undefined;
  #last: number;

  /** @param first what the upstream sent behind its head @param idleMs without traffic in either direction it is closed after so long */
  constructor(upstream: ByteStream, first: Buffer, idleMs: number) {
    this.isClosed = false;
    this.#upstream = new Side(this, upstream);
    if (first.length > 0) this.#upstream.keep(first);
    this.#client = undefined;
    this.#idleMs = idleMs;
    this.#timer = undefined;
    this.#last = 0;
    upstream.reader = this.#upstream;
  }

  /** The client's connection has switched, too. */
  join(client: ByteStream): void {
    this.#client = new Side(this, client);
    client.reader = this.#client;
    this.touch();
    this.#watch(this.#idleMs);
    this.#upstream.join(this.#client);
    this.#client.join(this.#upstream);
  }

  touch(): void {
    this.#last = performance.now();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.#timer);
    this.#upstream.stream.destroy();
    this.#client?.stream.destroy();
  }

  /** One timer for as long as nothing is too late, however often bytes come. */
  #watch(ms: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#idleMs - (performance.now() - this.#last);
      if (left <= 1) this.destroy();
      else this.#watch(left);
    }, ms);
  }
}
