/** Whatever was hashed before, the hash is that of the whole table; and what was hashed before is not hashed again. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { atOnce } from '../base/steps.ts';
import { hashConfigTable } from './config-hash.ts';
import type { ConfigHashes } from './config-hash.ts';
import { ConfigHasher } from './config-hasher.ts';
import type { ConfigTable, Row } from './config-table.ts';

const { vectors } = recorded<{ vectors: readonly { config_table?: ConfigTable; hashes: ConfigHashes }[] }>('hash-vectors');

it('hashes one recorded table after the other as Kong does', () => {
  const hasher = new ConfigHasher();
  for (const { config_table: table, hashes } of vectors) if (table) expect(atOnce(hasher.hashing(table))).toEqual(hashes);
});

const ENTITIES = ['services', 'routes', 'targets', 'consumers', 'acls', 'é-custom'];

const change = fc.record({
  entity: fc.constantFrom(...ENTITIES),
  /** Share of the list before the first row that is concerned. */
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('insert', 'remove', 'replace'),
  count: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 1, max: 300 })),
  text: fc.string({ unit: 'binary', maxLength: 12 }),
  /** Characters of a field, so that a few rows are more than a fold. */
  size: fc.oneof({ weight: 4, arbitrary: fc.nat(40) }, fc.nat(9_000)),
  isHashed: fc.boolean(),
});

it('equals the hash of the whole for any sequence of changes', () => {
  fc.assert(fc.property(fc.array(change, { minLength: 4, maxLength: 14 }), fc.nat(400), (changes, initial) => {
    const hasher = new ConfigHasher();
    const rows = new Map<string, readonly Row[]>([['routes', rowsOf(initial, 'r', 2_600)]]);
    const table = (): ConfigTable => ({ _format_version: '3.0', _transform: false, ...Object.fromEntries(rows) });
    for (const { entity, place, kind, count, text, size, isHashed } of changes) {
      const list = rows.get(entity) ?? [];
      const at = Math.floor(place * list.length);
      const added = kind === 'remove' ? [] : rowsOf(count, text, size);
      const next = list.toSpliced(at, kind === 'insert' ? 0 : count, ...added);
      if (next.length > 0) rows.set(entity, next);
      else rows.delete(entity);
      if (isHashed) expect(atOnce(hasher.hashing(table()))).toEqual(hashConfigTable(table()));
    }
    expect(atOnce(hasher.hashing(table()))).toEqual(hashConfigTable(table()));
  }), { numRuns: 40 });
});

const AROUND_A_FOLD = [999_980, 999_990, 999_999, 1_000_000, 1_000_001, 1_000_010];

it.each(AROUND_A_FOLD)('folds where the whole folds, with a row of %i characters', (size) => {
  const hasher = new ConfigHasher();
  for (const before of [0, 1, 5, 6, 7, 40]) {
    const routes = [...rowsOf(before, 'a', 0), ...rowsOf(1, 'b', size), ...rowsOf(3, 'c', 10), ...rowsOf(1, 'd', size)];
    const table = { _format_version: '3.0', routes, consumers: routes };
    expect(atOnce(hasher.hashing(table))).toEqual(hashConfigTable(table));
  }
});

it('reads only the rows that are new, and gives the same answer to hashes that overlap', () => {
  const hasher = new ConfigHasher();
  const reads = new Map<string, number>();
  const watched = (row: Row) => new Proxy(row, {
    ownKeys: (target) => {
      reads.set(String(row.id), (reads.get(String(row.id)) ?? 0) + 1);
      return Reflect.ownKeys(target);
    },
  });
  const routes = rowsOf(2_000, 'r', 20).map(watched);
  const first = { _format_version: '3.0', routes };
  const second = { _format_version: '3.0', routes: routes.with(1_000, watched({ id: 'new' })) };
  atOnce(hasher.hashing(first));
  reads.clear();
  const one = hasher.hashing(second);
  one.next();
  expect(atOnce(hasher.hashing(first))).toEqual(hashConfigTable({ ...first, routes: rowsOf(2_000, 'r', 20) }));
  const hashes = atOnce(one);
  expect(reads.get('new')).toBe(1);
  expect(reads.size).toBeLessThan(300);
  expect(hashes).toEqual(hashConfigTable(second));
});

function rowsOf(count: number, text: string, size: number): readonly Row[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `${text}-${n}`, name: text, note: 'x'.repeat(size), tags: n % 3 === 0 ? null : [text, 'b'], priority: n / 7,
    nested: { enabled: true },
  }));
}
