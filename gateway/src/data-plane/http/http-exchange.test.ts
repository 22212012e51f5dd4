/** What a plugin sees of a request, and may do to it. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, masked, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { Consumer, Credential } from '../../model/snapshot.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { HttpExchange } from './http-exchange.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Setup extends Omit<LocalProxyOptions, 'tables' | 'handlers'> {
  readonly route?: Row;
}

async function start(
  access: (exchange: Exchange) => void | Promise<void>, { route, ...options }: Setup = {},
): Promise<{ proxy: LocalProxy; upstream: RawUpstream }> {
  const upstream = await new RawUpstream((peer) => void setTimeout(() => peer.send(answerOf('ok')), 20)).start();
  closing.push(() => upstream.close());
  const tables = { ...rowsFor(upstream.port, {}, route), plugins: [{ id: 'p', name: 'x', config: {} }] };
  const proxy = await new LocalProxy({
    ...options, tables, handlers: { x: { name: 'x', priority: 1, prepare: () => ({ access }) } },
  }).start();
  closing.push(() => proxy.close());
  return { proxy, upstream };
}

/** Runs a request through a plugin. @returns what the upstream got, and the plugin returned */
async function run<T>(
  request: string, access: (exchange: Exchange) => T | Promise<T>, options?: Setup,
): Promise<{ seen: T; received: string }> {
  let seen: T | undefined;
  const { proxy, upstream } = await start(async (exchange) => {
    seen = await access(exchange);
  }, options);
  expect(await ask(proxy.port, request)).toContain('HTTP/1.1 200 ');
  return { seen: seen!, received: masked(upstream.received) };
}

const post = (
  body: string, headers: readonly string[] = [`Content-Length: ${body.length}`],
) => requestOf('POST /', ['Connection: close', ...headers], body);

describe('a plugin', () => {
  it('sees the request', async () => {
    const headers = ['Connection: close', 'X-A: 1', 'x-a: j\xc3\xbcrgen', 'X-B: \xff'];
    const { seen } = await run(requestOf('PUT /a%20b?x=1&y=a+b&x=%C3%BC&z', headers), (exchange) => {
      const { request, route, service, consumer, credential, response, requestId } = exchange;
      return {
        ...Object.fromEntries((['method', 'scheme', 'path', 'query', 'clientIp'] as const).map((name) => [name, request[name]])),
        headers: [
          request.header('x-a'), request.headerValues('x-a'), request.header('x-b'), request.header('x-none'),
          request.headerValues('x-none'),
        ],
        query: [request.query, ...['x', 'y', 'z', 'none'].map((name) => request.queryValues(name))],
        names: [route?.name, service?.name, consumer, credential, response, /^[0-9a-f]{32}$/.test(requestId)],
      };
    });
    expect(seen).toEqual({
      method: 'PUT', scheme: 'http', path: '/a b', clientIp: '127.0.0.1',
      headers: ['1', ['1', 'jürgen'], 'ÿ', undefined, []],
      query: ['x=1&y=a+b&x=%C3%BC&z', ['1', 'ü'], ['a b'], [''], []],
      names: ['all', 'main', undefined, undefined, undefined, true],
    });
  });

  it('sees no query where there is none', async () => {
    for (const target of ['/', '/?']) {
      const { seen } = await run(
        requestOf(`GET ${target}`), ({ request }) => [request.query, request.queryValues(''), request.queryValues('x')],
      );
      expect(seen).toEqual(['', [], []]);
    }
  });

  it.each([['/?x', ['']], ['/?x=', ['']], ['/?y', []]])('sees the arguments of %s named x: %j', async (target, values) => {
    expect((await run(requestOf(`GET ${target}`), ({ request }) => request.queryValues('x'))).seen).toEqual(values);
  });

  it.each([
    ['/?k', 'k', '/'], ['/?k&k', 'k', '/'], ['/?&a=1', '', '/?a=1'], ['/?=1&a', '', '/?a'], ['/', '', '/'], ['/?a=1', 'k', '/?a=1'],
  ])('removes from %s the argument %j: %s', async (target, name, sent) => {
    const { received } = await run(requestOf(`GET ${target}`), ({ upstream }) => upstream.removeQuery(name));
    expect(received.slice(0, received.indexOf('\r\n'))).toBe(`GET ${sent} HTTP/1.1`);
  });

  it('sees the client that a trusted proxy names, and the host and port of the request', async () => {
    const { seen } = await run(requestOf('GET /', ['Host: A.test:8', 'X-Real-IP: 192.0.2.1', 'Connection: close']), (exchange) => {
      const { host, port, sni, upgrade } = exchange as HttpExchange;
      return [exchange.request.clientIp, host, port, sni, upgrade];
    }, { trusted: () => true });
    expect(seen).toEqual(['192.0.2.1', 'a.test', 8, undefined, false]);
  });

  it('removes query arguments by name, escaped or not, and leaves the bytes of the others', async () => {
    const { received } = await run(requestOf('GET /?a=%zz&key=1&b=x+y&%6Bey=2&key&c'), ({ upstream }) => upstream.removeQuery('key'));
    expect(received).toMatch(/^GET \/\?a=%zz&b=x\+y&c HTTP/);
  });
});

describe('the body of a request', () => {
  it.each<[title: string, request: string, seen: string | undefined]>([
    ['that is announced by its length', post('hello'), 'hello'],
    ['that comes in chunks', post('2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n', ['Transfer-Encoding: chunked']), 'hello'],
    ['that is not there', requestOf('POST /'), undefined],
    ['of length 0', post(''), undefined],
    ['with no chunks', post('0\r\n\r\n', ['Transfer-Encoding: chunked']), ''],
    ['as long as the limit', post('1234567890'), '1234567890'],
    ['longer than the limit', post('12345678901'), undefined],
  ])('%s is read, and sent on whole', async (_title, request, expected) => {
    const { seen, received } = await run(request, async (exchange) => (await exchange.request.body(10))?.toString());
    expect(seen).toBe(expected);
    const sent = received.slice(received.indexOf('\r\n\r\n') + 4);
    if (expected !== undefined) expect([received.includes(`Content-Length: ${expected.length}`), sent]).toEqual([true, expected]);
    else expect(sent).toBe(request.slice(request.indexOf('\r\n\r\n') + 4));
  });

  it('is read again by another plugin, as it came, within its own limit', async () => {
    const { seen, received } = await run(post('hello'), async ({ request, upstream }) => {
      const first = await request.body(5);
      upstream.setBody(Buffer.from('other'));
      return [first, await request.body(5), await request.body(4)].map((body) => body?.toString());
    });
    expect(seen).toEqual(['hello', 'hello', undefined]);
    expect(received).toMatch(/\r\nContent-Length: 5\r\n\r\nother$/);
  });

  it('that comes in many parts leaves no listeners behind', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void (warning.name === 'MaxListenersExceededWarning' && warnings.push(warning));
    process.on('warning', note);
    closing.push(() => void process.off('warning', note));
    let body: HttpExchange['incoming']['body'] | undefined;
    const { proxy } = await start(async (exchange) => {
      ({ body } = (exchange as HttpExchange).incoming);
      await exchange.request.body(1_000);
    });
    const client = await dial(proxy.port);
    client.send(post('', ['Content-Length: 30']));
    for (let part = 1; part <= 30; part += 1) {
      client.send('x');
      await eventually('the part is there', () => body?.taken === part);
    }
    expect(await client.end()).toMatch(/^HTTP\/1\.1 200 /);
    expect(warnings).toEqual([]);
  });

  it('that comes late is waited for', async () => {
    const { proxy, upstream } = await start(async ({ request }) => void await request.body(1_000));
    const client = await dial(proxy.port);
    client.send(post('', ['Content-Length: 9']));
    for (const part of ['one', 'two', 'six']) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      client.send(part);
    }
    expect(await client.end()).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.received).toMatch(/\r\n\r\nonetwosix$/);
  });

  it('that never ends, because the client goes away, ends the request without a word', async () => {
    const { proxy, upstream } = await start(async ({ request }) => void await request.body(1_000));
    const client = await dial(proxy.port);
    client.send(post('part', ['Content-Length: 9']));
    await eventually('the request is there', () => proxy.pipeline.active === 1);
    client.socket.destroy();
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    expect([proxy.logged, upstream.connections]).toEqual([[], []]);
  });

  it('that a plugin asks for after the client is gone ends the request, too', async () => {
    let decide: (() => void) | undefined;
    let failure: unknown;
    const { proxy } = await start(async ({ request }) => {
      await new Promise<void>((resolve) => (decide = resolve));
      await request.body(1_000).catch((error: unknown) => {
        failure = error;
      });
    });
    const client = await dial(proxy.port);
    client.send(post('part', ['Content-Length: 9']));
    const decideNow = await eventually('the plugin is asked', () => decide);
    client.socket.destroy();
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    decideNow();
    expect(await eventually('the plugin gets the error', () => failure)).toMatchObject({ message: 'the client went away' });
  });
});

describe('a client that is known', () => {
  const consumer: Consumer = { id: 'id', username: 'bob', customId: 'own', row: {} };
  const credential: Credential = { id: 'cred', consumer, row: {} };
  const identity = (received: string) => received.split('\r\n').filter((line) => /^x-(?:consumer|credential|anonymous)/i.test(line)).sort();

  it('reaches the upstream in headers', async () => {
    const { received } = await run(requestOf('GET /'), (exchange) => exchange.authenticate({ consumer, credential }));
    expect(identity(received)).toEqual([
      'X-Consumer-Custom-ID: own', 'X-Consumer-ID: id', 'X-Consumer-Username: bob', 'X-Credential-Identifier: cred',
    ]);
  });

  it('without credential is the anonymous one', async () => {
    const { seen, received } = await run(requestOf('GET /'), (exchange) => {
      exchange.authenticate({ consumer, credential });
      exchange.authenticate({ consumer: { id: 'any', username: null, customId: null, row: {} } });
      return [exchange.consumer?.id, exchange.credential];
    });
    expect(identity(received)).toEqual(['X-Anonymous-Consumer: true', 'X-Consumer-ID: any']);
    expect(seen).toEqual(['any', undefined]);
  });

  it('is no longer anonymous when another plugin knows it', async () => {
    const { seen, received } = await run(requestOf('GET /'), (exchange) => {
      exchange.authenticate({ consumer });
      exchange.authenticate({ consumer, credential });
      return [exchange.consumer, exchange.credential];
    });
    expect(identity(received)).toHaveLength(4);
    expect(seen).toEqual([consumer, credential]);
  });
});
