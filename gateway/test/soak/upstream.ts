/** The upstream of a soak. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { END_OF_ANSWER } from './clients.ts';

/** @returns its port, and what closes it */
export async function startUpstream(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((socket) => {
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(pending.slice(0, end))?.[1] ?? 0);
        if (pending.length < end + 4 + length) return;
        const isSlow = pending.startsWith('GET /soak/slow');
        pending = pending.slice(end + 4 + length);
        const body = `${'x'.repeat(isSlow ? 200_000 : 500)}${END_OF_ANSWER}`;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      }
    });
  });
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
