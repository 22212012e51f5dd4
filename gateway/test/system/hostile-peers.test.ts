/** A hostile upstream or client ends one request, and not the process, which is built and started as it is shipped. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const topology = new LocalTopology();
const upstreams: Server[] = [];
let node: LocalNode;

beforeAll(async () => {
  node = await topology.singleNode();
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
});
afterAll(async () => {
  for (const upstream of upstreams) upstream.close();
  await topology.close();
});

/** Serves `/name` from an upstream that answers every request with these bytes. */
async function serve(name: string, answer: string): Promise<void> {
  const upstream = createServer((socket) => void socket.on('error', () => undefined).on('data', () => void socket.write(answer)));
  upstreams.push(upstream);
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  await admin(node, 'PUT', `/services/${name}`, { url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });
  await admin(node, 'PUT', `/services/${name}/routes/${name}`, { paths: [`/${name}`] });
  await eventually(`/${name} is routed`, async () => await statusOf(`${node.proxy}/${name}`) !== 404);
}

/** Sends bytes on a connection of their own, and what follows as soon as the first answer is there. */
async function exchange(first: string, second: string): Promise<string> {
  const client = connect(Number(new URL(node.proxy).port), '127.0.0.1', () => void client.write(first));
  let seen = '';
  client.on('data', (chunk) => {
    if (seen === '') client.write(second);
    seen += String(chunk);
  }).on('error', () => undefined);
  client.setTimeout(5_000, () => client.destroy());
  await once(client, 'close');
  return seen;
}

const get = (path: string, connection = 'keep-alive', more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n${more}\r\n`;

describe('a node lives on', () => {
  it.each([
    ['plain', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', ''],
    ['bare', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', ''],
    ['other', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 'Upgrade: websocket\r\n'],
  ])('after an upstream that switches to a protocol that was not asked for (%s)', async (name, answer, asked) => {
    await serve(name, answer);
    const seen = await exchange(get(`/${name}`, asked === '' ? 'keep-alive' : 'Upgrade', asked), get('/no-route', 'close'));
    expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 502', 'HTTP/1.1 404']);
    expect(await statusOf(`${node.proxy}/no-route`)).toBe(404);
  });

  it('after clients that reset the connection behind a CONNECT', async () => {
    for (let count = 0; count < 20; count += 1) {
      const client = connect(Number(new URL(node.proxy).port), '127.0.0.1');
      client.on('error', () => undefined);
      await once(client, 'connect');
      client.write('CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', () => client.resetAndDestroy());
      await once(client, 'close');
    }
    expect(await statusOf(`${node.proxy}/no-route`)).toBe(404);
  });

  it('after a client that asks for a WebSocket behind a request whose answer is pending', async () => {
    await serve('slow', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const upgrade = get('/slow', 'Upgrade', 'Upgrade: websocket\r\n');
    const seen = await exchange(get('/slow') + upgrade, get('/no-route', 'close'));
    expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  it('after a client that sends CONNECT behind a request whose answer is pending', async () => {
    const seen = await exchange(`${get('/slow')}CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n`, '');
    expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 405']);
  });

  it('and none of this was a defect', () => {
    expect(readFileSync(node.process.log, 'utf8')).not.toMatch(/defect/);
  });
});
