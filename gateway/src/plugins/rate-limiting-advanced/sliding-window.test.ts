import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { secondsUntilRoom, usedOf, windowTimes } from './sliding-window.ts';

const MINUTE = { size: 60, limit: 10 };

describe('a window', () => {
  it('begins at multiples of its length', () => {
    expect(windowTimes(MINUTE, false, 90_000)).toEqual({ startsAt: 60_000, endsAt: 120_000, weight: 0 });
  });

  it.each([[60_000, 1], [75_000, 0.75], [119_940, 0.001]])('that slides weighs the one before, at %i ms %f', (now, weight) => {
    const times = windowTimes(MINUTE, true, now);
    expect(times.weight).toBeCloseTo(weight);
    expect(usedOf({ current: 2, previous: 8 }, times)).toBeCloseTo(2 + 8 * weight);
  });

  it.each<[string, boolean, number, number, number]>([
    ['fixed: at its end', false, 10, 0, 30],
    ['sliding: when enough of the window before is gone', true, 5, 10, 6],
    ['sliding: when enough of this window is gone', true, 10, 0, 36],
    ['sliding: at once when there is room', true, 0, 0, 30],
  ])('has room again, %s', (_, isSliding, current, previous, seconds) => {
    const now = 90_000;
    expect(secondsUntilRoom(MINUTE, { current, previous }, windowTimes(MINUTE, isSliding, now), now)).toBe(seconds);
  });

  it('has room at the time that it tells, and not two seconds before', () => {
    const usedAt = (current: number, previous: number, now: number, begun: number): number => {
      const times = windowTimes(MINUTE, true, now);
      if (times.startsAt === begun) return usedOf({ current, previous }, times);
      return times.startsAt === begun + 60_000 ? usedOf({ current: 0, previous: current }, times) : 0;
    };
    fc.assert(fc.property(fc.nat(40), fc.nat(40), fc.nat(59_999), (current, previous, offset) => {
      const now = 600_000 + offset;
      fc.pre(usedAt(current, previous, now, 600_000) + 1 > MINUTE.limit);
      const seconds = secondsUntilRoom(MINUTE, { current, previous }, windowTimes(MINUTE, true, now), now);
      expect(usedAt(current, previous, now + seconds * 1000, 600_000) + 1).toBeLessThanOrEqual(MINUTE.limit + 1e-9);
      if (seconds > 2) expect(usedAt(current, previous, now + (seconds - 2) * 1000, 600_000) + 1).toBeGreaterThan(MINUTE.limit);
    }));
  });
});
