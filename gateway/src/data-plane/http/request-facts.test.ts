import { describe, expect, it } from 'vitest';

import type { ConnectionTls, IncomingRequest } from '../../http-engine/messages.ts';
import { FakeRequest } from './fake-messages.testing.ts';
import type { RequestFacts } from './received-request.ts';
import { readFacts } from './request-facts.ts';

let asked: string[] = [];

/** What is read of a request. */
function factsOf(request: IncomingRequest, isTrusted = false): ReturnType<typeof readFacts> {
  asked = [];
  return readFacts(request, (address) => {
    asked.push(address);
    return isTrusted;
  });
}

const PORT = 8000;

const get = (
  target: string, headers: readonly string[] = ['Host: a.test'], method = 'GET', version: IncomingRequest['version'] = '1.1',
  tls?: ConnectionTls,
): IncomingRequest => new FakeRequest({ target, headers, method, version, connection: { tls } });

describe('the facts of a request', () => {
  it('are read from its head and its connection', () => {
    const { path, sent: _sent, ...facts } = factsOf(get('/a%20b/c?x=1?y', ['Host: A.Test'])) as RequestFacts;
    expect(path.path).toBe('/a b/c');
    expect(facts).toEqual({
      rawPath: '/a%20b/c', search: '?x=1?y', authority: 'A.Test', host: 'a.test', port: PORT, clientIp: '127.0.0.1',
      connection: {
        scheme: 'http', listenerPort: PORT, localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', remotePort: 40_000, trusted: false,
        sni: undefined, forwarded: { host: undefined, before: '', behind: '' },
      },
    });
    expect(asked).toEqual(['127.0.0.1']);
  });

  it('name the scheme and the server name of TLS', () => {
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', serverName: 'sni.test' };
    expect(factsOf(get('/', ['Host: a'], 'GET', '1.1', tls))).toMatchObject({ connection: { scheme: 'https', sni: 'sni.test' } });
    const nameless = { ...tls, serverName: undefined };
    expect(factsOf(get('/', ['Host: a'], 'GET', '1.1', nameless))).toMatchObject({ connection: { scheme: 'https', sni: undefined } });
  });

  it('of a connection are the same object for each of its requests', () => {
    const first = new FakeRequest({});
    const second = new FakeRequest({ connection: first.connection });
    const of = (request: IncomingRequest) => (factsOf(request) as RequestFacts).connection;
    expect(of(second)).toBe(of(first));
    expect(of(new FakeRequest({}))).not.toBe(of(first));
  });

  it('show an IPv4 address that came in through an IPv6 socket as plain IPv4', () => {
    const request = new FakeRequest({ connection: { remoteAddress: '::ffff:192.0.2.1', localAddress: '::FFFF:10.0.0.1' } });
    expect(factsOf(request)).toMatchObject({ clientIp: '192.0.2.1', connection: { remoteAddress: '192.0.2.1', localAddress: '10.0.0.1' } });
  });

  it.each([
    ['a.test:8080', 'a.test', 8080], ['A.test:1', 'a.test', 1], [
      'a.test:', 'a.test:', undefined,
    ], ['[::1]:99', '[::1]', 99], ['[::1]', '[::1]', undefined],
    ['a.test.', 'a.test.', undefined], ['a_b-c~!$&\'()*+,;=', 'a_b-c~!$&\'()*+,;=', undefined],
  ])('of Host %s: %s, port %s', (authority, host, port) => {
    const facts = factsOf(get('/', [`Host: ${authority}`]));
    if (authority.endsWith(':')) expect(facts).toMatchObject({ status: 400 });
    else expect(facts).toMatchObject({ authority, host, port: port ?? PORT });
  });

  it.each([
    ['http://b.test/p?q', 'b.test', '/p', '?q'], ['HTTPS://b.test:5', 'b.test', '/', ''], ['http://b.test?q', 'b.test', '/', '?q'],
  ])('of the target %s have its host, not that of the header', (target, host, rawPath, search) => {
    expect(factsOf(get(target))).toMatchObject({
      host, rawPath, search, ...host === 'b.test' && target.includes(':5') && { port: 5 },
    });
  });

  it('have no host by HTTP/1.0 without the header', () => {
    expect(factsOf(get('/', [], 'GET', '1.0'))).toMatchObject({ host: '', authority: '' });
  });

  it.each<[string, boolean, string[], string]>([
    ['trusted', true, ['X-Real-IP: 192.0.2.7'], '192.0.2.7'],
    ['trusted', true, ['X-Real-IP: 2001:db8::1'], '2001:db8::1'],
    ['trusted', true, ['X-Real-IP: nonsense'], '127.0.0.1'],
    ['trusted', true, [], '127.0.0.1'],
    ['not trusted', false, ['X-Real-IP: 192.0.2.7'], '127.0.0.1'],
  ])('from a proxy that is %s (%s) with %j name the client %s', (_title, isTrusted, headers, clientIp) => {
    expect(factsOf(get('/', ['Host: a', ...headers]), isTrusted)).toMatchObject({
      clientIp, connection: { trusted: isTrusted, remoteAddress: '127.0.0.1' },
    });
    expect(asked).toEqual(['127.0.0.1']);
  });
});

describe('a request is refused', () => {
  const bad = { status: 400, message: 'Bad request' };
  const badTarget = { ...bad, ignoresAccept: true };

  it.each<[title: string, request: IncomingRequest, rejection: { status: number; message: string; ignoresAccept?: true }]>([
    ['a target that is too long', get(`/${'a'.repeat(8_192)}`), { status: 414, message: 'URI too long', ignoresAccept: true }],
    ['TRACE', get('/', ['Host: a'], 'TRACE'), { status: 405, message: 'Method not allowed' }],
    ['CONNECT', get('a:443', ['Host: a'], 'CONNECT'), { status: 405, message: 'Method not allowed' }],
    ['a target that is no path', get('*', ['Host: a'], 'OPTIONS'), badTarget],
    ['a fragment', get('/#a'), badTarget],
    ['two hosts', get('/', ['Host: a', 'Host: a']), bad],
    ['two lines of credentials', get('/', ['Host: a', 'Authorization: x', 'authorization: x']), bad],
    ['two lines of credentials for a proxy', get('/', ['Host: a', 'Proxy-Authorization: x', 'Proxy-Authorization: y']), bad],
    ['two user agents', get('/', ['Host: a', 'User-Agent: x', 'User-Agent: y']), bad],
    ['no host', get('/', []), bad],
    ['an empty host', get('/', ['Host:']), bad],
    ['an empty host by HTTP/1.0', get('/', ['Host:'], 'GET', '1.0'), bad],
    ['an empty host in the target', get('http:///a'), badTarget],
    ['a host with a path', get('/', ['Host: a/b']), bad],
    ['a host with a space', get('/', ['Host: a b']), bad],
    ['a host with a user', get('/', ['Host: a@b']), bad],
    ['a port that is none', get('/', ['Host: a:b']), bad],
    ['a port of six digits', get('/', ['Host: a:123456']), bad],
    ['a bracket that is open', get('/', ['Host: [::1']), bad],
    ['brackets with more behind', get('/', ['Host: [::1]a']), bad],
    ['a NUL in the host', get('/', ['Host: a%00']), bad],
    ['a path above the root', get('/../a'), badTarget],
  ])('%s', (_title, request, rejection) => {
    expect(factsOf(request)).toEqual(rejection);
  });
});

describe('a request is taken', () => {
  it.each([
    ['a target of the greatest length', get(`/${'a'.repeat(8_191)}`)],
    ['HTTP/1.0', get('/', ['Host: a'], 'GET', '1.0')],
    ['DELETE', get('/', ['Host: a'], 'DELETE')],
  ])('%s', (_title, request) => {
    expect(factsOf(request)).not.toHaveProperty('status');
  });
});

it('a path that no route can match, because its bytes are no UTF-8, has no route', () => {
  expect(factsOf(get('/%ff'))).toEqual({ status: 404, message: 'no Route matched with those values' });
});
