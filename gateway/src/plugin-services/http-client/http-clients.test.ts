import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { HttpClient, HttpClientOptions } from '../../plugin-kit/http-client.ts';
import { httpClients } from './http-clients.ts';

const cleanups: (() => void)[] = [];

afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

async function serve(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function plain(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  return serve(createServer(handle));
}

function client(options: Partial<HttpClientOptions> = {}, trusted: readonly string[] = []): HttpClient {
  const opened = httpClients(trusted).open({ timeoutMs: 500, ...options });
  cleanups.push(() => opened.close());
  return opened;
}

describe('the HTTP client of plugins', () => {
  it('sends body, headers and the credentials of the URL, and gives the answer', async () => {
    const port = await plain(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const { method, url, headers } = request;
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] });
      response.end(JSON.stringify({ method, url, auth: headers.authorization, x: headers['x-a'], body: Buffer.concat(parts).toString() }));
    });
    const answer = await client().send({
      method: 'POST', url: `http://us%40er:pa%3Ass@127.0.0.1:${port}/in?q=1`, headers: { 'X-A': '1' }, body: 'text',
    });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([201, 'a=1\nb=2']);
    expect(JSON.parse(answer.body.toString())).toEqual({
      method: 'POST', url: '/in?q=1', auth: `Basic ${btoa('us@er:pa:ss')}`, x: '1', body: 'text',
    });
  });

  it('keeps connections, one for each request where none is to be kept', async () => {
    const sockets = new Set<Socket>();
    const port = await plain((request, response) => {
      sockets.add(request.socket);
      response.end();
    });
    const kept = client();
    for (let at = 0; at < 3; at += 1) await kept.send({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    expect(sockets.size).toBe(1);
    const single = client({ keepAliveMs: 0 });
    for (let at = 0; at < 3; at += 1) await single.send({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    expect(sockets.size).toBe(4);
  });

  it('repeats a request whose kept connection the server had closed, when that does no harm', async () => {
    let requests = 0;
    const port = await plain((request, response) => {
      requests += 1;
      if (requests % 2 === 1) response.end();
      else request.socket.resetAndDestroy();
    });
    const url = `http://127.0.0.1:${port}/`;
    const first = client();
    await first.send({ method: 'GET', url });
    expect((await first.send({ method: 'GET', url })).status).toBe(200);
    requests = 0;
    const second = client();
    await second.send({ method: 'POST', url });
    await expect(second.send({ method: 'POST', url })).rejects.toThrow(`failed request to 127.0.0.1:${port}: connection reset by peer`);
  });

  it.each<readonly [string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
    ['gives no answer', () => undefined, 'timeout'],
    ['sends a body without end', (_request, response) => void response.writeHead(200).write('x'), 'timeout'],
    ['says 200 and breaks off', (request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x', () => request.socket.destroy());
    }, 'connection reset by peer'],
    ['answers with more than the limit', (_request, response) => void response.end('x'.repeat(2000)),
      'the answer is longer than 1000 bytes'],
  ])('fails when the server %s', async (_what, handle, message) => {
    const port = await plain(handle);
    const sent = client({ timeoutMs: 150 }).send({ method: 'GET', url: `http://127.0.0.1:${port}/secret?q=secret`, maxBodyBytes: 1000 });
    await expect(sent).rejects.toThrow(`failed request to 127.0.0.1:${port}: ${message}`);
  });

  it('names the server that cannot be reached, and nothing secret', async () => {
    const url = 'http://user:hidden@127.0.0.1:1/path?token=hidden';
    const error = await client().send({ method: 'GET', url }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe('failed request to 127.0.0.1:1: connection refused');
  });

  it('verifies certificates against the authorities of the node', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const port = await serve(createTlsServer({ cert: certificate, key }, (_request, response) => void response.end('ok')) as Server);
    const get = (options: Partial<HttpClientOptions>, trusted: readonly string[], host = 'localhost') => {
      const sent = client(options, trusted).send({ method: 'GET', url: `https://${host}:${port}/` });
      return sent.then(({ status }) => status, (error: Error) => error.message);
    };
    expect(await get({}, [certificate])).toBe(200);
    expect(await get({}, [])).toContain('self-signed certificate');
    expect(await get({ tls: { verify: false } }, [])).toBe(200);
    expect(await get({ tls: { authorities: [certificate] } }, [])).toBe(200);
    expect(await get({}, [certificate], '127.0.0.1')).toContain('does not match');
    expect(await get({ tls: { serverName: 'localhost' } }, [certificate], '127.0.0.1')).toBe(200);
  });

  it('follows as many redirects as it was asked to, and takes no credentials to another server', async () => {
    const seen: (string | undefined)[] = [];
    const other = await plain((request, response) => {
      seen.push(request.headers.authorization);
      response.end('there');
    });
    const port = await plain((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === '/a' ? '/b' : `http://127.0.0.1:${other}/c` }).end();
    });
    const get = (redirects: number) => client().send({
      method: 'GET', url: `http://127.0.0.1:${port}/a`, headers: { Authorization: 'Bearer t' }, redirects,
    });
    expect((await get(0)).status).toBe(302);
    expect((await get(1)).status).toBe(302);
    seen.length = 0;
    expect((await get(2)).body.toString()).toBe('there');
    expect(seen).toEqual(['Bearer t', 'Bearer t', undefined]);
  });

  it('goes through a proxy', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const secured = await serve(createTlsServer({ cert: certificate, key }, (_request, response) => void response.end('tls')) as Server);
    const lines: string[] = [];
    const server = createServer((request, response) => {
      lines.push(`${request.method} ${request.url}`);
      response.end('plain');
    });
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      lines.push(`CONNECT ${request.url}`);
      const tunnel = connect(secured, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      for (const end of [socket, tunnel]) end.on('error', () => undefined);
    });
    const proxy = `http://127.0.0.1:${await serve(server)}`;
    const proxied = client({ proxies: { http: proxy, https: proxy } }, [certificate]);
    expect((await proxied.send({ method: 'GET', url: 'http://upstream.test/x' })).body.toString()).toBe('plain');
    expect((await proxied.send({ method: 'GET', url: `https://localhost:${secured}/` })).body.toString()).toBe('tls');
    expect(lines).toEqual(['GET http://upstream.test/x', `CONNECT localhost:${secured}`]);
  });

  it('ends a request when it is aborted', async () => {
    const port = await plain(() => undefined);
    const end = new AbortController();
    const sent = client().send({ method: 'GET', url: `http://127.0.0.1:${port}/`, signal: end.signal });
    end.abort();
    await expect(sent).rejects.toThrow('aborted');
  });
});
