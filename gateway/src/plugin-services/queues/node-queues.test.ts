import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { createLog, SILENT } from '../../base/log.ts';
import type { QueueCounts, QueueLimits, QueueOptions } from '../../plugin-kit/queues.ts';
import { NodeQueues } from './node-queues.ts';

const LIMITS: QueueLimits = {
  maxBatchSize: 1, maxCoalescingDelayMs: 1000, maxEntries: 10_000, maxBytes: undefined, maxRetryTimeMs: 60_000, initialRetryDelayMs: 10,
  maxRetryDelayMs: 60_000, isConcurrent: false,
};

/** A sink that answers what the test says, at once. */
function sinkOf(outcomes: () => boolean | Promise<boolean>) {
  const batches: (readonly number[])[] = [];
  const sink = {
    batches,
    closed: 0,
    send: async (entries: readonly number[]) => {
      batches.push(entries);
      if (!await outcomes()) throw new Error('failed request to sink:1: connection refused');
    },
    close: () => void (sink.closed += 1),
  };
  return sink;
}

function options(
  limits: Partial<QueueLimits>, sink: ReturnType<typeof sinkOf>, given: Partial<QueueOptions<number>> = {},
): QueueOptions<number> {
  return { key: 'k', name: 'logs', limits: { ...LIMITS, ...limits }, log: SILENT, sink: () => sink, ...given };
}

/** Lets promises settle. */
const settle = () => new Promise((resolve) => void setImmediate(resolve));

const lossesOf = ({ lost }: QueueCounts) => Object.values(lost).reduce((sum, count) => sum + count, 0);

describe('queues of a node', () => {
  it('send each entry at once where a batch has one', async () => {
    const sink = sinkOf(() => true);
    const queue = new NodeQueues(new ManualClock()).open(options({}, sink));
    for (const entry of [1, 2, 3]) queue.push(entry, 10);
    await settle();
    expect(sink.batches).toEqual([[1], [2], [3]]);
    expect(queue.counts).toMatchObject({ taken: 3, delivered: 3, pending: 0, pendingBytes: 0 });
  });

  it('send a batch when it is complete, or some time after its first entry', async () => {
    const clock = new ManualClock();
    const sink = sinkOf(() => true);
    const queue = new NodeQueues(clock).open(options({ maxBatchSize: 3 }, sink));
    for (const entry of [1, 2, 3, 4]) queue.push(entry, 10);
    await settle();
    expect(sink.batches).toEqual([[1, 2, 3]]);
    clock.advance(999);
    queue.push(5, 10);
    await settle();
    expect(sink.batches).toHaveLength(1);
    clock.advance(1);
    await settle();
    expect(sink.batches.at(-1)).toEqual([4, 5]);
  });

  it('send the same batch again, after delays that double up to their limit', async () => {
    const clock = new ManualClock();
    const results = [false, false, false, false, true];
    const sink = sinkOf(() => results.shift()!);
    const queue = new NodeQueues(clock).open(options({ maxRetryDelayMs: 30 }, sink));
    queue.push(1, 10);
    queue.push(2, 10);
    await settle();
    for (const delay of [10, 20, 30, 30]) {
      const before = sink.batches.length;
      clock.advance(delay - 1);
      await settle();
      expect(sink.batches).toHaveLength(before);
      clock.advance(1);
      await settle();
      expect(sink.batches.length).toBeGreaterThan(before);
    }
    expect(sink.batches).toEqual([[1], [1], [1], [1], [1], [2]]);
  });

  it('give a batch up after the time for retries, and say so', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push(JSON.parse(line).level + ': ' + JSON.parse(line).message) });
    const sink = sinkOf(() => false);
    const queue = new NodeQueues(clock).open(options({ maxRetryTimeMs: 25 }, sink, { log }));
    queue.push(1, 10);
    await settle();
    for (let at = 0; at < 10; at += 1) {
      clock.advance(10);
      await settle();
    }
    expect(queue.counts).toMatchObject({ taken: 1, delivered: 0, pending: 0, lost: { retries: 1 } });
    expect(lines).toEqual([
      'warn: queue logs: handler could not process entries: failed request to sink:1: connection refused',
      'warn: queue logs: handler could not process entries: failed request to sink:1: connection refused',
      'error: queue logs: could not send entries due to max_retry_time exceeded. 1 queue entries were lost',
    ]);
  });

  it('lose the oldest entries when there are too many, or too many bytes', async () => {
    const never = sinkOf(() => new Promise(() => undefined));
    const queues = new NodeQueues(new ManualClock());
    const few = queues.open(options({ maxEntries: 3 }, never));
    for (let entry = 1; entry <= 6; entry += 1) few.push(entry, 10);
    expect(few.counts).toMatchObject({ taken: 6, pending: 3, lost: { full: 3 } });
    const small = queues.open(options({ maxBytes: 400 }, never, { key: 'small' }));
    for (let entry = 1; entry <= 6; entry += 1) small.push(entry, 100);
    small.push(7, 401);
    expect(small.counts.lost).toMatchObject({ 'too many bytes': 4, 'too large': 1 });
    expect(small.counts.pendingBytes).toBeLessThanOrEqual(400 + 64);
  });

  it('never hold more bytes together than a node may spend', () => {
    const never = sinkOf(() => new Promise(() => undefined));
    const queues = new NodeQueues(new ManualClock(), 10_000);
    const all = Array.from({ length: 4 }, (_, at) => queues.open(options({}, never, { key: String(at) })));
    for (let entry = 0; entry < 1000; entry += 1) all[entry % 4]!.push(entry, 500);
    expect(queues.counts.pendingBytes).toBeLessThanOrEqual(10_000);
    expect(queues.counts.taken).toBe(1000);
    expect(lossesOf(queues.counts) + queues.counts.pending).toBe(1000);
  });

  it('are one for the same key, until its last user is gone', async () => {
    const queues = new NodeQueues(new ManualClock());
    const [first, second] = [sinkOf(() => true), sinkOf(() => true)];
    const a = queues.open(options({ maxBatchSize: 10 }, first));
    const b = queues.open(options({ maxBatchSize: 10 }, second));
    a.push(1, 1);
    b.push(2, 1);
    a.close();
    a.close();
    await settle();
    expect(first.batches).toEqual([]);
    b.close();
    await settle();
    expect(first.batches).toEqual([[1, 2]]);
    expect([first.closed, second.batches]).toEqual([1, []]);
    expect(queues.counts).toMatchObject({ taken: 2, delivered: 2 });
  });

  it('are sent when the node stops, and lost after a limit', async () => {
    const queues = new NodeQueues(new ManualClock());
    const good = sinkOf(() => true);
    const queue = queues.open(options({ maxBatchSize: 10 }, good));
    const stuck = queues.open(options({}, sinkOf(() => new Promise(() => undefined)), { key: 'stuck' }));
    queue.push(1, 1);
    stuck.push(1, 1);
    stuck.push(2, 1);
    await queues.close(20);
    expect(good.batches).toEqual([[1]]);
    await settle();
    expect(stuck.counts).toMatchObject({ pending: 0, pendingBytes: 0, lost: { shutdown: 2 } });
  });

  it('account for every entry, whatever the sink does', async () => {
    await fc.assert(fc.asyncProperty(
      fc.record({
        maxBatchSize: fc.integer({ min: 1, max: 20 }), maxEntries: fc.integer({ min: 1, max: 50 }), isConcurrent: fc.boolean(),
        maxRetryTimeMs: fc.integer({ min: 0, max: 500 }), maxBytes: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
      }),
      fc.infiniteStream(fc.boolean()),
      fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 1000 }), wait: fc.integer({ min: 0, max: 50 }) }), { maxLength: 200 }),
      async (limits, outcomes, pushes) => {
        const clock = new ManualClock();
        const sink = sinkOf(() => outcomes.next().value as boolean);
        const queues = new NodeQueues(clock, 20_000);
        const queue = queues.open(options(limits, sink));
        for (const [at, { bytes, wait }] of pushes.entries()) {
          queue.push(at, bytes);
          clock.advance(wait);
          if (at % 7 === 0) await settle();
          const { counts } = queue;
          expect(counts.delivered + lossesOf(counts) + counts.pending).toBe(at + 1);
          expect(counts.pending).toBeLessThanOrEqual(Math.max(limits.maxEntries, 1));
        }
        const closed = queues.close(1);
        for (let turn = 0; turn < 200; turn += 1) {
          clock.advance(100);
          await settle();
        }
        await closed;
        const { counts } = queue;
        expect(counts.delivered + lossesOf(counts)).toBe(pushes.length);
        expect([counts.pending, counts.pendingBytes]).toEqual([0, 0]);
      },
    ), { numRuns: 30 });
  });
});
