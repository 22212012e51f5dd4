import { expect, it } from 'vitest';

import { Backoff } from './backoff.ts';

it.each<[string, number, readonly number[]]>([
  ['the lowest', 0, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
  ['a middle', 0.5, [750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000]],
  ['the highest', 1, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]],
])('delays double from a second up to a minute, in their upper half: with %s random number', (_, random, delays) => {
  const backoff = new Backoff(() => random);
  expect(delays.map(() => backoff.next())).toEqual(delays);
});

it('delays are whole milliseconds, and start again at 1 s after a reset', () => {
  const backoff = new Backoff(() => 0.33333);
  expect([backoff.next(), backoff.next()]).toEqual([667, 1_333]);
  backoff.reset();
  expect(backoff.next()).toBe(667);
});
