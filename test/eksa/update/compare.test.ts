import { isSame, isSameRef, isSameSet } from '../../../src/eksa/update/compare';

test.each<[unknown, unknown]>([
  [1, 1], [undefined, undefined], [null, null], [{ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }], [{ a: undefined }, {}], [[], []],
])('%j and %j are the same', (one, other) => {
  expect([isSame(one, other), isSame(other, one)]).toEqual([true, true]);
});

test.each<[unknown, unknown]>([
  [1, '1'], [null, undefined], [null, {}], [{}, 'x'], [[], {}], [[1], { 0: 1 }],
  [{ a: 1 }, { a: 2 }], [{ a: 1 }, { b: 1 }], [{ a: 1 }, { a: 1, b: 2 }], [[1, 2], [2, 1]],
])('%j and %j differ', (one, other) => {
  expect([isSame(one, other), isSame(other, one)]).toEqual([false, false]);
});

test('sets are the same in any order, and without items as when absent', () => {
  expect(isSameSet(['a', 'b'], ['b', 'a'])).toBe(true);
  expect(isSameSet(undefined, [])).toBe(true);
  expect(isSameSet([], undefined)).toBe(true);
  expect(isSameSet(['a'], ['a', 'b'])).toBe(false);
  expect(isSameSet(['a'], undefined)).toBe(false);
});

test('references are the same by kind and name', () => {
  expect(isSameRef(undefined, undefined)).toBe(true);
  expect(isSameRef({ kind: 'A', name: 'a' }, { kind: 'A', name: 'a' })).toBe(true);
  expect(isSameRef({ kind: 'A', name: 'a' }, { kind: 'B', name: 'a' })).toBe(false);
  expect(isSameRef({ kind: 'A', name: 'a' }, { kind: 'A', name: 'b' })).toBe(false);
  expect(isSameRef({ kind: 'A', name: 'a' }, undefined)).toBe(false);
});
