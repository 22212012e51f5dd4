/** An upstream that answers by script and remembers what it got, byte for byte. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { HttpReader } from './http-reader.ts';
import type { ReadMessage } from './http-reader.ts';
import { textOf } from './suite.ts';
import type { UpstreamScript } from './suite.ts';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface Received extends ReadMessage {
  readonly slot: string;
}

export class RecordingUpstream {
  readonly slot: string;
  readonly received: Received[] = [];
  script: UpstreamScript = {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(slot: string) {
    this.slot = slot;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const reader = new HttpReader();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    let continued = false;
    socket.on('data', (chunk) => {
      reader.push(chunk);
      if (!continued && this.script.kind === 'expect' && /\r\n\r\n/.test(reader.rest)) {
        continued = true;
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      }
      for (let message = reader.next('request'); message !== undefined; message = reader.next('request')) {
        this.received.push({ ...message, slot: this.slot });
        continued = false;
        void this.#answer(socket, message);
      }
    });
  }

  async #answer(socket: Socket, request: ReadMessage): Promise<void> {
    const { script } = this;
    if (script.kind === 'reset') return void socket.resetAndDestroy();
    if (script.kind === 'hang') return;
    if (script.kind === 'drop') return void socket.destroy();
    if (script.kind === 'ws') return void socket.write(this.#switching(request), 'latin1');
    const parts = script.parts ?? [[script.resp ?? this.#usual(), 0] as const];
    for (const [piece, pause] of parts) {
      socket.write(textOf(piece), 'latin1');
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
    if (script.then === 'close') socket.end();
    if (script.then === 'reset') socket.resetAndDestroy();
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
