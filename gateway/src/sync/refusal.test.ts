import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { refuse } from './refusal.ts';

/** What a client reads that leaves its own end open. */
async function refused(status: number, detail?: string): Promise<{ text: string; socket: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [socket] = await once(server, 'connection') as [Socket];
  let text = '';
  client.on('data', (chunk: Buffer) => text += chunk.toString());
  const ended = once(client, 'end');
  refuse(socket, status, detail);
  await ended;
  await eventually('the socket is gone, though the client did not end', () => socket.destroyed);
  client.destroy();
  server.close();
  return { text, socket };
}

it.each([
  [404, undefined, '404 Not Found', ''],
  [400, undefined, '400 Bad Request', ''],
  [400, 'The SSL certificate error', '400 The SSL certificate error', '<center>The SSL certificate error</center>\r\n'],
])('%d with detail %s is one page, and the end of the connection', async (status, detail, title, line) => {
  const { text } = await refused(status, detail);
  const [head, body] = text.split('\r\n\r\n') as [string, string];
  const reason = status === 404 ? 'Not Found' : 'Bad Request';
  expect(body).toBe(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${status} `
      + `${reason}</h1></center>\r\n${line}</body>\r\n</html>\r\n`,
  );
  const [first, date, ...headers] = head.split('\r\n');
  expect(first).toBe(`HTTP/1.1 ${status} ${reason}`);
  expect(date).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  expect(headers).toEqual(['Content-Type: text/html; charset=UTF-8', `Content-Length: ${body.length}`, 'Connection: close']);
});
