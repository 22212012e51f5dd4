import { afterEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MAX_REST_MS, PUSH_INTERVAL_MS, PushThrottle, RETRY_MS, SETTLE_MS } from './push-throttle.ts';

/** Lets everything run that needs no clock. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the throttle of pushes', () => {
  const clock = new ManualClock();
  let begun: number[] = [];
  const failures: unknown[] = [];
  let throttle: PushThrottle;
  let startedAt = 0;
  const start = (push: () => Promise<void> = async () => undefined, intervalMs?: number) => {
    begun = [];
    failures.length = 0;
    startedAt = clock.now();
    throttle = new PushThrottle({
      clock,
      intervalMs,
      failed: (error) => failures.push(error),
      push: () => {
        begun.push(clock.now() - startedAt);
        return push();
      },
    });
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1) {
      clock.advance(1);
      await settled();
    }
  };
  afterEach(() => throttle.close());

  it('makes one push of a burst, when it has settled', async () => {
    start();
    for (let n = 0; n < 100; n += 1) throttle.request();
    await advance(SETTLE_MS - 1);
    expect(begun).toEqual([]);
    await advance(1_000);
    expect(begun).toEqual([SETTLE_MS]);
  });

  it('pushes four times a second while changes keep coming, and the last change too', async () => {
    start();
    for (let ms = 0; ms < 1_000; ms += 1) {
      throttle.request();
      await advance(1);
    }
    await advance(1_000);
    expect(begun).toEqual([0, 1, 2, 3, 4].map((n) => SETTLE_MS + n * PUSH_INTERVAL_MS).slice(0, begun.length));
    expect(begun.length).toBe(5);
  });

  it('keeps to the interval that it is given', async () => {
    start(undefined, 100);
    throttle.request();
    await advance(SETTLE_MS);
    throttle.request();
    await advance(99);
    expect(begun).toEqual([SETTLE_MS]);
    await advance(1);
    expect(begun).toEqual([SETTLE_MS, SETTLE_MS + 100]);
  });

  it('settles again after an interval in which nothing changed', async () => {
    start();
    throttle.request();
    await advance(SETTLE_MS + 10 * PUSH_INTERVAL_MS);
    throttle.request();
    await advance(SETTLE_MS - 1);
    expect(begun.length).toBe(1);
    await advance(1);
    expect(begun.length).toBe(2);
  });

  it.each([
    [100, 300], [200, 600], [2_000, MAX_REST_MS],
  ])('rests in proportion to a push that took %i ms: %i ms', async (durationMs, restMs) => {
    start(() => new Promise<void>((resolve) => void clock.after(durationMs, resolve)));
    throttle.request();
    await advance(SETTLE_MS + durationMs);
    throttle.request();
    await advance(restMs - 1);
    expect(begun).toEqual([SETTLE_MS]);
    await advance(1);
    expect(begun).toEqual([SETTLE_MS, SETTLE_MS + durationMs + restMs]);
    await advance(durationMs);
  });

  it('runs one push at a time, and once more for what changed meanwhile', async () => {
    let running = 0;
    let most = 0;
    start(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => void clock.after(300, resolve));
      running -= 1;
    });
    throttle.request();
    await advance(SETTLE_MS + 100);
    throttle.request();
    throttle.request();
    await advance(5_000);
    expect([most, begun.length]).toEqual([1, 2]);
  });

  it('reports a push that failed and tries again until it succeeds', async () => {
    let left = 2;
    start(async () => {
      left -= 1;
      if (left >= 0) throw new Error(`left: ${left}`);
    });
    throttle.request();
    await advance(SETTLE_MS + 10 * RETRY_MS);
    expect(failures.map(String)).toEqual(['Error: left: 1', 'Error: left: 0']);
    expect(begun).toEqual([0, 1, 2].map((n) => SETTLE_MS + n * RETRY_MS));
  });

  it('waits for the running push when it closes, and begins none after it', async () => {
    let isDone = false;
    start(async () => {
      await new Promise<void>((resolve) => void clock.after(10, resolve));
      isDone = true;
    });
    throttle.request();
    await advance(SETTLE_MS);
    throttle.request();
    const closed = throttle.close();
    await advance(10);
    await closed;
    throttle.request();
    await advance(5_000);
    expect([isDone, begun.length]).toEqual([true, 1]);
  });

  it('drops a push that is scheduled when it closes', async () => {
    start();
    throttle.request();
    await throttle.close();
    await advance(5_000);
    expect(begun).toEqual([]);
  });
});
