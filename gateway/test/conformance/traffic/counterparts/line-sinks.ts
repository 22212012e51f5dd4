/** Sinks of log lines: what TCP connections and UDP datagrams brought. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface LineSink {
  readonly port: number;
  /** Datagrams, or what each connection brought so far. */
  readonly received: Buffer[];
  clear(): void;
  close(): Promise<void>;
}

export async function startUdpSink(): Promise<LineSink> {
  const received: Buffer[] = [];
  const socket = createSocket('udp4').on('message', (message) => received.push(message));
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    received,
    clear: () => void received.splice(0),
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}

export async function startTcpSink(): Promise<LineSink> {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => received.push(chunk));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    clear: () => void received.splice(0),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
