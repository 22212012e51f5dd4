import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { RequestFacts } from './received-request.ts';
import { readFacts } from './request-facts.ts';

const OPTIONS = { requireHostHeader: false, maxHeaderSize: 65_536 };

let plain: Server;
let tls: Server;
let trusted = false;
let asked: string[] = [];
let read: (facts: ReturnType<typeof readFacts>) => void = () => undefined;

beforeAll(async () => {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
  plain = createServer(OPTIONS);
  tls = createTlsServer({ ...OPTIONS, cert: certificate, key });
  for (const server of [plain, tls]) {
    const take = (request: IncomingMessage) => {
      read(readFacts(request, (address) => {
        asked.push(address);
        return trusted;
      }));
      request.socket.destroy();
    };
    server.on('request', take).on('connect', take).listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});

afterAll(() => {
  plain.close();
  tls.close();
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** What a server reads of a request, sent as bytes. */
async function factsOf(
  request: string, over: 'plain' | 'tls' | 'tls without name' = 'plain', isTrusted = false,
): Promise<ReturnType<typeof readFacts>> {
  trusted = isTrusted;
  asked = [];
  const facts = new Promise<ReturnType<typeof readFacts>>((resolve) => (read = resolve));
  const socket: Socket = over === 'plain' ? connect(portOf(plain), '127.0.0.1')
    : connectTls({ port: portOf(tls), host: '127.0.0.1', rejectUnauthorized: false, ...over === 'tls' && { servername: 'sni.test' } });
  socket.on('error', () => undefined);
  await once(socket, over === 'plain' ? 'connect' : 'secureConnect');
  socket.write(request, 'latin1');
  return facts;
}

const get = (target: string, headers: readonly string[] = ['Host: a.test'], line = 'GET', version = '1.1'): string =>
  [`${line} ${target} HTTP/${version}`, ...headers, '', ''].join('\r\n');

describe('the facts of a request', () => {
  it('are read from its head and its connection', async () => {
    const { path, ...facts } = await factsOf(get('/a%20b/c?x=1?y', ['Host: A.Test'])) as RequestFacts;
    expect(path.path).toBe('/a b/c');
    expect(facts).toEqual({
      rawPath: '/a%20b/c', search: '?x=1?y', scheme: 'http', authority: 'A.Test', host: 'a.test',
      port: portOf(plain), listenerPort: portOf(plain),
      remoteAddress: '127.0.0.1', trusted: false, clientIp: '127.0.0.1',
    });
    expect(asked).toEqual(['127.0.0.1']);
  });

  it('name the scheme and the server name of TLS', async () => {
    expect(await factsOf(get('/'), 'tls')).toMatchObject({ scheme: 'https', sni: 'sni.test', listenerPort: portOf(tls) });
    expect(await factsOf(get('/'), 'tls without name')).not.toHaveProperty('sni');
  });

  it.each([
    ['a.test:8080', 'a.test', 8080], ['A.test:1', 'a.test', 1], [
      'a.test:', 'a.test:', undefined,
    ], ['[::1]:99', '[::1]', 99], ['[::1]', '[::1]', undefined],
    ['a.test.', 'a.test.', undefined], ['a_b-c~!$&\'()*+,;=', 'a_b-c~!$&\'()*+,;=', undefined],
  ])('of Host %s: %s, port %s', async (authority, host, port) => {
    const facts = await factsOf(get('/', [`Host: ${authority}`]));
    if (authority.endsWith(':')) expect(facts).toMatchObject({ status: 400 });
    else expect(facts).toMatchObject({ authority, host, port: port ?? portOf(plain) });
  });

  it.each([
    ['http://b.test/p?q', 'b.test', '/p', '?q'], ['HTTPS://b.test:5', 'b.test', '/', ''], ['http://b.test?q', 'b.test', '/', '?q'],
  ])('of the target %s have its host, not that of the header', async (target, host, rawPath, search) => {
    expect(await factsOf(get(target))).toMatchObject({
      host, rawPath, search, ...host === 'b.test' && target.includes(':5') && { port: 5 },
    });
  });

  it('have no host by HTTP/1.0 without the header', async () => {
    expect(await factsOf(get('/', [], 'GET', '1.0'))).toMatchObject({ host: '', authority: '' });
  });

  it.each<[string, boolean, string[], string]>([
    ['trusted', true, ['X-Real-IP: 192.0.2.7'], '192.0.2.7'],
    ['trusted', true, ['X-Real-IP: 2001:db8::1'], '2001:db8::1'],
    ['trusted', true, ['X-Real-IP: nonsense'], '127.0.0.1'],
    ['trusted', true, [], '127.0.0.1'],
    ['not trusted', false, ['X-Real-IP: 192.0.2.7'], '127.0.0.1'],
  ])('from a proxy that is %s (%s) with %j name the client %s', async (_title, isTrusted, headers, clientIp) => {
    expect(
      await factsOf(get('/', ['Host: a', ...headers]), 'plain', isTrusted),
    ).toMatchObject({ clientIp, trusted: isTrusted, remoteAddress: '127.0.0.1' });
  });
});

describe('a request is refused', () => {
  const bad = { status: 400, message: 'Bad request' };

  it.each<[title: string, request: string, rejection: { status: number; message: string }]>([
    ['a target that is too long', get(`/${'a'.repeat(8_192)}`), { status: 414, message: 'URI too long' }],
    ['TRACE', get('/', ['Host: a'], 'TRACE'), { status: 405, message: 'Method not allowed' }],
    ['CONNECT', get('a:443', ['Host: a'], 'CONNECT'), { status: 405, message: 'Method not allowed' }],
    ['HTTP/2.0 in text', get('/', ['Host: a'], 'GET', '2.0'), { status: 505, message: 'HTTP version not supported' }],
    ['HTTP/0.9', get('/', ['Host: a'], 'GET', '0.9'), { status: 505, message: 'HTTP version not supported' }],
    ['another encoding', get('/', ['Host: a', 'Transfer-Encoding: gzip, chunked'], 'POST'), bad],
    ['chunks by HTTP/1.0', get('/', ['Host: a', 'Transfer-Encoding: chunked'], 'POST', '1.0'), bad],
    ['a length beyond all numbers', get('/', ['Host: a', 'Content-Length: 9007199254740992'], 'POST'), bad],
    ['a target that is no path', get('*', ['Host: a'], 'OPTIONS'), bad],
    ['a fragment', get('/#a'), bad],
    ['two hosts', get('/', ['Host: a', 'Host: a']), bad],
    ['two lines of credentials', get('/', ['Host: a', 'Authorization: x', 'authorization: x']), bad],
    ['two lines of credentials for a proxy', get('/', ['Host: a', 'Proxy-Authorization: x', 'Proxy-Authorization: y']), bad],
    ['two user agents', get('/', ['Host: a', 'User-Agent: x', 'User-Agent: y']), bad],
    ['no host', get('/', []), bad],
    ['an empty host', get('/', ['Host:']), bad],
    ['an empty host by HTTP/1.0', get('/', ['Host:'], 'GET', '1.0'), bad],
    ['an empty host in the target', get('http:///a'), bad],
    ['a host with a path', get('/', ['Host: a/b']), bad],
    ['a host with a space', get('/', ['Host: a b']), bad],
    ['a host with a user', get('/', ['Host: a@b']), bad],
    ['a port that is none', get('/', ['Host: a:b']), bad],
    ['a port of six digits', get('/', ['Host: a:123456']), bad],
    ['a bracket that is open', get('/', ['Host: [::1']), bad],
    ['brackets with more behind', get('/', ['Host: [::1]a']), bad],
    ['a NUL in the host', get('/', ['Host: a%00']), bad],
    ['a path above the root', get('/../a'), bad],
  ])('%s', async (_title, request, rejection) => {
    expect(await factsOf(request)).toEqual(rejection);
  });
});

describe('a request is taken', () => {
  it.each([
    ['a target of the greatest length', get(`/${'a'.repeat(8_191)}`)],
    ['chunks', get('/', ['Host: a', 'Transfer-Encoding: Chunked'], 'POST')],
    ['the greatest length', get('/', ['Host: a', 'Content-Length: 9007199254740991'], 'POST')],
    ['HTTP/1.0', get('/', ['Host: a'], 'GET', '1.0')],
    ['DELETE', get('/', ['Host: a'], 'DELETE')],
  ])('%s', async (_title, request) => {
    expect(await factsOf(request)).not.toHaveProperty('status');
  });
});

it('a path that no route can match, because its bytes are no UTF-8, has no route', async () => {
  expect(await factsOf(get('/%ff'))).toEqual({ status: 404, message: 'no Route matched with those values' });
});
