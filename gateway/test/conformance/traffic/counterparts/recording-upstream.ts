/** An upstream that answers by script and remembers what it got, byte for byte. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';

import { textOf } from '../../suite.ts';
import type { UpstreamScript } from '../../suite.ts';
import { HttpReader } from '../http-reader.ts';
import type { ReadMessage } from '../http-reader.ts';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface Received extends ReadMessage {
  readonly slot: string;
}

export class RecordingUpstream {
  readonly slot: string;
  script: UpstreamScript = {};
  /** Sees each connection first. */
  watch: ((socket: Socket) => void) | undefined;
  readonly #record: (request: Received) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #answered = 0;

  /** @param tls speaks TLS with this identity */
  constructor(slot: string, record: (request: Received) => void, tls?: TlsOptions) {
    this.slot = slot;
    this.#record = record;
    const serve = (socket: Socket) => this.#serve(socket);
    this.#server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve).on('tlsClientError', () => undefined);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @throws Error the port is taken */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  answer(script: UpstreamScript): void {
    this.script = script;
    this.#answered = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const reader = new HttpReader();
    this.#sockets.add(socket);
    this.watch?.(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    let reacted = false;
    socket.on('data', (chunk) => {
      reader.push(chunk);
      const { kind, when } = this.script;
      if (!reacted && (kind === 'expect' || when === 'head') && reader.rest.includes('\r\n\r\n')) {
        reacted = true;
        if (kind === 'expect') socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        else void this.#answer(socket);
      }
      for (let message = reader.next('request'); message !== undefined; message = reader.next('request')) {
        this.#record({ ...message, slot: this.slot });
        if (when !== 'head') void this.#answer(socket, message);
        reacted = false;
      }
    });
  }

  async #answer(socket: Socket, request?: ReadMessage): Promise<void> {
    const script = this.#next();
    if (script.kind === 'reset') return void socket.resetAndDestroy();
    if (script.kind === 'hang') return;
    if (script.delay !== undefined) await pause(script.delay);
    if (script.kind === 'drop') return void socket.destroy();
    if (script.kind === 'ws' && request !== undefined) return void socket.write(this.#switching(request), 'latin1');
    for (const [piece, seconds] of script.parts ?? [[script.resp ?? this.#usual(), 0] as const]) {
      socket.write(textOf(piece), 'latin1');
      if (seconds > 0) await pause(seconds);
    }
    if (script.then === 'close') socket.end();
    if (script.then === 'reset') socket.resetAndDestroy();
  }

  #next(): UpstreamScript {
    const { seq } = this.script;
    if (seq === undefined) return this.script;
    const script = seq[Math.min(this.#answered, seq.length - 1)]!;
    this.#answered += 1;
    return script;
  }

  #usual(): string {
    return `HTTP/1.1 200 OK\r\nServer: bb\r\nX-Up: ${this.slot}\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n`;
  }

  #switching(request: ReadMessage): string {
    const key = request.headers.find(([name]) => name.toLowerCase() === 'sec-websocket-key')?.[1] ?? '';
    const accept = createHash('sha1').update(key + WEBSOCKET_GUID).digest('base64');
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
    return `${head}\r\nSec-WebSocket-Accept: ${accept}\r\nX-Up: ${this.slot}\r\n\r\n`;
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
