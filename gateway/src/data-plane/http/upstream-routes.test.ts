/** Which requests share connections to upstreams, and what those by TLS verify and present. */
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ask, LocalProxy, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import { ByteUpstream, headOf, LONG, NotedAnswer } from '../../../test/fixtures/upstream-calls.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { SelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import { createUpstreams } from '../../http-engine/http1/upstream-engine.ts';
import type { Service } from '../../model/snapshot.ts';
import { UpstreamRoutes } from './upstream-routes.ts';
import { UpstreamTls } from './upstream-tls.ts';
import type { ServiceTls, UpstreamTlsOptions } from './upstream-tls.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let identity: SelfSignedCertificate;

beforeAll(async () => { identity = await createSelfSignedCertificate({ commonName: 'localhost' }); });

const SERVICE: Service = {
  id: 's', name: null, protocol: 'https', host: '127.0.0.1', port: 80, path: null, retries: 0,
  connectTimeoutMs: 5_000, writeTimeoutMs: 5_000, readTimeoutMs: 5_000, tlsVerify: null, tlsVerifyDepth: null, row: {},
};

interface Asked {
  readonly host?: string;
  readonly tls?: ServiceTls;
}

/** An upstream by TLS, and how requests of services go to it. */
async function start(options: UpstreamTlsOptions = {}) {
  /** Server names and common names of certificates that clients showed. */
  const seen: [name: unknown, client: unknown][] = [];
  const upstream = await ByteUpstream.answering(
    (peer) => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    (onSocket) => createServer({
      cert: identity.certificate, key: identity.key, requestCert: true, rejectUnauthorized: false,
    }, (socket: TLSSocket & { servername?: unknown }) => {
      seen.push([socket.servername, socket.getPeerCertificate().subject?.CN]);
      onSocket(socket);
    }).on('tlsClientError', () => undefined),
  ).start();
  const upstreams = createUpstreams({ size: 10, maxRequests: 0, idleTimeoutSeconds: 60 });
  closing.push(() => upstream.close(), () => upstreams.close());
  const routes = new UpstreamRoutes(new UpstreamTls(options));
  const send = async (service: Partial<Service> = {}, { host = 'localhost:1', tls }: Asked = {}) => {
    const reader = new NotedAnswer();
    const route = routes.of({ ...SERVICE, ...service }, { ip: '127.0.0.1', port: upstream.port, hostname: 'x' }, host, tls);
    upstreams.send(route, headOf({ lines: `Host: ${host}\r\n` }), LONG, reader);
    await reader.over();
    return reader.problem?.kind ?? reader.answer!.status;
  };
  return { upstream, upstreams, send, seen };
}

describe('a connection by TLS', () => {
  it('is verified with tls_verify only, against the given authorities', async () => {
    const { send } = await start();
    expect([await send(), await send({ tlsVerify: false }), await send({ tlsVerify: true })]).toEqual([200, 200, 'connect']);
    const known = await start({ authorities: [identity.certificate] });
    expect(await known.send({ tlsVerify: true })).toBe(200);
    expect(await known.send({ tlsVerify: true }, { host: 'other.test' })).toBe('connect');
    expect(await known.send({ tlsVerify: false }, { host: 'other.test' })).toBe(200);
  });

  it('names the Host, without its port; an address is not named', async () => {
    const { send, seen } = await start();
    for (const host of ['localhost:1', 'b.test', '127.0.0.1:1', '[::1]:1', '1.2.3.4.test']) await send({}, { host });
    // The addresses share one.
    expect(seen.map(([name]) => name)).toEqual(['localhost', 'b.test', false, '1.2.3.4.test']);
  });

  it('is shared only where every setting is the same', async () => {
    const { send, upstreams, seen } = await start({ authorities: [identity.certificate] });
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'client' });
    const different: [Partial<Service>, Asked, client?: string][] = [
      [{}, {}], [{ tlsVerify: true }, {}], [{ tlsVerify: true, tlsVerifyDepth: 3 }, {}], [{}, { host: 'other.test' }],
      [{}, { tls: { key: 'a', identity: { certificate, key } } }, 'client'],
      [{}, { tls: { key: 'b', identity: { certificate: identity.certificate, key: identity.key } } }, 'localhost'],
      [{ tlsVerify: true }, { tls: { key: 'c', authorities: [identity.certificate] } }],
    ];
    for (let round = 0; round < 2; round += 1) for (const [service, asked] of different) expect(await send(service, asked)).toBe(200);
    expect(upstreams.stats()).toMatchObject({ made: different.length, reused: different.length });
    expect(seen.map(([, client]) => client)).toEqual(different.map(([, , client]) => client));
  });

  it('serves the requests of clients one after another', async () => {
    const { upstream } = await start();
    const proxy = await new LocalProxy({ tables: rowsFor(upstream.port, { protocol: 'https' }) }).start();
    closing.push(() => proxy.close());
    for (let count = 0; count < 2; count += 1) expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.peers).toHaveLength(1);
  });
});
