/** A data plane with real sockets on both sides. */
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog } from '../base/log.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';

const HASH = 'a'.repeat(32);
const SERVICE_ID = '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

let folder: string;
let logged: string[];
let closing: (() => Promise<void> | void)[];

beforeEach(() => {
  folder = temporaryFolder('data-plane');
  logged = [];
  closing = [() => rmSync(folder, { recursive: true })];
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

interface Running {
  readonly dataPlane: DataPlane;
  readonly port: number;
  readonly statusPort: number;
}

async function startDataPlane(environment: Record<string, string> = {}, keepsConfiguration = false): Promise<Running> {
  const { settings } = readSettings({
    KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: '127.0.0.1:0', ...environment,
  });
  const log = createLog({ level: 'info', write: (line) => void logged.push(line) });
  const dataPlane = new DataPlane({ settings, log, keepsConfiguration });
  const { proxy, status } = await dataPlane.start();
  closing.push(() => dataPlane.close(0));
  return { dataPlane, port: proxy[0]!.port, statusPort: status[0]!.port };
}

async function startUpstream(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

/** One service and one route for everything. */
function tableFor(port: number, service: Row = {}, more: Readonly<Record<string, unknown>> = {}): ConfigTable {
  return {
    _format_version: '3.0',
    services: [{ id: SERVICE_ID, name: 'main', host: '127.0.0.1', port, ...service }],
    routes: [{ id: '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'all', paths: ['/'], service: SERVICE_ID }],
    ...more,
  } as ConfigTable;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function call(port: number, options: RequestOptions & { readonly body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

/** A port that no process listens on. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

describe('a data plane', () => {
  it('streams answers as they come', async () => {
    let finish: () => void = () => undefined;
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('first');
      finish = () => void response.end('last');
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const seen: string[] = [];
    const request = httpRequest(
      { host: '127.0.0.1', port, agent: false }, (response) => response.on('data', (chunk) => void seen.push(String(chunk))),
    );
    request.end();
    await eventually('the first part', () => seen.join('') === 'first');
    finish();
    await eventually('the rest', () => seen.join('') === 'firstlast');
  });

  it('sends the head of an answer before its body begins', async () => {
    const upstream = await startUpstream((_request, response) => void response.writeHead(200).flushHeaders());
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const status = await new Promise((resolve) => {
      const request = httpRequest({ host: '127.0.0.1', port, agent: false }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', () => undefined).end();
    });
    expect(status).toBe(200);
  });

  it('streams bodies of requests, and lets a slow upstream slow the client down', async () => {
    let release: (() => void) | undefined;
    let size = 0;
    const upstream = await startUpstream((request, response) => {
      release = () => void request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      }).on('end', () => void response.end(String(size)));
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const total = 64 * 1024 * 1024;
    const answer = new Promise<string>((resolve) => {
      const request = httpRequest({
        host: '127.0.0.1', port, agent: false, method: 'POST', headers: { 'Content-Length': total },
      }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        }).on('end', () => resolve(body));
      });
      const chunk = Buffer.alloc(64 * 1024);
      let left = total;
      const write = (): void => {
        while (left > 0) {
          left -= chunk.length;
          if (!request.write(chunk)) return void request.once('drain', write);
        }
        request.end();
      };
      write();
    });
    const letGo = await eventually('the upstream has the head', () => release);
    const before = process.memoryUsage().arrayBuffers;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
    letGo();
    expect(await answer).toBe(String(total));
  });

  it('ends the upstream request of a client that goes away', async () => {
    let arrived = false;
    let gone = false;
    const upstream = await startUpstream((request) => {
      arrived = true;
      request.on('close', () => {
        gone = true;
      });
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const client = connect(port, '127.0.0.1', () => void client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await eventually('the request arrived', () => arrived);
    client.destroy();
    await eventually('the upstream request ends', () => gone);
  });

  it('passes a WebSocket through', async () => {
    const upstream = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        socket.on('data', (chunk) => void socket.write(`echo ${String(chunk)}`));
      });
    });
    await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
    closing.push(() => void upstream.close());
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor((upstream.address() as AddressInfo).port), HASH);
    let seen = '';
    const client: Socket = connect(port, '127.0.0.1', () => {
      client.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
        + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n',
      );
    });
    client.on('data', (chunk) => {
      seen += String(chunk);
    });
    await eventually('the switch', () => seen.includes('\r\n\r\n'));
    expect(seen).toMatch(/^HTTP\/1\.1 101 /);
    client.write('hello');
    await eventually('the echo', () => seen.endsWith('echo hello'));
    client.destroy();
  });

  it('sends a body on whole that a plugin looked into, and one that was too long for it', async () => {
    const upstream = await startUpstream((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      }).on('end', () => void response.end(String(size)));
    });
    const { dataPlane, port } = await startDataPlane();
    const consumer = '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    expect(await dataPlane.apply(tableFor(upstream.port, {}, {
      consumers: [{ id: consumer, username: 'bob' }],
      keyauth_credentials: [{ id: '00000004-aaaa-4aaa-8aaa-aaaaaaaaaaaa', consumer, key: 'k' }],
      plugins: [{ id: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'key-auth', config: { key_in_body: true } }],
    }), HASH)).toEqual({ applied: true });
    // Node warns when listeners pile up on a body that comes in many parts.
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    closing.push(() => void process.off('warning', onWarning));
    for (const size of [10, 500_000, 3_000_000]) {
      const headers = { 'apikey': 'k', 'Content-Type': 'application/octet-stream' };
      expect((await call(port, { method: 'POST', headers, body: 'x'.repeat(size) })).body).toBe(String(size));
      expect(
        (await call(port, { method: 'POST', headers: { ...headers, 'Transfer-Encoding': 'chunked' }, body: 'x'.repeat(size) })).body,
      ).toBe(String(size));
    }
    expect(warnings).toEqual([]);
  });

  it('keeps connections to the upstream', async () => {
    let connections = 0;
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    upstream.server.on('connection', () => {
      connections += 1;
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    for (let count = 0; count < 5; count += 1) expect((await call(port)).body).toBe('ok');
    expect(connections).toBe(1);
  });

  it('takes a new configuration for the next request, and leaves the running one with the old', async () => {
    let finish: (() => void) | undefined;
    const first = await startUpstream((_request, response) => {
      finish = () => void response.end('first');
    });
    const second = await startUpstream((_request, response) => void response.end('second'));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(first.port), HASH);
    const running = call(port);
    const finishFirst = await eventually('the request is under way', () => finish);
    expect(await dataPlane.apply(tableFor(second.port), 'b'.repeat(32))).toEqual({ applied: true });
    expect((await call(port)).body).toBe('second');
    finishFirst();
    expect((await running).body).toBe('first');
  });

  it('keeps what runs when a configuration is wrong, and says what', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const result = await dataPlane.apply(tableFor(upstream.port, { port: 'eighty' }), 'b'.repeat(32));
    expect(result).toMatchObject({ applied: false, message: expect.stringMatching(/services: main: port/) as string });
    expect(dataPlane.currentHash).toBe(HASH);
    expect((await call(port)).body).toBe('ok');
  });

  it('believes forwarding headers of trusted addresses, and of no others', async () => {
    const upstream = await startUpstream((request, response) => void response.end(JSON.stringify(request.headers)));
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'public.example', 'X-Real-IP': '192.0.2.7' };
    for (const [trusted, expected] of [
      ['127.0.0.0/8', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'public.example', 'x-real-ip': '192.0.2.7' }],
      ['10.0.0.0/8', { 'x-forwarded-proto': 'http', 'x-forwarded-host': '127.0.0.1', 'x-real-ip': '127.0.0.1' }],
    ] as const) {
      const { dataPlane, port } = await startDataPlane({ KONG_TRUSTED_IPS: trusted });
      await dataPlane.apply(tableFor(upstream.port), HASH);
      expect(JSON.parse((await call(port, { headers })).body)).toMatchObject(expected);
    }
  });

  it('takes who a client claims to be away from its request', async () => {
    const upstream = await startUpstream((request, response) => void response.end(JSON.stringify(request.headers)));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const { body } = await call(port, { headers: { 'X-Consumer-Username': 'root', 'X-Credential-Identifier': 'x', 'X-Other': 'kept' } });
    expect(Object.keys(JSON.parse(body) as object).filter((name) => /^x-(?:consumer|credential|other)/.test(name))).toEqual(['x-other']);
  });
});

describe('the identity of a consumer', () => {
  it.each(['日本', 'jürgen', 'bob'])('%s leaves as UTF-8', async (username) => {
    const upstream = await startUpstream((request, response) => void response.end(JSON.stringify(request.headers)));
    const { dataPlane, port } = await startDataPlane();
    const consumer = '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    const key = `key-${username}`;
    expect(await dataPlane.apply(tableFor(upstream.port, {}, {
      consumers: [{ id: consumer, username, custom_id: `id-${username}` }],
      keyauth_credentials: [{ id: '00000004-aaaa-4aaa-8aaa-aaaaaaaaaaaa', consumer, key }],
      plugins: [{ id: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'key-auth', config: {} }],
    }), HASH)).toEqual({ applied: true });
    const utf8 = (text: string) => Buffer.from(text).toString('latin1');
    const { status, body } = await call(port, { headers: { apikey: utf8(key) } });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      'x-consumer-username': utf8(username), 'x-consumer-custom-id': utf8(`id-${username}`), 'apikey': utf8(key),
    });
  });

  it('is no reason to fail a refusal: the realm leaves as UTF-8', async () => {
    const { dataPlane, port } = await startDataPlane();
    const plugins = [{ id: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'key-auth', config: { realm: '日本' } }];
    await dataPlane.apply(tableFor(80, {}, { plugins }), HASH);
    const { status, headers } = await call(port);
    expect([status, Buffer.from(headers['www-authenticate']!, 'latin1').toString()]).toEqual([401, 'Key realm="日本"']);
  });
});

describe('failures of upstreams', () => {
  it('a refused connection becomes 502', async () => {
    const port = await closedPort();
    const running = await startDataPlane();
    await running.dataPlane.apply(tableFor(port, { retries: 2 }), HASH);
    const { status, body } = await call(running.port);
    expect({ status, body: body.split('\n')[0] }).toEqual({
      status: 502, body: 'An invalid response was received from the upstream server',
    });
  });

  it.each([['GET', 3], ['POST', 1]])('%s is sent %d times when the connection breaks after the request', async (method, times) => {
    let attempts = 0;
    const upstream = createTcpServer((socket) => void socket.on('error', () => undefined).once('data', () => {
      attempts += 1;
      socket.destroy();
    }));
    await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
    closing.push(() => void upstream.close());
    const running = await startDataPlane();
    await running.dataPlane.apply(tableFor((upstream.address() as AddressInfo).port, { retries: 2 }), HASH);
    expect((await call(running.port, { method, body: method === 'POST' ? 'x' : undefined })).status).toBe(502);
    expect(attempts).toBe(times);
  });

  it('an upstream that says nothing within the read timeout is given up with 504', async () => {
    const upstream = await startUpstream(() => undefined);
    const running = await startDataPlane();
    await running.dataPlane.apply(tableFor(upstream.port, { retries: 0, read_timeout: 50 }), HASH);
    const { status, body } = await call(running.port);
    expect({ status, body: body.split('\n')[0] }).toEqual({ status: 504, body: 'The upstream server is timing out' });
  });

  it('a name that does not exist becomes 503', async () => {
    const running = await startDataPlane();
    await running.dataPlane.apply(tableFor(80, { host: 'does-not-exist.invalid', retries: 0 }), HASH);
    expect(await call(running.port)).toMatchObject({ status: 503, body: expect.stringContaining('name resolution failed') as string });
  });
});

/** Heads that could be read in two ways; none may reach an upstream. RFC 9112 §6.3, §3.2. */
const SMUGGLED: readonly (readonly [title: string, head: string])[] = [
  ['both lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nxxxxx'],
  ['an unknown encoding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['chunked that is not last', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nxxxx'],
  ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n'],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n'],
  ['a bare CR in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n'],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['a host that is none', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['a fragment', 'GET /#x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a path above the root', 'GET /../etc HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an escaped NUL', 'GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['encodings in two lines', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a length beyond all numbers', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n'],
  ['a NUL in the host', 'GET http://a%00b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a request behind a refused one', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a chunk size that is none', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
];

describe('upstreams with TLS', () => {
  it.each([
    [null, 200], [false, 200], [true, 502],
  ])('with tls_verify %s, a self-signed certificate: %d', async (verify, status) => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    let name: unknown;
    const upstream = createTlsServer({ cert: certificate, key }, (request, response) => {
      name = (request.socket as TLSSocket & { servername?: unknown }).servername;
      response.end('ok');
    });
    await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      upstream.closeAllConnections();
      upstream.close();
    });
    const running = await startDataPlane();
    const { port } = upstream.address() as AddressInfo;
    expect(
      await running.dataPlane.apply(tableFor(port, { protocol: 'https', host: 'localhost', tls_verify: verify, retries: 0 }), HASH),
    ).toEqual({ applied: true });
    expect((await call(running.port)).status).toBe(status);
    expect(name).toBe(status === 200 ? 'localhost' : undefined);
  });
});

describe('requests that can be read in two ways', () => {
  it.each(SMUGGLED)('%s: refused, the connection closed, the upstream not asked', async (title, head) => {
    let complete = 0;
    const upstream = await startUpstream((request, response) => void request.resume().on('end', () => {
      complete += 1;
      response.end();
    }));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const client = connect(port, '127.0.0.1', () => void client.write(head, 'latin1'));
      client.on('data', (chunk) => {
        text += String(chunk);
      }).on('error', () => resolve(text)).on('close', () => resolve(text));
    });
    // RFC 9112 §6.1: a coding that is not understood.
    const status = title === 'an unknown encoding' ? '501 Not Implemented' : '400 Bad Request';
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(complete).toBe(0);
  });
});

describe('requests behind others on one connection', () => {
  const send = (port: number, bytes: string) => new Promise<string>((resolve) => {
    let text = '';
    const client = connect(port, '127.0.0.1', () => void client.write(bytes, 'latin1'));
    client.on('data', (chunk) => {
      text += String(chunk);
    }).on('close', () => resolve(text));
  });

  it('are refused after the answer to the first, when they are malformed', async () => {
    const upstream = await startUpstream((_request, response) => void setTimeout(() => response.end('first'), 20));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const answers = await send(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET nonsense\r\n\r\n');
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('are dropped when the first said that it is the last', async () => {
    const upstream = await startUpstream((_request, response) => void setTimeout(() => response.end('first'), 20));
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const answers = await send(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });

  it.each([
    ['GET / HTTP/2.0', 505], ['CONNECT a:443 HTTP/1.1', 405], ['TRACE / HTTP/1.1', 405],
  ])('%s is answered with %d', async (line, status) => {
    const { port } = await startDataPlane();
    expect(await send(port, `${line}\r\nHost: a\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('the end of a data plane', () => {
  it('begins with draining: not ready, and everything is served', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const { dataPlane, port, statusPort } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    expect(await call(statusPort, { path: '/status/ready' })).toMatchObject({ status: 200, body: '{"message":"ready"}' });
    dataPlane.drain();
    expect(await call(statusPort, { path: '/status/ready' })).toMatchObject({ status: 503, body: '{"message":"draining"}' });
    expect((await call(port)).body).toBe('ok');
  });

  it('lets requests under way finish, tells clients to close, and takes no new ones', async () => {
    let finish: (() => void) | undefined;
    const upstream = await startUpstream((_request, response) => {
      finish = () => void response.end('done');
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const running = call(port, { headers: { Connection: 'keep-alive' } });
    const finishNow = await eventually('the request is under way', () => finish);
    const closed = dataPlane.close(5_000);
    await expect(call(port)).rejects.toThrow(/ECONNREFUSED/);
    finishNow();
    const { body, headers } = await running;
    expect({ body, connection: headers.connection }).toEqual({ body: 'done', connection: 'close' });
    await closed;
  });

  it('cuts what does not end within the limit', async () => {
    let arrived = false;
    const upstream = await startUpstream(() => {
      arrived = true;
    });
    const { dataPlane, port } = await startDataPlane();
    await dataPlane.apply(tableFor(upstream.port), HASH);
    const running = call(port).catch((error: Error) => error.message);
    await eventually('the request is under way', () => arrived);
    await dataPlane.close(50);
    expect(await running).toMatch(/socket hang up|ECONNRESET/);
    expect(logged.some((line) => line.includes('did not end within 0.05 seconds'))).toBe(true);
  });
});

describe('the status API', () => {
  it('tells why a data plane is not ready, in the order of its start', async () => {
    const { dataPlane, statusPort } = await startDataPlane();
    const ready = async () => (JSON.parse((await call(statusPort, { path: '/status/ready' })).body) as { message: string }).message;
    expect(await ready()).toBe('no configuration available (configuration hash is not initialized)');
    await dataPlane.apply({ _format_version: '3.0' }, '0'.repeat(32));
    expect(await ready()).toBe('no configuration available (empty configuration present)');
    await dataPlane.apply({ _format_version: '3.0', parameters: [{ key: 'cluster_id', value: SERVICE_ID }] }, HASH);
    expect(await ready()).toBe('ready');
  });

  it('shows counters and the hash', async () => {
    const { dataPlane, port, statusPort } = await startDataPlane();
    await dataPlane.apply({ _format_version: '3.0', parameters: [{ key: 'cluster_id', value: SERVICE_ID }] }, HASH);
    await call(port);
    expect(
      JSON.parse((await call(statusPort, { path: '/status' })).body),
    ).toMatchObject({ configuration_hash: HASH, server: { total_requests: 1, connections_accepted: 1 } });
  });

  it.each([
    ['form', 'application/x-www-form-urlencoded', 'status=draining', 204],
    ['JSON', 'application/json', '{"status":"draining"}', 204],
    ['another value', 'application/json', '{"status":"ready"}', 400],
    ['no JSON', 'application/json', '{', 400],
    ['nothing', 'application/json', '', 400],
  ])('takes an order to drain: %s', async (_title, type, body, status) => {
    const { dataPlane, statusPort } = await startDataPlane();
    expect(
      (await call(statusPort, { method: 'POST', path: '/status/ready', headers: { 'Content-Type': type }, body })).status,
    ).toBe(status);
    expect(dataPlane.draining).toBe(status === 204);
  });

  it.each([['GET', '/other', 404], ['DELETE', '/status', 405], ['HEAD', '/status', 200]])('%s %s: %d', async (method, path, status) => {
    const { statusPort } = await startDataPlane();
    expect((await call(statusPort, { method, path })).status).toBe(status);
  });
});

describe('a listener with ssl and http2', () => {
  const connectWith = async (ALPNProtocols: readonly string[], flags: string) => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const { port } = await startDataPlane({
      KONG_PROXY_LISTEN: `127.0.0.1:0 ${flags}`, KONG_SSL_CERT: certificate, KONG_SSL_CERT_KEY: key,
    });
    return connectTls({ host: '127.0.0.1', port, ca: certificate, servername: 'localhost', ALPNProtocols: [...ALPNProtocols] });
  };

  it.each([
    [['h2', 'http/1.1'], 'h2'], [['h2'], 'h2'], [['http/1.1'], 'http/1.1'], [[], false],
  ] as const)('of %j a client gets %s', async (offered, chosen) => {
    const socket = await connectWith(offered, 'http2 ssl');
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(chosen);
    if (chosen !== 'h2') {
      socket.write('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
      const [answer] = await once(socket, 'data') as [Buffer];
      expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 404 /);
    }
    socket.destroy();
  });

  it('without http2 refuses a client that speaks nothing else', async () => {
    const socket = await connectWith(['h2'], 'ssl');
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/no application protocol/);
  });
});

describe('the start of a data plane', () => {
  it('uses the kept configuration, with everything else down', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const first = await startDataPlane({}, true);
    await first.dataPlane.apply(tableFor(upstream.port), HASH);
    await first.dataPlane.close(0);
    const second = await startDataPlane({}, true);
    expect(second.dataPlane.currentHash).toBe(HASH);
    expect((await call(second.port)).body).toBe('ok');
    expect(second.dataPlane.id).toBe(first.dataPlane.id);
  });

  it('goes on without it when the file is broken, with one warning', async () => {
    const first = await startDataPlane({}, true);
    await first.dataPlane.apply(tableFor(80), HASH);
    await first.dataPlane.close(0);
    writeFileSync(join(folder, 'configuration', 'configuration.0'), 'broken');
    logged.length = 0;
    const second = await startDataPlane({}, true);
    expect(second.dataPlane.currentHash).toBe('0'.repeat(32));
    expect(logged.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
  });

  it('says in one line which port is taken', async () => {
    const { port } = await startDataPlane();
    await expect(startDataPlane({ KONG_PROXY_LISTEN: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'address-unavailable', message: expect.stringMatching(
        /^KONG_PROXY_LISTEN: cannot listen on 127\.0\.0\.1:\d+: another process listens there/,
      ) as string,
    });
  });
});
