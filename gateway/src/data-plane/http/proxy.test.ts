/** How a request reaches its upstream, and the answer its client. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, masked, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions, RawPeer } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { MAX_KEPT_BODY } from './request-body.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Setup extends Omit<LocalProxyOptions, 'tables' | 'handlers'> {
  readonly service?: Row;
  readonly phases?: PluginPhases;
}

interface Started {
  readonly proxy: LocalProxy;
  readonly upstream: RawUpstream;
}

async function start(answer: (peer: RawPeer, request: string) => void, { service, phases = {}, ...options }: Setup = {}): Promise<Started> {
  const upstream = await new RawUpstream(answer).start();
  closing.push(() => upstream.close());
  const tables = { ...rowsFor(upstream.port, service), plugins: [{ id: 'p', name: 'x', config: {} }] };
  const proxy = await new LocalProxy({ ...options, tables, handlers: { x: { name: 'x', priority: 1, prepare: () => phases } } }).start();
  closing.push(() => proxy.close());
  return { proxy, upstream };
}

/** A port that refuses connections. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

const INVALID = 'An invalid response was received from the upstream server';
const UPGRADE = requestOf('GET /', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x']);
const LAST_UPGRADE = UPGRADE.replace('Upgrade\r\n', 'Upgrade, close\r\n');
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept: y\r\n\r\n';

const destroy = (peer: RawPeer): void => void peer.socket.destroy();

describe('bytes above 127 in the head of an answer', () => {
  it.each([['with its body', 'whole'], ['long before its body', '']])('go to the client as they came, %s', async (_when, body) => {
    const { proxy } = await start(
      (peer) => peer.send(`HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\nX-Name: j\xc3\xbcrgen\r\nContent-Length: 5\r\n\r\n${body}`),
    );
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    const seen = await client.sees(body === '' ? '\r\n\r\n' : body);
    expect(seen).toContain('HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\n');
    expect(seen).toContain('X-Name: j\xc3\xbcrgen\r\n');
    client.socket.destroy();
  });
});

describe('an answer', () => {
  it('loses what belongs to the upstream\'s connection, and what its Connection names', async () => {
    const dropped = ['Connection: close, X-Gone', 'X-Gone: 1', 'Keep-Alive: 5', 'X-Kong-Request-Id: forged'];
    const { proxy } = await start((peer) => peer.send(answerOf('ok', [...dropped, 'X-Kept: 1', 'x-kept: 2'])));
    expect(masked(await ask(proxy.port, requestOf('GET /')))).toBe([
      'HTTP/1.1 200 OK', 'X-Kept: 1', 'x-kept: 2', 'Server: <product>', 'Via: 1.1 <product>', 'X-Kong-Upstream-Latency: <ms>',
      'X-Kong-Proxy-Latency: <ms>', 'X-Kong-Request-Id: <id>', 'Content-Length: 2', 'Connection: close', '', 'ok',
    ].join('\r\n'));
  });

  it('has its first content type only, with a charset', async () => {
    const { proxy } = await start((peer) => peer.send(answerOf('ok', ['Content-Type: text/html', 'content-type: text/css'])));
    expect((await ask(proxy.port, requestOf('GET /'))).match(/^content-type.*$/gim)).toEqual(['Content-Type: text/html; charset=UTF-8']);
  });

  it('keeps a content type behind headers whose values look like one, and those values', async () => {
    const headers = ['X-Kind: text/html', 'X-Names: content-type', 'Content-Type: text/html'];
    const { proxy } = await start((peer) => peer.send(answerOf('ok', headers)));
    expect(await ask(proxy.port, requestOf('GET /'))).toContain(
      '\r\nContent-Type: text/html; charset=UTF-8\r\nX-Kind: text/html\r\nX-Names: content-type\r\n',
    );
  });

  it.each(['200 Fine', '200 ', '599 Own', '999 High'])('keeps its status and reason: %s', async (status) => {
    const { proxy } = await start((peer) => peer.send(answerOf('ok', [], status)));
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
  });

  it('comes as it is sent, piece by piece, and in chunks when it came in chunks', async () => {
    let peer: RawPeer | undefined;
    const { proxy } = await start((one) => {
      peer = one;
      one.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n');
    });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    await client.sees('\r\n\r\n3\r\none\r\n');
    peer!.send('3\r\ntwo\r\n0\r\n\r\n');
    expect(await client.end()).toMatch(/3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/);
  });

  it('is seen by the phase responseHeaders before its head goes out', async () => {
    const responseHeaders: PluginPhases['responseHeaders'] = async ({ response }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      response!.setHeader('X-Seen', `${response!.status} ${response!.header('x-up')}`);
    };
    const { proxy } = await start((peer) => peer.send(answerOf('ok', ['X-Up: ü'], '201 Created')), { phases: { responseHeaders } });
    expect(await ask(proxy.port, requestOf('GET /'))).toContain('X-Seen: 201 \xfc\r\n'.replace('\xfc', 'Ã¼'));
  });

  it('that breaks off is cut for the client, too', async () => {
    const { proxy } = await start((peer) => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
      setTimeout(() => destroy(peer), 20);
    });
    expect(await ask(proxy.port, requestOf('GET /', []))).toMatch(/\r\n\r\npart$/);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
  });

  it('that breaks off while a plugin decides about its head becomes 502', async () => {
    let peer: RawPeer | undefined;
    const responseHeaders: PluginPhases['responseHeaders'] = async ({ response }) => {
      if (response!.status !== 200) return;
      destroy(peer!);
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    const { proxy } = await start((one) => {
      peer = one;
      one.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
    }, { phases: { responseHeaders } });
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('is given up when the client goes away while a plugin decides about its head', async () => {
    let decide: (() => void) | undefined;
    const { proxy, upstream } = await start((peer) => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'), {
      phases: { responseHeaders: async () => new Promise<void>((resolve) => (decide = resolve)) },
    });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    const decideNow = await eventually('the plugin is asked', () => decide);
    client.socket.destroy();
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    decideNow();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
    expect(proxy.logged).toEqual([]);
  });

  it('is given up when the client goes away in the middle', async () => {
    const { proxy, upstream } = await start((peer) => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'));
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    await client.sees('part');
    client.socket.destroy();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
  });

  it('to HEAD, and one without content, is over with its head', async () => {
    const { proxy } = await start(
      (peer, request) => peer.send(
        request.startsWith('HEAD') ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' : 'HTTP/1.1 204 No Content\r\n\r\n',
      ),
    );
    expect(await ask(proxy.port, requestOf('HEAD /'))).toMatch(/Content-Length: 9\r\n[^]*\r\n\r\n$/);
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 204 [^]*\r\n\r\n$/);
  });

  it('ends the connection when the node stops', async () => {
    const { proxy } = await start((peer) => peer.send(answerOf('ok')));
    proxy.closing = true;
    expect(await ask(proxy.port, requestOf('GET /', []))).toMatch(/\r\nConnection: close\r\n[^]*ok$/);
  });
});

describe('a request whose client is gone before it is sent', () => {
  it('is not sent', async () => {
    let decide: (() => void) | undefined;
    const { proxy, upstream } = await start((peer) => peer.send(answerOf('ok')), {
      phases: { access: async () => new Promise<void>((resolve) => (decide = resolve)) },
    });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    const decideNow = await eventually('the plugin is asked', () => decide);
    client.socket.destroy();
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    decideNow();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(upstream.connections).toEqual([]);
  });

  it('is given up while the upstream thinks, without another try', async () => {
    const { proxy, upstream } = await start(() => undefined, { service: { retries: 5 } });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    await eventually('it arrived', () => upstream.received !== '');
    client.socket.destroy();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(upstream.connections).toHaveLength(1);
    expect(proxy.logged).toEqual([]);
  });
});

describe('a connection that breaks after the request is sent', () => {
  it.each([
    ['GET', 3], ['HEAD', 3], ['OPTIONS', 3], ['PUT', 3], ['DELETE', 3], ['POST', 1], ['PATCH', 1],
    ['PROPFIND', 3], ['LOCK', 1], ['PURGE', 1],
  ])('%s without a body is sent %d times', async (method, times) => {
    const { proxy, upstream } = await start(destroy, { service: { retries: 2 } });
    expect(await ask(proxy.port, requestOf(`${method} /`))).toMatch(/^HTTP\/1\.1 502 /);
    expect(upstream.connections).toHaveLength(times);
  });

  it.each<[title: string, method: string, body: string, held: boolean, times: number]>([
    ['that is short', 'PUT', 'body', false, 3],
    ['that a plugin has read', 'PUT', 'body', true, 3],
    ['of a method that is not idempotent', 'POST', 'body', true, 1],
    ['that is longer than what is kept', 'PUT', 'b'.repeat(MAX_KEPT_BODY + 1), false, 1],
  ])('a body %s (%s) is sent as often as it may', async (_title, method, body, held, times) => {
    const last = (peer: RawPeer) => {
      if (upstream.connections.length === times && times > 1) peer.send(answerOf('ok'));
      else setTimeout(() => destroy(peer), 50);
    };
    const access = async ({ request }: Exchange) => held ? void await request.body(10) : undefined;
    const { proxy, upstream } = await start(last, { service: { retries: 2 }, phases: { access } });
    const answer = await ask(proxy.port, requestOf(`${method} /`, ['Connection: close', `Content-Length: ${body.length}`], body));
    expect(answer).toMatch(times > 1 ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 502 /);
    expect(upstream.connections).toHaveLength(times);
    await eventually('the body is whole', () => upstream.connections.at(-1)!.received.endsWith(`\r\n\r\n${body}`) || times === 1);
  });

  it('the next try may succeed', async () => {
    const { proxy, upstream } = await start(
      (peer) => upstream.connections.length === 1 ? destroy(peer) : peer.send(answerOf('ok')), { service: { retries: 1 } },
    );
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('without retries there is one try', async () => {
    const { proxy, upstream } = await start(destroy, { service: { retries: 0 } });
    const answer = masked(await ask(proxy.port, requestOf('GET /')));
    expect(answer).toBe([
      'HTTP/1.1 502 Bad Gateway', 'Content-Type: text/plain; charset=utf-8', 'Date: <date>', 'Server: <product>',
      'Via: 1.1 <product>', 'X-Kong-Upstream-Latency: <ms>', 'X-Kong-Proxy-Latency: <ms>',
      'X-Kong-Request-Id: <id>', 'Content-Length: 103', 'Connection: close', '', `${INVALID}\nrequest_id: <id>\n`,
    ].join('\r\n'));
    expect(upstream.connections).toHaveLength(1);
  });
});

describe('a kept connection that the upstream closes', () => {
  /** The first request on a connection is answered; the connection ends when another one comes. */
  const onlyOnce = (peer: RawPeer) => peer.received.split('\r\n\r\n').length > 2 && /\r\n\r\n[A-Z]/.test(peer.received)
    ? destroy(peer) : peer.send(answerOf('ok'));

  it.each([['GET', 200, 2], ['POST', 502, 1]])(
    'when %s has reached it: %d, and %d connections, without a try of the service', async (method, status, connections) => {
      const { proxy, upstream } = await start(onlyOnce, { service: { retries: 0 } });
      expect(await ask(proxy.port, requestOf('GET /first'))).toMatch(/^HTTP\/1\.1 200 /);
      expect(await ask(proxy.port, requestOf(`${method} /second`))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(upstream.connections).toHaveLength(connections);
    },
  );

  it('before a POST is sent does not fail it: the close is read first', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(answerOf('ok')), { service: { retries: 0 } });
    for (let round = 0; round < 10; round += 1) {
      const client = dial(proxy.port);
      await ask(proxy.port, requestOf('GET /'));
      const peer = await client;
      // In the same turn: the close is on its way when the request is.
      upstream.connections.at(-1)!.socket.end();
      peer.send(requestOf('POST /', ['Connection: close', 'Content-Length: 1'], 'x'));
      expect(await peer.end()).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe('many tries', () => {
  it('leave nothing behind on the answer', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void (warning.name === 'MaxListenersExceededWarning' && warnings.push(warning));
    process.on('warning', note);
    closing.push(() => void process.off('warning', note));
    const { proxy } = await start(destroy, { service: { retries: 20 } });
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 502 /);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  it('are not made for a name that is not known', async () => {
    const proxy = await new LocalProxy({ tables: rowsFor(80, { host: 'does-not-exist.invalid', retries: 5 }) }).start();
    closing.push(() => proxy.close());
    const send = vi.spyOn(proxy.upstreams, 'send');
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 503 /);
    expect(send).not.toHaveBeenCalled();
  });
});

describe('a request that was never sent', () => {
  it.each(['GET', 'POST'])('%s is tried again: the upstream refuses connections until it is there', async (method) => {
    const port = await closedPort();
    const upstream = new RawUpstream((peer) => peer.send(answerOf('ok')));
    const proxy = await new LocalProxy({ tables: rowsFor(port, { retries: 50_000, connect_timeout: 5_000 }) }).start();
    closing.push(() => proxy.close());
    const answer = ask(proxy.port, requestOf(`${method} /`));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await upstream.start(port);
    closing.push(() => upstream.close());
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('becomes 502 when all tries fail', async () => {
    const proxy = await new LocalProxy({ tables: rowsFor(await closedPort(), { retries: 3 }) }).start();
    closing.push(() => proxy.close());
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(new RegExp(`^HTTP/1\\.1 502 [^]*${INVALID}`));
  });

  it('becomes 503 when the name is not known, after one try, without latencies of an attempt', async () => {
    const proxy = await new LocalProxy({ tables: rowsFor(80, { host: 'does-not-exist.invalid', retries: 5 }) }).start();
    closing.push(() => proxy.close());
    const answer = await ask(proxy.port, requestOf('GET /'));
    expect(answer).toMatch(
      /^HTTP\/1\.1 503 [^]*Content-Type: application\/json[^]*X-Kong-Response-Latency: \d+[^]*"message":"name resolution failed"/,
    );
    expect(answer).not.toContain('X-Kong-Upstream-Latency');
  });
});

it('an upstream that is silent becomes 504, and an idempotent request is tried again', async () => {
  const { proxy, upstream } = await start(() => undefined, { service: { retries: 1, read_timeout: 50 } });
  expect(await ask(proxy.port, requestOf('GET /'))).toMatch(
    /^HTTP\/1\.1 504 [^]*Content-Type: text\/plain[^]*The upstream server is timing out/,
  );
  expect(upstream.connections).toHaveLength(2);
});

describe('an upstream that answers something else', () => {
  it.each([
    ['a switch that was not asked for', SWITCH],
    ['a switch without a protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
  ])('%s becomes 502; the connection is destroyed, and the request not repeated', async (_title, bytes) => {
    const { proxy, upstream } = await start((peer) => peer.send(bytes), { service: { retries: 3 } });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', []));
    expect(await client.sees('request_id: ')).toMatch(new RegExp(`^HTTP/1\\.1 502 [^]*${INVALID}`));
    await eventually('the connection is closed', () => upstream.connections[0]!.ended);
    expect(upstream.connections).toHaveLength(1);
    client.send(requestOf('GET /'));
    expect((await client.end()).match(/HTTP\/1\.1 502/g)).toHaveLength(2);
    expect(proxy.logged).toEqual([]);
  });

  it.each(['h2c', 'websocket, h2c'])('a switch to %s where a WebSocket was asked for becomes 502', async (protocol) => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH.replace('WebSocket', protocol)));
    expect(await ask(proxy.port, LAST_UPGRADE)).toMatch(/^HTTP\/1\.1 502 /);
    await eventually('the connection is closed', () => upstream.connections[0]!.ended);
  });

  it('a head with a control character becomes 502', async () => {
    const { proxy } = await start((peer) => peer.send(answerOf('ok', ['X-A: a\x01b'])));
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('interim answers are passed over', async () => {
    const { proxy } = await start((peer) => peer.send(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${answerOf('ok')}`));
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('a reason that no head can hold is left out', async () => {
    const { proxy } = await start((peer) => peer.send('HTTP/1.1 200 a\x01b\r\nContent-Length: 2\r\n\r\nok'));
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 (?:200 OK|502 Bad Gateway)\r\n/);
    expect(proxy.logged).toEqual([]);
  });
});

describe('a WebSocket', () => {
  it('is passed through in both directions, with what comes in one packet with the heads', async () => {
    const { proxy, upstream } = await start(
      (peer) => peer.send(`${SWITCH}first`), { phases: { responseHeaders: ({ response }) => response!.setHeader('X-Seen', '1') } },
    );
    const client = await dial(proxy.port);
    client.send(`${UPGRADE}early`);
    expect(masked(await client.sees('first'))).toBe([
      'HTTP/1.1 101 Switching Protocols', 'Sec-WebSocket-Accept: y', 'Server: <product>', 'Via: 1.1 <product>',
      'X-Kong-Upstream-Latency: <ms>', 'X-Kong-Proxy-Latency: <ms>', 'X-Kong-Request-Id: <id>', 'X-Seen: 1',
      'Connection: upgrade', 'Upgrade: websocket', '', 'first',
    ].join('\r\n'));
    await upstream.connections[0]!.sees('early');
    client.send('more');
    await upstream.connections[0]!.sees('earlymore');
    upstream.connections[0]!.send('back');
    await client.sees('firstback');
    expect(proxy.pipeline.active).toBe(1);
    client.socket.destroy();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    expect(proxy.ended).toEqual([['route', 101]]);
  });

  it.each([
    ['is closed', (peer: RawPeer) => peer.socket.destroy()], ['is reset', (peer: RawPeer) => peer.socket.resetAndDestroy()],
  ])('ends for the client when its upstream %s', async (_how, end) => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH));
    const client = await dial(proxy.port);
    client.send(UPGRADE);
    await client.sees('\r\n\r\n');
    end(upstream.connections[0]!);
    await client.end();
    await eventually('the request is over', () => proxy.pipeline.active === 0);
  });

  it('whose client resets its connection ends for the upstream', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH));
    const client = await dial(proxy.port);
    client.send(UPGRADE);
    await client.sees('\r\n\r\n');
    client.socket.resetAndDestroy();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
  });

  it('passes single bytes that come with the heads, and bytes above 127 in the head of the answer', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(`${SWITCH.replace('\r\n\r\n', '\r\nX-Name: j\xfcrgen\r\n\r\n')}1`));
    const client = await dial(proxy.port);
    client.send(`${UPGRADE}2`);
    expect(await client.sees(/\r\n\r\n1$/)).toContain('\r\nX-Name: j\xfcrgen\r\n');
    await upstream.connections[0]!.sees(/\r\n\r\n2$/);
    client.socket.destroy();
  });

  it('that the upstream refuses is answered, and the connection closed where the client asks for that', async () => {
    const { proxy } = await start((peer) => peer.send(answerOf('no', [], '403 Forbidden')));
    expect(await ask(proxy.port, LAST_UPGRADE)).toMatch(/^HTTP\/1\.1 403 [^]*\r\nConnection: close\r\n\r\nno$/);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
  });

  it('that the upstream refuses leaves a connection that serves requests, and a WebSocket later', async () => {
    const refusal = answerOf('no', ['Upgrade: websocket'], '426 Upgrade Required');
    const answers = [refusal, answerOf('plain'), answerOf('again', [], '403 Forbidden'), SWITCH];
    const { proxy, upstream } = await start((peer) => peer.send(answers.shift()!));
    const client = await dial(proxy.port);
    // A request in the same packet is answered, too.
    client.send(UPGRADE + requestOf('GET /', []));
    expect(await client.sees('plain')).toMatch(/^HTTP\/1\.1 426 [^]*\nUpgrade: websocket\r\n[^]*\nConnection: keep-alive\r\n\r\nno/);
    client.send(UPGRADE);
    await client.sees('again');
    client.send(`${UPGRADE}frames`);
    await client.sees('HTTP/1.1 101 ');
    await upstream.connections.at(-1)!.sees('frames');
    client.socket.destroy();
    await eventually('the requests are over', () => proxy.pipeline.active === 0);
    expect(proxy.ended.map(([, status]) => status)).toEqual([426, 200, 403, 101]);
  });

  it('that is idle for longer than the read timeout of its service is closed on both sides', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH), { service: { read_timeout: 60 } });
    const client = await dial(proxy.port);
    client.send(UPGRADE);
    await client.end();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
  });

  it('with traffic in one direction is not idle', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH), { service: { read_timeout: 400 } });
    const client = await dial(proxy.port);
    client.send(UPGRADE);
    await client.sees('\r\n\r\n');
    for (let n = 0; n < 8; n += 1) {
      client.send(String(n));
      await upstream.connections[0]!.sees(String(n));
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect(client.ended).toBe(false);
    client.socket.destroy();
  });

  it('whose upstream goes away while a plugin decides about the head becomes 502', async () => {
    const { proxy, upstream } = await start((peer) => peer.send(SWITCH), {
      phases: {
        responseHeaders: async ({ response }) => {
          if (response!.status !== 101) return;
          upstream.connections[0]!.socket.resetAndDestroy();
          await new Promise((resolve) => setTimeout(resolve, 30));
        },
      },
    });
    expect(await ask(proxy.port, LAST_UPGRADE)).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('is given up when its client goes away while a plugin decides about the head', async () => {
    let decide: (() => void) | undefined;
    const { proxy, upstream } = await start(
      (peer) => peer.send(SWITCH), { phases: { responseHeaders: async () => new Promise<void>((resolve) => (decide = resolve)) } },
    );
    const client = await dial(proxy.port);
    client.send(UPGRADE);
    const decideNow = await eventually('the plugin is asked', () => decide);
    client.socket.destroy();
    decideNow();
    await eventually('the connection to the upstream ends', () => upstream.connections[0]!.ended);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
  });
});

describe('a client that waits for 100', () => {
  it('gets 100 once the upstream is connected, and its body is passed on', async () => {
    const { proxy, upstream } = await start((peer) => void peer.sees('body').then(() => peer.send(answerOf('ok'))));
    const client = await dial(proxy.port);
    client.send(requestOf('POST /', ['Connection: close', 'Expect: 100-continue', 'Content-Length: 4']));
    await client.sees('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('body');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(upstream.received).not.toMatch(/expect/i);
  });

  it('gets one 100, also when a plugin reads the body', async () => {
    const { proxy } = await start(
      (peer) => peer.send(answerOf('ok')), { phases: { access: async ({ request }) => void await request.body(10) } },
    );
    const client = await dial(proxy.port);
    client.send(requestOf('POST /', ['Connection: close', 'Expect: 100-continue', 'Content-Length: 4']));
    await client.sees('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('body');
    expect((await client.end()).match(/HTTP\/1\.1 100/g)).toHaveLength(1);
  });

  it('gets no 100 when a plugin rejects the request', async () => {
    const { proxy } = await start(() => undefined, { phases: { access: (exchange) => exchange.refuse({ status: 401, message: 'no' }) } });
    const client = await dial(proxy.port);
    client.send(requestOf('POST /', ['Connection: close', 'Expect: 100-continue', 'Content-Length: 4']));
    expect(await client.sees('"no"')).toMatch(/^HTTP\/1\.1 401 /);
    client.socket.destroy();
  });
});
