/** Workers and the owner of their counters, joined by messages that take their time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { NodeCounters } from '../../plugin-services/node-counters.ts';
import { LeasedCounters } from './leased-counters.ts';
import { SharedCounters } from './shared-counters.ts';

const MINUTE = 60_000;

/** A message between processes: behind all that the event loop has to do now, and in order. */
const travel = async <T>(value: T): Promise<T> => {
  await new Promise((resolve) => void setImmediate(resolve));
  return value;
};

function node(count: number, maxKnown?: number) {
  const clock = new ManualClock(0);
  const counters = new NodeCounters(clock);
  let questions = 0;
  let isGone = false;
  const workers: LeasedCounters[] = [];
  const shared = new SharedCounters<number>({
    counters,
    now: () => clock.now(),
    workers: () => count,
    recall: async (worker, counter) => {
      await travel(undefined);
      // As a worker does: an answer that came just before is looked at first.
      await travel(undefined);
      return travel(workers[worker]!.recall(counter));
    },
    reopened: async (names) => {
      await travel(undefined);
      await travel(undefined);
      for (const worker of workers) worker.reopen(names);
    },
  });
  for (let worker = 0; worker < count; worker += 1) {
    workers.push(new LeasedCounters({
      take: async (asked) => {
        if (isGone) throw new Error('the other process is gone');
        questions += asked.length;
        await travel(undefined);
        return travel(await shared.take(worker, asked));
      },
      count: async (counter) => travel(shared.get(await travel(counter))),
      add: (changes) => shared.add(changes),
      giveBack: async (changes) => shared.giveBack(await travel(changes)),
    }, () => clock.now(), maxKnown));
  }
  return { clock, counters, shared, workers, questions: () => questions, leave: () => { isGone = true; } };
}

const isIn = (used: readonly number[], limits: readonly number[]) => used.every((count, index) => count < limits[index]!);

describe('counters of several workers', () => {
  it('count exactly where a limit is small, whichever worker a request meets', async () => {
    const { workers } = node(3);
    const seen: number[] = [];
    for (let request = 0; request < 12; request += 1) {
      const [used] = await workers[request % 3]!.take([{ key: 'a', endsAt: MINUTE, limit: 10 }]);
      seen.push(used!);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  it('need few questions far from the limit, and none behind it', async () => {
    const { workers, questions } = node(2);
    const taken = [{ key: 'a', endsAt: MINUTE, limit: 100_000 }];
    for (let request = 0; request < 10_000; request += 1) {
      const used = workers[request % 2]!.take(taken);
      if (used instanceof Promise) await used;
    }
    expect(questions()).toBeLessThan(50);

    const full = [{ key: 'b', endsAt: MINUTE, limit: 1 }];
    await workers[0]!.take(full);
    await workers[0]!.take(full);
    const asked = questions();
    expect(workers[0]!.take(full)).toEqual([1]);
    expect(questions()).toBe(asked);
  });

  it('let exactly as many requests pass as the limit says, or as there are', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3_000 }),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 400 })), { maxLength: 12 }),
      async (count, limit, bursts) => {
        const { workers } = node(count);
        let passed = 0;
        let demand = 0;
        const all: Promise<void>[] = [];
        for (const [worker, requests] of bursts) {
          demand += requests;
          for (let request = 0; request < requests; request += 1) {
            all.push(Promise.resolve(workers[worker % count]!.take([{ key: 'a', endsAt: MINUTE, limit }])).then(([used]) => {
              if (used! < limit) passed += 1;
            }));
          }
          if (worker % 3 === 0) await travel(undefined);
        }
        await Promise.all(all);
        expect(passed).toBe(Math.min(limit, demand));
      },
    ), { numRuns: 60 });
  });

  it('let no request pass more, with two limits at once; a refused one counts nowhere', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 600 }),
      async (count, first, second) => {
        const { workers, shared } = node(count);
        const limits = [first, second];
        const taken = [{ key: 'a', endsAt: MINUTE, limit: first }, { key: 'b', endsAt: 2 * MINUTE, limit: second }];
        let passed = 0;
        await Promise.all(Array.from({ length: 900 }, async (_, request) => {
          if (isIn(await workers[request % count]!.take(taken), limits)) passed += 1;
        }));
        expect(passed).toBeLessThanOrEqual(Math.min(first, second));
        // Requests that came one after another close the gap of those that were refused together.
        for (let turn = 0; turn < 5; turn += 1) await travel(undefined);
        for (let request = 0; request < 60; request += 1) {
          if (isIn(await workers[request % count]!.take(taken), limits)) passed += 1;
        }
        expect(passed).toBe(Math.min(first, second));
        expect(shared.get({ key: 'a', endsAt: MINUTE })).toBeLessThanOrEqual(first);
      },
    ), { numRuns: 40 });
  });

  it('begin again with each window', async () => {
    const { workers, clock } = node(2);
    const takeIn = (endsAt: number) => workers[0]!.take([{ key: 'a', endsAt, limit: 1 }]);
    expect(await takeIn(MINUTE)).toEqual([0]);
    expect(await takeIn(MINUTE)).toEqual([1]);
    clock.advance(MINUTE);
    expect(await takeIn(2 * MINUTE)).toEqual([0]);
    expect(workers[0]!.size).toBe(1);
  });

  it('keep to the limit of the newest configuration', async () => {
    const { workers } = node(2);
    await workers[0]!.take([{ key: 'a', endsAt: MINUTE, limit: 1_000 }]);
    expect(await workers[0]!.take([{ key: 'a', endsAt: MINUTE, limit: 2 }])).toEqual([1]);
    expect(await workers[1]!.take([{ key: 'a', endsAt: MINUTE, limit: 2 }])).toEqual([2]);
    expect(await workers[1]!.take([{ key: 'a', endsAt: MINUTE, limit: 4 }])).toEqual([2]);
  });

  it('count the lease of a worker that has ended as used: never more than the limit', async () => {
    const { workers, shared } = node(2);
    const taken = [{ key: 'a', endsAt: MINUTE, limit: 1_000 }];
    await workers[0]!.take(taken);
    const lease = shared.get({ key: 'a', endsAt: MINUTE }) - 1;
    expect(lease).toBeGreaterThan(0);
    shared.forget(0);
    let passed = 0;
    for (let request = 0; request < 1_500; request += 1) if (isIn(await workers[1]!.take(taken), [1_000])) passed += 1;
    expect(passed).toBe(999 - lease);
  });

  it('give leases back that they forget for others', async () => {
    const { workers, shared } = node(1, 10);
    for (let key = 0; key < 20; key += 1) await workers[0]!.take([{ key: String(key), endsAt: MINUTE, limit: 1_000 }]);
    expect(workers[0]!.size).toBe(10);
    await travel(undefined);
    expect(shared.get({ key: '0', endsAt: MINUTE })).toBe(1);
  });

  it('add without a limit, seen by all workers', async () => {
    const { workers } = node(2);
    workers[0]!.add('a', 2.5, MINUTE);
    expect(await workers[0]!.get('a', MINUTE)).toBe(2.5);
    workers[1]!.add('a', 1, MINUTE);
    expect(await workers[1]!.get('a', MINUTE)).toBe(3.5);
  });

  it('reject where the supervisor is gone; leases go on until they are used up', async () => {
    const { workers, leave } = node(1);
    const taken = [{ key: 'a', endsAt: MINUTE, limit: 1_000 }];
    await workers[0]!.take(taken);
    leave();
    expect(workers[0]!.take(taken)).toEqual([1]);
    await expect(workers[0]!.take([{ key: 'b', endsAt: MINUTE, limit: 1 }])).rejects.toThrow('gone');
  });
});
