/** Which phases of which plugins see a request, and what the pipeline answers itself. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { PHASES } from '../../plugin-kit/plugin.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { Handlers } from '../compiled-configuration.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GET = requestOf('GET /');

/** What plugins named a, b and c did, e.g. `access b`. They run in this order. */
let seen: string[] = [];

/** Plugins a, b and c: each writes down its phases; one of them does more. */
function plugins(more: Readonly<Record<string, PluginPhases>> = {}): Handlers {
  const noting = (name: string): PluginPhases => Object.fromEntries(PHASES.map((phase) => [phase, (exchange: Exchange) => {
    seen.push(`${phase} ${name}`);
    return more[name]?.[phase]?.(exchange);
  }]));
  return Object.fromEntries(['a', 'b', 'c'].map((name, index) => [name, { name, priority: 10 - index, prepare: () => noting(name) }]));
}

const everywhere = (name: string): Row => ({ id: name, name, config: {} });
const onRoute = (name: string): Row => ({ ...everywhere(name), route: 'route' });

interface Setup extends Omit<LocalProxyOptions, 'tables'> {
  readonly plugins?: readonly Row[];
  readonly consumers?: readonly Row[];
  readonly route?: Row;
}

async function start(options: Setup = {}): Promise<LocalProxy> {
  seen = [];
  const upstream = await new RawUpstream((peer) => peer.send(answerOf('ok'))).start();
  closing.push(() => upstream.close());
  const tables = {
    ...rowsFor(upstream.port, {}, options.route), plugins: options.plugins ?? ['a', 'b', 'c'].map(onRoute),
    consumers: options.consumers ?? [],
  };
  const proxy = await new LocalProxy({ handlers: plugins(), ...options, tables }).start();
  closing.push(() => proxy.close());
  return proxy;
}

/** Sends a request and waits until the last phase is over. @returns the answer */
async function run(proxy: LocalProxy, request = GET): Promise<string> {
  const answer = await ask(proxy.port, request);
  await eventually('the request is over', () => proxy.pipeline.active === 0);
  await new Promise((resolve) => setImmediate(resolve));
  return answer;
}

const later = (...names: string[]): string[] => (
  ['responseHeaders', 'body', 'log'].flatMap((phase) => names.map((name) => `${phase} ${name}`)));

describe('the phases of a request', () => {
  it('run in order, each through all plugins', async () => {
    expect(await run(await start())).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual(['access a', 'access b', 'access c', ...later('a', 'b', 'c')]);
  });

  it('begin with rewrite for global plugins only', async () => {
    await run(await start({ plugins: [everywhere('a'), onRoute('b')] }));
    expect(seen).toEqual(['rewrite a', 'access a', 'access b', ...later('a', 'b')]);
  });

  it('wait for a plugin that takes its time', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push('waited');
    };
    await run(
      await start({
        handlers: plugins({ a: { rewrite: slow, access: slow, responseHeaders: slow, log: slow } }),
        plugins: [everywhere('a'), everywhere('b')],
      }),
    );
    await eventually('the last phase', () => seen.at(-1) === 'log b');
    expect(seen).toEqual([
      'rewrite a', 'waited', 'rewrite b', 'access a', 'waited', 'access b', 'responseHeaders a', 'waited', 'responseHeaders b', 'body a',
      'body b', 'log a', 'waited', 'log b',
    ]);
  });
});

describe('a plugin that refuses', () => {
  const refusing: PluginPhases = {
    access: (exchange) => exchange.refuse({
      status: 401, message: 'no', headers: { 'WWW-Authenticate': 'Key' },
    }),
  };

  it('ends access; every plugin of the route sees the head of the answer and the end', async () => {
    const answer = await run(await start({ handlers: plugins({ b: refusing }) }));
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toContain('WWW-Authenticate: Key\r\n');
    expect(answer).toContain('"message":"no"');
    expect(seen).toEqual(['access a', 'access b', ...later('a', 'b', 'c')]);
  });

  it('after waiting ends access, too', async () => {
    const slowly: PluginPhases = {
      access: async (exchange) => new Promise(
        (resolve) => setTimeout(() => resolve(refusing.access!(exchange)), 5),
      ),
    };
    expect(await run(await start({ handlers: plugins({ a: slowly }) }))).toMatch(/^HTTP\/1\.1 401 /);
    expect(seen).toEqual(['access a', ...later('a', 'b', 'c')]);
  });

  it('lets the plugins behind it change the head of its answer', async () => {
    const handlers = plugins({
      a: refusing, c: { responseHeaders: ({ response }) => response!.setHeader('X-Status', String(response!.status)) },
    });
    expect(await run(await start({ handlers }))).toContain('X-Status: 401\r\n');
  });

  it('in rewrite ends the request before it is routed; the global plugins see the end', async () => {
    const early: PluginPhases = { rewrite: (exchange) => exchange.refuse({ status: 403, message: 'no' }) };
    const answer = await run(await start({ handlers: plugins({ a: early }), plugins: [everywhere('a'), everywhere('b'), onRoute('c')] }));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(seen).toEqual(['rewrite a', ...later('a', 'b')]);
  });

  it('because of a defect ends access with 500; every plugin of the route sees that', async () => {
    const broken: PluginPhases = {
      access: () => {
        throw new Error('boom');
      },
    };
    const proxy = await start({
      handlers: plugins({
        a: broken, c: { responseHeaders: ({ response }) => response!.setHeader('X-Status', String(response!.status)) },
      }),
    });
    expect(await run(proxy)).toMatch(/^HTTP\/1\.1 500 [^]*X-Status: 500\r\n/);
    expect(seen).toEqual(['access a', ...later('a', 'b', 'c')]);
  });
});

it('a client that goes away while a plugin decides is logged by the plugins behind that one', async () => {
  let decide: () => void = () => undefined;
  const waiting: PluginPhases = { access: async () => new Promise((resolve) => (decide = resolve)) };
  const proxy = await start({ handlers: plugins({ a: waiting }) });
  const client = await dial(proxy.port);
  client.send(GET);
  await eventually('the plugin is asked', () => seen.includes('access a'));
  client.socket.destroy();
  await eventually('the client is gone', () => proxy.pipeline.active === 0);
  decide();
  await eventually('the log', () => seen.includes('log c'));
  expect(seen).toEqual(['access a', 'access b', 'access c', 'log a', 'log b', 'log c']);
  expect(proxy.ended).toEqual([['route', 499]]);
  expect(proxy.logged).toEqual([]);
});

it('plugins of a consumer run for that one only', async () => {
  const rows = [onRoute('a'), { ...everywhere('b'), consumer: 'known' }, onRoute('c')];
  const consumers = [{ id: 'known', username: 'known' }];
  expect(await run(await start({ plugins: rows, consumers }))).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen).toEqual(['access a', 'access c', ...later('a', 'c')]);
  const consumer = { id: 'known', username: 'known', customId: null, row: {} };
  const known: PluginPhases = { access: (exchange) => exchange.authenticate({ consumer }) };
  await run(await start({ plugins: rows, consumers, handlers: plugins({ a: known }) }));
  expect(seen).toEqual(['access a', 'access b', 'access c', ...later('a', 'b', 'c')]);
});

it('a request is counted with the time that it took', async () => {
  const begun = performance.now();
  const proxy = await start();
  await run(proxy);
  expect(proxy.durations).toHaveLength(1);
  expect(proxy.durations[0]).toBeGreaterThan(0);
  expect(proxy.durations[0]).toBeLessThanOrEqual(performance.now() - begun);
});

describe('a request that is malformed', () => {
  it.each<[status: number, request: string]>([
    [400, 'GET / HTTP/1.1\r\n\r\n'], [405, requestOf('TRACE /')], [414, requestOf(`GET /${'a'.repeat(8_192)}`)],
  ])('gets %d as text, and the connection is closed', async (status, request) => {
    const answer = await ask((await start()).port, request);
    expect(answer).toMatch(new RegExp(
      `^HTTP/1\\.1 ${status} (?=[^]*\r\nContent-Type: text/plain)(?=[^]*\r\nConnection: close)[^]*\r\n\r\n.*\nrequest_id: \\w{32}\n$`,
    ));
  });

  it('gets the format that it accepts; by default, one without a possible route gets JSON', async () => {
    const { port } = await start();
    const html = requestOf('GET /', ['Host: a@b', 'Accept: text/html']);
    expect(await ask(port, html)).toMatch(/^HTTP\/1\.1 400 [^]*\r\nContent-Type: text\/html/);
    expect(await ask(port, requestOf('GET /%ff'))).toMatch(/^HTTP\/1\.1 404 [^]*\r\nContent-Type: application\/json/);
  });
});

describe('the pipeline answers itself', () => {
  it('404 without a configuration, and without a route; the global plugins see it', async () => {
    expect(await run(await start({ unconfigured: true }))).toMatch(/^HTTP\/1\.1 404 [^]*"message":"no Route matched with those values"/);
    const proxy = await start({ plugins: [everywhere('a'), onRoute('b')], route: { paths: ['/other'] } });
    expect(await run(proxy)).toMatch(/^HTTP\/1\.1 404 [^]*"message":"no Route matched with those values"/);
    expect(seen).toEqual(['rewrite a', ...later('a')]);
    expect(proxy.ended).toEqual([[undefined, 404]]);
  });

  it('503 for a route without a service; its plugins see it', async () => {
    const answer = await run(await start({ route: { service: null }, plugins: [onRoute('a')] }));
    expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*"message":"no Service found with those values"/);
    expect(seen).toEqual(['access a', ...later('a')]);
  });

  it('426 for a route that wants https; the global plugins see it', async () => {
    const answer = await run(await start({ route: { protocols: ['https'] }, plugins: [everywhere('a'), onRoute('b')] }));
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n[^]*"message":"Please use HTTPS protocol"/);
    expect(seen).toEqual(['rewrite a', ...later('a')]);
  });
});

describe('a plugin for https only', () => {
  const rows = [{ ...onRoute('a'), protocols: ['https'] }, { ...onRoute('b'), protocols: ['http', 'https'] }];

  it('does not run on http', async () => {
    expect(await run(await start({ plugins: rows }))).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual(['access b', ...later('b')]);
  });

  it('runs on http behind a trusted proxy that says https, and not when another client says so', async () => {
    const request = requestOf('GET /', ['Connection: close', 'X-Forwarded-Proto: https']);
    await run(await start({ plugins: rows, trusted: () => true }), request);
    expect(seen).toEqual(['access a', 'access b', ...later('a', 'b')]);
    await run(await start({ plugins: rows }), request);
    expect(seen).toEqual(['access b', ...later('b')]);
  });
});
