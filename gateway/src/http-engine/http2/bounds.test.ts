/** Abuses of HTTP/2: each ends at its bound, with the reason counted, and the next client is served. */
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { block, frame, FrameSocket, http2Client, PREFACE } from '../../../test/fixtures/http2-frames.ts';
import type { Fields } from '../../../test/fixtures/http2-frames.ts';
import { http2Listener } from '../../../test/fixtures/http2-listener.ts';
import type { Http2Listener } from '../../../test/fixtures/http2-listener.ts';
import type { OutgoingAnswer } from '../messages.ts';
import { Allowance } from './bounds.ts';

const CALM = 11;
const GET: Fields = [[':method', 'GET'], [':scheme', 'http'], [':path', '/r'], [':authority', 'bb.test']];
const POST: Fields = [[':method', 'POST'], ...GET.slice(1)];
const END = 0x5;
const OK = Buffer.from('ok');
const RESET = Buffer.of(0, 0, 0, 8);

let listener: Http2Listener | undefined;

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

function streams(count: number, of: (id: number) => readonly Buffer[]): Buffer[] {
  return Array.from({ length: count }, (_, at) => of(at * 2 + 1)).flat();
}

function times(count: number, one: Buffer): Buffer[] {
  return Array.from({ length: count }, () => one);
}

const FLOODS: readonly (readonly [what: string, reason: string, frames: () => readonly Buffer[]])[] = [
  ['Rapid Reset', 'rapid-reset', () => streams(600, (id) => [frame(1, END, id, block(GET)), frame(3, 0, id, RESET)])],
  ['MadeYouReset by window updates of 0', 'rapid-reset',
    () => streams(600, (id) => [frame(1, 0x4, id, block(POST)), frame(8, 0, id, Buffer.alloc(4))])],
  ['MadeYouReset by data behind the end', 'rapid-reset',
    () => streams(600, (id) => [frame(1, END, id, block(POST)), frame(0, 0, id, 'x')])],
  ['MadeYouReset by a window that overflows', 'rapid-reset',
    () => streams(600, (id) => [frame(1, 0x4, id, block(POST)), frame(8, 0, id, Buffer.of(0x7f, 255, 255, 255))])],
  ['a flood of PING', 'control-flood', () => times(3_000, frame(6, 0, 0, '12345678'))],
  ['a flood of SETTINGS', 'control-flood', () => times(3_000, frame(4, 0, 0))],
  ['a flood of PRIORITY', 'control-flood', () => times(3_000, frame(2, 0, 1, Buffer.alloc(5)))],
  ['a flood of unknown frames', 'control-flood', () => times(3_000, frame(99, 0, 0))],
  ['a flood of empty DATA', 'control-flood', () => [frame(1, 0x4, 1, block(POST)), ...times(3_000, frame(0, 0, 1))]],
  ['a flood of WINDOW_UPDATE', 'window-update-flood', () => times(9_000, frame(8, 0, 0, Buffer.of(0, 0, 0, 1)))],
  ['a flood of CONTINUATION', 'continuation-flood', () => [frame(1, 0, 1, block(GET)), ...times(100, frame(9, 0, 1))]],
  ['a header block without an end', 'continuation-flood',
    () => [frame(1, 0, 1, block(GET)), ...times(8, frame(9, 0, 1, Buffer.alloc(16_384)))]],
];

describe('bounds of HTTP/2', () => {
  it.each(FLOODS)('ends %s', async (_, reason, frames) => {
    listener = await http2Listener((request, answer) => {
      // Answers when the body is whole: those of the floods never are.
      if (request.body.isComplete && request.method === 'GET') answer.sendWhole({ status: 200, lines: '', length: 2 }, OK);
    });
    const client = http2Client(listener.port);
    client.send(...frames());
    expect(await client.untilClosed()).toBe(true);
    expect(client.errorOf(-1)).toBe(CALM);
    expect(listener.server.refusals.get(reason)).toBeGreaterThan(0);
    const next = http2Client(listener.port);
    next.send(frame(1, END, 1, block(GET)));
    await next.until(({ type }) => type === 0);
    expect(next.dataOf(1)).toBe('ok');
    next.socket.destroy();
  });

  it('aborts the request behind each reset', async () => {
    const aborted: number[] = [];
    listener = await http2Listener((_, answer) => { answer.onClose = () => void aborted.push(1); });
    const client = http2Client(listener.port);
    client.send(...streams(50, (id) => [frame(1, END, id, block(GET)), frame(3, 0, id, RESET)]), frame(6, 0, 0, '12345678'));
    await client.until(({ type, flags }) => type === 6 && flags === 1);
    expect(aborted).toHaveLength(50);
    client.socket.destroy();
  });

  it('refuses streams beyond the bound, in a way that says they may be repeated', async () => {
    listener = await http2Listener(() => undefined, { bounds: { maxStreams: 3 } });
    const client = http2Client(listener.port);
    client.send(...streams(4, (id) => [frame(1, END, id, block(GET))]));
    const refused = await client.until(({ type }) => type === 3);
    expect(refused).toMatchObject({ id: 7, payload: Buffer.of(0, 0, 0, 7) });
    client.socket.destroy();
  });

  it('ends a stream whose window stays shut', async () => {
    let now = 1;
    const closed: boolean[] = [];
    listener = await http2Listener((_, answer) => {
      answer.onClose = () => void closed.push(answer.isEnded);
      answer.sendWhole({ status: 200, lines: '', length: 2 }, OK);
    }, { now: () => now });
    const client = http2Client(listener.port, Buffer.of(0, 4, 0, 0, 0, 0));
    client.send(frame(1, END, 1, block(GET)));
    await client.until(({ type }) => type === 1);
    expect(client.dataOf(1)).toBe('');
    now += 59_000;
    listener.server.tick();
    expect(closed).toEqual([]);
    now += 2_000;
    listener.server.tick();
    expect(closed).toEqual([true]);
    expect(await client.until(({ type, id }) => type === 3 && id === 1)).toMatchObject({ payload: Buffer.of(0, 0, 0, 8) });
    expect(listener.server.refusals.get('send-timeout')).toBe(1);
    client.socket.destroy();
  });

  it.each([
    ['a preface that does not come', ['PRI * HT']],
    ['SETTINGS that do not come', [PREFACE]],
    ['a header block that does not end', [PREFACE, frame(4, 0, 0), frame(6, 0, 0, '12345678'), frame(1, 0, 1, block(GET))]],
  ])('closes on %s', async (_, parts) => {
    let now = 1;
    listener = await http2Listener(() => undefined, { now: () => now });
    const client = new FrameSocket(connect(listener.port, '127.0.0.1'));
    client.send(...parts);
    // What was sent is read before the clock moves.
    await client.until(({ type }) => type === (parts.length > 2 ? 6 : 4));
    now += 11_000;
    listener.server.tick();
    expect(await client.untilClosed()).toBe(true);
    expect(listener.server.refusals.get('head-timeout')).toBe(1);
  });

  it('ends a request whose body does not come', async () => {
    let now = 1;
    const aborted: string[] = [];
    listener = await http2Listener((request) => {
      request.body.read({ part: () => true, end: () => undefined, abort: () => void aborted.push('aborted') });
    }, { now: () => now });
    const client = http2Client(listener.port);
    client.send(frame(1, 0x4, 1, block(POST)), frame(0, 0, 1, 'x'), frame(6, 0, 0, '12345678'));
    await client.until(({ type, flags }) => type === 6 && flags === 1);
    now += 61_000;
    listener.server.tick();
    expect(aborted).toEqual(['aborted']);
    expect(await client.until(({ type, id }) => type === 3 && id === 1)).toBeDefined();
    client.socket.destroy();
  });

  it('keeps at most a window of a body that the handler does not take', async () => {
    listener = await http2Listener(() => undefined, { bounds: { streamWindowBytes: 65_535 } });
    const client = http2Client(listener.port);
    client.send(frame(1, 0x4, 1, block(POST)), ...times(4, frame(0, 0, 1, Buffer.alloc(16_000))));
    client.send(frame(6, 0, 0, '12345678'));
    await client.until(({ type, flags }) => type === 6 && flags === 1);
    expect(client.frames.some(({ type, id }) => type === 8 && id === 1)).toBe(false);
    client.send(frame(0, 0, 1, Buffer.alloc(16_000)));
    expect(await client.until(({ type, id }) => type === 3 && id === 1)).toMatchObject({ payload: Buffer.of(0, 0, 0, 3) });
    client.socket.destroy();
  });

  it('holds an answer back while the window is shut, and says so to its sender', async () => {
    const answers: OutgoingAnswer[] = [];
    const told: string[] = [];
    listener = await http2Listener((_, answer) => {
      answers.push(answer);
      answer.onDrain = () => void told.push('drain');
      answer.sendHead({ status: 200, lines: '', length: undefined });
    });
    const client = http2Client(listener.port, Buffer.of(0, 4, 0, 0, 0, 10));
    client.send(frame(1, END, 1, block(GET)));
    await client.until(({ type }) => type === 1);
    expect(answers[0]!.part(Buffer.from('0123456789'))).toBe(true);
    expect(answers[0]!.part(Buffer.from('abc'))).toBe(false);
    await client.until(({ type }) => type === 0);
    expect([client.dataOf(1), told]).toEqual(['0123456789', []]);
    client.send(frame(8, 0, 1, Buffer.of(0, 0, 0, 9)));
    await client.until(() => client.dataOf(1).length === 13);
    expect([client.dataOf(1), told]).toEqual(['0123456789abc', ['drain']]);
    client.socket.destroy();
  });

  it('gives the window of a connection back for streams that were reset', async () => {
    listener = await http2Listener(() => undefined, { bounds: { connectionWindowBytes: 131_072 } });
    const client = http2Client(listener.port);
    client.send(...streams(8, (id) => [
      frame(1, 0x4, id, block(POST)), frame(0, 0, id, Buffer.alloc(16_000)), frame(3, 0, id, RESET),
    ]));
    const update = await client.until(({ type, id, payload }) => type === 8 && id === 0 && payload.readUInt32BE(0) > 65_537);
    expect(update).toBeDefined();
    client.socket.destroy();
  });
});

describe('Allowance', () => {
  it('lets a burst through, and then so many each second', () => {
    const allowance = new Allowance({ burst: 3, perSecond: 2 }, 0);
    expect([1, 2, 3, 4].map(() => allowance.take(0))).toEqual([true, true, true, false]);
    const later = new Allowance({ burst: 3, perSecond: 2 }, 0);
    expect([0, 0, 0, 1_000, 1_000, 1_000].map((now) => later.take(now))).toEqual([true, true, true, true, true, false]);
  });
});
