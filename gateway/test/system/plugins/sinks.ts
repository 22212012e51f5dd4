/** Counterparts of plugins: servers that record what they get. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Sink {
  readonly port: number;
  /** What came so far, one text for each request, datagram or connection. */
  readonly received: string[];
  close(): void;
}

/** Answers 200 to each request. A text has the request line and the body. */
export async function httpSink(): Promise<Sink> {
  const received: string[] = [];
  const server = createHttpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push(`${request.method} ${request.url}\n${Buffer.concat(parts).toString('latin1')}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, received, close: () => void (server.close(), server.closeAllConnections()) };
}

export async function tcpSink(): Promise<Sink> {
  const received: string[] = [];
  const server = createTcpServer((socket) => {
    const at = received.push('') - 1;
    socket.on('data', (part) => { received[at] += part.toString(); }).on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, received, close: () => void server.close() };
}

export async function udpSink(): Promise<Sink> {
  const received: string[] = [];
  const socket = createSocket('udp4', (datagram) => void received.push(datagram.toString()));
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, received, close: () => void socket.close() };
}
