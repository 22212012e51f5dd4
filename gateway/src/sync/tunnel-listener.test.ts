/** A port of the tunnel: who is admitted, what is refused, what ends when. Real TLS. */
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';

import { eventually } from '../../test/fixtures/eventually.ts';
import { MinimalDataPlane, UPGRADE_HEADERS } from '../../test/fixtures/minimal-data-plane.ts';
import type { MinimalDataPlaneOptions } from '../../test/fixtures/minimal-data-plane.ts';
import { Authority, sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog } from '../base/log.ts';
import { peerExpiry } from './trust.ts';
import { TunnelListener } from './tunnel-listener.ts';
import type { TunnelListenerOptions, TunnelPeer } from './tunnel-listener.ts';

const PATH = '/v1/test';
const WHOLE = `${PATH}?node_id=n-1&node_hostname=h-1&node_version=3.9.1`;

let identity: Identity;
let listener: TunnelListener;
let port: number;
let lines: { readonly level: string; readonly message: string }[];
let served: { readonly websocket: WebSocket; readonly peer: TunnelPeer }[];
let ends: number;
let cleanUps: (() => unknown)[];

beforeAll(async () => {
  identity = await sharedIdentity();
});

beforeEach(() => {
  [lines, served, ends, cleanUps] = [[], [], 0, []];
});

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await listener.close();
});

async function start(options: Partial<TunnelListenerOptions> = {}): Promise<void> {
  listener = new TunnelListener({
    trust: { mode: 'shared', identity },
    endpoints: {
      [PATH]: (websocket, peer) => {
        served.push({ websocket, peer });
        websocket.on('error', () => undefined);
        return () => {
          ends += 1;
          websocket.close();
        };
      },
    },
    setting: 'KONG_CLUSTER_LISTEN',
    log: createLog({ level: 'info', write: (line) => void lines.push(JSON.parse(line) as typeof lines[number]) }),
    ...options,
  });
  port = (await listener.listen([{ host: '127.0.0.1', port: 0 }]))[0]!.port;
}

async function connect(options: Partial<MinimalDataPlaneOptions> = {}): Promise<MinimalDataPlane> {
  const dataPlane = await MinimalDataPlane.connect({ port, identity, path: WHOLE, ...options });
  cleanUps.push(() => dataPlane.disconnect());
  return dataPlane.opened();
}

/** A connection with TLS that has not asked for anything. */
async function silent(own = identity): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, cert: own.certificate, key: own.key.reveal() });
  socket.on('error', () => undefined);
  cleanUps.push(() => socket.destroy());
  await once(socket, 'secureConnect');
  // Of TLS 1.3 the client is done first.
  socket.resume();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return socket;
}

const said = (text: string) => lines.filter(({ message }) => message.includes(text));

describe('a data plane', () => {
  it('gets a tunnel, and its endpoint what the handshake says', async () => {
    await start({ headers: { 'X-Test': 'yes' } });
    const dataPlane = await connect();
    expect(dataPlane.status).toBe(101);
    expect(dataPlane.head.filter((line) => /^(X-Test: yes|Date: \w{3}, .* GMT)$/.test(line))).toHaveLength(2);
    expect(served).toHaveLength(1);
    expect(served[0]!.peer).toEqual({
      id: 'n-1',
      hostname: 'h-1',
      version: '3.9.1',
      ip: '127.0.0.1',
      certificateExpiry: expect.any(Number) as number,
    });
    expect(listener.connected).toBe(1);
    dataPlane.disconnect();
    await eventually('it is no longer counted', () => listener.connected === 0);
    expect(lines).toEqual([]);
  });

  it('may leave its hostname out', async () => {
    await start();
    await connect({ path: `${PATH}?node_id=n-1&node_version=3.9.1` });
    expect(served[0]!.peer.hostname).toBe('');
  });

  it('may have a question mark in its query', async () => {
    await start();
    await connect({ path: `${WHOLE}&x=a?b` });
    expect(served[0]!.peer).toMatchObject({ id: 'n-1', version: '3.9.1' });
  });

  it('is not answered when it pings, and may send messages up to the limit', async () => {
    await start({ maxPayloadBytes: 1_000 });
    const dataPlane = await connect();
    const messages: Buffer[] = [];
    served[0]!.websocket.on('message', (data) => void messages.push(data as Buffer));
    dataPlane.send('ping', 'x');
    dataPlane.send('binary', Buffer.alloc(1_000));
    await eventually('the message', () => messages.length === 1);
    expect(dataPlane.framesOf('pong')).toEqual([]);
    dataPlane.send('binary', Buffer.alloc(1_001));
    await dataPlane.ended();
    expect(messages).toHaveLength(1);
  });
});

describe('a request that gets no tunnel', () => {
  it.each([
    ['another path', '/v1/other?node_id=n-1&node_version=3.9.1', 404, undefined],
    ['no node_id', `${PATH}?node_version=3.9.1`, 400, 'refused: node_id is missing in the query'],
    ['an empty node_id', `${PATH}?node_id=&node_version=3.9.1`, 400, 'refused: node_id is missing in the query'],
    ['no node_version', `${PATH}?node_id=n-1`, 400, 'refused: node_version is missing in the query'],
    ['no query', PATH, 400, 'refused: node_id is missing in the query'],
  ])('with %s: %s is answered with %d', async (_, path, status, line) => {
    await start();
    const upgrading = await connect({ path });
    const plain = await connect({ path, headers: [] });
    expect([upgrading.status, plain.status]).toEqual([status, status]);
    await Promise.all([upgrading.ended(), plain.ended()]);
    expect(lines.map(({ level, message }) => [level, message.replace(/^tunnel: \S+ /, '')])).toEqual(
      line === undefined ? [] : [['warn', line]],
    );
    expect(served).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['without an upgrade', []],
    ['for another protocol', UPGRADE_HEADERS.map((line) => line.replace('websocket', 'h2c'))],
    ['for another version', UPGRADE_HEADERS.map((line) => line.replace('Version: 13', 'Version: 12'))],
    ['without a key', UPGRADE_HEADERS.filter((line) => !line.startsWith('Sec-WebSocket-Key'))],
  ])('%s is not answered', async (_, headers) => {
    await start();
    const dataPlane = await connect({ headers });
    await dataPlane.ended();
    expect([dataPlane.status, served.length]).toEqual([undefined, 0]);
  });

  it('by another method is not answered', async () => {
    await start();
    const socket = await silent();
    socket.write([`POST ${WHOLE} HTTP/1.1`, 'Host: x', ...UPGRADE_HEADERS, '', ''].join('\r\n'));
    await once(socket, 'close');
    expect(served).toEqual([]);
  });

  it('that is no HTTP is logged with its address', async () => {
    await start();
    const socket = await silent();
    socket.write('hello\r\n\r\n');
    await once(socket, 'close');
    expect(lines).toMatchObject([
      { level: 'info', message: expect.stringMatching(/^tunnel: 127\.0\.0\.1 sent no request for a tunnel: Parse Error/) as string },
    ]);
  });

  it('for a path that is known to be absent is logged once an address and path', async () => {
    await start({ absent: { '/v2/test': 'use v1' } });
    for (const path of ['/v2/test?node_id=1', '/v2/test', '/v3/test']) expect((await connect({ path })).status).toBe(404);
    expect(lines).toMatchObject([{ level: 'warn', message: 'tunnel: 127.0.0.1 asks for /v2/test, which is not served: use v1' }]);
  });
});

describe('a certificate that is not trusted', () => {
  it('in mode shared ends the connection without an answer', async () => {
    await start();
    const [none, wrong] = [await connect({ identity: undefined }), await connect({ identity: await sharedIdentity(), headers: [] })];
    await Promise.all([none.ended(), wrong.ended()]);
    expect([none.status, wrong.status]).toEqual([undefined, undefined]);
    expect(lines.map(({ message }) => message)).toEqual([
      'tunnel: 127.0.0.1 refused: no client certificate', 'tunnel: 127.0.0.1 refused: client certificate not trusted',
    ]);
  });

  it('in mode pki is answered with the reason', async () => {
    const authority = await Authority.create('authority');
    await start({ trust: { mode: 'pki', identity: await authority.issue('cp.example'), authorities: authority.certificate } });
    const [none, wrong] = [await connect({ identity: undefined }), await connect()];
    await Promise.all([none.ended(), wrong.ended()]);
    expect([none, wrong].map(({ status, body }) => [status, /<title>(.*)<\/title>/.exec(body)?.[1]])).toEqual([
      [400, '400 No required SSL certificate was sent'], [400, '400 The SSL certificate error'],
    ]);
  });
});

describe('after a renewal of certificates', () => {
  it('connections that have not asked for anything are closed, whatever they showed, and trusted tunnels stay', async () => {
    await start();
    const tunnel = await connect();
    const half = await silent();
    listener.renew({ mode: 'shared', identity });
    await once(half, 'close');
    expect(listener.connected).toBe(1);
    tunnel.send('ping', 'x');
    await once(served[0]!.websocket, 'ping');
    // The limit for silent connections logs what it closes.
    expect([ends, lines]).toEqual([0, []]);
  });

  it('tunnels that are not trusted any more are ended by their endpoint, and new ones are judged by the new rules', async () => {
    const other = await sharedIdentity();
    await start();
    const before = await connect();
    listener.renew({ mode: 'shared', identity: other });
    await before.ended();
    expect(ends).toBe(1);
    expect(said('tunnel: 127.0.0.1 closed: its certificate is not trusted any more')).toHaveLength(1);
    const [refused, admitted] = [await connect(), await connect({ identity: other })];
    await refused.ended();
    expect([refused.status, admitted.status]).toEqual([undefined, 101]);
    expect(admitted.tls.getPeerX509Certificate()!.toString().trim()).toBe(other.certificate.trim());
  });
});

describe('closing', () => {
  it('ends tunnels by their endpoints', async () => {
    await start();
    const dataPlane = await connect();
    await listener.close();
    await dataPlane.ended();
    expect([ends, dataPlane.framesOf('close').length, listener.connected]).toEqual([1, 1, 0]);
  });

  it('does not wait for connections that say nothing', async () => {
    await start();
    const half = await silent();
    const closed = once(half, 'close');
    await listener.close();
    await closed;
  });
});

describe('a connection that does not become a tunnel within 8 seconds', () => {
  it('is closed and logged with its address: without TLS, without a request, and with a part of one', async () => {
    await start();
    const plain = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    plain.resume();
    cleanUps.push(() => plain.destroy());
    const [without, part] = [await silent(), await silent()];
    part.write('GET / HTTP/1.1\r\n');
    await Promise.all([plain, without, part].map((socket) => once(socket, 'close')));
    expect(said('tunnel: TLS handshake with 127.0.0.1 failed')).toHaveLength(1);
    expect(said('tunnel: 127.0.0.1 sent no request for a tunnel: Request timeout')).toHaveLength(2);
  });
});

it('an address that is taken is reported with the setting', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  await start();
  const taken = (server.address() as AddressInfo).port;
  await expect(listener.listen([{ host: '127.0.0.1', port: taken }])).rejects.toThrow(
    `KONG_CLUSTER_LISTEN: cannot listen on 127.0.0.1:${taken}`,
  );
});

it('the expiry of a peer is that of its certificate', async () => {
  await start();
  const dataPlane = await connect();
  const server = peerExpiry(dataPlane.tls)!;
  expect(served[0]!.peer.certificateExpiry).toBe(server);
});
