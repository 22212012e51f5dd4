/** The declarative file of docs/streams.md runs: with addresses of this machine, its streams reach their upstreams. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

import { afterEach, expect, it } from 'vitest';

import { readNodeConfiguration } from '../../src/declarative/node-configuration.ts';
import { storedRows, tableOfRows } from '../../src/declarative/stored-rows.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import { eventually } from '../fixtures/eventually.ts';
import { dialStream, echo, pairOf, startPeer, startStreamNode, StreamClient } from '../fixtures/stream-node.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The file on the page, with other texts in place of some. */
function fileWith(replacements: readonly (readonly [string, string])[]): string {
  const page = readFileSync(new URL('../../../docs/streams.md', import.meta.url), 'utf8');
  const file = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  return replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, file);
}

it('the example serves plain streams, TLS of an upstream, and datagrams', async () => {
  const database = await startPeer(closing, echo('database'));
  const mail = await startPeer(closing, echo('mail'), createTlsServer(await pairOf('mail.test')));
  const names = createSocket('udp4').on('message', (text, { port, address }) => void names.send(`names:${text.toString()}`, port, address));
  closing.push(() => names.close());
  await new Promise<void>((resolve) => void names.bind(0, '127.0.0.1', resolve));
  const node = await startStreamNode(closing, '127.0.0.1:0, 127.0.0.1:0 ssl, 127.0.0.1:0 udp');
  const [plain, secure, datagrams] = node.ports as [number, number, number];
  const reading = readNodeConfiguration(fileWith([
    ['10.0.1.10', '127.0.0.1'], ['port: 5432', `port: ${database}`], ['{ port: 9000 }', `{ port: ${plain} }`],
    ['mail.internal', '127.0.0.1'], ['port: 993', `port: ${mail}`],
    ['10.0.1.53', '127.0.0.1'], ['port: 53\n', `port: ${names.address().port}\n`], ['10.0.0.0/8', '127.0.0.0/8'],
  ]));
  expect(reading.lines()).toEqual([]);
  await node.run(tableOfRows(storedRows(reading, Date.now() / 1000), SCHEMAS) as never);

  const client = dialStream(closing, plain).say('ping');
  await eventually('an answer of the database', () => client.got === 'database:ping');
  const socket = connectTls({ port: secure, host: '127.0.0.1', servername: 'a.mail.example.com', rejectUnauthorized: false });
  closing.push(() => socket.destroy());
  const reader = new StreamClient(socket).say('ping');
  await eventually('an answer of the mail server', () => reader.got === 'mail:ping');
  const asked = createSocket('udp4');
  closing.push(() => asked.close());
  const answers: string[] = [];
  asked.on('message', (text) => void answers.push(text.toString())).send('ping', datagrams, '127.0.0.1');
  await eventually('an answer of the name server', () => answers.includes('names:ping'));
});
