/** One attempt to open a tunnel, against peers that hang, refuse or answer. Real sockets and TLS; only the limit is on a manual clock. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';

import { freePorts } from '../../../cli/demo/free-ports.ts';
import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalControlPlane } from '../../test/fixtures/minimal-control-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { Secret } from '../base/secret.ts';
import { authorityOf, dial } from './tunnel-dial.ts';
import type { DialFailure, DialOptions } from './tunnel-dial.ts';

let identity: Identity;
let clock: ManualClock;
let cleanUps: (() => unknown)[];

beforeAll(async () => {
  identity = await sharedIdentity();
});

beforeEach(() => {
  clock = new ManualClock();
  cleanUps = [];
});

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** An attempt and what came of it. */
class Attempt {
  readonly opened: { readonly websocket: WebSocket; readonly headers: IncomingHttpHeaders; readonly messages: Buffer[] }[] = [];
  readonly failures: DialFailure[] = [];
  readonly abort: () => void;

  constructor(port: number, options: Partial<DialOptions> = {}) {
    this.abort = dial(
      {
        address: { host: '127.0.0.1', port },
        path: '/v1/outlet?node_id=1',
        trust: { mode: 'shared', identity },
        maxPayloadBytes: 1_000,
        clock,
        ...options,
      },
      {
        opened: (websocket, headers) => {
          const messages: Buffer[] = [];
          websocket.on('message', (data) => void messages.push(data as Buffer));
          websocket.on('error', () => undefined);
          this.opened.push({ websocket, headers, messages });
        },
        failed: (failure) => void this.failures.push(failure),
      },
    );
    cleanUps.push(this.abort);
  }

  async failed(): Promise<DialFailure> {
    return eventually('the attempt fails', () => this.failures[0]);
  }
}

/** A server whose connections do what the handler does, and nothing else. */
async function peer(make: (handler: (socket: Socket) => void) => Server): Promise<{ port: number; sockets: Socket[]; text: () => string }> {
  const sockets: Socket[] = [];
  let text = '';
  const server = make((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => text += chunk.toString('latin1'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    sockets.forEach((socket) => void socket.destroy());
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, text: () => text };
}

const tcpPeer = () => peer((handler) => createServer(handler));
const tlsPeer = () => peer((handler) => createTlsServer({ cert: identity.certificate, key: identity.key.reveal() }, handler));

async function controlPlane(change: (one: MinimalControlPlane) => void = () => undefined): Promise<MinimalControlPlane> {
  const started = await new MinimalControlPlane(identity).start();
  change(started);
  cleanUps.push(() => started.stop());
  return started;
}

/** A port whose queue of connections is full, so that the kernel drops further ones, as a firewall does. */
async function blackHole(): Promise<number> {
  const [port] = await freePorts(1) as [number];
  const script = `require('node:net').createServer().listen({ host: '127.0.0.1', port: ${port}, backlog: 1 }, () => `
    + 'console.log(\'listening\'))';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  // The process no longer accepts; the kernel completes connections until the queue is full.
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  cleanUps.push(() => {
    fillers.forEach((filler) => void filler.destroy());
    child.kill('SIGKILL');
  });
  await eventually('the queue has connections', () => fillers.some(({ readyState }) => readyState === 'open'));
  expect(fillers.some(({ readyState }) => readyState === 'opening')).toBe(true);
  return port;
}

/** The limit ends an attempt at its time and not before. */
async function expectLimit(attempt: Attempt, reason: string): Promise<void> {
  clock.advance(7_999);
  expect(attempt.failures).toEqual([]);
  clock.advance(1);
  expect(attempt.failures).toEqual([{ reason }]);
}

describe('an attempt is given up after 8 seconds', () => {
  it('at an address that does not accept it', async () => {
    const attempt = new Attempt(await blackHole());
    await expectLimit(attempt, 'the TCP connection was not accepted within 8 seconds');
  });

  it('at a peer that accepts it and never speaks TLS', async () => {
    const { port, sockets, text } = await tcpPeer();
    const attempt = new Attempt(port);
    await eventually('the first message of TLS', () => text().length > 0);
    await expectLimit(attempt, 'the TLS handshake did not end within 8 seconds');
    await eventually('the connection is closed', () => sockets[0]!.readableEnded || sockets[0]!.destroyed);
  });

  it('at a peer that speaks TLS and does not answer the upgrade, also when it sends a part of the answer', async () => {
    const { port, sockets, text } = await tlsPeer();
    const attempt = new Attempt(port);
    await eventually('the upgrade request', () => text().includes('\r\n\r\n'));
    sockets[0]!.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n');
    await expectLimit(attempt, 'the WebSocket upgrade was not answered within 8 seconds');
    await eventually('the connection is closed', () => sockets[0]!.readableEnded || sockets[0]!.destroyed);
  });

  it('but not when it has succeeded', async () => {
    const there = await controlPlane();
    const attempt = new Attempt(there.port);
    const { websocket } = await eventually('the tunnel', () => attempt.opened[0]);
    clock.advance(60_000);
    expect(websocket.readyState).toBe(websocket.OPEN);
    expect(attempt.failures).toEqual([]);
  });
});

describe('an attempt fails', () => {
  it('at a port on which nothing listens', async () => {
    const [port] = await freePorts(1) as [number];
    const { reason } = await new Attempt(port).failed();
    expect(reason).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('when the kernel connected it to itself, and leaves the port to the control plane', async () => {
    const [port] = await freePorts(1) as [number];
    const attempt = new Attempt(port, { connect: (address) => connect({ ...address, localAddress: '127.0.0.1', localPort: port }) });
    expect(await attempt.failed()).toEqual({ reason: 'the connection reached its own local port: no control plane listens there' });
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });

  it('when the peer speaks something else than TLS', async () => {
    const { port, sockets } = await tcpPeer();
    const attempt = new Attempt(port);
    (await eventually('a connection', () => sockets[0])).write('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect((await attempt.failed()).reason).toMatch(/wrong version number|packet length/i);
  });

  it('when the peer closes during the TLS handshake', async () => {
    const { port, sockets } = await tcpPeer();
    const attempt = new Attempt(port);
    (await eventually('a connection', () => sockets[0])).end();
    expect((await attempt.failed()).reason).toContain('before secure TLS connection was established');
  });

  it('when its own certificate cannot be read', async () => {
    const { port } = await tcpPeer();
    const attempt = new Attempt(port, {
      trust: { mode: 'shared', identity: { certificate: identity.certificate, key: new Secret('no key') } },
    });
    expect((await attempt.failed()).reason).not.toBe('');
    expect(attempt.failures).toHaveLength(1);
  });

  it('when the peer closes instead of answering', async () => {
    const there = await controlPlane((one) => {
      one.refusal = '';
    });
    expect(await new Attempt(there.port).failed()).toEqual({ reason: 'socket hang up' });
  });

  it.each<[string, string, number | undefined]>([
    ['503 Service Unavailable', '2', 2_000],
    ['429 Too Many Requests', '0.5', 500],
    ['503 Service Unavailable', '120', 120_000],
    ['503 Service Unavailable', '121', 120_000],
    ['503 Service Unavailable', '31536000', 120_000],
    ['503 Service Unavailable', 'Infinity', undefined],
    ['503 Service Unavailable', 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['503 Service Unavailable', '0', undefined],
    ['503 Service Unavailable', '-1', undefined],
    ['500 Internal Server Error', '2', undefined],
    ['404 Not Found', '2', undefined],
  ])('with status %s, and follows Retry-After: %s for %s ms', async (status, value, retryAfterMs) => {
    const there = await controlPlane((one) => {
      one.refusal = `HTTP/1.1 ${status}\r\nRetry-After: ${value}\r\nConnection: close\r\n\r\n`;
    });
    const attempt = new Attempt(there.port);
    const reason = `the control plane answered with status ${status.slice(0, 3)}`;
    expect(await attempt.failed()).toEqual(retryAfterMs === undefined ? { reason } : { reason, retryAfterMs });
    expect(attempt.failures).toHaveLength(1);
  });
});

describe('an attempt succeeds', () => {
  it('with the path, and hands over the headers and the messages that follow at once', async () => {
    const { port, sockets, text } = await tlsPeer();
    const attempt = new Attempt(port);
    await eventually('the upgrade request', () => text().includes('\r\n\r\n'));
    expect(text()).toMatch(/^GET \/v1\/outlet\?node_id=1 HTTP\/1\.1\r\n/);
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(text())![1]!;
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'X-Test: 1',
      `Sec-WebSocket-Accept: ${accept}`,
      '',
      '',
    ];
    sockets[0]!.write(Buffer.concat([Buffer.from(head.join('\r\n')), Buffer.from([0x82, 2, 104, 105])]));
    const { headers, messages } = await eventually('the tunnel', () => attempt.opened[0]);
    expect(headers['x-test']).toBe('1');
    await eventually('the message', () => messages[0]?.toString() === 'hi');
  });

  it('and accepts messages up to the limit only', async () => {
    const there = await controlPlane();
    const attempt = new Attempt(there.port);
    const { websocket, messages } = await eventually('the tunnel', () => attempt.opened[0]);
    const session = await there.session();
    session.send('binary', Buffer.alloc(1_000));
    await eventually('the message', () => messages.length === 1);
    session.send('binary', Buffer.alloc(1_001));
    await eventually('the end', () => websocket.readyState === websocket.CLOSED);
    expect(messages).toHaveLength(1);
  });
});

describe('an attempt that is aborted', () => {
  it('closes its connection, and has no outcome', async () => {
    const [tcp, tls] = [await tcpPeer(), await tlsPeer()];
    const attempts = [new Attempt(tcp.port), new Attempt(tls.port)];
    await eventually('both are under way', () => tcp.text().length > 0 && tls.text().length > 0);
    attempts.forEach(({ abort }) => abort());
    await eventually('both connections are closed', () =>
      [tcp, tls].every(({ sockets }) => sockets[0]!.readableEnded || sockets[0]!.destroyed),
    );
    clock.advance(60_000);
    expect(attempts.map(({ opened, failures }) => [...opened, ...failures])).toEqual([[], []]);
  });
});

it.each([
  ['cp.example', 8005, 'cp.example:8005'],
  ['10.0.0.1', 443, '10.0.0.1:443'],
  ['fd00::1', 8005, '[fd00::1]:8005'],
])('%s and %d are written %s', (host, port, authority) => {
  expect(authorityOf({ host, port })).toBe(authority);
});
