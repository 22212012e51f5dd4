/** What the gateway itself writes: its own answers, and what it adds to those of upstreams. */
import { afterEach, describe, expect, it } from 'vitest';

import { answerOf, ask, dial, LocalProxy, masked, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import { ownHead } from './answer.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(answer: string, options: Omit<LocalProxyOptions, 'tables'> = {}): Promise<LocalProxy> {
  const upstream = await new RawUpstream((peer) => peer.send(answer)).start();
  closing.push(() => upstream.close());
  const proxy = await new LocalProxy({ ...options, tables: rowsFor(upstream.port, {}, { paths: ['/up'] }) }).start();
  closing.push(() => proxy.close());
  return proxy;
}

const lines = (...all: string[]): string => all.join('\r\n');

const NOT_FOUND_HEAD = lines(
  'HTTP/1.1 404 Not Found', 'Content-Type: application/json; charset=utf-8', 'Date: <date>', 'Server: <product>',
  'X-Kong-Response-Latency: <ms>', 'X-Kong-Request-Id: <id>', 'Content-Length: 103', 'Connection: close', '', '',
);
const NOT_FOUND_BODY = '{\n  "message":"no Route matched with those values",\n  "request_id":"<id>"\n}';

describe('an answer of the gateway', () => {
  it('is whole, byte for byte', async () => {
    const { port } = await start('');
    expect(masked(await ask(port, requestOf('GET /')))).toBe(NOT_FOUND_HEAD + NOT_FOUND_BODY);
  });

  it('has the same head without a body for HEAD', async () => {
    const { port } = await start('');
    expect(masked(await ask(port, requestOf('HEAD /')))).toBe(NOT_FOUND_HEAD);
  });

  it('names one request id in head and body', async () => {
    const { port } = await start('');
    const ids = (await ask(port, requestOf('GET /'))).match(/[0-9a-f]{32}/g)!;
    expect(new Set(ids).size).toBe(1);
  });

  it('is in the format that the client accepts', async () => {
    const { port } = await start('');
    expect(
      await ask(port, requestOf('GET /', ['Connection: close', 'Accept: text/plain'])),
    ).toContain('Content-Type: text/plain; charset=utf-8\r\n');
  });

  it('keeps the connection, until the node stops', async () => {
    const proxy = await start('');
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', []));
    expect(await client.sees('"\n}')).toContain('\r\nConnection: keep-alive\r\n');
    proxy.closing = true;
    client.send(requestOf('GET /', []));
    expect((await client.end()).split('"\n}')[1]).toContain('\r\nConnection: close\r\n');
  });

  it('has its latency and the given headers, or the latencies of the attempt', () => {
    const accept = undefined;
    const names = (head: { headers: string[] }) => head.headers.filter((_, index) => index % 2 === 0);
    const plain = ownHead({ status: 401, message: 'no', headers: { 'X-A': 'b' } }, 'id', accept, performance.now() - 1_500);
    expect(names(plain.head)).toEqual([
      'Content-Type', 'Date', 'Server', 'Content-Length', 'X-A', 'X-Kong-Response-Latency', 'X-Kong-Request-Id',
    ]);
    expect(Number(plain.head.header('X-Kong-Response-Latency'))).toBeGreaterThanOrEqual(1_500);
    expect(Number(plain.head.header('X-Kong-Response-Latency'))).toBeLessThan(3_000);
    const attempted = ownHead({ status: 502, message: 'no', attempted: true, fallback: 'text' }, 'id', accept, 0);
    expect(names(attempted.head)).toEqual(['Content-Type', 'Date', 'Server', 'X-Kong-Request-Id', 'Content-Length']);
    expect(attempted.body.toString()).toBe('no\nrequest_id: id\n');
  });

  it('can be empty, and counts bytes', () => {
    const empty = ownHead({ status: 301, message: 'no', body: Buffer.alloc(0) }, 'id', undefined, 0);
    expect([empty.body.length, empty.head.header('content-type'), empty.head.header('content-length')]).toEqual([0, undefined, '0']);
    const long = ownHead({ status: 400, message: 'ü', fallback: 'text' }, 'id', undefined, 0);
    expect(long.head.header('content-length')).toBe(String(Buffer.byteLength('ü\nrequest_id: id\n')));
  });
});

describe('an answer of an upstream', () => {
  it('gets the headers of the gateway', async () => {
    const { port } = await start(answerOf('ok', ['X-B: c']));
    expect(masked(await ask(port, requestOf('GET /up')))).toBe(lines(
      'HTTP/1.1 200 OK', 'X-B: c', 'Server: <product>', 'Via: 1.1 <product>', 'X-Kong-Upstream-Latency: <ms>',
      'X-Kong-Proxy-Latency: <ms>', 'X-Kong-Request-Id: <id>', 'Content-Length: 2', 'Connection: close', '', 'ok',
    ));
  });

  it('keeps its Server, and joins its Via', async () => {
    const { port } = await start(answerOf('ok', ['Server: own', 'Via: 1.0 a', 'Via: 1.1 b']));
    const answer = masked(await ask(port, requestOf('GET /up')));
    expect(answer.match(/^(?:Server|Via): .*$/gm)).toEqual(['Server: own', 'Via: 1.0 a, 1.1 b, 1.1 <product>']);
  });

  it('has measured latencies', async () => {
    const upstream = await new RawUpstream((peer) => void setTimeout(() => peer.send(answerOf('ok')), 120)).start();
    closing.push(() => upstream.close());
    const access = async () => new Promise<void>((resolve) => void setTimeout(resolve, 60));
    const tables = { ...rowsFor(upstream.port), plugins: [{ id: 'p', name: 'slow', config: {} }] };
    const proxy = await new LocalProxy({ tables, handlers: { slow: { name: 'slow', priority: 1, prepare: () => ({ access }) } } }).start();
    closing.push(() => proxy.close());
    const answer = await ask(proxy.port, requestOf('GET /'));
    const latency = (kind: string) => Number(new RegExp(`X-Kong-${kind}-Latency: (\\d+)`).exec(answer)![1]);
    expect(latency('Upstream')).toBeGreaterThanOrEqual(119);
    expect(latency('Proxy')).toBeGreaterThanOrEqual(59);
    expect(latency('Upstream') + latency('Proxy')).toBeLessThanOrEqual(Math.ceil(proxy.durations[0] ?? 5_000) + 1);
  });

  it('offers what the upstream offers, behind our own Connection', async () => {
    const { port } = await start(answerOf('ok', ['Connection: keep-alive', 'Keep-Alive: timeout=5', 'Trailer: X-T']));
    const answer = await ask(port, requestOf('GET /up'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/);
    expect(answer).not.toMatch(/Keep-Alive|Trailer/);
  });

  it('keeps Trailer only with chunks', async () => {
    const { port } = await start('HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n');
    expect(await ask(port, requestOf('GET /up'))).toMatch(
      /\r\nTrailer: X-T\r\n[^]*\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n2\r\nok\r\n0\r\n\r\n$/,
    );
  });

  it.each([
    ['GET', 'HTTP/1.0', 'close'], ['HEAD', 'HTTP/1.0', 'keep-alive'], ['GET', 'HTTP/1.1', 'keep-alive'],
  ])('without a length, to %s by %s: Connection says %s', async (method, version, connection) => {
    const { port } = await start(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${method === 'HEAD' ? '' : '2\r\nok\r\n0\r\n\r\n'}`);
    const client = await dial(port);
    client.send(`${method} /up ${version}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`);
    expect(await client.sees(method === 'HEAD' ? '\r\n\r\n' : 'ok')).toContain(`\r\nConnection: ${connection}\r\n`);
    client.socket.destroy();
  });

  it('with a length, by HTTP/1.0, keeps the connection', async () => {
    const { port } = await start(answerOf('ok'));
    const client = await dial(port);
    client.send('GET /up HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n');
    expect(await client.sees('\r\n\r\nok')).toContain('\r\nConnection: keep-alive\r\n');
    client.socket.destroy();
  });
});
