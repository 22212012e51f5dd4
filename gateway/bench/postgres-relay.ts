/**
 * Is placed between a node and PostgreSQL, and counts how often the server is asked: each time it has answered, it says whether a
 * transaction is open (https://www.postgresql.org/docs/current/protocol-message-formats.html, ReadyForQuery).
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Round trips since the relay was started. */
export interface RoundTrips {
  /** Of transactions that write: these begin with several statements in one message. */
  readonly ofWrites: number;
  /** Transactions that write. */
  readonly writes: number;
  /** Of all connections, at any purpose. */
  readonly all: number;
}

/** Type, and a length that counts itself. */
const HEAD_BYTES = 5;

const READY = 'Z'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

export class PostgresRelay {
  static async start(port: number): Promise<PostgresRelay> {
    const relay = new PostgresRelay(port);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #counts: RoundTrips = { ofWrites: 0, writes: 0, all: 0 };

  private constructor(port: number) {
    this.#server = createServer((client) => this.#relay(client, connect(port, '127.0.0.1')));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  counts(): RoundTrips {
    return this.#counts;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #relay(client: Socket, server: Socket): void {
    let isWriting = false;
    // The first message of a client has no type.
    let isStarted = false;
    const asked = messages((type, body) => {
      if (type === QUERY && body.toString('latin1', 0, 6) === 'begin;') isWriting = true;
    });
    const answered = messages((type, body) => {
      if (type !== READY) return;
      const { ofWrites, writes, all } = this.#counts;
      const isEnd = isWriting && body[0] === IDLE;
      this.#counts = { ofWrites: ofWrites + Number(isWriting), writes: writes + Number(isEnd), all: all + 1 };
      if (isEnd) isWriting = false;
    });
    client.on('data', (bytes) => {
      if (isStarted) asked(bytes);
      isStarted = true;
    });
    server.on('data', answered);
    for (const [from, to] of [[client, server], [server, client]] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/** Finds the messages in the pieces of a stream. */
function messages(each: (type: number, body: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= HEAD_BYTES) {
      const end = 1 + rest.readUInt32BE(1);
      if (rest.length < end) return;
      each(rest[0]!, rest.subarray(HEAD_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}
