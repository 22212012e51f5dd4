/** The pool against a server on loopback that says what a test needs; real PostgreSQL is in postgres.test.ts. */
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { clientConfig } from './postgres-connection.ts';
import { openPool } from './postgres-pool.ts';

/** Messages of PostgreSQL's protocol: a letter, a length of four bytes that counts itself, the content. */
function message(letter: string, content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(content, 'latin1')]);
}

const AUTHENTICATED = message('R', '\0\0\0\0');
const READY = message('Z', 'I');
const SHUTTING_DOWN = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

let server: Server | undefined;
afterEach(() => void server?.close());

it('a connection that the server ends in the moment in which it is ready fails as an outage, and does not end the process', async () => {
  server = createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, SHUTTING_DOWN])));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = { host: '127.0.0.1', port, user: 'u', database: 'd', ssl: false, sslVerify: false, timeoutMs: 5_000 };
  const failures: unknown[] = [];
  const pool = openPool(connection, clientConfig(connection), { failed: (error) => void failures.push(error), answered: () => undefined });
  const client = await pool.connect();
  await expect(client.query('select 1', [])).rejects.toThrow(`cannot use PostgreSQL at 127.0.0.1:${port}`);
  expect(failures).toHaveLength(1);
  client.release();
  await pool.end();
});
