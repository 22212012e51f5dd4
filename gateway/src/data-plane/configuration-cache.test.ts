import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { ConfigurationCache } from './configuration-cache.ts';

const table = (name: string): ConfigTable => ({ _format_version: '3.0', services: [{ id: name }] });
const all = () => undefined;

let folder: string;
let warnings: string[];
let cache: ConfigurationCache;

beforeEach(() => {
  folder = temporaryFolder('cache');
  warnings = [];
  cache = new ConfigurationCache(join(folder, 'configuration'), createLog({ level: 'warn', write: (line) => void warnings.push(line) }));
});

const file = (generation: number) => join(folder, 'configuration', `configuration.${generation}`);

async function store(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    cache.store(table(name), `hash-${name}`);
    await cache.idle();
  }
}

/** Ways in which a file can be broken. */
const DAMAGES: readonly (readonly [title: string, damage: (path: string) => void])[] = [
  ['an empty file', (path) => truncateSync(path, 0)],
  ['a cut file', (path) => truncateSync(path, statSync(path).size - 3)],
  ['one changed byte', (path) => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 5]! += 1;
    writeFileSync(path, bytes);
  }],
  ['something else', (path) => writeFileSync(path, 'hello\nworld')],
];

describe('configurations on disk', () => {
  it('give back the newest', async () => {
    await store('a', 'b');
    expect(cache.load(all)).toEqual({ table: table('b'), hash: 'hash-b' });
    expect(warnings).toEqual([]);
  });

  it('are nothing at the first start', () => {
    expect(cache.load(all)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('can be read by their owner only', async () => {
    await store('a');
    // eslint-disable-next-line no-bitwise
    expect((statSync(file(0)).mode & 0o777).toString(8)).toBe('600');
  });

  it.each(DAMAGES)('fall back to the generation before after %s, which is moved aside and reported once', async (_title, damage) => {
    await store('a', 'b');
    damage(file(0));
    expect(cache.load(all)?.hash).toBe('hash-a');
    expect(warnings).toHaveLength(1);
    expect(existsSync(file(0))).toBe(false);
    expect(readdirSync(join(folder, 'configuration')).some((name) => name.startsWith('configuration.0.bad-'))).toBe(true);
    expect(cache.load(all)?.hash).toBe('hash-a');
    expect(warnings).toHaveLength(1);
  });

  it('are nothing when both generations are broken, and can be stored again', async () => {
    await store('a', 'b');
    writeFileSync(file(0), '');
    writeFileSync(file(1), '');
    expect(cache.load(all)).toBeUndefined();
    await store('c');
    expect(cache.load(all)?.hash).toBe('hash-c');
  });

  it('fall back when the newest cannot be run by this version', async () => {
    await store('a', 'b');
    expect(cache.load(({ hash }) => hash === 'hash-b' ? 'plugin x is not known' : undefined)?.hash).toBe('hash-a');
    expect(warnings[0]).toContain('plugin x is not known');
  });

  it('survive a crash between the steps of storing', async () => {
    await store('a', 'b');
    // The new file was begun, the newest was renamed already.
    writeFileSync(join(folder, 'configuration', 'configuration.new'), 'half');
    rmSync(file(0));
    expect(cache.load(all)?.hash).toBe('hash-a');
  });

  it('of which several wait are stored once, the newest', async () => {
    for (const name of ['a', 'b', 'c', 'd']) cache.store(table(name), `hash-${name}`);
    await cache.idle();
    expect(cache.load(all)?.hash).toBe('hash-d');
    writeFileSync(file(0), '');
    expect(cache.load(all)?.hash).toBe('hash-a');
  });

  it('come back as they were, whatever their size and their texts', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => ({ id: `row-${n}`, text: `"\\ü\u2028${n}`, list: [n, null, { n }] }));
    const big = { _format_version: '3.0', _transform: false, services: [], routes: rows, plugins: [{ id: 'one' }] } as ConfigTable;
    cache.store(big, 'hash');
    await cache.idle();
    expect(cache.load(all)).toEqual({ table: big, hash: 'hash' });
  });

  it('say what is wrong with a folder that cannot be written, and are stored when it can', async () => {
    writeFileSync(join(folder, 'configuration'), 'a file');
    await store('a');
    expect(warnings).toEqual([expect.stringMatching(/cannot store the configuration in .*configuration/)]);
    rmSync(join(folder, 'configuration'));
    await store('b');
    expect(cache.load(all)?.hash).toBe('hash-b');
  });
});
