import { gunzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { hashConfigTable } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { ConfigurationPreparer, prepareConfiguration } from './prepared-configuration.ts';
import type { Reconfigure } from './protocol.ts';

const TABLE: ConfigTable = {
  _format_version: '3.0',
  upstreams: [{ id: 'u', updated_at: 1 }],
  plugins: [{ id: 'p1', name: 'key-auth' }, { id: 'p2', name: 'acl' }, { id: 'p3', name: 'key-auth' }],
};

const read = (payload: Buffer) => JSON.parse(gunzipSync(payload).toString('utf8')) as Reconfigure;

it('has the hashes of its table, its revision, and the names of its plugins', () => {
  const hashes = hashConfigTable(TABLE);
  expect(prepareConfiguration(TABLE, 7)).toMatchObject({
    table: TABLE,
    hash: hashes.config,
    hashes,
    revision: 7,
    plugins: ['acl', 'key-auth'],
  });
});

it('is sent as one message with table, hashes and the time of its making', async () => {
  const configuration = prepareConfiguration(TABLE, 1);
  const before = Date.now() / 1000;
  const { timestamp, ...message } = read(await configuration.payload('3.9.1'));
  expect(message).toEqual({ type: 'reconfigure', config_table: TABLE, config_hash: configuration.hash, hashes: configuration.hashes });
  expect(timestamp).toBeGreaterThanOrEqual(before);
  expect(timestamp).toBeLessThanOrEqual(Date.now() / 1000);
});

it('is made once for all versions that read the same, and under the same hash for those that do not', async () => {
  const configuration = prepareConfiguration(TABLE, 1);
  const [current, newer, older] = await Promise.all(['3.9.1', '3.10.0', '3.2.0'].map((version) => configuration.payload(version)));
  expect(newer).toBe(current);
  expect(await configuration.payload('3.9.1')).toBe(current);
  const converted = read(older!);
  expect(converted.config_table.upstreams).toEqual([{ id: 'u' }]);
  expect(converted.config_hash).toBe(configuration.hash);
});

it('is hashed at the first use, and says so once', async () => {
  const hashed: number[] = [];
  const preparer = new ConfigurationPreparer(({ revision }) => hashed.push(revision));
  const [first, second, third] = [1, 2, 3].map((revision) => (
    preparer.prepare({ ...TABLE, services: [{ id: String(revision) }] }, revision)));
  expect(first!.plugins).toEqual(['acl', 'key-auth']);
  expect(hashed).toEqual([]);
  const { config_hash: hash } = read(await third!.payload('3.9.1'));
  expect(hashed).toEqual([3]);
  expect(hash).toBe(hashConfigTable(third!.table).config);
  expect(await second!.hashed()).toEqual(hashConfigTable(second!.table));
  expect([second!.hash, third!.hash, first!.hash]).toEqual([second, third, first].map((one) => hashConfigTable(one!.table).config));
  expect(hashed).toEqual([3, 2, 1]);
});

it('is the whole table for each kind of data plane, whatever was sent before', async () => {
  const preparer = new ConfigurationPreparer();
  const upstreams = Array.from({ length: 500 }, (_, n) => ({ id: String(n), updated_at: n }));
  for (let n = 0; n < 500; n += 99) {
    const table = { ...TABLE, upstreams: upstreams.toSpliced(n, 2, { id: 'new', updated_at: n }) };
    const configuration = preparer.prepare(table, n);
    expect(read(await configuration.payload('3.9.1')).config_table).toEqual(table);
    expect(read(await configuration.payload('3.2.0')).config_table.upstreams).toEqual(table.upstreams.map(({ id }) => ({ id })));
  }
});
