import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RecentMap } from './recent-map.ts';

it('keeps what was used within the last half of its size, and never more than its size', () => {
  const key = fc.integer({ min: 0, max: 30 });
  fc.assert(fc.property(fc.integer({ min: 2, max: 12 }), fc.array(key, { maxLength: 200 }), (size, keys) => {
    const map = new RecentMap<number>(size);
    const half = Math.floor(size / 2);
    keys.forEach((used, at) => {
      const before = keys.slice(0, at);
      const others = new Set(before.slice(before.lastIndexOf(used) + 1));
      const found = map.get(String(used));
      if (before.includes(used) && others.size < half) expect(found).toBe(used);
      else expect([used, undefined]).toContain(found);
      if (!before.includes(used)) expect(found).toBeUndefined();
      if (found === undefined) map.set(String(used), used);
      expect(map.size).toBeLessThanOrEqual(half * 2);
    });
  }));
});
