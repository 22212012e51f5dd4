/** Streams of connections through a data plane, with real sockets on both sides. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createServer as createTlsServer, connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { dialStream, echo, idOf, pairOf, startPeer, startStreamNode, StreamClient, streamTables } from '../../test/fixtures/stream-node.ts';
import type { Row } from '../model/config-table.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ANY = { protocols: ['tcp'], sources: [{ ip: '0.0.0.0/0' }] };
const dial = (port: number, options = {}) => dialStream(closing, port, options);

/** A port that refuses connections. */
async function closedPort(): Promise<number> {
  const own: (() => unknown)[] = [];
  const port = await startPeer(own, () => undefined);
  for (const close of own) await close();
  return port;
}

describe('plain streams', () => {
  it('carry bytes both ways, and count', async () => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY));
    const client = dial(node.ports[0]!).say('ping');
    await eventually('an answer', () => client.got === 'e:ping');
    client.socket.destroy();
    await eventually('the end', async () => (await node.dataPlane.metrics()).includes('kong_nginx_connections_total'));
  });

  it('carry what is larger than all buffers, whole, also to a slow client behind the end of the upstream', async () => {
    const bytes = randomBytes(8_000_000);
    const port = await startPeer(closing, (socket) => void socket.end(bytes));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY));
    const { socket } = dial(node.ports[0]!);
    const parts: Buffer[] = [];
    socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      parts.push(chunk);
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    await eventually('everything', () => parts.reduce((sum, { length }) => sum + length, 0) === bytes.length);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('do not read faster than the upstream takes', async () => {
    const port = await startPeer(closing, (socket) => void socket.pause());
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY));
    const { socket } = dial(node.ports[0]!);
    let sent = 0;
    while (socket.write(Buffer.alloc(65_536)) && sent < 500) sent += 1;
    for (let quiet = 0, before = -1; quiet < 5; quiet = socket.bytesWritten - socket.writableLength === before ? quiet + 1 : 0) {
      before = socket.bytesWritten - socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (socket.writableLength === 0) while (socket.write(Buffer.alloc(65_536)) && socket.bytesWritten < 64_000_000);
    }
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(64_000_000);
  });

  it.each([['off', ''], ['on', 'e:ping']])('a client that ends its direction, with half-closes %s, gets %j', async (halfClose, got) => {
    const port = await startPeer(closing, (socket) => {
      socket.on('data', (chunk: Buffer) => setTimeout(() => socket.write(`e:${chunk.toString()}`), 20));
      socket.on('end', () => setTimeout(() => socket.end(), 40));
    });
    const node = await startStreamNode(closing, '127.0.0.1:0', { KONG_NGINX_SPROXY_PROXY_HALF_CLOSE: halfClose });
    await node.run(streamTables(port, ANY));
    const client = dial(node.ports[0]!).say('ping');
    client.socket.end();
    await eventually('the end', () => client.end !== 'open');
    expect([client.got, client.end]).toEqual([got, 'end']);
  });

  it('end after a pause of both directions', async () => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY, { read_timeout: 50, write_timeout: 60_000 }));
    const client = dial(node.ports[0]!).say('ping');
    await eventually('the end', () => client.end === 'end');
    expect(client.got).toBe('e:ping');
  });

  it.each<[string, Row, Row]>([
    ['nothing matches', { protocols: ['tcp'], sources: [{ ip: '10.0.0.0/8' }] }, {}],
    ['the upstream refuses', ANY, { port: 1 }],
    ['the name has no address', ANY, { host: 'no-such-host.invalid' }],
    ['the service is plain and its protocol is not', ANY, { protocol: 'tls' }],
  ])('are closed without a byte and without a reset: %s', async (_, route, service) => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, route, { ...service, ...service.port === 1 && { port: await closedPort() } }));
    const client = dial(node.ports[0]!).say('ping');
    await eventually('the end', () => client.end !== 'open');
    expect([client.got, client.end]).toEqual(['', 'end']);
  });

  it('go to another target where one refuses, which is unhealthy then', async () => {
    const port = await startPeer(closing, echo('e'));
    const dead = await closedPort();
    const node = await startStreamNode(closing);
    const upstream = { id: idOf('upst'), name: 'ups', healthchecks: { passive: { type: 'tcp', unhealthy: { tcp_failures: 1 } } } };
    await node.run({
      ...streamTables(port, ANY, { host: 'ups', retries: 1 }), upstreams: [upstream],
      targets: [dead, port].map((one, index) => ({ id: idOf('targ', index), upstream: upstream.id, target: `127.0.0.1:${one}` })),
    });
    for (let index = 0; index < 4; index += 1) {
      const client = dial(node.ports[0]!).say('ping');
      await eventually('an answer', () => client.got === 'e:ping');
    }
    const [addresses] = [node.dataPlane.upstreamHealth.shown('ups')];
    expect(JSON.stringify(addresses)).toContain('UNHEALTHY');
  });

  it('are refused by ip-restriction, by the address of the client', async () => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing);
    await node.run({
      ...streamTables(port, ANY),
      plugins: [{ id: idOf('plug'), name: 'ip-restriction', config: { allow: ['127.0.0.2'] }, protocols: ['tcp'] }],
    });
    const [refused, served] = [dial(node.ports[0]!).say('ping'), dial(node.ports[0]!, { localAddress: '127.0.0.2' }).say('ping')];
    await eventually('both', () => refused.end === 'end' && served.got === 'e:ping');
    expect(refused.got).toBe('');
  });

  it('are finished when a node stops, and no new ones begin', async () => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY));
    const client = dial(node.ports[0]!).say('a');
    await eventually('an answer', () => client.got === 'e:a');
    const stopped = node.dataPlane.close(10_000);
    client.say('b');
    await eventually('another answer', () => client.got === 'e:ae:b');
    const late = dial(node.ports[0]!);
    await eventually('a refusal', () => late.end === 'error');
    client.socket.end();
    await stopped;
  });
});

describe('TLS', () => {
  /** The certificate's name, the answer to `ping`, and how it ended. */
  async function talk(port: number, servername: string): Promise<{ name?: unknown; got: string; end: string }> {
    const socket = connectTls({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
    closing.push(() => socket.destroy());
    const client = new StreamClient(socket);
    let name: unknown;
    socket.on('secureConnect', () => {
      name = socket.getPeerCertificate().subject.CN;
      client.say('ping');
    });
    await eventually('an answer or the end', () => client.got.includes('ping') || client.end !== 'open');
    return { name, got: client.got, end: client.end };
  }

  it('is ended with the certificate of its server name, or passed on to an upstream, on one port', async () => {
    const plain = await startPeer(closing, echo('plain'));
    const inside = await pairOf('upstream.test');
    const secure = await startPeer(closing, echo('secure'), createTlsServer(inside));
    const node = await startStreamNode(closing, '127.0.0.1:0 ssl');
    const [a, b] = [streamTables(plain, { protocols: ['tls'], snis: ['a.test', 'b.test'] }), streamTables(secure, {
      id: idOf('rout', 2), name: 'b', protocols: ['tls_passthrough'], snis: ['*.pass.test'], service: idOf('serv', 2),
    }, { id: idOf('serv', 2), name: 'b' })];
    await node.run({
      services: [...a.services!, ...b.services!], routes: [...a.routes!, ...b.routes!],
      certificates: [{ id: idOf('cert'), ...await pairOf('a.test') }],
      snis: [{ id: idOf('snis'), name: 'a.test', certificate: idOf('cert') }],
    });
    const [port] = node.ports as [number];
    expect(await talk(port, 'a.test')).toMatchObject({ name: 'a.test', got: 'plain:ping' });
    expect(await talk(port, 'b.test')).toMatchObject({ name: hostname(), got: 'plain:ping' });
    expect(await talk(port, 'x.pass.test')).toMatchObject({ name: 'upstream.test', got: 'secure:ping' });
    expect(await talk(port, 'c.test')).toMatchObject({ name: undefined, got: '' });
  });

  it('that is none is closed', async () => {
    const node = await startStreamNode(closing, '127.0.0.1:0 ssl');
    await node.run(streamTables(await startPeer(closing, echo('e')), { protocols: ['tls'], snis: ['a.test'] }));
    const client = dial(node.ports[0]!).say('GET / HTTP/1.1\r\n\r\n');
    await eventually('the end', () => client.end === 'end');
    expect(client.got).toBe('');
  });

  it.each([[true, ''], [false, 'e:ping']])('of an upstream is verified where its service says so: %s', async (verify, got) => {
    const names: unknown[] = [];
    const port = await startPeer(closing, (socket) => {
      names.push((socket as TLSSocket & { servername: unknown }).servername);
      echo('e')(socket);
    }, createTlsServer(await pairOf('localhost')));
    const node = await startStreamNode(closing);
    await node.run(streamTables(port, ANY, { protocol: 'tls', host: 'localhost', tls_verify: verify }));
    const client = dial(node.ports[0]!).say('ping');
    await eventually('an answer or the end', () => client.got !== '' || client.end === 'end');
    expect(client.got).toBe(got);
    if (!verify) expect(names).toEqual(['localhost']);
  });
});

describe('PROXY headers', () => {
  const header = 'PROXY TCP4 192.0.2.1 198.51.100.7 5000 9000\r\n';
  const allow = (address: string): readonly Row[] => [
    { id: idOf('plug'), name: 'ip-restriction', config: { allow: [address] }, protocols: ['tcp', 'http'] },
  ];

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['name the client of a trusted load balancer', { KONG_TRUSTED_IPS: '127.0.0.1' }, '192.0.2.1', 'e:ping'],
    ['close connections of others', { KONG_TRUSTED_IPS: '10.0.0.0/8' }, '192.0.2.1', ''],
    ['do not count where no address is trusted', {}, '127.0.0.1', 'e:ping'],
  ])('%s', async (_, settings, address, got) => {
    const port = await startPeer(closing, echo('e'));
    const node = await startStreamNode(closing, '127.0.0.1:0 proxy_protocol', settings);
    await node.run({ ...streamTables(port, ANY), plugins: allow(address) });
    const client = dial(node.ports[0]!).say(`${header}ping`);
    await eventually('an answer or the end', () => client.got !== '' || client.end !== 'open');
    expect(client.got).toBe(got);
  });

  it('are required where an address says so', async () => {
    const node = await startStreamNode(closing, '127.0.0.1:0 proxy_protocol', { KONG_TRUSTED_IPS: '127.0.0.1' });
    await node.run(streamTables(await startPeer(closing, echo('e')), ANY));
    const client = dial(node.ports[0]!).say('ping');
    await eventually('the end', () => client.end !== 'open');
    expect(client.got).toBe('');
  });

  it('precede TLS', async () => {
    const node = await startStreamNode(closing, '127.0.0.1:0 ssl proxy_protocol', { KONG_TRUSTED_IPS: '127.0.0.1' });
    await node.run({
      ...streamTables(await startPeer(closing, echo('e')), { protocols: ['tls'], snis: ['a.test'] }),
      plugins: [{ id: idOf('plug'), name: 'ip-restriction', config: { allow: ['192.0.2.1'] }, protocols: ['tls'] }],
    });
    const { socket } = dial(node.ports[0]!).say(header);
    socket.removeAllListeners('data');
    const client = new StreamClient(connectTls({ socket, servername: 'a.test', rejectUnauthorized: false })).say('ping');
    await eventually('an answer', () => client.got === 'e:ping');
  });

  it.each([
    ['X-Real-IP', '203.0.113.9'], ['proxy_protocol', '192.0.2.1'],
  ])('precede requests, whose client is named by KONG_REAL_IP_HEADER=%s', async (name, client) => {
    let request = '';
    const port = await startPeer(closing, (socket) => {
      socket.on('data', (chunk: Buffer) => {
        request += chunk.toString();
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const node = await startStreamNode(closing, 'off', {
      KONG_PROXY_LISTEN: '127.0.0.1:0 proxy_protocol, 127.0.0.1:0 ssl proxy_protocol', KONG_TRUSTED_IPS: '127.0.0.1',
      KONG_REAL_IP_HEADER: name,
    });
    await node.run({ ...streamTables(port, { protocols: ['http', 'https'], paths: ['/'] }, { protocol: 'http' }), plugins: allow(client) });
    const sent = 'GET / HTTP/1.1\r\nHost: a.test\r\nX-Real-IP: 203.0.113.9\r\n\r\n';
    const plain = dial(node.httpPorts[0]!).say(`${header}${sent}`);
    await eventually('an answer', () => plain.got.includes('\r\n\r\n'));
    expect(plain.got).toMatch(/^HTTP\/1\.1 200/);
    expect(request).toContain(name === 'proxy_protocol' ? 'X-Forwarded-For: 192.0.2.1\r\n' : 'X-Forwarded-For: 127.0.0.1\r\n');
    const { socket } = dial(node.httpPorts[1]!).say(header);
    socket.removeAllListeners('data');
    const secure = new StreamClient(connectTls({ socket, servername: 'a.test', rejectUnauthorized: false })).say(sent);
    await eventually('an answer', () => secure.got.includes('\r\n\r\n'));
    expect(secure.got).toMatch(/^HTTP\/1\.1 200/);
    const without = dial(node.httpPorts[0]!).say(sent);
    await eventually('the end', () => without.end !== 'open');
    expect(without.got).toBe('');
  });
});
