import { expect, it } from 'vitest';

import { atOnce, forEachInSteps, inSteps, UNITS_BETWEEN_YIELDS } from './steps.ts';
import type { Steps } from './steps.ts';

function* counting(to: number, seen: number[] = []): Steps<number> {
  for (let at = 0; at < to; at += 1) {
    seen.push(at);
    yield;
  }
  return to;
}

/** A clock that each look at it moves on. */
function ticking(byMs: number): () => number {
  let ms = 0;
  return () => ms += byMs;
}

it('does the same work at once and in steps', async () => {
  expect(atOnce(counting(5))).toBe(5);
  expect(await inSteps(counting(5))).toBe(5);
});

it('pauses when a step has had its time, and lets everything else run', async () => {
  const seen: number[] = [];
  const pauses: number[] = [];
  const result = inSteps(counting(10, seen), {
    stepMs: 3, now: ticking(1),
    pause: (goOn) => {
      pauses.push(seen.length);
      setImmediate(goOn);
    },
  });
  let turns = 0;
  const turn = setInterval(() => turns += 1, 0);
  expect(await result).toBe(10);
  clearInterval(turn);
  expect(pauses).toEqual([3, 6, 9]);
});

it('rejects with what the work throws, in whichever step', async () => {
  function* failing(): Steps<void> {
    yield* counting(4);
    throw new Error('no');
  }
  await expect(inSteps(failing(), { stepMs: 0 })).rejects.toThrow('no');
  expect(() => atOnce(failing())).toThrow('no');
});

it('yields after a bounded number of items', () => {
  const seen: number[] = [];
  const steps = forEachInSteps(Array.from({ length: 1_000 }, (_, at) => at), (item) => void seen.push(item));
  let before = 0;
  while (steps.next().done !== true) {
    expect(seen.length - before).toBeLessThanOrEqual(UNITS_BETWEEN_YIELDS);
    before = seen.length;
  }
  expect(seen.length).toBe(1_000);
});
