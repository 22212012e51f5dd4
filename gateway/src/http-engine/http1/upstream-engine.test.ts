/** Requests to upstreams with real sockets: what is sent, what comes of the answer, and of everything that can go wrong between. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { ByteUpstream, headOf, LONG, NotedAnswer, sendsBody, sendSlowly } from '../../../test/fixtures/upstream-calls.ts';
import type { UpstreamPeer } from '../../../test/fixtures/upstream-calls.ts';
import type { UpstreamCall, UpstreamRequestHead, UpstreamRoute, UpstreamTimeouts } from '../messages.ts';
import { createUpstreams } from './upstream-engine.ts';
import type { Http1Upstreams } from './upstream-engine.ts';
import type { Http1UpstreamOptions } from './upstream-pool.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

function engine(options: Partial<Http1UpstreamOptions> = {}): Http1Upstreams {
  const upstreams = createUpstreams({ size: 10, maxRequests: 0, idleTimeoutSeconds: 60, ...options });
  closing.push(() => upstreams.close());
  return upstreams;
}

async function answering(answer: (peer: UpstreamPeer, request: string, index: number) => void): Promise<ByteUpstream> {
  const upstream = await ByteUpstream.answering(answer).start();
  closing.push(() => upstream.close());
  return upstream;
}

interface Sent {
  readonly head?: Partial<UpstreamRequestHead>;
  readonly timeouts?: Partial<UpstreamTimeouts>;
  readonly reader?: NotedAnswer;
}

function start(upstreams: Http1Upstreams, route: UpstreamRoute, { head, timeouts, reader = new NotedAnswer() }: Sent = {}) {
  const call: UpstreamCall = upstreams.send(route, headOf(head), { ...LONG, ...timeouts }, reader);
  return { reader, call };
}

const send = (upstreams: Http1Upstreams, route: UpstreamRoute, sent?: Sent) => start(upstreams, route, sent).reader.over();

/** Sends a request with a body in parts. */
async function sendBody(
  upstreams: Http1Upstreams, route: UpstreamRoute, head: Partial<UpstreamRequestHead>, parts: string[], trailers?: string[],
) {
  const reader = new NotedAnswer();
  let call!: UpstreamCall;
  sendsBody(reader, () => call, parts, trailers);
  ({ call } = start(upstreams, route, { head: { method: 'POST', isRepeatable: false, ...head }, reader }));
  return reader.over();
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => void server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

describe('a request', () => {
  it('is one head, with its connection and framing', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    const got = await send(upstreams, upstream.route, { head: { path: '/a?b', lines: 'Host: b.test\r\nX-A: \xe9\r\n' } });
    expect([got.outcome, got.events]).toEqual(['200 hi', ['ready', 'head', 'part', 'end']]);
    expect(upstream.peers[0]!.received).toBe('GET /a?b HTTP/1.1\r\nHost: b.test\r\nX-A: \xe9\r\nConnection: keep-alive\r\n\r\n');
  });

  it.each<[what: string, head: Partial<UpstreamRequestHead>, parts: string[], trailers: string[] | undefined, expected: string]>([
    ['a body of known length', { body: 5 }, ['he', '', 'llo'], undefined, 'Content-Length: 5\r\n\r\nhello'],
    ['an empty body', { body: 0 }, [], undefined, 'Content-Length: 0\r\n\r\n'],
    ['a body in chunks', { body: 'chunked' }, ['he', '', 'llo'], undefined,
      'Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
    ['no chunk at all', { body: 'chunked' }, [], undefined, 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['trailers', { body: 'chunked' }, ['x'], ['X-Sum', '1'], 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n'],
    ['long parts', { body: 20_000 }, ['a'.repeat(5_000), 'b'.repeat(15_000)], undefined,
      `Content-Length: 20000\r\n\r\n${'a'.repeat(5_000)}${'b'.repeat(15_000)}`],
    ['long chunks', { body: 'chunked' }, ['a'.repeat(5_000)], undefined,
      `Transfer-Encoding: chunked\r\n\r\n1388\r\n${'a'.repeat(5_000)}\r\n0\r\n\r\n`],
  ])('has %s', async (_what, head, parts, trailers, expected) => {
    const upstream = await new ByteUpstream((peer) => {
      if (peer.received.endsWith(expected.slice(-7))) peer.send(OK);
    }).start();
    closing.push(() => upstream.close());
    const upstreams = engine();
    for (let count = 0; count < 2; count += 1) {
      expect((await sendBody(upstreams, upstream.route, head, parts, trailers)).outcome).toBe('200 hi');
    }
    const one = `POST / HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive\r\n${expected}`;
    expect(upstream.peers.map(({ received }) => received)).toEqual([one + one]);
  });

  it('and a small body that is there arrive in one packet', async () => {
    const packets: string[] = [];
    const upstream = await new ByteUpstream((peer) => {
      packets.push(peer.received);
      peer.send(OK);
    }).start();
    closing.push(() => upstream.close());
    await sendBody(engine(), upstream.route, { body: 5 }, ['hello']);
    expect(packets).toHaveLength(1);
    expect(packets[0]).toMatch(/Content-Length: 5\r\n\r\nhello$/);
  });

  it('sends its head at once where its body comes later', async () => {
    const upstream = await new ByteUpstream((peer) => { if (peer.received.endsWith('hello')) peer.send(OK); }).start();
    closing.push(() => upstream.close());
    const { reader, call } = start(engine(), upstream.route, { head: { method: 'POST', body: 5 } });
    await eventually('the head is there', () => upstream.peers[0]?.received.endsWith('\r\n\r\n'));
    call.sendPart(Buffer.from('hello'));
    call.sendEnd();
    expect((await reader.over()).outcome).toBe('200 hi');
  });

  it('takes parts that are overwritten behind the call', async () => {
    const body = Buffer.alloc(1_000_000, 'a');
    const upstream = await new ByteUpstream((peer) => { if (peer.received.endsWith('a')) peer.send(OK); }).start();
    closing.push(() => upstream.close());
    const reader = new NotedAnswer();
    let call!: UpstreamCall;
    reader.onReady = () => {
      call.sendPart(body);
      body.fill('b');
      call.sendEnd();
    };
    ({ call } = start(engine(), upstream.route, { head: { method: 'POST', body: body.length }, reader }));
    await reader.over();
    expect(upstream.peers[0]!.received).not.toContain('b'.repeat(10));
  });

  it.each<[what: string, head: Partial<UpstreamRequestHead>, parts: string[]]>([
    ['longer', { body: 2 }, ['a', 'bc']], ['longer by a part', { body: 2 }, ['ab', 'c']], ['shorter', { body: 3 }, ['ab']],
    ['not empty', { body: 0 }, ['a']], ['there', { body: 'none' }, ['a']],
  ])('whose body is %s against its head is cut', async (_what, head, parts) => {
    const upstream = await answering(() => undefined);
    const got = await sendBody(engine(), upstream.route, head, parts);
    expect(got.problem).toMatchObject({ kind: 'broken', sent: true, isStale: false });
    await eventually('the connection is closed', () => upstream.peers.every(({ isClosed }) => isClosed));
    expect(upstream.peers[0]?.received ?? '').not.toMatch(/bc|abc/);
  });

  it.each(['/a b', '/a\r\nX: y', '/\0', '/\x7f'])('for the path %j is not sent', async (path) => {
    const upstream = await answering((peer) => peer.send(OK));
    const got = await send(engine(), upstream.route, { head: { path } });
    expect(got.problem).toMatchObject({ kind: 'invalid', sent: false });
    expect(upstream.peers).toHaveLength(0);
  });
});

describe('an answer', () => {
  it('comes as a whole where it came in one packet, with its trailers', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n';
    const upstream = await answering((peer) => peer.send(bytes));
    const got = await send(engine(), upstream.route);
    expect(got).toMatchObject({ outcome: '200 hi', trailers: ['X-T', '1'], events: ['ready', 'head', 'part', 'end'] });
    expect(got.answer).toMatchObject({ status: 200, reason: 'OK', contentLength: undefined, hasBody: true });
  });

  it('that ends with its connection is whole, one that is reset is not', async () => {
    const upstream = await answering((peer, request) => {
      if (request.includes('/reset')) {
        peer.send('HTTP/1.1 200 OK\r\n\r\nhi');
        setTimeout(() => peer.socket.resetAndDestroy(), 20);
      } else peer.socket.end('HTTP/1.1 200 OK\r\n\r\nhi');
    });
    expect((await send(engine(), upstream.route)).outcome).toBe('200 hi');
    expect((await send(engine(), upstream.route, { head: { path: '/reset' } })).outcome).toBe('200 hi broken');
  });

  it('is read no further than its reader takes, and goes on from there', async () => {
    const size = 20_000_000;
    let peer!: UpstreamPeer;
    const upstream = await answering((one) => {
      peer = one;
      one.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'a'.repeat(size)}`);
    });
    const upstreams = engine();
    const reader = new NotedAnswer();
    reader.takes = false;
    const { call } = start(upstreams, upstream.route, { reader });
    await eventually('a part came', () => reader.body.length > 0);
    await eventually('the upstream waits', () => peer.socket.writableLength > 0);
    const before = reader.body.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    // One part at most for each time that the reader asks.
    expect(reader.body.length).toBe(before);
    expect(before).toBeLessThanOrEqual(65_536);
    reader.takes = true;
    call.resume();
    expect((await reader.over()).body.length).toBe(size);
    expect(upstreams.stats()).toMatchObject({ open: 1, idle: 1 });
  });

  it('in many chunks that came at once is handed over one by one to a reader that wants so', async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => `2\r\n${String(index).padStart(2, '0')}\r\n`).join('');
    const upstream = await answering((peer, request) => {
      peer.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
      if (request.includes('/close')) peer.socket.end();
    });
    const upstreams = engine();
    for (const path of ['/', '/close', '/']) {
      const reader = new NotedAnswer();
      reader.takes = false;
      const { call } = start(upstreams, upstream.route, { reader, head: { path } });
      for (let part = 1; part <= 50; part += 1) {
        await eventually('another part', () => reader.body.length === 2 * part);
        if (part % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
        expect(reader.body.length).toBe(2 * part);
        call.resume();
      }
      expect((await reader.over()).events.at(-1)).toBe('end');
    }
    await eventually('the connection was used again', () => upstreams.stats().idle === 1);
    // Behind a pause, a kept connection still sees that it is closed.
    for (const { socket } of upstream.peers) socket.destroy();
    await eventually('it is gone', () => upstreams.stats().open === 0);
  });

  it.each<[string, string]>([
    ['HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 'switch'], ['HTTP/1.1 101 S\r\n\r\n', 'switch'],
    ['HTTP/1.1 099 S\r\n\r\n', 'status-line'], ['HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'header-lines'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: cow\r\n\r\nhi', 'transfer-encoding'],
  ])('%j is refused, and counted', async (bytes, reason) => {
    const upstream = await answering((peer) => peer.send(bytes));
    const upstreams = engine();
    const got = await send(upstreams, upstream.route);
    expect(got.problem).toEqual({ kind: 'invalid', sent: true, isStale: false, message: `the upstream's answer is malformed: ${reason}` });
    expect(upstreams.stats()).toMatchObject({ open: 0, refused: { [reason]: 1 } });
    await eventually('the connection is closed', () => upstream.peers[0]!.isClosed);
  });

  it('with broken chunks breaks off behind its head', async () => {
    const upstream = await answering((peer) => peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n'));
    const upstreams = engine();
    expect((await send(upstreams, upstream.route)).outcome).toBe('200 hi invalid');
    expect(upstreams.stats().refused).toEqual({ chunk: 1 });
  });

  it('that breaks off while its reader waits fails at once where it cannot become whole', async () => {
    const cases = [[9, 'end', '200 hi broken'], [9, 'resetAndDestroy', '200 hi broken'], [4, 'end', '200 hiho']] as const;
    for (const [length, how, outcome] of cases) {
      let peer!: UpstreamPeer;
      const upstream = await answering((one) => {
        peer = one;
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhi`);
      });
      const upstreams = engine();
      const reader = new NotedAnswer();
      reader.takes = false;
      const { call } = start(upstreams, upstream.route, { reader });
      await eventually('a part came', () => reader.body === 'hi');
      peer.send('ho');
      await new Promise((resolve) => setTimeout(resolve, 10));
      peer.socket[how]();
      if (length === 4) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(reader.body).toBe('hi');
        call.resume();
      }
      await reader.over();
      expect([reader.outcome, upstreams.stats().open]).toEqual([outcome, 0]);
    }
  });

  it('may come before the body of its request has been sent: then its connection ends with it', async () => {
    const upstream = await answering((peer) => peer.send('HTTP/1.1 413 T\r\nContent-Length: 2\r\n\r\nno'));
    const upstreams = engine();
    const { reader, call } = start(upstreams, upstream.route, { head: { method: 'POST', body: 1_000 } });
    await reader.over();
    expect([reader.outcome, upstreams.stats().open]).toEqual(['413 no', 0]);
    // What is sent behind it has no effect.
    expect(call.sendPart(Buffer.from('x'))).toBe(true);
    call.sendEnd();
    call.abort();
    expect(reader.events.filter((event) => event === 'end' || event === 'fail')).toEqual(['end']);
  });
});

describe('a switch to WebSocket', () => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';

  it('is handed over with what came behind it', async () => {
    const upstream = await answering((peer) => peer.send(`${SWITCH}first`));
    const upstreams = engine();
    const got = await send(upstreams, upstream.route, { head: { upgrade: true } });
    expect(upstream.peers[0]!.received).toContain('\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect([got.answer!.status, got.first, got.events]).toEqual([101, 'first', ['ready', 'upgraded']]);
    let received = '';
    let closed = 0;
    got.stream!.reader = {
      data: (buffer, from, to) => { received += buffer.toString('latin1', from, to); },
      drain: () => undefined, end: () => undefined, close: () => { closed += 1; },
    };
    upstream.peers[0]!.send('second');
    got.stream!.writeText('hello');
    await eventually('both sides talk', () => received === 'second' && upstream.peers[0]!.received.endsWith('hello'));
    expect(upstreams.stats()).toMatchObject({ open: 1, idle: 0 });
    upstream.peers[0]!.socket.destroy();
    await eventually('it is over', () => closed === 1 && upstreams.stats().open === 0);
  });

  it('that is declined is an answer like any other', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    expect((await send(upstreams, upstream.route, { head: { upgrade: true } })).outcome).toBe('200 hi');
    expect(upstreams.stats().idle).toBe(1);
  });

  it('before the request was sent as a whole is refused', async () => {
    const upstream = await answering((peer) => peer.send(SWITCH));
    const { reader } = start(engine(), upstream.route, { head: { method: 'POST', upgrade: true, body: 5 } });
    expect((await reader.over()).outcome).toBe('invalid');
  });
});

describe('a connection that ends at any byte of an answer', () => {
  const ANSWERS: Readonly<Record<string, string>> = {
    length: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    chunks: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n',
    interim: 'HTTP/1.1 103 E\r\n\r\nHTTP/1.1 204 N\r\n\r\n',
  };

  const CASES = Object.keys(ANSWERS).flatMap((name) => [[name, 'closed'], [name, 'reset']]);

  it.each(CASES)('(%s, %s) breaks it, or leaves it whole', async (name, how) => {
    const answer = ANSWERS[name]!;
    const upstream = await answering((peer, request) => {
      const bytes = answer.slice(0, Number(/\/(\d+)/.exec(request)![1]));
      if (how === 'closed') peer.socket.end(bytes, 'latin1');
      // The bytes must be on their way before the reset, which would overtake them.
      else peer.socket.write(bytes, 'latin1', () => setTimeout(() => peer.socket.resetAndDestroy(), 5));
    });
    const upstreams = engine();
    const all = await Promise.all(Array.from({ length: answer.length + 1 }, async (_, count) => {
      const got = await send(upstreams, upstream.route, { head: { path: `/${count}` } });
      return got;
    }));
    const whole = name === 'interim' ? '204 ' : '200 hello';
    all.forEach((got, count) => {
      if (count === answer.length) expect(got.outcome).toBe(whole);
      else {
        expect(got.problem).toMatchObject({ kind: 'broken', sent: true, isStale: false });
        expect('hello'.startsWith(got.body)).toBe(true);
        expect(got.events).not.toContain('end');
      }
    });
    await eventually('all are closed', () => upstreams.stats().open === 0);
  });
});

describe('a kept connection', () => {
  it('serves one request after another, the last one used first', async () => {
    const upstream = await answering((peer) => void setTimeout(() => peer.send(OK), 5));
    const upstreams = engine();
    await Promise.all([send(upstreams, upstream.route), send(upstreams, upstream.route)]);
    expect(upstreams.stats()).toMatchObject({ open: 2, idle: 2, made: 2, reused: 0 });
    for (let count = 0; count < 3; count += 1) await send(upstreams, upstream.route);
    expect(upstream.peers.map(({ received }) => received.split('GET').length - 1).sort()).toEqual([1, 4]);
    expect(upstreams.stats()).toMatchObject({ open: 2, idle: 2, made: 2, reused: 3 });
  });

  it('is used in the very call that ended its last request', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    const second = new NotedAnswer();
    const reader = new NotedAnswer();
    reader.onEnd = () => void start(upstreams, upstream.route, { reader: second });
    start(upstreams, upstream.route, { reader });
    expect((await second.over()).outcome).toBe('200 hi');
    expect(upstream.peers).toHaveLength(1);
  });

  it.each<[maxRequests: number, count: number, expected: number]>([[1, 3, 3], [2, 5, 3], [0, 5, 1]])(
    'with at most %d requests: %d requests take %d connections', async (maxRequests, count, expected) => {
      const upstream = await answering((peer) => peer.send(OK));
      const upstreams = engine({ maxRequests });
      for (let index = 0; index < count; index += 1) await send(upstreams, upstream.route);
      expect(upstream.peers).toHaveLength(expected);
      const kept = maxRequests === 1 ? 0 : 1;
      await eventually('full ones are closed', () => upstream.peers.filter(({ isClosed }) => !isClosed).length === kept);
    });

  it('is closed beyond the size of the pool: the one not used for longest', async () => {
    const waiting: UpstreamPeer[] = [];
    const upstream = await answering((peer) => void waiting.push(peer));
    const upstreams = engine({ size: 2 });
    const calls = [1, 2, 3].map(() => start(upstreams, upstream.route).reader);
    await eventually('all are there', () => waiting.length === 3);
    for (const [index, peer] of waiting.entries()) {
      peer.send(OK);
      await eventually('one more is over', () => calls.filter(({ isOver }) => isOver).length === index + 1);
    }
    await eventually('one is closed', () => waiting[0]!.isClosed);
    expect(upstreams.stats()).toMatchObject({ open: 2, idle: 2 });
  });

  it('is closed when it was idle for too long, or for nearly as long as the upstream says', async () => {
    const upstream = await answering((peer, request) => {
      const [, hint] = /hint=(\d+)/.exec(request) ?? [];
      peer.send(`HTTP/1.1 200 OK\r\n${hint === undefined ? '' : `Keep-Alive: timeout=${hint}\r\n`}Content-Length: 0\r\n\r\n`);
    });
    const short = engine({ idleTimeoutSeconds: 0.05 });
    await send(short, upstream.route);
    await eventually('it is closed', () => upstream.peers[0]!.isClosed);
    const long = engine({ idleTimeoutSeconds: 0 });
    await send(long, upstream.route, { head: { path: '/?hint=1' } });
    expect(long.stats().open).toBe(0);
    await send(long, upstream.route, { head: { path: '/?hint=60' } });
    await send(long, upstream.route);
    expect([long.stats().idle, upstream.peers.length]).toEqual([1, 3]);
  });

  it.each(['Connection: close', 'Connection: keep-alive, close'])('is not kept with %s', async (line) => {
    const upstream = await answering((peer) => peer.send(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 0\r\n\r\n`));
    const upstreams = engine();
    await send(upstreams, upstream.route);
    expect(upstreams.stats().open).toBe(0);
  });

  it('on which the upstream goes on behind its answer is closed: that answers no other request', async () => {
    const upstream = await answering((peer) => peer.send(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`));
    const upstreams = engine();
    for (let count = 0; count < 3; count += 1) expect((await send(upstreams, upstream.route)).outcome).toBe('200 hi');
    expect(upstream.peers).toHaveLength(3);
  });

  it('on which bytes come while it is idle is closed', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    await send(upstreams, upstream.route);
    upstream.peers[0]!.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await eventually('it is closed', () => upstreams.stats().open === 0);
    expect(upstreams.stats().refused).toEqual({ unasked: 1 });
    expect((await send(upstreams, upstream.route)).outcome).toBe('200 hi');
  });

  it('that the upstream closes leaves the pool', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    await send(upstreams, upstream.route);
    upstream.peers[0]!.socket.end();
    await eventually('it is gone', () => upstreams.stats().open === 0);
  });

  it('is not shared between keys', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    await send(upstreams, upstream.route);
    await send(upstreams, { ...upstream.route, key: 'other' });
    expect(upstreams.stats()).toMatchObject({ open: 2, idle: 2, reused: 0 });
  });

  it('found closed is reported as stale: no byte came, so the request may be sent again', async () => {
    const upstream = await answering((peer, _request, index) => {
      if (index === 0) peer.send(OK);
      else peer.socket.destroy();
    });
    const upstreams = engine();
    await send(upstreams, upstream.route);
    expect((await send(upstreams, upstream.route)).problem).toMatchObject({ kind: 'broken', sent: true, isStale: true });
    // A new one that is closed is not stale, nor one that began to answer.
    const mute = await answering((peer) => void peer.socket.destroy());
    expect((await send(upstreams, mute.route)).problem).toMatchObject({ kind: 'broken', isStale: false });
    const half = await answering((peer, _request, index) => {
      if (index === 0) peer.send(OK);
      else peer.socket.end('HTTP');
    });
    await send(upstreams, half.route);
    expect((await send(upstreams, half.route)).problem).toMatchObject({ kind: 'broken', isStale: false });
  });

  it('is not used for a request that must not arrive twice when its close can be read', async () => {
    for (const how of ['end', 'resetAndDestroy'] as const) {
      const upstream = await answering((peer) => peer.send(OK));
      const upstreams = engine();
      await send(upstreams, upstream.route);
      // While the event loop blocks, the close arrives and cannot be seen.
      upstream.peers[0]!.socket[how]();
      const posted = sendBody(upstreams, upstream.route, { body: 2 }, ['ab']);
      expect((await posted).outcome).toBe('200 hi');
      expect(upstream.peers.map(({ received }) => received.split(' ', 1)[0])).toEqual(['GET', 'POST']);
    }
  });

  it('carries nothing of the request that opened it', async () => {
    const upstream = await answering((peer) => peer.send(OK));
    const upstreams = engine();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    for (const name of ['first', 'second']) {
      const reader = new NotedAnswer();
      reader.onHead = () => void seen.push(storage.getStore());
      storage.run(name, () => start(upstreams, upstream.route, { reader }));
      await reader.over();
    }
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe('the number of connections', () => {
  it('is limited: further requests wait, in their order', async () => {
    const peers: [UpstreamPeer, string][] = [];
    const upstream = await answering((peer, request) => void peers.push([peer, /\/\w*/.exec(request)![0]]));
    const upstreams = engine({ maxConnections: 2 });
    const readers = ['/a', '/b', '/c', '/d'].map((path) => start(upstreams, upstream.route, { head: { path } }).reader);
    await eventually('two are there', () => peers.length === 2);
    expect(upstreams.stats()).toMatchObject({ open: 2, waiting: 2 });
    for (let index = 0; index < 4; index += 1) {
      await eventually('it is there', () => peers.length > index);
      peers[index]![0].send(OK);
    }
    await Promise.all(readers.map((reader) => reader.over()));
    expect(peers.map(([, path]) => path).slice(2)).toEqual(['/c', '/d']);
    expect([upstream.peers.length, upstreams.stats().waiting]).toEqual([2, 0]);
  });

  it('makes place for another upstream by closing an idle one, or one that ends', async () => {
    const one = await answering((peer) => void setTimeout(() => peer.send(OK), 10));
    const two = await answering((peer) => peer.send(OK));
    const upstreams = engine({ maxConnections: 1 });
    await send(upstreams, one.route);
    expect((await send(upstreams, two.route)).outcome).toBe('200 hi');
    await eventually('the idle one is closed', () => one.peers[0]!.isClosed);
    const [first, second] = [start(upstreams, one.route).reader, start(upstreams, two.route).reader];
    expect(upstreams.stats().waiting).toBe(1);
    expect([(await first.over()).outcome, (await second.over()).outcome]).toEqual(['200 hi', '200 hi']);
    expect(upstreams.stats()).toMatchObject({ open: 1, idle: 1, waiting: 0 });
  });

  it('is waited for as long as for a connection', async () => {
    const upstream = await answering(() => undefined);
    const upstreams = engine({ maxConnections: 1 });
    const { call } = start(upstreams, upstream.route);
    const late = await send(upstreams, upstream.route, { timeouts: { connectMs: 50 } });
    expect(late.problem).toMatchObject({ kind: 'timeout', sent: false });
    const waiting = start(upstreams, upstream.route);
    waiting.call.abort();
    expect(upstreams.stats().waiting).toBe(0);
    call.abort();
    expect(upstreams.stats().open).toBe(0);
  });
});

describe('a failure', () => {
  it('to connect is one before sending', async () => {
    const port = await closedPort();
    const got = await send(engine(), { key: 'x', ip: '127.0.0.1', port });
    expect(got.problem).toMatchObject({ kind: 'connect', sent: false, isStale: false, message: `connect ECONNREFUSED 127.0.0.1:${port}` });
    expect(got.events).toEqual(['fail']);
  });

  it('to connect in time is one before sending', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
    await new Promise((resolve) => void mute.once('listening', resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    // A TLS handshake is part of it.
    const route = { key: 'x', ip: '127.0.0.1', port: (mute.address() as AddressInfo).port, tls: { rejectUnauthorized: false } };
    expect((await send(engine(), route, { timeouts: { connectMs: 50 } })).problem).toMatchObject({ kind: 'timeout', sent: false });
  });

  it('to answer in time is one after sending, however slowly the answer came before', async () => {
    const upstream = await answering((peer, request) => {
      if (request.includes('/slow')) void sendSlowly(peer, OK.slice(0, 12), 20);
      if (request.includes('/half')) peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi');
    });
    const upstreams = engine();
    for (const [path, outcome] of [['/', 'timeout'], ['/slow', 'timeout'], ['/half', '200 hi timeout']]) {
      const got = await send(upstreams, upstream.route, { head: { path }, timeouts: { readMs: 120 } });
      expect([got.outcome, got.problem!.sent]).toEqual([outcome, true]);
    }
    expect(upstreams.stats().open).toBe(0);
  });

  it('to take the request in time is one after sending', async () => {
    const upstream = createServer((socket) => void socket.pause().on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => void upstream.once('listening', resolve));
    closing.push(() => void upstream.close());
    const route = { key: 'x', ip: '127.0.0.1', port: (upstream.address() as AddressInfo).port };
    const reader = new NotedAnswer();
    let call!: UpstreamCall;
    let took = true;
    reader.onReady = () => {
      took = call.sendPart(Buffer.alloc(64 * 1024 * 1024));
      call.sendEnd();
    };
    ({ call } = start(engine(), route, { head: { method: 'POST', body: 64 * 1024 * 1024 }, timeouts: { writeMs: 50 }, reader }));
    await reader.over();
    expect([took, reader.outcome, reader.problem!.message]).toEqual([false, 'timeout', 'the time to write is over']);
  });

  it('is none where an upstream takes long in pieces, each in time', async () => {
    const upstream = await new ByteUpstream((peer) => {
      peer.socket.pause();
      setTimeout(() => peer.socket.resume(), 4);
      if (peer.received.length > 8_000_000) peer.send(OK);
    }).start();
    closing.push(() => upstream.close());
    const reader = new NotedAnswer();
    let call!: UpstreamCall;
    let rest = 8_000_000;
    const more = () => {
      while (rest > 0) {
        rest -= 1_000_000;
        if (!call.sendPart(Buffer.alloc(1_000_000, 'x'))) break;
      }
      if (rest === 0) call.sendEnd();
    };
    reader.onReady = more;
    reader.drain = () => {
      reader.drains += 1;
      more();
    };
    ({ call } = start(engine(), upstream.route, { head: { method: 'POST', body: 'chunked' }, timeouts: { writeMs: 400 }, reader }));
    expect((await reader.over()).outcome).toBe('200 hi');
    expect(reader.drains).toBeGreaterThan(0);
  });

  it('is none where the reader takes longer than the upstream may', async () => {
    const upstream = await answering((peer) => peer.send(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'a'.repeat(100_000)}`));
    const reader = new NotedAnswer();
    reader.takes = false;
    const { call } = start(engine(), upstream.route, { reader, timeouts: { readMs: 30 } });
    await eventually('a part came', () => reader.body.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    reader.takes = true;
    call.resume();
    expect((await reader.over()).body.length).toBe(100_000);
  });

  it('the time to connect and to write do not run on behind that', async () => {
    const upstream = await answering((peer) => void setTimeout(() => peer.send(OK), 150));
    expect((await send(engine(), upstream.route, { timeouts: { connectMs: 60, writeMs: 60 } })).outcome).toBe('200 hi');
  });

  it('ends a call once: what is aborted hears nothing more', async () => {
    const upstream = await answering((peer) => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi'));
    const upstreams = engine();
    const { reader, call } = start(upstreams, upstream.route);
    await eventually('its head is there', () => reader.body === 'hi');
    call.abort();
    call.abort();
    call.resume();
    expect(upstreams.stats().open).toBe(0);
    const early = start(upstreams, upstream.route);
    early.call.abort();
    const inHead = new NotedAnswer();
    inHead.onHead = () => second.call.abort();
    const second = start(upstreams, upstream.route, { reader: inHead });
    await eventually('the head came', () => inHead.events.includes('head'));
    await eventually('all is closed', () => upstream.peers.every(({ isClosed }) => isClosed));
    expect([reader.events, early.reader.events, inHead.events]).toEqual([['ready', 'head', 'part'], [], ['ready', 'head']]);
  });

  it('comes to all requests when the engine is closed', async () => {
    const upstream = await answering(() => undefined);
    const upstreams = engine({ maxConnections: 1 });
    const readers = [start(upstreams, upstream.route).reader, start(upstreams, upstream.route).reader];
    await eventually('one is there', () => upstream.peers.length === 1);
    upstreams.close();
    for (const reader of readers) expect((await reader.over()).outcome).toBe('broken');
    expect(upstreams.stats()).toMatchObject({ open: 0, waiting: 0 });
  });
});

describe('an answer that has no body, whatever its head says', () => {
  const late = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';

  it.each(['Content-Length: 62', 'Transfer-Encoding: chunked'])('ends the connection where a 204 has %s', async (field) => {
    const upstream = await answering((peer, _request, index) => {
      if (upstream.peers.length > 1) return peer.send(OK);
      // Both are answered by the first connection, if the second request comes on it.
      return peer.send(index === 0 ? `HTTP/1.1 204 No Content\r\n${field}\r\n\r\n` : late);
    });
    const upstreams = engine();
    expect((await send(upstreams, upstream.route)).outcome).toBe('204 ');
    expect((await send(upstreams, upstream.route)).outcome).toBe('200 hi');
    expect([upstream.peers.length, upstreams.stats().reused]).toEqual([2, 0]);
  });

  it.each<[head: string, method: string]>([
    ['HTTP/1.1 200 OK\r\nContent-Length: 62', 'HEAD'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', 'HEAD'],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 62', 'GET'],
    ['HTTP/1.1 204 No Content', 'GET'],
    ['HTTP/1.1 204 No Content', 'HEAD'],
  ])('goes on with the connection: %j to %s', async (head, method) => {
    const upstream = await answering((peer, request) => peer.send(request.startsWith('GET /b') ? OK : `${head}\r\n\r\n`));
    const upstreams = engine();
    expect((await send(upstreams, upstream.route, { head: { method } })).outcome).toMatch(/^(?:200|204|304) $/);
    expect((await send(upstreams, upstream.route, { head: { path: '/b' } })).outcome).toBe('200 hi');
    expect(upstream.peers).toHaveLength(1);
  });

  it('is followed by no other request where a body comes with it', async () => {
    const upstream = await answering((peer) => (
      peer.send(upstream.peers.length > 1 ? OK : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')));
    const upstreams = engine();
    expect((await send(upstreams, upstream.route, { head: { method: 'HEAD' } })).outcome).toBe('200 ');
    expect((await send(upstreams, upstream.route)).outcome).toBe('200 hi');
    expect(upstream.peers).toHaveLength(2);
  });
});
