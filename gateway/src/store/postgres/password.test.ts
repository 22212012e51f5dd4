/** What password the store sends, to a server that asks for it and rejects every one. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { SILENT } from '../../base/log.ts';
import { Secret } from '../../base/secret.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { openPostgresStore } from './postgres.ts';

const ASK_FOR_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

let server: Server;
const sockets = new Set<Socket>();
let received: string[];
let passwordFile: string;
beforeEach(async () => {
  received = [];
  passwordFile = join(temporaryFolder('password'), 'password');
  server = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => {
      socket.once('data', (message) => {
        received.push(message.subarray(5, -1).toString('utf8'));
        socket.destroy();
      });
      socket.write(ASK_FOR_PASSWORD);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
});
afterEach(async () => {
  // A client that finds no password does not close its connection.
  sockets.forEach((socket) => socket.destroy());
  sockets.clear();
  await new Promise<void>((resume) => server.close(() => resume()));
});

function connect() {
  const { port } = server.address() as AddressInfo;
  const address = { host: '127.0.0.1', port, database: 'hybridge', user: 'hybridge', ssl: false, sslVerify: false, timeoutMs: 2_000 };
  const connection = { ...address, password: new Secret('at-the-start'), passwordFile };
  return openPostgresStore({ connection, schemas: SCHEMAS, log: SILENT, pollMs: 0 });
}

it('reads the password again for every connection, without the end of its line', async () => {
  for (const password of ['first', 'second']) {
    writeFileSync(passwordFile, `${password}\n`);
    await expect(connect()).rejects.toThrow('cannot use PostgreSQL');
  }
  expect(received).toEqual(['first', 'second']);
});

it('says which file is missing', async () => {
  await expect(connect()).rejects.toThrow(/cannot use PostgreSQL at .+ENOENT.+password/);
  expect(received).toEqual([]);
});
