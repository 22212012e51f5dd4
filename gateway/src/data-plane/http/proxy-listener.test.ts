/** The ports of the proxy: connections, what is no request, and their end. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, dial, LocalProxy, masked, RawPeer, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { Secret } from '../../base/secret.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { Row } from '../../model/config-table.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(
  answer: (peer: RawPeer, request: string) => void,
  { route, ...options }: Omit<LocalProxyOptions, 'tables'> & { readonly route?: Row } = {},
): Promise<{ proxy: LocalProxy; upstream: RawUpstream }> {
  const upstream = await new RawUpstream(answer).start();
  closing.push(() => upstream.close());
  const proxy = await new LocalProxy({ ...options, tables: rowsFor(upstream.port, {}, route) }).start();
  closing.push(() => proxy.close());
  return { proxy, upstream };
}

const ok = (peer: RawPeer): void => peer.send(answerOf('ok'));
const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]!);

const refusal = (status: string, message: string): string => [
  `HTTP/1.1 ${status}`, 'Date: <date>', 'Content-Type: text/plain; charset=utf-8', `Content-Length: ${message.length + 46}`,
  'Connection: close',
  'Server: <product>', 'X-Kong-Response-Latency: <ms>', 'X-Kong-Request-Id: <id>', '', `${message}\nrequest_id: <id>\n`,
].join('\r\n');

describe('what is no request', () => {
  it('is answered as such, whole, and the connection closed', async () => {
    const { proxy } = await start(ok);
    expect(masked(await ask(proxy.port, 'nonsense\r\n\r\n'))).toBe(refusal('400 Bad Request', 'Bad request'));
  });

  it('is a head that is too long', async () => {
    const { proxy } = await start(ok);
    const text = masked(await ask(proxy.port, requestOf('GET /', [`X-Long: ${'a'.repeat(50_000)}`])));
    expect(text).toBe(refusal('400 Bad Request', 'Request header or cookie too large'));
    expect(statuses(await ask(proxy.port, requestOf('GET /', ['Connection: close', `X-Long: ${'a'.repeat(32_000)}`])))).toEqual(['200']);
  });

  it('waits for the answers before it', async () => {
    const { proxy } = await start((peer) => void setTimeout(() => ok(peer), 30));
    expect(
      statuses(await ask(proxy.port, `${requestOf('GET /', [])}${requestOf('GET /', [])}nonsense\r\n\r\n`)),
    ).toEqual(['200', '200', '400']);
    expect(
      statuses(
        await ask(proxy.port, `${requestOf('POST /', ['Expect: 100-continue', 'Content-Length: 1'], 'x')}nonsense\r\n\r\n`),
      ).filter((status) => status !== '100'),
    )
      .toEqual(['200', '400']);
  });

  it('is dropped behind the last request', async () => {
    const { proxy } = await start((peer) => void setTimeout(() => ok(peer), 30));
    expect(statuses(await ask(proxy.port, `${requestOf('GET /')}nonsense\r\n\r\n`))).toEqual(['200']);
  });

  it('is a broken body: answered at once when nothing was answered yet', async () => {
    const { proxy } = await start(() => undefined);
    expect(statuses(await ask(proxy.port, requestOf('POST /', ['Transfer-Encoding: chunked'], '2\r\nab\r\nzz\r\n')))).toEqual(['400']);
  });

  it('is a broken body: the connection is cut behind a head that is sent', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart';
    const { proxy } = await start((peer) => peer.send(answer), { route: { request_buffering: false } });
    const client = await dial(proxy.port);
    client.send(requestOf('POST /', ['Transfer-Encoding: chunked'], '2\r\nab\r\n'));
    await client.sees('part');
    client.send('zz\r\n');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\npart$/);
  });

  it('is not what follows a request that is refused', async () => {
    const { proxy, upstream } = await start(ok);
    expect(statuses(await ask(proxy.port, requestOf('GET /', ['Host: a', 'Host: b']) + requestOf('GET /')))).toEqual(['400']);
    expect(upstream.connections).toEqual([]);
  });

  it('leaves a connection open after a 404', async () => {
    const { proxy } = await start(ok);
    const client = await dial(proxy.port);
    client.send(requestOf('GET /%ff', []));
    await client.sees('"no Route matched');
    client.send(requestOf('GET /'));
    expect(statuses(await client.end())).toEqual(['404', '200']);
  });
});

describe('CONNECT', () => {
  it('is answered with 405, and the connection closed', async () => {
    const { proxy } = await start(ok);
    expect(masked(await ask(proxy.port, requestOf('CONNECT a:443')))).toBe(refusal('405 Method Not Allowed', 'Method not allowed'));
  });

  it('waits for the answers before it', async () => {
    const { proxy } = await start((peer) => void setTimeout(() => ok(peer), 30));
    expect(statuses(await ask(proxy.port, requestOf('GET /', []) + requestOf('CONNECT a:443')))).toEqual(['200', '405']);
  });
});

describe('an upgrade', () => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const wanted = ['Connection: Upgrade', 'Upgrade: WebSocket'];

  it.each([
    ['GET by HTTP/1.1', `GET / HTTP/1.1\r\nHost: a\r\n${wanted.join('\r\n')}\r\n\r\n`, true],
    ['POST', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${wanted.join('\r\n')}\r\n\r\n`, false],
    ['GET with a body', `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n${wanted.join('\r\n')}\r\n\r\n1`, false],
    ['GET by HTTP/1.0', `GET / HTTP/1.0\r\nHost: a\r\n${wanted.join('\r\n')}\r\n\r\n`, false],
    ['another protocol', requestOf('GET /', ['Connection: Upgrade', 'Upgrade: h2c']), false],
  ])('%s', async (_title, request, passed) => {
    const { proxy, upstream } = await start((peer, head) => peer.send(/upgrade: websocket/i.test(head) ? SWITCH : answerOf('ok')));
    const client = await dial(proxy.port);
    client.send(request);
    await client.sees(passed ? 'HTTP/1.1 101 ' : 'HTTP/1.1 200 ');
    expect(/upgrade/i.test(upstream.received)).toBe(passed);
    client.socket.destroy();
  });

  it('waits for the answers before it', async () => {
    const { proxy } = await start(
      (peer, head) => void setTimeout(() => peer.send(/upgrade: websocket/i.test(head) ? SWITCH : answerOf('ok')), 30),
    );
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', []) + requestOf('GET /', wanted));
    await client.sees('HTTP/1.1 101 ');
    expect(statuses(client.received)).toEqual(['200', '101']);
    client.socket.destroy();
  });

  it('can follow a request that was answered', async () => {
    const { proxy } = await start((peer, head) => peer.send(/upgrade: websocket/i.test(head) ? SWITCH : answerOf('ok')));
    const client = await dial(proxy.port);
    client.send(requestOf('GET /', []));
    await client.sees('ok');
    client.send(requestOf('GET /', wanted));
    await client.sees('HTTP/1.1 101 ');
    client.socket.destroy();
  });
});

describe('a connection that is reset', () => {
  /** What no listener took. */
  function unheard(): unknown[] {
    const errors: unknown[] = [];
    const note = (error: unknown) => void errors.push(error);
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    closing.push(() => {
      process.off('uncaughtException', note);
      for (const listener of listeners) process.on('uncaughtException', listener);
    });
    return errors;
  }

  it.each([
    ['CONNECT behind a request', requestOf('GET /', []) + requestOf('CONNECT a:443')],
    ['an upgrade', requestOf('GET /', ['Connection: Upgrade', 'Upgrade: websocket'])],
    ['a request', requestOf('GET /')],
  ])('while %s waits for its answer harms nothing', async (_title, request) => {
    const errors = unheard();
    const { proxy, upstream } = await start(() => undefined);
    const client = await dial(proxy.port);
    client.send(request);
    await eventually('the request is there', () => upstream.received !== '');
    client.socket.resetAndDestroy();
    await eventually('it is gone', () => proxy.listener.connections === 0);
    await eventually('the request is over', () => proxy.pipeline.active === 0);
    expect([errors, proxy.logged]).toEqual([[], []]);
  });
});

describe('the server', () => {
  it('answers a head that does not come in time with 408', async () => {
    const clock = new ManualClock();
    const { proxy } = await start(ok, { http1: { clock } });
    const client = await dial(proxy.port);
    client.send(`${requestOf('GET /', [])}GET / HT`);
    await client.sees('ok');
    for (let second = 0; second < 62; second += 1) clock.advance(1_000);
    expect(masked(await client.end())).toMatch(/ok(?=HTTP)/);
    expect(masked(client.received).split(/(?<=ok)(?=HTTP)/)[1]).toBe(refusal('408 Request Timeout', 'Request timeout'));
  });

  it('logs connections that cannot be accepted', async () => {
    const servers: Server[] = [];
    const note = (message: unknown) => void servers.push((message as { readonly server: Server }).server);
    subscribe('tracing:net.server.listen:asyncStart', note);
    const { proxy } = await start(ok);
    unsubscribe('tracing:net.server.listen:asyncStart', note);
    servers.find((server) => (server.address() as AddressInfo).port === proxy.port)!.emit('error', new Error('too many open files'));
    expect(proxy.messages('error')).toEqual(['KONG_PROXY_LISTEN: a connection could not be accepted: too many open files']);
  });

  it('reads connections alike with and without the shared buffer', async () => {
    for (const sharesReads of [true, false]) {
      const { proxy, upstream } = await start((peer, head) => {
        if (head.includes('GET /')) return ok(peer);
        peer.socket.on('data', () => {
          if (peer.received.endsWith('the end')) ok(peer);
        });
      }, { http1: { sharesReads } });
      const body = `${'abcdefghij'.repeat(30_000)}the end`;
      const post = requestOf('POST /', ['Connection: close', `Content-Length: ${body.length}`], body);
      expect(statuses(await ask(proxy.port, requestOf('GET /', []) + post))).toEqual(['200', '200']);
      expect(upstream.received.split('\r\n\r\n').at(-1)).toBe(body);
    }
  });
});

it('expectations other than 100-continue are ignored', async () => {
  const { proxy, upstream } = await start(ok);
  expect(statuses(await ask(proxy.port, requestOf('GET /', ['Connection: close', 'Expect: wonders'])))).toEqual(['200']);
  expect(upstream.received).not.toMatch(/expect/i);
});

describe('connections', () => {
  it('are counted, and requests', async () => {
    const { proxy } = await start(ok);
    const idle = await dial(proxy.port);
    await eventually('it is counted', () => proxy.listener.connections === 1);
    await ask(proxy.port, requestOf('GET /'));
    await eventually('the second one is closed', () => proxy.listener.connections === 1);
    expect([proxy.listener.accepted, proxy.pipeline.total, proxy.pipeline.active]).toEqual([2, 1, 0]);
    idle.socket.destroy();
    await eventually('the first one is closed', () => proxy.listener.connections === 0);
  });

  it('that are idle are closed when the proxy stops; the others after their answer', async () => {
    let peer: RawPeer | undefined;
    const { proxy } = await start((one) => {
      peer = one;
    });
    const idle = await dial(proxy.port);
    idle.send(requestOf('GET /', []));
    await eventually('the request is there', () => peer);
    ok(peer!);
    await idle.sees('ok');
    peer = undefined;
    const busy = await dial(proxy.port);
    busy.send(requestOf('GET /', []));
    await eventually('the request is there', () => peer);
    proxy.closing = true;
    let stopped = false;
    const stop = proxy.listener.stop().then(() => {
      stopped = true;
    });
    await idle.end();
    await expect(dial(proxy.port)).rejects.toThrow(/ECONNREFUSED/);
    expect([busy.ended, stopped]).toEqual([false, false]);
    ok(peer!);
    expect(await busy.end()).toMatch(/ok$/);
    await stop;
  });

  it('are all cut when the proxy aborts, switched ones included', async () => {
    const { proxy } = await start((peer, head) => {
      if (/upgrade/i.test(head)) peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const waiting = await dial(proxy.port);
    waiting.send(requestOf('GET /'));
    const switched = await dial(proxy.port);
    switched.send(requestOf('GET /', ['Connection: Upgrade', 'Upgrade: websocket']));
    await switched.sees('101');
    proxy.listener.abort();
    await Promise.all([waiting.end(), switched.end()]);
    await eventually('all are gone', () => proxy.listener.connections === 0);
  });
});

describe('a listener with ssl', () => {
  it('serves TLS with its certificate, from TLS 1.2 on', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const { proxy } = await start(ok, { listener: { ssl: true }, certificate: { certificate, key: new Secret(key) } as never });
    const socket = connectTls({ port: proxy.port, host: '127.0.0.1', servername: 'localhost', ca: certificate });
    await once(socket, 'secureConnect');
    await eventually('it is counted', () => proxy.listener.connections === 1);
    const client = new RawPeer(socket);
    client.send(requestOf('GET /'));
    expect(statuses(await client.end())).toEqual(['200']);
    const old = connectTls({
      port: proxy.port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version|ECONNRESET|unsupported protocol/);
  });

  it('finds routes by the name that the client asks for', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const upstream = await new RawUpstream(ok).start();
    closing.push(() => upstream.close());
    const proxy = await new LocalProxy({
      tables: rowsFor(upstream.port, {}, { protocols: ['https'], snis: ['a.test'] }), listener: { ssl: true },
      certificate: { certificate, key: new Secret(key) } as never,
    }).start();
    closing.push(() => proxy.close());
    for (const [servername, status] of [['a.test', '200'], ['b.test', '404']] as const) {
      const socket = connectTls({ port: proxy.port, host: '127.0.0.1', servername, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const client = new RawPeer(socket);
      client.send(requestOf('GET /'));
      expect(statuses(await client.end())).toEqual([status]);
    }
  });

  it('cuts connections whose handshake is not over when the proxy aborts', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const { proxy } = await start(ok, { listener: { ssl: true }, certificate: { certificate, key: new Secret(key) } as never });
    const silent = await dial(proxy.port);
    await eventually('it is counted', () => proxy.listener.connections === 1);
    const stopped = proxy.listener.stop();
    proxy.listener.abort();
    await silent.end();
    await stopped;
  });

  it('does not open without a certificate, and says what to do', async () => {
    const proxy = new LocalProxy({ listener: { ssl: true } });
    await expect(proxy.start()).rejects.toMatchObject({
      code: 'certificate-missing', message: expect.stringMatching(/^KONG_PROXY_LISTEN: 127\.0\.0\.1:0 .*KONG_SSL_CERT/) as string,
    });
  });
});
