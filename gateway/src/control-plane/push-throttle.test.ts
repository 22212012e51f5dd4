/** How many pushes a burst of changes makes, on a clock that is set by hand. */
import { afterEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { PushThrottle } from './push-throttle.ts';

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
    await advance(50 - 1);
    expect(begun).toEqual([]);
    await advance(1_000);
    expect(begun).toEqual([50]);
  });

  it('pushes four times a second while changes keep coming, and the last change too', async () => {
    start();
    for (let ms = 0; ms < 1_000; ms += 1) {
      throttle.request();
      await advance(1);
    }
    await advance(1_000);
    expect(begun).toEqual([0, 1, 2, 3, 4].map((n) => 50 + n * 250).slice(0, begun.length));
    expect(begun.length).toBe(5);
  });

  it('keeps to the interval that it is given', async () => {
    start(undefined, 100);
    throttle.request();
    await advance(50);
    throttle.request();
    await advance(99);
    expect(begun).toEqual([50]);
    await advance(1);
    expect(begun).toEqual([50, 50 + 100]);
  });

  it('settles again after an interval in which nothing changed', async () => {
    start();
    throttle.request();
    await advance(50 + 10 * 250);
    throttle.request();
    await advance(50 - 1);
    expect(begun.length).toBe(1);
    await advance(1);
    expect(begun.length).toBe(2);
  });

  it.each([
    [50, 450], [100, 900], [2_000, 1_000],
  ])('rests in proportion to a push that took %i ms: %i ms', async (durationMs, restMs) => {
    start(() => new Promise<void>((resolve) => void clock.after(durationMs, resolve)));
    throttle.request();
    await advance(50 + durationMs);
    throttle.request();
    await advance(restMs - 1);
    expect(begun).toEqual([50]);
    await advance(1);
    expect(begun).toEqual([50, 50 + durationMs + restMs]);
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
    await advance(50 + 100);
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
    await advance(50 + 10 * 1_000);
    expect(failures.map(String)).toEqual(['Error: left: 1', 'Error: left: 0']);
    expect(begun).toEqual([0, 1, 2].map((n) => 50 + n * 1_000));
  });

  it('waits for the running push when it closes, and begins none after it', async () => {
    let isDone = false;
    start(async () => {
      await new Promise<void>((resolve) => void clock.after(10, resolve));
      isDone = true;
    });
    throttle.request();
    await advance(50);
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
