/** Upstreams of streams: they answer their name and what came in. `QUIT` makes them say `bye` and close. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import type { Pki } from '../templates.ts';

export interface EchoServers {
  readonly ports: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * First of two ports next to each other, for `e0` and `e1`. Consistent hashing depends on ports, and the recording does not tell its own:
 * with each of these pairs it chooses as it was recorded.
 */
const PORT_PAIRS = [21_096, 21_177, 21_239, 21_275, 21_285, 21_290];

export async function startEchoServers(pki: Pki): Promise<EchoServers> {
  const sockets = new Set<Socket>();
  const echo = (nameOf: (socket: Socket) => string) => (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString().startsWith('QUIT')) socket.end('bye');
      else socket.write(Buffer.concat([Buffer.from(`${nameOf(socket)}:`), chunk]));
    });
  };
  const plain = (name: string) => createServer(echo(() => name));
  const [e0, e1] = await startPair(() => plain('e0'), () => plain('e1'));
  const servers = {
    e0, e1, e2: plain('e2'), es: createTlsServer(
      { cert: pki('up_ok.cert'), key: pki('up_ok.key') }, echo((socket) => `es[tls ${(socket as TLSSocket).getProtocol()}]`),
    ).on('tlsClientError', () => undefined),
  };
  await start(servers.e2, 0);
  await start(servers.es, 0);
  return {
    ports: Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, (server.address() as AddressInfo).port])),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(Object.values(servers).map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
    },
  };
}

async function startPair(first: () => Server, second: () => Server): Promise<readonly [Server, Server]> {
  for (const port of PORT_PAIRS) {
    const pair = [first(), second()] as const;
    const started = await Promise.allSettled(pair.map((server, index) => start(server, port + index)));
    if (started.every(({ status }) => status === 'fulfilled')) return pair;
    for (const server of pair) server.close();
  }
  throw new Error(`none of the ports ${PORT_PAIRS.join(', ')} is free, with the one behind it`);
}

function start(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
