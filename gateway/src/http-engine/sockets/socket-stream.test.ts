import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

import { afterEach, expect, it } from 'vitest';

import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import { SocketStream } from './socket-stream.ts';

const closing: { destroy?(): void; close?(): void }[] = [];

afterEach(() => {
  for (const one of closing.splice(0)) {
    one.destroy?.();
    one.close?.();
  }
});

/** A stream and the client at its other end. */
async function pair(server: Server, isTls: boolean): Promise<{ stream: SocketStream; client: Socket }> {
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, isTls ? 'secureConnection' : 'connection') as Promise<[Socket]>;
  const client = isTls ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect(port, '127.0.0.1');
  const [socket] = await accepted;
  const stream = new SocketStream();
  stream.attach(socket, false);
  closing.push(client, socket);
  return { stream, client };
}

async function listening(isTls: boolean): Promise<Server> {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
  const server = isTls ? createTlsServer({ cert: certificate, key }) : createServer();
  closing.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function received(client: Socket, bytes: number): Promise<string> {
  let text = '';
  client.on('data', (chunk: Buffer) => { text += chunk.toString('latin1'); });
  client.resume();
  while (text.length < bytes) await once(client, 'data');
  return text;
}

it.each([['TCP', false], ['TLS', true]])('%s: what slow clients have not read stays as it was written', async (_, isTls) => {
  const server = await listening(isTls);
  const pairs = [await pair(server, isTls), await pair(server, isTls), await pair(server, isTls)];
  for (const { client } of pairs) client.pause();
  const sent = pairs.map(() => '');
  const shared = Buffer.alloc(65_536);
  for (let round = 0; round < 500; round += 1) {
    for (const [at, { stream }] of pairs.entries()) {
      const size = 1 + (round * 7_919 + at * 104_729) % 65_536;
      const letter = String.fromCharCode(97 + (round * 3 + at) % 26);
      shared.fill(letter, 0, size);
      const head = round % 3 === 0 ? '' : `<${at} ${round}>`;
      if (round % 5 === 4) stream.writeText(head);
      else stream.writeBoth(head, shared.subarray(0, size));
      sent[at] += round % 5 === 4 ? head : head + letter.repeat(size);
      // The buffer of reads is overwritten at once.
      shared.fill('!');
    }
    if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(pairs.some(({ stream }) => stream.unsent > 0)).toBe(true);
  const got = await Promise.all(pairs.map(({ client }, at) => received(client, sent[at]!.length)));
  for (const [at, text] of got.entries()) expect(text === sent[at]).toBe(true);
});
