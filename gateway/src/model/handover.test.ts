import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { atOnce } from '../base/steps.ts';
import type { ConfigTable, Row } from './config-table.ts';
import { BaseMissing, handOver, takeOver } from './handover.ts';
import type { SettledConfiguration } from './handover.ts';

const ROWS: readonly Row[] = Array.from({ length: 12 }, (_, at) => ({ id: `row-${at}`, text: `line\n${at}`, nothing: null }));

function configuration(hash: string, sections: Readonly<Record<string, readonly Row[]>>): SettledConfiguration {
  return { hash, table: { _format_version: '3.0', _transform: true, ...sections } as ConfigTable, setAside: [] };
}

function lines(chunks: readonly string[]): readonly unknown[] {
  return chunks.join('').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
}

const rows = fc.shuffledSubarray([...ROWS]);
const sections = fc.record({ routes: rows, services: rows, plugins: rows }, { requiredKeys: [] });

describe('a configuration that is handed over', () => {
  it('is the same on the other side, whatever the base, and however the text is cut', () => {
    fc.assert(fc.property(sections, sections, fc.boolean(), fc.integer({ min: 1, max: 40 }), (before, after, hasBase, size) => {
      const base = hasBase ? configuration('before', before) : undefined;
      const next = configuration('after', after);
      const text = atOnce(handOver(next, base)).join('');
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
      expect(atOnce(takeOver(pieces, base))).toEqual(next);
    }));
  });

  it('has only new rows in its text, and the reader shares the others', () => {
    const base = configuration('before', { routes: ROWS.slice(0, 8), services: ROWS.slice(8) });
    const changed = [...ROWS.slice(0, 3), { id: 'row-3', text: 'changed' }, ...ROWS.slice(4, 8)];
    const chunks = atOnce(handOver({ ...base, hash: 'after', table: { ...base.table, routes: changed } }, base));
    expect(lines(chunks).slice(1)).toEqual([{ section: 'routes', parts: [[0, 3], 1, [4, 4]] }, { id: 'row-3', text: 'changed' }]);
    const { table } = atOnce(takeOver(chunks, base));
    expect(table.services).toBe(base.table.services);
    expect((table.routes as readonly Row[])[7]).toBe(ROWS[7]);
  });

  it('keeps what was set aside, and says so only when it has changed', () => {
    const setAside = [{ entity: 'routes', row: ROWS[0]!, errors: [{ entity: 'routes', field: 'name', message: 'wrong' }] }];
    const base = { ...configuration('before', { routes: ROWS }), setAside };
    const next = { ...base, hash: 'after' };
    const chunks = atOnce(handOver(next, base));
    expect(lines(chunks)).toHaveLength(1);
    expect(chunks.join('')).not.toContain('wrong');
    expect(atOnce(takeOver(chunks, base)).setAside).toEqual(setAside);
    expect(atOnce(takeOver(atOnce(handOver(next)))).setAside).toEqual(setAside);
  });

  it('is refused by a reader with another base', () => {
    const base = configuration('before', { routes: ROWS });
    const chunks = atOnce(handOver({ ...base, hash: 'after' }, base));
    expect(() => atOnce(takeOver(chunks))).toThrow(BaseMissing);
    expect(() => atOnce(takeOver(chunks, { ...base, hash: 'another' }))).toThrow(BaseMissing);
  });

  it('is refused when it is cut off or something else', () => {
    const [text] = atOnce(handOver(configuration('after', { routes: ROWS })));
    expect(() => atOnce(takeOver([text!.slice(0, -ROWS.length * 10)]))).toThrow();
    expect(() => atOnce(takeOver(['{"hash":"x"}\n']))).toThrow('not the text of a configuration');
    expect(() => atOnce(takeOver([]))).toThrow('ends early');
  });
});
