import { describe, expect, it } from 'vitest';

import { SegmentedCache } from './segmented-cache.ts';

describe('SegmentedCache', () => {
  it('returns what was added, and undefined for anything else', () => {
    const cache = new SegmentedCache<number>(10);
    cache.add('a', 1);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  });

  it('keeps what is asked for again through a scan of many times its size', () => {
    const cache = new SegmentedCache<number>(100);
    const used = Array.from({ length: 60 }, (_, n) => `used-${n}`);
    used.forEach((key, n) => cache.add(key, n));
    const kept = used.filter((key) => cache.get(key) !== undefined);
    for (let n = 0; n < 10_000; n += 1) cache.add(`scanned-${n}`, n);
    expect(kept).toHaveLength(20);
    expect(kept.every((key) => cache.get(key) !== undefined)).toBe(true);
  });

  it('never holds more entries than its capacity, whatever is asked for', () => {
    const cache = new SegmentedCache<number>(10);
    for (let n = 0; n < 1_000; n += 1) {
      const key = String(n % 37);
      if (cache.get(key) === undefined) cache.add(key, n);
      cache.get(String(n % 5));
      expect(cache.size).toBeLessThanOrEqual(10);
    }
  });

  it('forgets protected entries that are not asked for, oldest first, after a last chance', () => {
    const cache = new SegmentedCache<number>(5);
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      cache.add(key, 1);
      cache.get(key);
    }
    expect(['b', 'c', 'd', 'e'].map((key) => cache.get(key))).toEqual([1, 1, 1, 1]);
    cache.add('f', 1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('has room for one entry on probation and one kept, however small', () => {
    const cache = new SegmentedCache<number>(0);
    cache.add('a', 1);
    expect(cache.get('a')).toBe(1);
  });
});
