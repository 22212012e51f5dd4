import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { NodeCounters } from './node-counters.ts';

const MINUTE = 60_000;

function counters(maxBytes?: number) {
  const clock = new ManualClock(0);
  return { clock, counters: new NodeCounters(clock, maxBytes) };
}

describe('counters of a node', () => {
  it('begin at 0 and add up by key', () => {
    const { counters: numbers } = counters();
    expect(numbers.get('a', MINUTE)).toBe(0);
    expect(numbers.add('a', 1, MINUTE)).toBe(1);
    expect(numbers.add('a', 2.5, MINUTE)).toBe(3.5);
    expect(numbers.add('b', -1, MINUTE)).toBe(-1);
    expect(numbers.get('a', MINUTE)).toBe(3.5);
  });

  it('are others when they end at another time', () => {
    const { counters: numbers } = counters();
    numbers.add('a', 1, MINUTE);
    expect(numbers.get('a', 2 * MINUTE)).toBe(0);
  });

  it('are forgotten when their time is over and another window begins', () => {
    const { clock, counters: numbers } = counters();
    for (let key = 0; key < 100; key += 1) numbers.add(String(key), 1, MINUTE);
    clock.advance(MINUTE);
    numbers.add('a', 1, 2 * MINUTE);
    expect(numbers.size).toBe(1);
  });

  it('stay within their memory whatever keys come; one that is in use outlives them', () => {
    const { counters: numbers } = counters(100_000);
    for (let key = 0; key < 50_000; key += 1) {
      numbers.add('in use', 1, MINUTE);
      numbers.add(`stranger ${key}`, 1, MINUTE);
    }
    expect(numbers.size).toBeLessThan(1000);
    expect(numbers.get('in use', MINUTE)).toBe(50_000);
  });

  it('of a quiet window stay while another one is flooded', () => {
    const { counters: numbers } = counters(10_000);
    numbers.add('quiet', 1, MINUTE);
    for (let key = 0; key < 5000; key += 1) numbers.add(`stranger ${key}`, 1, 1000);
    expect(numbers.get('quiet', MINUTE)).toBe(1);
  });

  it('are taken together, or not at all', () => {
    const { counters: numbers } = counters();
    const both = [{ key: 'a', endsAt: MINUTE, limit: 2 }, { key: 'b', endsAt: 2 * MINUTE, limit: 9 }];
    expect(numbers.take(both)).toEqual([0, 0]);
    expect(numbers.take(both)).toEqual([1, 1]);
    expect(numbers.take(both)).toEqual([2, 2]);
    expect(numbers.get('b', 2 * MINUTE)).toBe(2);
    expect(numbers.take([{ key: 'b', endsAt: 2 * MINUTE, limit: 0 }])).toEqual([2]);
  });

  it('take keys such as __proto__ for keys', () => {
    const { counters: numbers } = counters();
    expect(numbers.get('__proto__', MINUTE)).toBe(0);
    expect(numbers.add('constructor', 1, MINUTE)).toBe(1);
  });
});
