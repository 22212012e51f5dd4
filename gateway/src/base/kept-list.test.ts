import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KeptList } from './kept-list.ts';
import { isSameJson } from './same-json.ts';
import { atOnce } from './steps.ts';

interface Item {
  readonly id: string | undefined;
  readonly value: number;
}

const byId = { keyOf: ({ id }: Item) => id, isKept: (before: Item, item: Item) => isSameJson(before, item) };
const item = fc.record({ id: fc.option(fc.constantFrom(...'abcdefgh'), { nil: undefined }), value: fc.integer({ min: 0, max: 2 }) });

/** A list of numbered objects, one for each item that was made. */
function making() {
  const made: Item[] = [];
  const make = (given: Item) => {
    made.push(given);
    return { of: given };
  };
  return { made, make };
}

describe('a kept list', () => {
  it('has what a new list would have, and names what came and what went', () => {
    fc.assert(fc.property(fc.array(item), fc.array(item), (before, after) => {
      const { make } = making();
      const one = atOnce(KeptList.empty<Item, { of: Item }>().next(before, make, byId));
      const other = atOnce(one.next(after, make, byId));
      expect(other.made.map(({ of }) => of)).toEqual(after);
      const [was, is] = [new Set(one.made), new Set(other.made)];
      expect(new Set(other.added)).toEqual(new Set([...is].filter((made) => !was.has(made))));
      expect(new Set(other.removed)).toEqual(new Set([...was].filter((made) => !is.has(made))));
      expect(is.size).toBe(after.length);
    }));
  });

  it('makes only what is new', () => {
    const named = fc.uniqueArray(item.filter(({ id }) => id !== undefined), { selector: ({ id }) => id, minLength: 1 });
    fc.assert(fc.property(named, fc.nat(7), fc.constantFrom('insert', 'remove', 'replace'), (items, at, change) => {
      const { made, make } = making();
      const one = atOnce(KeptList.empty<Item, { of: Item }>().next(items, make, byId));
      made.length = 0;
      const copies = items.map((given) => ({ ...given }));
      const place = at % items.length;
      const fresh = { id: 'z', value: 9 };
      if (change === 'insert') copies.splice(place, 0, fresh);
      else if (change === 'remove') copies.splice(place, 1);
      else copies[place] = fresh;
      atOnce(one.next(copies, make, byId));
      expect(made).toEqual(change === 'remove' ? [] : [fresh]);
    }));
  });

  it('is the same array when nothing has changed, and another one when the order has', () => {
    const items = [{ id: 'a', value: 0 }, { id: 'b', value: 1 }];
    const one = atOnce(KeptList.empty<Item, { of: Item }>().next(items, making().make));
    expect(atOnce(one.next([...items], making().make)).isSameAs(one)).toBe(true);
    const turned = atOnce(one.next(items.toReversed(), making().make));
    expect([turned.isSameAs(one), turned.made, turned.added, turned.removed]).toEqual([false, one.made.toReversed(), [], []]);
  });
});

describe('equal JSON', () => {
  it('is what has the same canonical text', () => {
    const canonical = (value: unknown): string => JSON.stringify(value, (_, given: unknown) => (
      typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.fromEntries(Object.entries(given).sort()) : given));
    const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(fc.property(values, values, (a, b) => {
      expect(isSameJson(a, b)).toBe(canonical(a) === canonical(b));
      expect(isSameJson(a, structuredClone(a))).toBe(true);
    }));
  });

  it.each([
    [{ a: 1 }, { a: 1, b: 2 }], [{ a: 1, b: null }, { a: 1, c: null }], [[], {}], [{}, []], [[1], [1, 2]], [null, {}], [0, null], ['1', 1],
  ])('is not %j and %j', (a, b) => {
    expect([isSameJson(a, b), isSameJson(b, a)]).toEqual([false, false]);
  });
});
