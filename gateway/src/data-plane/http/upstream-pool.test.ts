/** Connections to upstreams: kept, limited, timed, and by TLS. */
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { RawPeer } from '../../../test/fixtures/local-proxy.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { AnswerReader, UpstreamProblem } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import { UpstreamPool } from './upstream-pool.ts';
import type { UpstreamPoolOptions } from './upstream-pool.ts';
import { UpstreamRoutes } from './upstream-routes.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GET = requestOf('GET /');

async function start(
  pool: Partial<UpstreamPoolOptions>, answer = (peer: RawPeer) => peer.send(answerOf('ok')),
): Promise<{ proxy: LocalProxy; upstream: RawUpstream }> {
  const upstream = await new RawUpstream(answer).start();
  closing.push(() => upstream.close());
  const proxy = await new LocalProxy({ tables: rowsFor(upstream.port), pool }).start();
  closing.push(() => proxy.close());
  return { proxy, upstream };
}

/** How many requests came on each connection, after this many requests one after another. */
async function requestsByConnection(pool: Partial<UpstreamPoolOptions>, count: number): Promise<number[]> {
  const { proxy, upstream } = await start(pool);
  for (let index = 0; index < count; index += 1) expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 200 /);
  return upstream.connections.map(({ received }) => received.match(/GET \//g)!.length);
}

describe('a kept connection', () => {
  it.each<[maxRequests: number, count: number, expected: number[]]>([
    [1, 3, [1, 1, 1]], [2, 5, [2, 2, 1]], [3, 7, [3, 3, 1]], [0, 5, [5]], [100, 5, [5]],
  ])('with at most %d requests serves of %d: %j', async (maxRequests, count, expected) => {
    expect(await requestsByConnection({ maxRequests }, count)).toEqual(expected);
  });

  it('is closed by us after its last request', async () => {
    const { proxy, upstream } = await start({ maxRequests: 1 });
    await ask(proxy.port, GET);
    await eventually('it is closed', () => upstream.connections[0]!.ended);
  });

  it('is not kept when the pool keeps none', async () => {
    expect(await requestsByConnection({ size: 0 }, 3)).toEqual([1, 1, 1]);
  });

  it('is kept up to the size of the pool, and the last one used is used again', async () => {
    const waiting: RawPeer[] = [];
    const { proxy, upstream } = await start({ size: 2 }, (peer) => {
      waiting.push(peer);
      if (waiting.length > 3) peer.send(answerOf('ok'));
    });
    const three = [ask(proxy.port, GET), ask(proxy.port, GET), ask(proxy.port, GET)];
    await eventually('all three are there', () => waiting.length === 3);
    for (const [index, peer] of waiting.slice(0, 3).entries()) {
      peer.send(answerOf('ok'));
      await three[index];
      await eventually('it is over', () => proxy.ended.length === index + 1);
    }
    await eventually('one is closed', () => upstream.connections.filter(({ ended }) => ended).length === 1);
    const kept = waiting.slice(0, 3).filter(({ ended }) => !ended);
    await ask(proxy.port, GET);
    expect(upstream.connections).toHaveLength(3);
    expect(waiting[3]).toBe(kept[1]);
  });

  it('is closed when it was idle for too long', async () => {
    const { proxy, upstream } = await start({ idleTimeoutSeconds: 0.05 });
    await ask(proxy.port, GET);
    await eventually('it is closed', () => upstream.connections[0]!.ended);
  });

  it('that the upstream has closed does not fail the next request', async () => {
    const { proxy, upstream } = await start({});
    await ask(proxy.port, GET);
    upstream.connections[0]!.socket.end();
    await eventually('it is closed', () => upstream.connections[0]!.ended);
    expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('ends with the pool', async () => {
    const { proxy, upstream } = await start({});
    await ask(proxy.port, GET);
    proxy.pool.close();
    await eventually('it is closed', () => upstream.connections[0]!.ended);
  });
});

const SERVICE: Service = {
  id: 's', name: null, protocol: 'http', host: '127.0.0.1', port: 80, path: null, retries: 0,
  connectTimeoutMs: 5_000, writeTimeoutMs: 5_000, readTimeoutMs: 5_000, tlsVerify: null, tlsVerifyDepth: null, row: {},
};

/** Sends one request with nothing around the pool. @returns the status, or the failure */
async function send(
  service: Partial<Service>, options: Partial<UpstreamPoolOptions> = {}, more: { host?: string; ip?: string; body?: Buffer } = {},
): Promise<number | UpstreamProblem> {
  const pool = new UpstreamPool({ size: 0, maxRequests: 0, idleTimeoutSeconds: 1, ...options });
  closing.push(() => pool.close());
  const { host = 'localhost:1', ip = '127.0.0.1', body } = more;
  const target = { ...SERVICE, ...service };
  const route = new UpstreamRoutes(pool.tls).of(target, { ip, port: target.port, hostname: ip }, host, undefined);
  const head = {
    method: body === undefined ? 'GET' : 'POST', path: '/', lines: `Host: ${host}\r\n`, body: body?.length ?? 'none' as const,
    upgrade: false, isRepeatable: true,
  };
  const timeouts = { connectMs: target.connectTimeoutMs, writeMs: target.writeTimeoutMs, readMs: target.readTimeoutMs };
  return new Promise((resolve) => {
    const reader: AnswerReader = {
      ready: () => {
        if (body !== undefined) call.sendPart(body);
        call.sendEnd();
      },
      drain: () => undefined,
      head: ({ status }) => resolve(status),
      upgraded: () => undefined,
      part: () => true,
      end: () => undefined,
      fail: resolve,
    };
    const call = pool.send(route, head, timeouts, reader);
  });
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

it('the timer of a connection ends with a request that fails before', async () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const clear = vi.spyOn(globalThis, 'clearTimeout');
  closing.push(() => void vi.restoreAllMocks());
  expect(await send({ port: await closedPort(), connectTimeoutMs: 54_321 })).toMatchObject({ kind: 'connect' });
  const at = set.mock.calls.findIndex(([, delay]) => delay === 54_321);
  await eventually('the timer is cleared', () => clear.mock.calls.some(([timer]) => timer === set.mock.results[at]!.value));
});

describe('a failure', () => {
  it('of an answer that is none is one after sending', async () => {
    const upstream = await new RawUpstream((peer) => peer.send('HTTP/1.1 101 Switching Protocols\r\n\r\n')).start();
    closing.push(() => upstream.close());
    expect(await send({ port: upstream.port })).toMatchObject({ kind: 'invalid', sent: true });
  });

  it('to connect is one before sending', async () => {
    const failure = await send({ port: await closedPort() });
    expect(failure).toMatchObject({ kind: 'connect', sent: false, message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('of an open connection is one after sending', async () => {
    const upstream = await new RawUpstream((peer) => void peer.socket.destroy()).start();
    closing.push(() => upstream.close());
    expect(await send({ port: upstream.port })).toMatchObject({ kind: 'broken', sent: true });
  });

  it('to answer in time is one after sending', async () => {
    const upstream = await new RawUpstream(() => undefined).start();
    closing.push(() => upstream.close());
    expect(await send({ port: upstream.port, readTimeoutMs: 50 })).toMatchObject({ kind: 'timeout', sent: true });
    expect(
      await send({ port: upstream.port, readTimeoutMs: 50 }, { idleTimeoutSeconds: 60 }),
    ).toMatchObject({ kind: 'timeout', sent: true });
  });

  it('to take the request in time is one after sending', async () => {
    const upstream = createServer((socket) => void socket.pause()).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    closing.push(() => void upstream.close());
    const { port } = upstream.address() as AddressInfo;
    expect(
      await send({ port, writeTimeoutMs: 50 }, {}, { body: Buffer.alloc(64 * 1024 * 1024) }),
    ).toMatchObject({ kind: 'timeout', sent: true });
  });

  it('to connect in time is one before sending: the TLS handshake is part of it', async () => {
    const upstream = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    closing.push(() => void upstream.close());
    const { port } = upstream.address() as AddressInfo;
    expect(await send({ port, protocol: 'https', connectTimeoutMs: 50 })).toMatchObject({ kind: 'timeout', sent: false });
  });
});

it('the time to connect does not run on once the connection is open', async () => {
  const upstream = await new RawUpstream((peer) => void setTimeout(() => peer.send(answerOf('ok', ['Connection: close'])), 120)).start();
  closing.push(() => upstream.close());
  expect(await send({ port: upstream.port, connectTimeoutMs: 60 })).toBe(200);
});

it('the time to write does not run on once the request is out', async () => {
  const upstream = await new RawUpstream((peer) => void setTimeout(() => peer.send(answerOf('ok', ['Connection: close'])), 120)).start();
  closing.push(() => upstream.close());
  expect(await send({ port: upstream.port, writeTimeoutMs: 60 })).toBe(200);
});

it('the head of an answer may be longer than Node takes by default, up to 64 KiB', async () => {
  const upstream = await new RawUpstream(
    (peer) => peer.send(answerOf('ok', [`X-Long: ${'a'.repeat(60_000)}`, 'Connection: close'])),
  ).start();
  closing.push(() => upstream.close());
  expect(await send({ port: upstream.port })).toBe(200);
  const longer = await new RawUpstream((peer) => peer.send(answerOf('ok', [`X-Long: ${'a'.repeat(66_000)}`]))).start();
  closing.push(() => longer.close());
  expect(await send({ port: longer.port })).toMatchObject({ kind: 'broken' });
});

describe('by TLS', () => {
  async function startTls(): Promise<{ port: number; certificate: string; names: unknown[]; sockets: Set<Socket> }> {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const names: unknown[] = [];
    const sockets = new Set<Socket>();
    const server = createHttpsServer({ cert: certificate, key }, (request, response) => {
      sockets.add(request.socket);
      names.push((request.socket as TLSSocket & { servername?: unknown }).servername);
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, certificate, names, sockets };
  }

  it('a certificate is checked with tls_verify only, against the given authorities', async () => {
    const { port, certificate } = await startTls();
    const service = { protocol: 'https', port };
    expect(await send(service)).toBe(200);
    expect(await send({ ...service, tlsVerify: false })).toBe(200);
    expect(await send({ ...service, tlsVerify: true })).toMatchObject({ kind: 'connect', sent: false });
    expect(await send({ ...service, tlsVerify: true }, { authorities: [certificate] })).toBe(200);
    expect(
      await send({ ...service, tlsVerify: true }, { authorities: [certificate] }, { host: 'other.test' }),
    ).toMatchObject({ kind: 'connect' });
  });

  it('a connection is kept, and ends with the pool', async () => {
    const { port, sockets } = await startTls();
    const proxy = await new LocalProxy({ tables: rowsFor(port, { protocol: 'https' }) }).start();
    closing.push(() => proxy.close());
    for (let count = 0; count < 2; count += 1) expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 200 /);
    expect(sockets.size).toBe(1);
    proxy.pool.close();
    await eventually('it is closed', () => [...sockets].every(({ destroyed }) => destroyed));
  });

  it('the name of the Host is sent, without its port; an address is not', async () => {
    const { port, names } = await startTls();
    const hosts = ['localhost:1', 'b.test', '127.0.0.1:1', '127.0.0.1', '[::1]:1', '1.2.3.4.test'];
    for (const host of hosts) await send({ protocol: 'https', port }, {}, { host });
    expect(names).toEqual(['localhost', 'b.test', false, false, false, '1.2.3.4.test']);
  });
});
