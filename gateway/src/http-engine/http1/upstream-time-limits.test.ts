import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Limited, TimeLimits } from './upstream-time-limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Notes when its limit was over. */
class Noted extends Limited {
  readonly over: number[] = [];

  expire(): void {
    this.over.push(performance.now());
  }
}

describe('a limit', () => {
  const duration = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 20_000, max: 100_000 }));
  const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 500 }), which: fc.nat(3), ms: fc.option(duration) }), {
    maxLength: 20,
  });

  it('is over once, not before its time and not much later, whatever was set before', () => {
    fc.assert(fc.property(steps, (all) => {
      const limits = new TimeLimits();
      const things = [new Noted(), new Noted(), new Noted(), new Noted()];
      const due: (number | undefined)[] = [];
      const expected: number[][] = [[], [], [], []];
      const settle = () => due.forEach((at, which) => {
        if (at === undefined || things[which]!.over.length === expected[which]!.length) return;
        expected[which]!.push(at);
        due[which] = undefined;
      });
      for (const { wait, which, ms } of all) {
        vi.advanceTimersByTime(wait);
        settle();
        if (ms === null) limits.clear(things[which]!);
        else limits.set(things[which]!, ms);
        due[which] = ms === null ? undefined : performance.now() + ms;
      }
      vi.advanceTimersByTime(150_000);
      settle();
      expect(due.filter((at) => at !== undefined)).toEqual([]);
      things.forEach(({ over }, which) => over.forEach((at, index) => {
        // The clock of the wheel is a tick behind at most; it is rounded up by one, and looked at once a tick.
        expect(at - expected[which]![index]!).toBeGreaterThanOrEqual(0);
        expect(at - expected[which]![index]!).toBeLessThanOrEqual(75);
      }));
      expect(vi.getTimerCount()).toBe(0);
    }), { numRuns: 60 });
  });

  it('may end others, and set itself again', () => {
    const limits = new TimeLimits();
    const ended = new Noted();
    class Ending extends Noted {
      override expire(): void {
        super.expire();
        limits.clear(ended);
        if (this.over.length < 3) limits.set(this, 100);
      }
    }
    const ending = new Ending();
    limits.set(ended, 120);
    limits.set(ending, 100);
    limits.set(ended, 110);
    vi.advanceTimersByTime(1_000);
    expect([ending.over.length, ended.over.length]).toEqual([3, 0]);
  });

  it('does not run while the process is stopped', () => {
    const limits = new TimeLimits();
    const noted = new Noted();
    limits.set(noted, 500);
    vi.advanceTimersByTime(25);
    const { now } = performance;
    // Another ten seconds have passed when the next look comes.
    vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 10_000);
    vi.advanceTimersByTime(300);
    expect(noted.over).toEqual([]);
    vi.advanceTimersByTime(300);
    expect(noted.over).toHaveLength(1);
  });

  it('of infinite length never ends, and keeps no timer', () => {
    const limits = new TimeLimits();
    const noted = new Noted();
    limits.set(noted, 200);
    limits.set(noted, Infinity);
    vi.advanceTimersByTime(100_000);
    expect([noted.over, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
