import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Row } from './config-table.ts';
import { RowSegments } from './row-segments.ts';

const rowsOf = (count: number): readonly Row[] => Array.from({ length: count }, (_, n) => ({ id: String(n) }));
const tableOf = (routes: readonly Row[]) => ({ _format_version: '3.0', routes });

it('leaves out what has no rows', () => {
  expect([...new RowSegments().of({ _format_version: '3.0', services: [], routes: [{ id: 'a' }] }).keys()]).toEqual(['routes']);
});

it('gives every row once, in its order, in segments that stay few after any changes', () => {
  const change = fc.record({ place: fc.double({ min: 0, max: 1, noNaN: true }), removed: fc.nat(200), added: fc.nat(200) });
  fc.assert(fc.property(fc.array(change, { maxLength: 30 }), fc.nat(2_000), (changes, count) => {
    const segments = new RowSegments();
    let rows = rowsOf(count);
    for (const { place, removed, added } of changes) {
      rows = rows.toSpliced(Math.floor(place * rows.length), removed, ...rowsOf(added));
      const lists = segments.of(tableOf(rows)).get('routes') ?? [];
      expect(lists.flat()).toEqual(rows);
      expect(lists.every((segment) => segment.length > 0 && segment.length <= 128)).toBe(true);
      expect(lists.length).toBeLessThanOrEqual(Math.ceil(rows.length / 32) + 1);
    }
  }), { numRuns: 60 });
});

it.each([
  ['a row in the middle', (rows: readonly Row[]) => rows.with(5_000, { id: 'new' })],
  ['a row before all', (rows: readonly Row[]) => [{ id: 'new' }, ...rows]],
  ['a row after all', (rows: readonly Row[]) => [...rows, { id: 'new' }]],
  ['one row less', (rows: readonly Row[]) => rows.toSpliced(3_000, 1)],
  ['two places', (rows: readonly Row[]) => rows.with(10, { id: 'new' }).with(9_000, { id: 'new' })],
])('gives the segments of before again, but for two or less a place: %s', (_name, changed) => {
  const segments = new RowSegments();
  const rows = rowsOf(10_000);
  const before = new Set(segments.of(tableOf(rows)).get('routes'));
  const after = segments.of(tableOf(changed(rows))).get('routes')!;
  expect(after.filter((segment) => !before.has(segment)).length).toBeLessThanOrEqual(2);
});
