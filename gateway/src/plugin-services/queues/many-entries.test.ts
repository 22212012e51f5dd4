/** A queue over minutes of traffic on a virtual clock. `QUEUE_ENTRIES=1000000` is what `npx projen test:queues` runs. */
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { SILENT } from '../../base/log.ts';
import type { QueueCounts, QueueLimits } from '../../plugin-kit/queues.ts';
import { NodeQueues } from './node-queues.ts';

const ENTRIES = Number(process.env.QUEUE_ENTRIES ?? 20_000);

/** 5,000 a second. */
const PER_MS = 5;

const LIMITS: QueueLimits = {
  maxBatchSize: 200, maxCoalescingDelayMs: 1000, maxEntries: 10_000, maxBytes: undefined, maxRetryTimeMs: 60_000, initialRetryDelayMs: 10,
  maxRetryDelayMs: 60_000, isConcurrent: false,
};

/** Size of one entry of http-log. Bytes. */
const ENTRY_BYTES = 1_500;

interface SinkBehaviour {
  /** How long a batch takes. Virtual milliseconds. */
  readonly latencyMs: number;
  /** Share of batches that fail. */
  readonly failing: number;
  /** Share of the failing ones that the sink has taken all the same: it says 200, and cuts the answer. */
  readonly lying?: number;
}

/** The same numbers in each run. */
function* shares(): Generator<number, never> {
  for (let state = 42; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

const settle = () => new Promise((resolve) => void setImmediate(resolve));

const lossesOf = ({ lost }: QueueCounts): number => Object.values(lost).reduce((sum, count) => sum + count, 0);

async function run({ latencyMs, failing, lying = 0 }: SinkBehaviour, limits: Partial<QueueLimits> = {}) {
  const clock = new ManualClock();
  const random = shares();
  const taken = new Uint8Array(ENTRIES);
  const queues = new NodeQueues(clock);
  const queue = queues.open<number>({
    key: 'many', name: 'many', limits: { ...LIMITS, ...limits }, log: SILENT,
    sink: () => ({
      send: async (entries) => {
        await new Promise<void>((resolve) => void clock.after(latencyMs, resolve));
        const fails = random.next().value < failing;
        if (!fails || random.next().value < lying) for (const entry of entries) taken[entry] = Math.min(taken[entry]! + 1, 200);
        if (fails) throw new Error('failed');
      },
    }),
  });
  let mostPending = 0;
  let mostBytes = 0;
  for (let next = 0; next < ENTRIES;) {
    for (let at = 0; at < PER_MS && next < ENTRIES; at += 1) queue.push(next++, ENTRY_BYTES);
    const { pending, pendingBytes } = queue.counts;
    mostPending = Math.max(mostPending, pending);
    mostBytes = Math.max(mostBytes, pendingBytes);
    clock.advance(1);
    await settle();
  }
  const closed = queues.close(600_000);
  while (queue.counts.pending > 0) {
    clock.advance(50);
    await settle();
  }
  await closed;
  const twice = taken.filter((times) => times > 1).length;
  return { counts: queue.counts, taken: taken.filter((times) => times > 0).length, twice, mostPending, mostBytes };
}

describe(`${ENTRIES} entries at 5,000 a second`, () => {
  it.each<readonly [string, SinkBehaviour, Partial<QueueLimits>]>([
    ['fails with every tenth batch', { latencyMs: 20, failing: 0.1 }, {}],
    ['fails with every tenth batch of one entry', { latencyMs: 1, failing: 0.1 }, { maxBatchSize: 1 }],
    ['takes several batches at once, and fails with every tenth', { latencyMs: 20, failing: 0.1 }, { isConcurrent: true }],
    ['is slower than the traffic', { latencyMs: 500, failing: 0.1 }, {}],
    ['says that it failed when it has taken the batch', { latencyMs: 20, failing: 0.1, lying: 0.5 }, {}],
    ['fails nearly always', { latencyMs: 20, failing: 0.9 }, { maxRetryTimeMs: 200 }],
    ['is slow, and the queue small in bytes', { latencyMs: 200, failing: 0.1 }, { maxBytes: 1_000_000 }],
  ])('to a sink that %s: delivered and lost are all, within bounded memory', async (_what, behaviour, limits) => {
    const { counts, taken, twice, mostPending, mostBytes } = await run(behaviour, limits);
    expect(counts.taken).toBe(ENTRIES);
    expect(counts.delivered + lossesOf(counts)).toBe(ENTRIES);
    // What was given up may have arrived all the same: the sink lied.
    expect(taken).toBeGreaterThanOrEqual(counts.delivered);
    if (behaviour.lying === undefined) expect([taken, twice]).toEqual([counts.delivered, 0]);
    expect(mostPending).toBeLessThanOrEqual(LIMITS.maxEntries);
    expect(mostBytes).toBeLessThanOrEqual(limits.maxBytes ?? LIMITS.maxEntries * (ENTRY_BYTES + 64));
  });
});
