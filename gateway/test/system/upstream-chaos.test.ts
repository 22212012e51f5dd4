/** What becomes of requests when upstreams, names and machines fail: one test for each row of docs/reference/failures.md. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

import packet from 'dns-packet';
import type { DecodedPacket } from 'dns-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import type { Row } from '../../src/model/config-table.ts';
import { withDefaultCertificates } from '../../src/process/default-certificates.ts';
import { readSettings } from '../../src/settings/read.ts';
import { eventually } from '../fixtures/eventually.ts';
import { answerOf, ask, dial, requestOf } from '../fixtures/local-proxy.ts';
import { ByteUpstream, sendSlowly } from '../fixtures/upstream-calls.ts';
import type { UpstreamPeer } from '../fixtures/upstream-calls.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { IMAGE } from './local-topology.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'failures.md');

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let dataPlane: DataPlane;
let proxy: number;
let names: NameServer;
let applied = 0;

beforeAll(async () => {
  names = await new NameServer().start();
  const { settings } = readSettings({
    KONG_PREFIX: temporaryFolder('chaos'), KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', KONG_PROXY_ACCESS_LOG: 'off',
    KONG_DNS_RESOLVER: `127.0.0.1:${names.port}`, KONG_DNS_VALID_TTL: '1', KONG_DNS_ERROR_TTL: '0', KONG_DNS_NOT_FOUND_TTL: '0',
  });
  dataPlane = new DataPlane({ settings: await withDefaultCertificates(settings), log: SILENT, keepsConfiguration: false });
  proxy = (await dataPlane.start()).proxy[0]!.port;
});

afterAll(async () => {
  await dataPlane.close(0);
  await names.close();
});

const id = (kind: string, number = 0): string => `0000000${number}-0000-4000-8000-${kind.padStart(12, '0')}`;

/** Runs one service and a route to it that takes everything. */
async function run(service: Row, more: Readonly<Record<string, readonly Row[]>> = {}): Promise<void> {
  const result = await dataPlane.apply({
    _format_version: '3.0',
    services: [{ id: id('a'), name: 'main', protocol: 'http', host: '127.0.0.1', port: 80, retries: 0, ...service }],
    routes: [{ id: id('b'), name: 'all', paths: ['/'], strip_path: false, service: id('a') }],
    ...more,
  }, (applied += 1).toString(16).padStart(32, '0'));
  if (!result.applied) throw new Error(result.message);
}

/** The same over several targets, which are tried in turn. */
async function runTargets(ports: readonly number[], healthchecks?: Row): Promise<void> {
  await run({ host: 'pool.test', retries: 5 }, {
    upstreams: [{ id: id('c'), name: 'pool.test', ...healthchecks && { healthchecks } }],
    targets: ports.map((port, index) => ({ id: id('d', index), upstream: id('c'), target: `127.0.0.1:${port}`, weight: 100 })),
  });
}

/** An upstream that answers each head of a request. */
async function upstream(answer: (peer: UpstreamPeer, request: string, index: number) => void): Promise<ByteUpstream> {
  const started = await ByteUpstream.answering(answer).start();
  closing.push(() => started.close());
  return started;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

/** A port where connections are accepted, and nothing is ever read or sent. */
async function mutePort(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const OK = answerOf('ok');
const GET = requestOf('GET /');
const POST = requestOf('POST /', ['Connection: close', 'Content-Length: 2'], 'ab');

/** What a client saw: the status, and the body where it is the upstream's; `cut` where it ended early; `none` for no answer. */
function seen(bytes: string): string {
  const [head, ...rest] = bytes.split('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head!)?.[1];
  if (status === undefined) return 'none';
  const body = rest.join('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(head!)?.[1];
  const isWhole = length === undefined ? body.endsWith('0\r\n\r\n') : body.length === Number(length);
  if (!isWhole) return `${status} cut`;
  return Number(status) < 500 ? `${status} ${length === undefined ? 'chunks' : body}` : status;
}

const asked = async (request: string): Promise<string> => seen(await ask(proxy, request));

/** By the first column of the page. */
const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  'refuses connections': async () => {
    const good = await upstream((peer) => peer.send(OK));
    await run({ port: await closedPort(), retries: 2 });
    expect([await asked(GET), await asked(POST)]).toEqual(['502', '502']);
    await runTargets([await closedPort(), good.port]);
    for (let count = 0; count < 4; count += 1) expect([await asked(GET), await asked(POST)]).toEqual(['200 ok', '200 ok']);
  },

  'does not finish a handshake within `connect_timeout`': async () => {
    const good = await upstream((peer) => peer.send(OK));
    await run({ port: await mutePort(), protocol: 'https', connect_timeout: 50, retries: 1 });
    expect([await asked(GET), await asked(POST)]).toEqual(['504', '504']);
    expect(good.peers).toHaveLength(0);
  },

  'closes or resets before its answer begins': async () => {
    for (const how of ['end', 'resetAndDestroy'] as const) {
      const bad = await upstream((peer) => void peer.socket[how]());
      const good = await upstream((peer) => peer.send(OK));
      await run({ port: bad.port });
      expect([await asked(GET), await asked(POST)]).toEqual(['502', '502']);
      await runTargets([bad.port, good.port]);
      const gets = await Promise.all([1, 2, 3, 4].map(() => asked(GET)));
      expect(gets).toEqual(['200 ok', '200 ok', '200 ok', '200 ok']);
      // A POST may have arrived: it is sent once.
      const before = bad.peers.length;
      const posts = [await asked(POST), await asked(POST), await asked(POST), await asked(POST)];
      expect(posts.filter((outcome) => outcome === '502')).toHaveLength(bad.peers.length - before);
      expect(posts.filter((outcome) => outcome === '200 ok').length).toBeGreaterThan(0);
    }
  },

  'closes or resets within its answer, at any byte': async () => {
    const answers = [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ];
    for (const [answer, whole] of [[answers[0]!, '200 hello'], [answers[1]!, '200 chunks']] as const) {
      const bad = await upstream((peer, request) => {
        const [, how, count] = /\/(\w+)\/(\d+)/.exec(request)!;
        const bytes = answer.slice(0, Number(count));
        if (how === 'end') peer.socket.end(bytes, 'latin1');
        else peer.socket.write(bytes, 'latin1', () => setTimeout(() => peer.socket.resetAndDestroy(), 5));
      });
      await run({ port: bad.port });
      const headEnd = answer.indexOf('\r\n\r\n') + 4;
      for (const how of ['end', 'reset']) {
        const outcomes = await Promise.all(Array.from({ length: answer.length }, (_, count) => asked(requestOf(`GET /${how}/${count}`))));
        outcomes.forEach((outcome, count) => expect([count, outcome]).toEqual([count, count < headEnd ? '502' : '200 cut']));
        expect(await asked(requestOf(`GET /${how}/${answer.length}`))).toBe(whole);
      }
    }
  },

  'closes a kept connection': async () => {
    const good = await upstream((peer) => peer.send(OK));
    await run({ port: good.port });
    for (const request of [GET, POST, GET, POST]) {
      expect(await asked(GET)).toBe('200 ok');
      // The close is on its way while the next request comes.
      for (const { socket } of good.peers) socket.destroy();
      expect(await asked(request)).toBe('200 ok');
    }
  },

  'sends nothing for `read_timeout`': async () => {
    const slow = await upstream((peer, request) => {
      if (request.includes('/head')) peer.send('HTTP/1.1 200 OK\r\nX-A');
      if (request.includes('/body')) peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi');
    });
    await run({ port: slow.port, read_timeout: 60 });
    const outcomes = await Promise.all(['/', '/head', '/body'].map((path) => asked(requestOf(`GET ${path}`))));
    expect(outcomes).toEqual(['504', '504', '200 cut']);
    await eventually('the connections are closed', () => slow.peers.every(({ isClosed }) => isClosed));
  },

  'sends its answer slowly, each part within `read_timeout`': async () => {
    const slow = await upstream((peer) => void sendSlowly(peer, OK, 5));
    await run({ port: slow.port, read_timeout: 2_000 });
    expect(await asked(GET)).toBe('200 ok');
  },

  'does not take the request for `write_timeout`': async () => {
    await run({ port: await mutePort(), write_timeout: 100 });
    const body = 'x'.repeat(30_000_000);
    expect(await asked(requestOf('POST /', ['Connection: close', `Content-Length: ${body.length}`], body))).toBe('504');
  },

  'is gone without a close': async () => {
    let isMute = false;
    const half = await upstream((peer) => { if (!isMute) peer.send(OK); });
    await run({ port: half.port, read_timeout: 60 });
    expect(await asked(GET)).toBe('200 ok');
    isMute = true;
    expect(await asked(GET)).toBe('504');
    isMute = false;
    // The dead connection is not used again.
    expect([await asked(GET), half.peers.length]).toEqual(['200 ok', 2]);
  },

  'sends what is no answer': async () => {
    const answers = [
      'HELLO\r\n\r\n', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: cow\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'HTTP/1.1 99 X\r\n\r\n',
    ];
    const bad = await upstream((peer, request) => peer.send(answers[Number(/\/(\d)/.exec(request)![1])]!));
    await run({ port: bad.port, retries: 3 });
    for (const kind of answers.keys()) expect(await asked(requestOf(`GET /${kind}`))).toBe('502');
    // It would not be another one the next time.
    expect(bad.peers.map(({ received }) => received.split('GET').length - 1)).toEqual([1, 1, 1, 1, 1]);
    await eventually('the connections are closed', () => bad.peers.every(({ isClosed }) => isClosed));
  },

  'sends broken chunks': async () => {
    const bad = await upstream((peer) => peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n0\r\n\r\n'));
    await run({ port: bad.port });
    // Its head may not have been sent yet.
    expect(await asked(GET)).toMatch(/^200 cut$|^none$/);
  },

  'switches protocols unasked': async () => {
    const bad = await upstream((peer, request) => {
      const [, protocol] = /\/(\w+) /.exec(request)!;
      peer.send(`HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\n\r\n${OK}`);
    });
    await run({ port: bad.port, retries: 3 });
    expect([await asked(requestOf('GET /websocket')), await asked(requestOf('GET /h2c'))]).toEqual(['502', '502']);
    const asksForIt = [
      'Connection: upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    const client = await dial(proxy);
    closing.push(() => client.socket.destroy());
    client.send(requestOf('GET /h2c', asksForIt));
    await client.sees('HTTP/1.1 502 ');
    expect(bad.peers).toHaveLength(3);
  },

  'sends more than its answer, or unrequested bytes': async () => {
    const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    const bad = await upstream((peer) => peer.send(OK + evil));
    await run({ port: bad.port });
    for (let count = 0; count < 4; count += 1) expect(await asked(GET)).toBe('200 ok');
    const late = await upstream((peer) => {
      peer.send(OK);
      setTimeout(() => peer.send(evil), 10);
    });
    await run({ port: late.port });
    for (let count = 0; count < 3; count += 1) {
      expect(await asked(GET)).toBe('200 ok');
      await eventually('its connection is closed', () => late.peers.at(-1)!.isClosed);
    }
  },

  'sends interim answers': async () => {
    const chatty = await upstream((peer, request) => {
      peer.send('HTTP/1.1 100 Continue\r\n\r\n'.repeat(Number(/\/(\d+)/.exec(request)![1])) + OK);
    });
    await run({ port: chatty.port });
    expect([await asked(requestOf('GET /32')), await asked(requestOf('GET /33'))]).toEqual(['200 ok', '502']);
  },

  'answers before it has got the whole request': async () => {
    const early = await upstream((peer) => peer.send(answerOf('no', [], '413 Content Too Large')));
    await run({ port: early.port });
    const client = await dial(proxy);
    closing.push(() => client.socket.destroy());
    client.send(requestOf('POST /', ['Content-Length: 1000000'], 'x'.repeat(500_000)));
    await client.sees(/^HTTP\/1\.1 413 [^]*no$/);
    // The next one is no part of the body that was not sent.
    expect(await asked(GET)).toBe('413 no');
    expect(early.peers[1]!.received).toMatch(/^GET/);
    // One that closes at once, with the body unread, resets the connection while more of it is on its way.
    const hasty = await upstream((peer) => {
      peer.send(answerOf('no', [], '413 Content Too Large'));
      peer.socket.destroySoon();
    });
    await run({ port: hasty.port });
    for (let count = 0; count < 20; count += 1) {
      const sender = await dial(proxy);
      closing.push(() => sender.socket.destroy());
      sender.send(requestOf('POST /', ['Content-Length: 3000000'], 'x'.repeat(3_000_000)));
      await sender.sees(/^HTTP\/1\.1 413 [^]*no$/);
    }
  },

  'of several targets comes and goes under load': async () => {
    let port = 0;
    const start = async () => {
      const flapping = new ByteUpstream(() => undefined, () => createServer((socket) => {
        socket.on('error', () => undefined).on('data', () => void socket.write(OK));
        sockets.add(socket);
      }));
      await flapping.start(port);
      port = flapping.port;
      return flapping;
    };
    const sockets = new Set<Socket>();
    const steady = await upstream((peer) => peer.send(OK));
    let flapping = await start();
    // Without checks, a retry may be given the failing target's turn again.
    await runTargets([flapping.port, steady.port], {
      passive: { unhealthy: { tcp_failures: 1 } },
      active: { type: 'tcp', timeout: 1, healthy: { interval: 0.03, successes: 1 }, unhealthy: { interval: 0.03, tcp_failures: 1 } },
    });
    const outcomes = new Map<string, number>();
    let isOver = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const outcome = await asked(GET);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    });
    for (let round = 0; round < 10; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const closed = flapping.close();
      for (const socket of sockets) socket.resetAndDestroy();
      sockets.clear();
      await closed;
      await new Promise((resolve) => setTimeout(resolve, 20));
      flapping = await start();
    }
    isOver = true;
    await Promise.all(clients);
    for (const socket of sockets) socket.destroy();
    await flapping.close();
    expect([...outcomes.keys()]).toEqual(['200 ok']);
    expect(steady.peers.length).toBeGreaterThan(0);
  },

  'has a name that is not found': async () => {
    const good = await upstream((peer) => peer.send(OK));
    names.mode = 'answers';
    await run({ host: 'gone.test', port: good.port, retries: 3 });
    expect(await asked(GET)).toBe('503');
    names.mode = 'silent';
    await run({ host: 'unknown.test', port: good.port });
    names.mode = 'fails';
    expect(await asked(GET)).toBe('503');
  },

  'has a name that was found before, and name servers fail': async () => {
    const good = await upstream((peer) => peer.send(OK));
    names.mode = 'answers';
    await run({ host: 'up.test', port: good.port });
    expect(await asked(GET)).toBe('200 ok');
    names.mode = 'fails';
    // Its time to live is a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (let count = 0; count < 3; count += 1) expect(await asked(GET)).toBe('200 ok');
  },

  'has no healthy target': async () => {
    await run({ host: 'pool.test', retries: 3 }, { upstreams: [{ id: id('c'), name: 'pool.test' }] });
    expect(await asked(GET)).toBe('503');
  },

  'cannot be reached because the node has no file descriptors left': () => withoutDescriptors(),
};

/** Answers questions about `up.test`. */
class NameServer {
  mode: 'answers' | 'fails' | 'silent' = 'answers';
  readonly #socket: UdpSocket = createSocket('udp4');
  port = 0;

  async start(): Promise<this> {
    this.#socket.on('message', (bytes, { port, address }) => {
      if (this.mode === 'silent') return;
      const { id: number, questions = [] } = packet.decode(bytes) as DecodedPacket;
      const isKnown = this.mode === 'answers' && questions[0]!.name === 'up.test';
      const code = isKnown ? 0 : this.mode === 'fails' ? 2 : 3;
      const answers = isKnown && questions[0]!.type === 'A' ? [{ type: 'A', name: 'up.test', ttl: 1, data: '127.0.0.1' } as const] : [];
      const flags = packet.RECURSION_DESIRED | code;
      this.#socket.send(packet.encode({ type: 'response', id: number, flags, questions, answers }), port, address);
    });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    this.port = this.#socket.address().port;
    return this;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => void this.#socket.close(() => resolve()));
  }
}

/** Descriptors that a node may have: about twenty are its own. */
const DESCRIPTORS = 64;

/** A node of its own, with few descriptors: clients that all wait take them up, two each. */
async function withoutDescriptors(): Promise<void> {
  const waiting: UpstreamPeer[] = [];
  let answers = false;
  const slow = await upstream((peer) => {
    if (answers) peer.send(OK);
    else waiting.push(peer);
  });
  const port = await closedPort();
  const child = startNode(port, slow.port);
  const serves = async () => child.exitCode !== null || seen(await ask(port, GET).catch(() => '')) === '200 ok';
  answers = true;
  await eventually('the node serves', serves);
  answers = false;
  const ends: string[] = [];
  // One after another, each with its place at the upstream, until there is none for ten of them.
  for (let count = 1; ends.length < 10 && count < 4 * DESCRIPTORS; count += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    let received = '';
    socket.on('data', (chunk: Buffer) => { received += chunk.toString('latin1'); });
    socket.on('close', () => void ends.push(seen(received)));
    socket.write(GET);
    await eventually('the client waits, or was turned away', () => waiting.length + ends.length >= count);
  }
  expect(waiting.length).toBeGreaterThan(5);
  expect(ends.map((outcome) => outcome === '502' || outcome === 'none')).toEqual(Array.from({ length: 10 }, () => true));
  answers = true;
  for (const peer of waiting) peer.send(OK);
  await eventually('all who wait are served', () => ends.length === waiting.length + 10);
  expect(ends.filter((outcome) => outcome === '200 ok')).toHaveLength(waiting.length);
  await eventually('the node serves as before', () => serves());
  expect(child.exitCode).toBeNull();
}

function startNode(port: number, upstreamPort: number): ChildProcess {
  const folder = temporaryFolder('descriptors');
  const configuration = join(folder, 'kong.json');
  writeFileSync(configuration, JSON.stringify({
    _format_version: '3.0',
    services: [{ name: 'up', url: `http://127.0.0.1:${upstreamPort}`, retries: 0, routes: [{ name: 'all', paths: ['/'] }] }],
  }));
  const child = spawn('/bin/sh', ['-c', `ulimit -n ${DESCRIPTORS} && exec "$0" "$1"`, process.execPath, join(IMAGE, 'start.mjs')], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH ?? '', KONG_PREFIX: folder, KONG_DATABASE: 'off', KONG_ADMIN_LISTEN: 'off', KONG_STATUS_LISTEN: 'off',
      KONG_PROXY_LISTEN: `127.0.0.1:${port}`, KONG_PROXY_ACCESS_LOG: 'off', KONG_DECLARATIVE_CONFIG: configuration,
      KONG_NGINX_WORKER_PROCESSES: '1',
    },
  });
  closing.push(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

describe('an upstream that', () => {
  it.each(Object.keys(ROWS))('%s', (row) => ROWS[row]!());
});

it('the page has a row for each of these, and no other', () => {
  const rows = readFileSync(PAGE, 'utf8').split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| An upstream that'));
  expect(rows.map((row) => row.slice(2).split(' | ', 1)[0])).toEqual(Object.keys(ROWS));
});
