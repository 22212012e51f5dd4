/** The head of a request as its upstream gets it, byte for byte. */
import { afterEach, describe, expect, it } from 'vitest';

import { answerOf, ask, dial, LocalProxy, masked, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { hostHeaderOf } from './upstream-request.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Setup extends Omit<LocalProxyOptions, 'tables' | 'handlers'> {
  readonly route?: Row;
  readonly service?: Row;
  readonly access?: (exchange: Exchange) => void | Promise<void>;
}

/** Sends a request through the proxy. @returns what the upstream got, with placeholders */
async function upstreamOf(request: string, { route, service, access, ...options }: Setup = {}): Promise<string> {
  const upstream = await new RawUpstream((peer) => void setTimeout(() => peer.send(answerOf('ok', ['Connection: close'])), 20)).start();
  closing.push(() => upstream.close());
  const tables = {
    ...rowsFor(upstream.port, service, route), ...access !== undefined && { plugins: [{ id: 'p', name: 'x', config: {} }] },
  };
  const handlers = { x: { name: 'x', priority: 1, prepare: () => ({ access: access! }) } };
  const proxy = await new LocalProxy({ ...options, tables, handlers }).start();
  closing.push(() => proxy.close());
  expect(await ask(proxy.port, request)).toContain('HTTP/1.1 200 ');
  return masked(upstream.received);
}

const close = ['Connection: close'];

/** Lines of a header, by lower-case name. */
const linesOf = (received: string, name: string): string[] =>
  received.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());

describe('the head of a request to an upstream', () => {
  it('is whole', async () => {
    expect(await upstreamOf(requestOf('GET /a/b?x=1', [...close, 'X-Mine: 1', 'x-mine: 2', 'Accept: */*']))).toBe([
      'GET /a/b?x=1 HTTP/1.1', 'Host: 127.0.0.1:<port>', 'X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Proto: http',
      'X-Forwarded-Host: a.test', 'X-Forwarded-Port: <port>', 'X-Forwarded-Path: /a/b', 'X-Real-IP: 127.0.0.1', 'Via: 1.1 <product>',
      'X-Kong-Request-Id: <id>', 'X-Mine: 1', 'x-mine: 2', 'Accept: */*', 'Connection: keep-alive', '', '',
    ].join('\r\n'));
  });

  it('leaves out what belongs to the client\'s connection, and what Connection names', async () => {
    const received = await upstreamOf(
      requestOf('GET /', ['Connection: close, X-Gone', 'X-Gone: 1', 'Keep-Alive: 5', 'Upgrade: h2c', 'TE: gzip', 'X-Consumer-ID: root']),
    );
    expect(received).not.toMatch(/x-gone|keep-alive: 5|upgrade|\r\nte:|consumer/i);
  });

  it('leaves out what each of several Connection headers names', async () => {
    const named = ['Connection: close, X-One', 'Connection: X-Two', 'X-One: 1', 'X-Two: 2', 'X-Three: 3'];
    expect((await upstreamOf(requestOf('GET /', named))).match(/^X-(?:One|Two|Three): .*$/gm)).toEqual(['X-Three: 3']);
  });

  it.each([
    ['trailers', 'trailers'], ['gzip, trailers', 'trailers'], ['trailers;q=0.5', undefined], ['trailersx', undefined],
  ])('passes TE: %s on as %s', async (te, passed) => {
    expect(linesOf(await upstreamOf(requestOf('GET /', [...close, `TE: ${te}`])), 'te')).toEqual(passed === undefined ? [] : [passed]);
  });

  it('joins Via and X-Forwarded-For', async () => {
    const received = await upstreamOf(
      requestOf('GET /', [...close, 'Via: 1.0 a', 'Via: 1.1 b', 'X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 192.0.2.2']),
    );
    expect(linesOf(received, 'via')).toEqual(['1.0 a, 1.1 b, 1.1 <product>']);
    expect(linesOf(received, 'x-forwarded-for')).toEqual(['192.0.2.1, 192.0.2.2, 127.0.0.1']);
  });

  const forwarded = [
    'X-Forwarded-Proto: https', 'X-Forwarded-Host: public.test', 'X-Forwarded-Port: 443', 'X-Forwarded-Path: /outer',
    'X-Forwarded-Prefix: /prefix',
    'X-Real-IP: 192.0.2.9',
  ];

  it('has what a trusted proxy says', async () => {
    const received = await upstreamOf(requestOf('GET /in', [...close, ...forwarded]), { trusted: () => true, route: { paths: ['/in'] } });
    for (const line of forwarded) expect(received).toContain(`\r\n${line}\r\n`);
  });

  it('has nothing of what another client says', async () => {
    const received = await upstreamOf(requestOf('GET /in', [...close, ...forwarded]));
    for (const line of forwarded) expect(received).not.toContain(line);
    expect(linesOf(received, 'x-forwarded-path')).toEqual(['/in']);
  });

  it('is about its own request, whatever the one before on the connection was about', async () => {
    const upstream = await new RawUpstream((peer) => peer.send(answerOf('ok'))).start();
    closing.push(() => upstream.close());
    const rows = rowsFor(upstream.port, {}, { paths: ['/in'], strip_path: true });
    const kept = { id: 'kept', name: 'kept', paths: ['/in'], hosts: ['kept.test'], service: 'service', strip_path: false };
    const proxy = await new LocalProxy({ tables: { ...rows, routes: [...rows.routes!, kept] } }).start();
    closing.push(() => proxy.close());
    const client = await dial(proxy.port);
    const asked = [
      ['a.test', '/in/a'], ['a.test', '/in/b'], ['kept.test', '/in/b'], ['b.test', '/in/b'], ['b.test', '/in/b'], ['a.test', '/in/a'],
    ];
    for (const [at, [host, path]] of asked.entries()) {
      client.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${at === 4 ? 'X-Forwarded-For: 192.0.2.1\r\n' : ''}\r\n`);
      await client.sees(new RegExp(`(?:HTTP/1.1 200 [^]*){${at + 1}}`));
    }
    expect(linesOf(upstream.received, 'x-forwarded-host')).toEqual(asked.map(([host]) => host));
    expect(linesOf(upstream.received, 'x-forwarded-path')).toEqual(asked.map(([, path]) => path));
    expect(linesOf(upstream.received, 'x-forwarded-prefix')).toEqual(asked.flatMap(([host]) => host === 'kept.test' ? [] : ['/in']));
    expect(linesOf(upstream.received, 'x-forwarded-for').filter((value) => value !== '127.0.0.1')).toEqual(['192.0.2.1, 127.0.0.1']);
    expect(new Set(linesOf(upstream.received, 'x-kong-request-id')).size).toBe(asked.length);
  });

  it('names the host without the dot at its end', async () => {
    expect(linesOf(await upstreamOf(requestOf('GET /', ['Host: A.test.', ...close])), 'x-forwarded-host')).toEqual(['a.test']);
    expect(linesOf(await upstreamOf(requestOf('GET /', ['Host: a.b', ...close])), 'x-forwarded-host')).toEqual(['a.b']);
  });

  it.each<[title: string, route: Row, path: string, sent: string, prefix: string[]]>([
    ['a path that is stripped', { paths: ['/in'], strip_path: true }, '/in/a', '/a', ['/in']],
    ['a path that stays', { paths: ['/in'], strip_path: false }, '/in/a', '/in/a', []],
    ['the root', { paths: ['/'], strip_path: true }, '/a', '/a', []],
    ['characters above 127', { paths: ['/é'], strip_path: true }, '/%C3%A9/a', '/a', ['/Ã©']],
    ['a line break', { paths: ['~/in[^/]+'], strip_path: true }, '/in%0Ax/a', '/a', ['/in%0Ax']],
  ])('names %s as prefix', async (_title, route, path, sent, prefix) => {
    const received = await upstreamOf(requestOf(`GET ${path}`), { route });
    expect(received).toMatch(new RegExp(`^GET ${sent} HTTP`));
    expect(linesOf(received, 'x-forwarded-prefix')).toEqual(prefix);
  });

  it('has the client\'s Host where the route preserves it', async () => {
    const route = { preserve_host: true };
    expect(linesOf(await upstreamOf(requestOf('GET /', ['Host: A.test:8', ...close]), { route }), 'host')).toEqual(['A.test:8']);
    expect(linesOf(await upstreamOf('GET / HTTP/1.0\r\n\r\n', { route }), 'host')).toEqual(['127.0.0.1:<port>']);
  });

  it('is what plugins make of it', async () => {
    const received = await upstreamOf(requestOf(
      'GET /?key=a&x=1&%6bey=b&key', [...close, 'X-Set: old', 'X-Set: older', 'X-Removed: 1', 'X-Kept: 1'],
    ), {
      access: ({ upstream }) => {
        upstream.setHeader('x-SET', 'ü');
        upstream.removeHeader('X-removed');
        upstream.removeQuery('key');
      },
    });
    expect(received).toMatch(/^GET \/\?x=1 HTTP/);
    expect(linesOf(received, 'x-set')).toEqual(['Ã¼']);
    expect(received).toMatch(/x-SET/);
    expect(received).not.toMatch(/x-removed/i);
    expect(linesOf(received, 'x-kept')).toEqual(['1']);
  });

  it('has no question mark when plugins remove the whole query', async () => {
    expect(await upstreamOf(requestOf('GET /?key=a'), { access: ({ upstream }) => upstream.removeQuery('key') })).toMatch(/^GET \/ HTTP/);
    expect(await upstreamOf(requestOf('GET /?'), { access: ({ upstream }) => upstream.removeQuery('') })).toMatch(/^GET \/\? HTTP/);
  });

  it('asks for a WebSocket where the client does', async () => {
    const upstream = await new RawUpstream((peer) => peer.send(answerOf('no'))).start();
    closing.push(() => upstream.close());
    const proxy = await new LocalProxy({ tables: rowsFor(upstream.port) }).start();
    closing.push(() => proxy.close());
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', ['Connection: upgrade, close', 'Upgrade: WebSocket', 'Sec-WebSocket-Key: x']));
    await client.end();
    expect(upstream.received).toMatch(/\r\nConnection: (?:keep-alive, )?Upgrade\r\nUpgrade: websocket\r\n/i);
    expect(upstream.received).toContain('Sec-WebSocket-Key: x');
  });
});

describe('the length of a body', () => {
  it.each<[request: string, expected: string[]]>([
    [requestOf('GET /'), []],
    [requestOf('HEAD /'), []],
    [requestOf('DELETE /'), []],
    [requestOf('OPTIONS /'), []],
    [requestOf('POST /'), []],
    [requestOf('PUT /'), []],
    [requestOf('GET /', [...close, 'Content-Length: 0']), ['content-length: 0']],
    [requestOf('POST /', [...close, 'Content-Length: 2'], 'ab'), ['content-length: 2']],
    [
      requestOf('POST /', [...close, 'Transfer-Encoding: chunked', 'Trailer: X-T'], '2\r\nab\r\n0\r\n\r\n'),
      ['content-length: 2'],
    ],
    [requestOf('POST /', [...close, 'Content-Length: 2', 'Trailer: X-T'], 'ab'), ['content-length: 2']],
  ])('%j: %j', async (request, expected) => {
    const framing = (await upstreamOf(request)).split('\r\n').map((line) => line.toLowerCase()).filter(
      (line) => /^(?:content-length|transfer-encoding|trailer):/.test(line),
    );
    expect(framing.sort()).toEqual(expected.toSorted());
  });

  it.each<[string, Row, string, RegExp]>([
    ['as they come, where the route does not buffer', { request_buffering: false }, 'a'.repeat(200_000),
      /\r\nTrailer: X-T\r\n[^]*\r\nTransfer-Encoding: chunked\r\n/],
    ['where the body is long', {}, 'a'.repeat(1_048_577), /\r\nTransfer-Encoding: chunked\r\n/],
  ])('is unknown to the upstream, which gets chunks %s', async (_where, route, body, expected) => {
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const request = requestOf('POST /', [...close, 'Transfer-Encoding: chunked', 'Trailer: X-T'], chunks);
    expect(await upstreamOf(request, { route })).toMatch(expected);
  });

  it.each(['', 'ab'])('is known where the route does not buffer, and %j comes with the head', async (body) => {
    const chunks = body === '' ? '0\r\n\r\n' : `${body.length}\r\n${body}\r\n0\r\n\r\n`;
    const request = requestOf('POST /', [...close, 'Transfer-Encoding: chunked'], chunks);
    expect(await upstreamOf(request, { route: { request_buffering: false } })).toMatch(new RegExp(
      `\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n${body}$`));
  });

  it('is that of the body that a plugin puts in its place, without trailers', async () => {
    const received = await upstreamOf(requestOf(
      'POST /', [...close, 'Transfer-Encoding: chunked', 'Trailer: X-T'], '2\r\nab\r\n0\r\n\r\n',
    ), {
      access: ({ upstream }) => upstream.setBody(Buffer.from('ü')),
    });
    expect(received).toMatch(/\r\nContent-Length: 2\r\n\r\nÃ¼$/);
    expect(received).not.toMatch(/trailer|chunked/i);
  });
});

describe('the Host of a peer', () => {
  const hostFor = (protocol: string, peer: { hostname: string; port: number }, changes = {}, preserveHost = false) => {
    const exchange = { changes, route: { preserveHost }, facts: { authority: 'client.test:1' } };
    return hostHeaderOf(exchange as never, { protocol } as Service, { ip: '::1', ...peer });
  };

  it.each([
    ['http', 80, 'up'], ['http', 443, 'up:443'], ['https', 443, 'up'], ['https', 80, 'up:80'], ['http', 8080, 'up:8080'],
  ])('%s on %d: %s', (protocol, port, host) => {
    expect(hostFor(protocol, { hostname: 'up', port })).toBe(host);
  });

  it.each([['::1', '[::1]:8080'], ['[::1]', '[::1]:8080'], ['fixed.test:9', 'fixed.test:9'], ['10.0.0.1', '10.0.0.1:8080']])(
    'called %s is %s', (hostname, host) => expect(hostFor('http', { hostname, port: 8080 })).toBe(host),
  );

  it('is the client\'s where the route keeps it, and a plugin\'s before that', () => {
    expect(hostFor('http', { hostname: 'up', port: 1 }, {}, true)).toBe('client.test:1');
    expect(hostFor('http', { hostname: 'up', port: 1 }, { hostHeader: 'plugin.test' }, true)).toBe('plugin.test');
  });
});
