/** Streams of datagrams through a data plane, with real sockets on both sides. */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { idOf, startStreamNode, streamTables } from '../../test/fixtures/stream-node.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function bound(onMessage: (text: string, socket: Socket, from: { port: number; address: string }) => void): Promise<Socket> {
  const socket = createSocket('udp4');
  closing.push(() => new Promise<void>((resolve) => void socket.close(resolve)));
  socket.on('message', (datagram, from) => onMessage(datagram.toString(), socket, from));
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

/** Answers with its name, what came, and how many clients it has seen. */
async function echoServer(): Promise<{ port: number; clients: Set<number> }> {
  const clients = new Set<number>();
  const socket = await bound((text, own, { port, address }) => {
    clients.add(port);
    own.send(`e:${text}`, port, address);
  });
  return { port: socket.address().port, clients };
}

async function client(port: number): Promise<{ got: string[]; say: (text: string) => void }> {
  const got: string[] = [];
  const socket = await bound((text) => void got.push(text));
  return { got, say: (text) => socket.send(text, port, '127.0.0.1') };
}

const ROUTE = { protocols: ['udp'], sources: [{ ip: '127.0.0.0/8' }] };

describe('datagrams', () => {
  it('of each client are a stream of their own', async () => {
    const server = await echoServer();
    const node = await startStreamNode(closing, '127.0.0.1:0 udp');
    await node.run(streamTables(server.port, ROUTE, { protocol: 'udp' }));
    const [one, other] = [await client(node.ports[0]!), await client(node.ports[0]!)];
    for (const text of ['a', 'b']) {
      one.say(text);
      other.say(text.toUpperCase());
    }
    await eventually('answers', () => one.got.length === 2 && other.got.length === 2);
    expect([one.got.sort(), other.got.sort()]).toEqual([['e:a', 'e:b'], ['e:A', 'e:B']]);
    expect(server.clients.size).toBe(2);
  });

  it('begin a new stream behind a pause', async () => {
    const server = await echoServer();
    const node = await startStreamNode(closing, '127.0.0.1:0 udp');
    await node.run(streamTables(server.port, ROUTE, { protocol: 'udp', read_timeout: 50, write_timeout: 50 }));
    const one = await client(node.ports[0]!);
    one.say('a');
    await eventually('an answer', () => one.got.length === 1);
    // Whenever the node has looked for idle streams between two datagrams.
    for (let tries = 0; tries < 20 && server.clients.size === 1; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      one.say('b');
      await eventually('an answer', () => one.got.length === tries + 2);
    }
    expect(server.clients.size).toBe(2);
  });

  it('are dropped without a route, by a plugin and without an upstream', async () => {
    const server = await echoServer();
    const node = await startStreamNode(closing, '127.0.0.1:0 udp, 127.0.0.1:0 udp, 127.0.0.1:0 udp, 127.0.0.1:0 udp');
    const [a, b, c, d] = node.ports as [number, number, number, number];
    const route = (number: number, port: number, service: number) => ({
      id: idOf('rout', number), name: `r${number}`, protocols: ['udp'], destinations: [{ port }], service: idOf('serv', service),
    });
    const service = (number: number, host: string) => ({
      id: idOf('serv', number), name: `s${number}`, protocol: 'udp', host, port: server.port, retries: 0,
    });
    await node.run({
      services: [service(1, '127.0.0.1'), service(2, 'no-such-host.invalid')],
      routes: [route(1, a, 1), route(2, b, 1), route(3, c, 2)],
      plugins: [{ id: idOf('plug'), name: 'ip-restriction', config: { deny: ['127.0.0.1'] }, route: idOf('rout', 2), protocols: ['udp'] }],
    });
    const clients = await Promise.all([a, b, c, d].map(client));
    for (const { say } of clients) say('x');
    await eventually('an answer', () => clients[0]!.got.length === 1);
    clients[0]!.say('y');
    await eventually('another', () => clients[0]!.got.length === 2);
    expect(clients.slice(1).map(({ got }) => got)).toEqual([[], [], []]);
  });
});
