import fc from 'fast-check';
import { expect, it } from 'vitest';

import { SortedKeys } from './sorted-keys.ts';

const KEY = fc.string({ maxLength: 2 });

it('has the keys of a set, in ascending order', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), KEY)), KEY, (steps, from) => {
    const expected = new Set<string>();
    const keys = new SortedKeys();
    for (const [isAdded, key] of steps) {
      if (isAdded) {
        keys.add(key);
        expected.add(key);
      } else {
        keys.delete(key);
        expected.delete(key);
      }
    }
    const sorted = [...expected].sort();
    expect([keys.size, [...keys.after()], [...keys.after(from)], keys.has(from)])
      .toEqual([sorted.length, sorted, sorted.filter((key) => key > from), expected.has(from)]);
  }));
});
