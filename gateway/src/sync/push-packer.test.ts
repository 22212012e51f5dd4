import { gunzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import type { ConfigTable, Row } from '../model/config-table.ts';
import type { Reconfigure } from './protocol.ts';
import { PushPacker } from './push-packer.ts';

const rowsOf = (count: number): readonly Row[] => (
  Array.from({ length: count }, (_, n) => ({ id: `é-${n}`, tags: ['a'], at: n / 3, none: undefined })));
const messageOf = (table: ConfigTable): Reconfigure => ({
  type: 'reconfigure', timestamp: 1.5, config_table: table, config_hash: 'a'.repeat(32), hashes: null,
});

it.each<[string, ConfigTable]>([
  ['no rows', { _format_version: '3.0' }],
  ['an empty list, and a field without a value', { _format_version: '3.0', _transform: undefined, services: [] }],
  ['several entity types', { _format_version: '3.0', _transform: false, services: rowsOf(1), routes: rowsOf(1_000) }],
])('packs what JSON of the message is: %s', async (_name, table) => {
  const message = messageOf(table);
  expect(JSON.parse(gunzipSync(await new PushPacker().pack(message)).toString())).toEqual(JSON.parse(JSON.stringify(message)));
});

it('writes only the rows that are new', async () => {
  const packer = new PushPacker();
  const written = new Set<string>();
  const routes = rowsOf(2_000).map((row) => ({ ...row, toJSON: () => (written.add(String(row.id)), row) }));
  await packer.pack(messageOf({ _format_version: '3.0', routes }));
  expect(written.size).toBe(2_000);
  written.clear();
  const next = { _format_version: '3.0', routes: routes.with(700, { id: 'new' } as never) };
  const packed = await packer.pack(messageOf(next));
  expect(written.size).toBeLessThan(130);
  const { config_table: table } = JSON.parse(gunzipSync(packed).toString()) as Reconfigure;
  expect(table).toEqual(JSON.parse(JSON.stringify(next)));
});
