/** A defect in one request ends that request and nothing else, wherever it happens. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import { handToOwner } from '../../base/defect-owner.ts';
import type { Row } from '../../model/config-table.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { Handlers } from '../compiled-configuration.ts';

const upstreams: RawUpstream[] = [];
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GET = requestOf('GET /');

/** A plugin of this name with these phases, on every route. */
function pluginWith(phases: PluginPhases, name = 'broken', priority = 10): Handlers {
  return { [name]: { name, priority, prepare: () => phases } };
}

async function start(phases: PluginPhases, onEnd?: () => void, answer = answerOf('ok'), route: Row = {}): Promise<LocalProxy> {
  const upstream = await new RawUpstream((peer) => peer.send(answer)).start();
  upstreams.unshift(upstream);
  closing.push(() => upstream.close());
  const tables = { ...rowsFor(upstream.port, {}, route), plugins: [{ id: 'p', name: 'broken', config: {} }] };
  const proxy = await new LocalProxy({ tables, handlers: pluginWith(phases), ...onEnd !== undefined && { onEnd } }).start();
  closing.push(() => proxy.close());
  return proxy;
}

/** Lets nothing but the owner of a request catch what is thrown in callbacks, as in a real node. */
function onlyOwnersCatch(): unknown[] {
  const unowned: unknown[] = [];
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const handle = (defect: unknown) => {
    if (!handToOwner(defect)) unowned.push(defect);
  };
  for (const event of events) {
    const listeners = process.listeners(event as 'uncaughtException');
    process.removeAllListeners(event);
    process.on(event, handle);
    closing.push(() => {
      process.off(event, handle);
      for (const listener of listeners) process.on(event, listener as never);
    });
  }
  return unowned;
}

const boom = (): never => {
  throw new Error('boom');
};

describe('a defect in a phase of a plugin', () => {
  it.each([
    ['rewrite', { rewrite: boom }],
    ['access', { access: boom }],
    ['access, after waiting', { access: async () => Promise.reject(new Error('boom')) }],
  ] as const)('%s is answered with 500 and logged with its stack', async (_phase, phases) => {
    const proxy = await start(phases);
    const answer = await ask(proxy.port, GET);
    expect(answer).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    const id = /X-Kong-Request-Id: (\w{32})/.exec(answer)![1]!;
    expect(answer).toContain(`{\n  "message":"An unexpected error occurred",\n  "request_id":"${id}"\n}`);
    expect(proxy.logged).toEqual([expect.objectContaining({
      level: 'error', message: 'defect in a request: boom', request: id, stack: expect.stringMatching(/Error: boom\n\s+at /) as string,
    })]);
    await eventually('the request has ended', () => proxy.pipeline.active === 0);
    expect(proxy.ended.map(([, status]) => status)).toEqual([500]);
  });

  it.each([
    ['responseHeaders', { responseHeaders: boom }],
    ['log', { log: boom }],
    ['log', { log: async () => Promise.reject(new Error('boom')) }],
  ] as const)('%s is logged, and the answer goes out', async (phase, phases) => {
    const proxy = await start(phases);
    expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    await eventually('it is logged', () => proxy.logged.length > 0);
    expect(proxy.logged).toEqual([expect.objectContaining({
      message: `defect in phase ${phase} of a plugin: boom`, route: 'all', stack: expect.stringContaining('at ') as string,
    })]);
  });

  it('that makes every head of an answer impossible ends in 500 without what plugins do to it', async () => {
    const proxy = await start({ responseHeaders: ({ response }) => response!.setHeader('not a name', 'x') });
    expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 [^]*"message":"An unexpected error occurred"/);
    await eventually('no connection is left that no one reads', () => {
      const { open, idle } = proxy.upstreams.stats();
      return open === idle;
    });
    expect(proxy.messages('error')).toEqual([
      expect.stringMatching(/^defect in a request: .*not a name/), expect.stringMatching(
        /^defect in the answer to a request with a defect: /,
      ),
    ]);
  });
});

describe('a defect that nothing waits for', () => {
  it.each<[string, (exchange: Exchange) => void | Promise<void>]>([
    ['a rejected promise', () => void Promise.reject(new Error('boom'))],
    ['a timer', () => void setTimeout(boom, 1)],
    ['a microtask', () => void queueMicrotask(boom)],
  ])('%s ends the request with 500', async (_title, access) => {
    const unowned = onlyOwnersCatch();
    const proxy = await start({
      access: async (exchange) => {
        await access(exchange);
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    });
    expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 /);
    expect(proxy.messages('error')).toEqual(['defect in a request: boom']);
    expect(unowned).toEqual([]);
  });

  it('cuts an answer whose head is sent', async () => {
    onlyOwnersCatch();
    const proxy = await start(
      { responseHeaders: () => void setTimeout(boom, 50) }, undefined, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart',
    );
    expect(await ask(proxy.port, requestOf('GET /', []))).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\npart$/);
    expect(proxy.messages('error')).toEqual(['defect in a request: boom']);
  });

  it('leaves the next request of the connection alone when the answer is out', async () => {
    onlyOwnersCatch();
    const proxy = await start({ log: () => void setTimeout(boom, 1) });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', []));
    await client.sees('\r\n\r\nok');
    await eventually('it is logged', () => proxy.messages('error').length === 1);
    client.send(requestOf('GET /', []));
    await client.sees(/ok[^]*\r\n\r\nok/);
    await eventually('the other one, too', () => proxy.messages('error').length === 2);
    client.socket.destroy();
  });
});

it('a defect after the client has gone away is logged, and no plugin sees an answer', async () => {
  let decide: (() => void) | undefined;
  let answers = 0;
  const proxy = await start({
    access: async () => {
      await new Promise<void>((resolve) => (decide = resolve));
      boom();
    },
    responseHeaders: () => void (answers += 1),
  });
  const client = await dial(proxy.port);
  client.send(GET);
  const decideNow = await eventually('the plugin is asked', () => decide);
  client.socket.destroy();
  await eventually('the request is over', () => proxy.pipeline.active === 0);
  decideNow();
  await eventually('it is logged', () => proxy.logged.length > 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect([proxy.messages('error'), answers]).toEqual([['defect in a request: boom'], 0]);
});

it('a plugin that rejects a request which was answered because of a defect changes nothing', async () => {
  onlyOwnersCatch();
  let over = false;
  const proxy: LocalProxy = await start({
    access: async (exchange) => {
      void Promise.reject(new Error('boom'));
      await eventually('the request is over', () => proxy.ended.length === 1);
      exchange.refuse({ status: 401, message: 'no' });
    },
    log: () => {
      over = true;
    },
  });
  expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 /);
  await eventually('the last phase', () => over);
  expect(proxy.messages('error')).toEqual(['defect in a request: boom']);
});

it('a defect after a switch of protocols ends both connections', async () => {
  onlyOwnersCatch();
  let fail: (() => void) | undefined;
  const proxy = await start({
    responseHeaders: () => {
      // Runs on behalf of the request.
      void new Promise<void>((resolve) => (fail = resolve)).then(boom);
    },
  }, undefined, 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const client = await dial(proxy.port);
  client.send(requestOf('GET /', ['Connection: Upgrade', 'Upgrade: websocket']));
  await client.sees('\r\n\r\n');
  fail!();
  await client.end();
  await eventually('the connection to the upstream ends', () => upstreams[0]!.connections[0]!.ended);
});

it.each([
  ['a text', 'boom', 'boom'], ['null', null, 'null'],
])('a defect that is %s is logged without a stack', async (_title, thrown, shown) => {
  const proxy = await start({
    access: () => {
      throw thrown;
    },
  });
  expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 /);
  expect(proxy.logged).toEqual([expect.objectContaining({ message: `defect in a request: ${shown}`, route: 'all' })]);
  expect(proxy.logged[0]).not.toHaveProperty('stack');
});

it('a defect names a route without a name by its id, and nothing where there is no request yet', async () => {
  const unnamed = await start({ access: boom }, undefined, answerOf('ok'), { name: null });
  await ask(unnamed.port, GET);
  expect(unnamed.logged).toEqual([expect.objectContaining({ route: 'route' })]);
  const early = await new LocalProxy({ trusted: boom }).start();
  closing.push(() => early.close());
  await ask(early.port, GET);
  expect(early.logged).toEqual([expect.not.objectContaining({ request: expect.anything() as unknown })]);
});

it('a defect in what is counted at the end of a request is logged, and later phases run', async () => {
  let logs = 0;
  const proxy = await start({
    log: () => {
      logs += 1;
    },
  }, boom);
  expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 200 /);
  await eventually('the log phase', () => logs === 1);
  expect(proxy.messages('error')).toEqual(['defect in a request: boom']);
});

it('a defect of the node that comes again with the answer still leaves one, on a connection that ends', async () => {
  const unowned = onlyOwnersCatch();
  const proxy = await start({});
  Object.defineProperty(proxy, 'closing', { get: boom });
  expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 [^]*\r\nConnection: close\r\n[^]*"message":"An unexpected error occurred"/);
  expect(proxy.messages('error')).toEqual(['defect in a request: boom', 'defect in the answer to a request with a defect: boom']);
  expect(unowned).toEqual([]);
});

it('a defect before there is an exchange is answered with 500', async () => {
  const proxy = await new LocalProxy({ trusted: boom }).start();
  closing.push(() => proxy.close());
  expect(await ask(proxy.port, GET)).toMatch(/^HTTP\/1\.1 500 [^]*"message":"An unexpected error occurred"/);
  expect(proxy.messages('error')).toEqual(['defect in a request: boom']);
});
