/** A WebSocket upstream. The last segment of the path picks what it does; without one of these it answers each frame with the same. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { encodeWire, WireReader } from '../../../fixtures/websocket-bytes.ts';
import type { WireFrame } from '../../../fixtures/websocket-bytes.ts';
import type { ReadMessage } from '../http-reader.ts';
import { HttpReader } from '../http-reader.ts';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface WebSocketHandshake {
  readonly request: ReadMessage;
  /** Bytes came before the answer to the handshake. */
  readonly early: boolean;
  readonly frames: WireFrame[];
  /** How the connection ended, when it was the other side that ended it. */
  end: 'close-frame' | 'eof' | 'reset' | null;
  /** This upstream ends or has ended the connection itself. */
  isOver: boolean;
}

export interface WebSocketUpstream {
  readonly port: number;
  readonly handshakes: WebSocketHandshake[];
  close(): Promise<void>;
}

/** Answers in place of the switch of protocols. */
const REFUSALS: Readonly<Record<string, string>> = {
  refuse: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  plain200: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
  need426: 'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n',
};

export async function startWebSocketUpstream(): Promise<WebSocketUpstream> {
  const handshakes: WebSocketHandshake[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, handshakes);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function serve(socket: Socket, handshakes: WebSocketHandshake[]): void {
  const reader = new HttpReader();
  const frames = new WireReader();
  let handshake: WebSocketHandshake | undefined;
  const ended = (how: 'eof' | 'reset') => {
    if (handshake !== undefined && !handshake.isOver) handshake.end ??= how;
    socket.destroy();
  };
  socket.on('end', () => ended('eof')).on('error', () => ended('reset'));
  socket.on('data', (chunk) => {
    if (handshake !== undefined) return received(socket, handshake, frames.push(chunk));
    reader.push(chunk);
    const request = reader.next('request');
    if (request === undefined) return;
    handshake = { request, early: reader.rest !== '', frames: [], end: null, isOver: false };
    handshakes.push(handshake);
    begin(socket, handshake, request.startLine.split(' ')[1]!.split('?')[0]!.split('/').at(-1)!);
    if (reader.rest !== '') received(socket, handshake, frames.push(Buffer.from(reader.rest, 'latin1')));
  });
}

function begin(socket: Socket, handshake: WebSocketHandshake, behaviour: string): void {
  const refusal = REFUSALS[behaviour];
  if (refusal !== undefined || behaviour === 'drop') {
    handshake.isOver = true;
    if (refusal === undefined) socket.destroy();
    else socket.write(refusal);
    return;
  }
  socket.write(switching(handshake.request, behaviour));
  if (behaviour === 'first') socket.write(Buffer.concat([encodeWire(1, 'hello'), encodeWire(9, 'pg')]));
  if (behaviour === 'closefirst') socket.write(encodeWire(8, '\x03\xe8'));
  if (behaviour === 'cut') {
    handshake.isOver = true;
    socket.write(encodeWire(1, 'never whole').subarray(0, 5), () => socket.destroy());
  }
  if (behaviour === 'half') {
    handshake.isOver = true;
    socket.end(encodeWire(1, 'then-fin'));
  }
}

function received(socket: Socket, handshake: WebSocketHandshake, frames: readonly WireFrame[]): void {
  for (const frame of frames) {
    handshake.frames.push(frame);
    if (frame.op === 8) {
      handshake.end = 'close-frame';
      handshake.isOver = true;
      socket.end(encodeWire(8, frame.payload));
    } else socket.write(encodeWire(frame.op === 9 ? 10 : frame.op, frame.payload, { fin: frame.fin }));
  }
}

function switching({ headers }: ReadMessage, behaviour: string): string {
  const key = headers.find(([name]) => name.toLowerCase() === 'sec-websocket-key')?.[1] ?? '';
  const right = createHash('sha1').update(key + WEBSOCKET_GUID).digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', 'X-Up: ws',
    `Sec-WebSocket-Accept: ${behaviour === 'badaccept' ? 'AAAA' : right}`,
  ];
  if (behaviour === 'proto') {
    lines.push('Sec-WebSocket-Protocol: chat', 'Sec-WebSocket-Extensions: permessage-deflate', 'Server: wsup', 'Set-Cookie: a=b');
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
