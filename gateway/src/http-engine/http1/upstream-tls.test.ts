/** Connections to upstreams by TLS: verified before a byte is sent, kept, and resumed only where every setting is the same. */
import { createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { ByteUpstream, headOf, LONG, NotedAnswer } from '../../../test/fixtures/upstream-calls.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { SelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { UpstreamTlsOptions } from '../messages.ts';
import { createUpstreams } from './upstream-engine.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let identity: SelfSignedCertificate;

beforeAll(async () => { identity = await createSelfSignedCertificate({ commonName: 'localhost' }); });

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

/** Whether the handshakes resumed a session, in turn. */
let resumed: boolean[];

async function startTls(answer = OK, options: TlsOptions = {}): Promise<ByteUpstream> {
  resumed = [];
  const upstream = await ByteUpstream.answering((peer) => peer.send(answer), (onSocket) => createServer(
    { cert: identity.certificate, key: identity.key, ...options },
    (socket) => {
      resumed.push(socket.isSessionReused());
      onSocket(socket);
    },
  ).on('tlsClientError', () => undefined)).start();
  closing.push(() => upstream.close());
  return upstream;
}

function start(size = 10) {
  const upstreams = createUpstreams({ size, maxRequests: 0, idleTimeoutSeconds: 60 });
  closing.push(() => upstreams.close());
  const send = (upstream: ByteUpstream, tls: UpstreamTlsOptions, key = 'k') => {
    const reader = new NotedAnswer();
    upstreams.send({ ...upstream.route, key, tls }, headOf(), LONG, reader);
    return reader.over();
  };
  return { upstreams, send };
}

describe('a certificate', () => {
  it.each<[what: string, tls: UpstreamTlsOptions, isKnown: boolean, outcome: string]>([
    ['of a known authority', { servername: 'localhost' }, true, '200 hi'],
    ['of an unknown authority', { servername: 'localhost', rejectUnauthorized: true }, false, 'connect'],
    ['for another name', { servername: 'other.test' }, true, 'connect'],
    ['that the route does not accept', { servername: 'localhost', checkServerIdentity: () => new Error('no') }, true, 'connect'],
    ['that is not verified', { servername: 'other.test', rejectUnauthorized: false }, false, '200 hi'],
  ])('%s', async (_what, tls, isKnown, outcome) => {
    const upstream = await startTls();
    const { send } = start();
    const got = await send(upstream, { ...tls, ...isKnown && { ca: [identity.certificate] } });
    expect(got.outcome).toBe(outcome);
    if (outcome === 'connect') {
      expect(got.problem).toMatchObject({ sent: false, isStale: false });
      expect(upstream.peers.map(({ received }) => received).join('')).toBe('');
    }
  });

  it('that cannot be presented is a failure to connect', async () => {
    const upstream = await startTls();
    expect((await start().send(upstream, { cert: 'nonsense', rejectUnauthorized: false })).outcome).toBe('connect');
  });
});

describe('a connection', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('by %s is kept, and read without stopping', async (version) => {
    const body = 'x'.repeat(3_000_000);
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const upstream = await startTls(answer, { minVersion: version, maxVersion: version });
    const { send, upstreams } = start();
    for (let count = 0; count < 3; count += 1) expect((await send(upstream, { rejectUnauthorized: false })).body).toBe(body);
    expect([upstream.peers.length, upstreams.stats()]).toMatchObject([1, { made: 1, reused: 2, idle: 1 }]);
    upstream.peers[0]!.socket.destroy();
    await eventually('its close is seen', () => upstreams.stats().open === 0);
  });

  it('can be paused in the middle of what has come', async () => {
    const body = 'x'.repeat(3_000_000);
    const upstream = await startTls(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    const { upstreams } = start();
    const reader = new NotedAnswer();
    reader.takes = false;
    const call = upstreams.send({ ...upstream.route, tls: { rejectUnauthorized: false } }, headOf(), LONG, reader);
    const again = setInterval(() => call.resume(), 1);
    closing.push(() => clearInterval(again));
    expect((await reader.over()).body).toBe(body);
  });
});

describe('a session', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('of %s is resumed for the same key only', async (version) => {
    const upstream = await startTls(OK, { minVersion: version, maxVersion: version });
    const { send, upstreams } = start(0);
    const once = async (key: string, tls: UpstreamTlsOptions) => {
      const got = await send(upstream, tls, key);
      await eventually('it is closed', () => upstreams.stats().open === 0);
      return got.outcome;
    };
    const loose = { rejectUnauthorized: false, servername: 'localhost' };
    // An unverified session must not spare others the verification.
    expect(await once('loose', loose)).toBe('200 hi');
    expect(await once('loose', loose)).toBe('200 hi');
    expect(await once('strict', { servername: 'localhost' })).toBe('connect');
    expect(await once('verified', { servername: 'localhost', ca: [identity.certificate] })).toBe('200 hi');
    expect(await once('verified', { servername: 'localhost', ca: [identity.certificate] })).toBe('200 hi');
    // The one that was refused may have ended before it was noted.
    expect([resumed.slice(0, 2), resumed.slice(-2)]).toEqual([[false, true], [false, true]]);
    expect(resumed.filter(Boolean)).toHaveLength(2);
  });

  it('of a connection that failed to verify is not kept', async () => {
    const upstream = await startTls(OK, { maxVersion: 'TLSv1.2' });
    const { send } = start(0);
    for (let count = 0; count < 2; count += 1) {
      expect((await send(upstream, { servername: 'other.test', ca: [identity.certificate] })).outcome).toBe('connect');
    }
    expect(resumed).not.toContain(true);
  });
});
