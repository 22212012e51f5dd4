import { describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { hashConfigTable, isEmptyTable, NO_HASH, sectionHash } from './config-hash.ts';
import type { ConfigHashes } from './config-hash.ts';
import type { ConfigTable } from './config-table.ts';

interface Vector {
  readonly name: string;
  readonly config_table?: ConfigTable;
  readonly config_hash: string;
  readonly hashes: ConfigHashes;
}

/**
 * Vectors that are too long to keep are described by their names. The third ("999990 and then 20 more bytes") names sizes, but neither
 * fields nor characters; its text is outside the five sections. None of about a hundred million readings (one to three values, in lists,
 * objects and fields) has its hash.
 */
const GENERATED: Readonly<Record<string, () => ConfigTable>> = {
  'long: 20000 services {"id":"<i, 8 digits>","host":"host-<i>.example","n":<i>}': () => withServices(
    Array.from({ length: 20_000 }, (_, index) => ({ id: String(index).padStart(8, '0'), host: `host-${index}.example`, n: index })),
  ),
  'long: one service whose name is 2500000 times "a", followed by {"id":"z"}': () => (
    withServices([{ name: 'a'.repeat(2_500_000) }, { id: 'z' }])),
};

const { vectors } = recorded<{ vectors: readonly Vector[] }>('hash-vectors');
const tables = recorded<Readonly<Record<string, Pick<Vector, 'config_hash' | 'hashes'> & { config_table: ConfigTable }>>>('config-tables');

describe('hash of a configuration', () => {
  const whole = vectors.filter(({ config_table }) => config_table !== undefined);

  it.each(whole)('equals Kong\'s for: $name', ({ config_table, config_hash, hashes }) => {
    const computed = hashConfigTable(config_table!);
    expect(computed).toEqual(hashes);
    expect(computed.config).toBe(config_hash);
  });

  it.each(Object.entries(tables))('equals the one that was pushed with table %s', (_name, { config_table, hashes }) => {
    expect(hashConfigTable(config_table)).toEqual(hashes);
  });

  it.each(Object.entries(GENERATED))('folds texts above 1 MB as Kong does: %s', (name, generate) => {
    expect(hashConfigTable(generate()).config).toBe(vectors.find((vector) => vector.name === name)!.config_hash);
  });

  it('is 32 zeros for an absent section', () => {
    expect(sectionHash(undefined)).toBe(NO_HASH);
  });

  it('does not slow down more than in proportion', () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => ({ id: String(index), host: 'a.example', tags: ['a', 'b'] }));
    const start = performance.now();
    hashConfigTable(withServices(rows));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('empty configurations', () => {
  it.each([
    [{ _format_version: '3.0' }, true],
    [{ _format_version: '3.0', workspaces: [{ id: 'w' }] }, true],
    [{ _format_version: '3.0', services: [], routes: [] }, true],
    [{ _format_version: '3.0', parameters: [{ key: 'cluster_id' }] }, false],
    [{ _format_version: '3.0', workspaces: [{ id: 'w' }], vaults: [{ id: 'v' }] }, false],
  ] as const)('%j counts as empty: %s', (table, empty) => {
    expect(isEmptyTable(table)).toBe(empty);
  });
});

function withServices(services: readonly Record<string, unknown>[]): ConfigTable {
  return { _format_version: '3.0', _transform: false, services };
}
