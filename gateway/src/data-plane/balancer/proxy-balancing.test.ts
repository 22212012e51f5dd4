/** Requests to services whose host is an upstream, on real sockets. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions, RawPeer } from '../../../test/fixtures/local-proxy.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import type { Row } from '../../model/config-table.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Upstreams that answer with their number. */
async function upstreams(count: number, answer = (peer: RawPeer, name: string) => peer.send(answerOf(name))): Promise<RawUpstream[]> {
  const started: RawUpstream[] = [];
  for (let at = 0; at < count; at += 1) {
    const upstream = await new RawUpstream((peer) => answer(peer, `u${at}`)).start();
    closing.push(() => upstream.close());
    started.push(upstream);
  }
  return started;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

interface Setup extends Omit<LocalProxyOptions, 'tables'> {
  readonly upstream?: Row;
  readonly service?: Row;
  readonly route?: Row;
  readonly plugins?: readonly Row[];
}

type Tables = Record<string, readonly Row[]>;

function tablesFor(ports: readonly (number | string)[], { upstream, service, route, plugins = [] }: Setup = {}): Tables {
  return {
    ...rowsFor(80, { host: 'pool.test', ...service }, route),
    upstreams: [{ id: 'pool', name: 'pool.test', ...upstream }],
    targets: ports.map((port, at) => ({
      id: `t${at}`, upstream: 'pool', target: typeof port === 'string' ? port : `127.0.0.1:${port}`, weight: 100,
    })),
    plugins,
  };
}

async function start(ports: readonly (number | string)[], setup: Setup = {}): Promise<LocalProxy> {
  const proxy = await new LocalProxy({ ...setup, tables: tablesFor(ports, setup) }).start();
  closing.push(() => proxy.close());
  return proxy;
}

const portsOf = (started: readonly RawUpstream[]) => started.map(({ port }) => port);

const bodyOf = (answer: string) => answer.split('\r\n\r\n')[1];

/** Bodies of so many requests, in order. */
async function bodies(proxy: LocalProxy, count: number, request = (_: number) => requestOf('GET /')): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (let at = 0; at < count; at += 1) found.push(bodyOf(await ask(proxy.port, request(at))));
  return found;
}

const counted = (values: readonly (string | undefined)[]) => (
  Object.fromEntries([...new Set(values)].sort().map((value) => [value, values.filter((other) => other === value).length])));

describe('requests to an upstream', () => {
  it('are spread over its targets', async () => {
    const proxy = await start(portsOf(await upstreams(3)));
    expect(counted(await bodies(proxy, 9))).toEqual({ u0: 3, u1: 3, u2: 3 });
  });

  it('go to the same target for the same hash', async () => {
    const proxy = await start(portsOf(await upstreams(4)), {
      upstream: { algorithm: 'consistent-hashing', hash_on: 'header', hash_on_header: 'x-key' },
    });
    const keyed = (key: string) => () => requestOf('GET /', ['Connection: close', `X-Key: ${key}`]);
    expect(new Set(await bodies(proxy, 6, keyed('one'))).size).toBe(1);
    const many = await bodies(proxy, 40, (at) => keyed(`key ${at}`)());
    expect(new Set(many).size).toBe(4);
  });

  it('bring a cookie back that leads to the same target', async () => {
    const four = await upstreams(4, (peer, name) => peer.send(answerOf(name, ['Set-Cookie: stick=own', 'Set-Cookie: a=1'])));
    const proxy = await start(portsOf(four), {
      upstream: { algorithm: 'consistent-hashing', hash_on: 'cookie', hash_on_cookie: 'stick', hash_on_cookie_path: '/p' },
    });
    const first = await ask(proxy.port, requestOf('GET /'));
    expect(first.match(/Set-Cookie: .*/g)).toEqual([
      expect.stringContaining('a=1'), expect.stringMatching(/^Set-Cookie: stick=[0-9a-f-]{36}; Path=\/p; SameSite=Lax; HttpOnly/),
    ]);
    const [, cookie] = /Set-Cookie: (stick=[0-9a-f-]+)/.exec(first)!;
    const again = await bodies(proxy, 5, () => requestOf('GET /', ['Connection: close', `Cookie: x=y; ${cookie}`]));
    expect(new Set(again)).toEqual(new Set([bodyOf(first)]));
  });

  it('go where the fewest are', async () => {
    const waiting: RawPeer[] = [];
    const two = await upstreams(2, (peer) => void waiting.push(peer));
    const proxy = await start(portsOf(two), { upstream: { algorithm: 'least-connections' } });
    const clients = [];
    for (let at = 0; at < 4; at += 1) {
      const client = await dial(proxy.port);
      client.send(requestOf('GET /'));
      clients.push(client);
      await eventually('it arrived', () => waiting.length === at + 1);
    }
    expect(two.map(({ connections }) => connections.length)).toEqual([2, 2]);
    // One of the two gets free: the next request goes there.
    const [free] = two;
    for (const peer of waiting.filter((one) => free!.connections.includes(one))) peer.send(answerOf('ok', ['Connection: close']));
    await eventually('they are over', () => proxy.ended.length === 2);
    const next = await dial(proxy.port);
    next.send(requestOf('GET /'));
    await eventually('it arrived', () => waiting.length === 5);
    expect(free!.connections).toContain(waiting[4]);
  });

  it('carry the address of the target as Host, or what the upstream says', async () => {
    const [one] = await upstreams(1);
    await bodies(await start([one!.port]), 1);
    await bodies(await start([one!.port], { upstream: { host_header: 'fixed.test' } }), 1);
    await bodies(await start([one!.port], { upstream: { host_header: 'fixed.test' }, route: { preserve_host: true } }), 1);
    expect(one!.received.match(/^Host: .*/gm)!.map((line) => line.trim().replace(String(one!.port), '<port>'))).toEqual([
      'Host: 127.0.0.1:<port>', 'Host: fixed.test:<port>', 'Host: a.test',
    ]);
  });

  it('get 503 without targets, and with targets of weight 0', async () => {
    for (const proxy of [await start([]), await start([1])]) {
      proxy.balancers.use(snapshotOf({ ...tablesFor([1]), targets: [{ id: 't', upstream: 'pool', target: '127.0.0.1:1', weight: 0 }] }));
      const answer = await ask(proxy.port, requestOf('GET /'));
      expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*"message":"failure to get a peer from the ring-balancer"/);
      expect(answer).not.toContain('X-Kong-Upstream-Latency');
    }
  });

  it('leave a target that refuses, and say so in their tries', async () => {
    const tries: unknown[] = [];
    const [good] = await upstreams(1);
    const refusing = await closedPort();
    const proxy = await start([refusing, good!.port], {
      service: { retries: 1 }, plugins: [{ id: 'p', name: 'x', config: {} }],
      handlers: { x: { name: 'x', priority: 1, prepare: () => ({ log: (exchange: Exchange) => void tries.push(exchange.tries) }) } },
    });
    expect(await bodies(proxy, 4)).toEqual(['u0', 'u0', 'u0', 'u0']);
    await eventually('all are logged', () => tries.length === 4);
    const attempt = { ip: '127.0.0.1', hostname: '127.0.0.1', startedAt: expect.any(Number), balancerMs: expect.any(Number) };
    expect(tries).toContainEqual([{ ...attempt, port: refusing, failed: 502 }, { ...attempt, port: good!.port }]);
  });

  it('reach the upstream that a plugin names in place of the service', async () => {
    const two = await upstreams(2);
    const access = ({ upstream }: Exchange) => { upstream.target = { host: 'POOL.test', port: 1 }; };
    const proxy = await start(portsOf(two), {
      service: { host: '127.0.0.1', port: 1 }, plugins: [{ id: 'p', name: 'x', config: {} }],
      handlers: { x: { name: 'x', priority: 1, prepare: () => ({ access }) } },
    });
    expect(counted(await bodies(proxy, 4))).toEqual({ u0: 2, u1: 2 });
  });
});

describe('passive health checks', () => {
  const CHECKS = { passive: { healthy: { successes: 1 }, unhealthy: { http_failures: 2, tcp_failures: 1, timeouts: 1 } } };

  it('take out a target that refuses connections', async () => {
    const [good] = await upstreams(1);
    const refusing = await closedPort();
    const proxy = await start([refusing, good!.port], { upstream: { healthchecks: CHECKS }, service: { retries: 1 } });
    expect(await bodies(proxy, 6)).toEqual(Array.from({ length: 6 }, () => 'u0'));
    expect(proxy.messages('warn')).toEqual([`upstream pool.test: 127.0.0.1:${refusing} is unhealthy now`]);
  });

  it('take out a target that answers with failures, and one that times out', async () => {
    const two = await upstreams(2, (peer, name) => name === 'u0' ? peer.send(answerOf(name, [], '500 Oops')) : undefined);
    const proxy = await start(portsOf(two), { upstream: { healthchecks: CHECKS }, service: { read_timeout: 50 } });
    await bodies(proxy, 4);
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('stop everything below the threshold', async () => {
    const two = await upstreams(2, (peer, name) => peer.send(answerOf(name, [], name === 'u0' ? '500 Oops' : '200 OK')));
    const proxy = await start(portsOf(two), { upstream: { healthchecks: { ...CHECKS, threshold: 50 } } });
    await bodies(proxy, 4);
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('are kept with their counts by a configuration that keeps the target', async () => {
    const two = await upstreams(2, (peer, name) => peer.send(answerOf(name, [], name === 'u0' ? '500 Oops' : '200 OK')));
    const proxy = await start(portsOf(two), { upstream: { healthchecks: CHECKS } });
    await bodies(proxy, 4);
    for (const change of [{}, { tags: ['new'] }]) {
      proxy.balancers.use(snapshotOf(tablesFor(portsOf(two), { upstream: { healthchecks: CHECKS, ...change } })));
      expect(counted(await bodies(proxy, 4))).toEqual({ u1: 4 });
    }
    proxy.balancers.use(snapshotOf(tablesFor(portsOf(two))));
    expect(counted(await bodies(proxy, 4))).toEqual({ u0: 2, u1: 2 });
  });
});

describe('a target with a name', () => {
  it('stands for all its addresses, with weights and ports of SRV, and is asked for again when they expire', async () => {
    const three = await upstreams(3);
    let now = 1_000;
    let found = [{ ip: '127.0.0.1', port: three[0]!.port, weight: 1 }, { ip: '127.0.0.1', port: three[1]!.port, weight: 3 }];
    let asked = 0;
    const resolver = { resolve: async () => { asked += 1; return { addresses: found, expiresAt: now + 1_000, type: 'SRV' as const }; } };
    const proxy = await start(['srv.test:80'], { resolver, now: () => now });
    expect(counted(await bodies(proxy, 8))).toEqual({ u0: 2, u1: 6 });
    expect(asked).toBe(1);
    now += 2_000;
    found = [{ ip: '127.0.0.1', port: three[2]!.port, weight: 1 }];
    await bodies(proxy, 1);
    await eventually('it was asked for again', () => asked === 2);
    expect(counted(await bodies(proxy, 4))).toEqual({ u2: 4 });
  });

  it('that is not known is left out', async () => {
    const [good] = await upstreams(1);
    const resolver = { resolve: () => Promise.reject(new Error('no such name')) };
    expect(counted(await bodies(await start(['gone.test:80', good!.port], { resolver }), 4))).toEqual({ u0: 4 });
    expect(await ask((await start(['gone.test:80'], { resolver })).port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 503 /);
  });
});
