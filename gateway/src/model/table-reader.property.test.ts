/** Reading a table after another one is reading it alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { randomChange, randomTable } from '../../test/fixtures/random-tables.ts';
import { atOnce } from '../base/steps.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import type { ConfigTable, Row } from './config-table.ts';
import { settledTable } from './declarative.ts';
import { TableReader } from './table-reader.ts';

const settled = (reader: TableReader, table: ConfigTable) => settledTable(atOnce(reader.read(table)));
const alone = (table: ConfigTable) => settled(new TableReader(SCHEMAS), structuredClone(table));

describe('reading tables one after another', () => {
  it('gives what reading each of them alone gives', () => {
    fc.assert(fc.property(fc.array(randomTable(), { minLength: 2, maxLength: 5 }), (tables) => {
      const reader = new TableReader(SCHEMAS);
      for (const table of tables) expect(settled(reader, table)).toEqual(alone(table));
    }), { numRuns: 60 });
  });

  it('gives what reading the changed table alone gives', () => {
    fc.assert(fc.property(randomChange(), ([before, after]) => {
      const reader = new TableReader(SCHEMAS);
      settled(reader, before);
      expect(settled(reader, after)).toEqual(alone(after));
      expect(settled(reader, before)).toEqual(alone(before));
    }), { numRuns: 80 });
  });

  it('gives the same rows again, as the same objects, for a copy of the table', () => {
    fc.assert(fc.property(randomTable(), (table) => {
      const reader = new TableReader(SCHEMAS);
      const [first, second] = [settled(reader, table), settled(reader, structuredClone(table))];
      if (!first.ok || !second.ok) throw new Error('not settled');
      for (const name of Object.keys(table)) expect(second.table[name]).toBe(first.table[name]);
    }));
  });

  it('goes on after a table that cannot be read, and after one of another format', () => {
    const rows = (paths: readonly string[]): Row[] => (
      paths.map((path, n) => ({ id: `0000000${n}-0000-4000-8000-000000000000`, paths: [path] })));
    const reader = new TableReader(SCHEMAS);
    const tables = [
      { _format_version: '3.0', routes: rows(['/a', '/b']) },
      { _format_version: '3.0', routes: rows(['/a']), services: 'none' },
      { _format_version: '3.0', routes: rows(['/a', '/b']) },
      { _format_version: '1.1', routes: rows(['/a', '/b\\d']) },
      { _format_version: '3.0', routes: rows(['/a', '/b\\d']) },
    ] as unknown as ConfigTable[];
    for (const table of tables) expect(settled(reader, table)).toEqual(alone(table));
  });
});
