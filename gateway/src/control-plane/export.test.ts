/** The configuration that data planes get, compared with recordings of Kong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';
import { recorded } from '../../test/fixtures/recorded.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { exportConfigTable } from './export.ts';

interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
}

interface RecordedExport {
  readonly requests: readonly AdminRequest[];
  readonly table: ConfigTable;
}

const VOLATILE = new Set(['created_at', 'updated_at']);

const exports = recorded<Readonly<Record<string, RecordedExport>>>('exported-tables');

describe('an exported configuration', () => {
  let node: AdminNode;
  beforeEach(async () => {
    node = await startAdminNode();
  });
  afterEach(() => node.close());

  it.each(Object.keys(exports))('is as recorded after the same requests: %s', async (name) => {
    const { requests, table: expected } = exports[name]!;
    for (const { method, path, body, status } of requests) {
      expect((await node.send(method, path, body)).status, `${method} ${path}`).toBe(status);
    }
    const { table } = await exportConfigTable(node.store, SCHEMAS);
    expect(Object.keys(table).sort()).toEqual(Object.keys(expected).sort());
    expect([table._format_version, table._transform]).toEqual([expected._format_version, expected._transform]);
    for (const entity of Object.keys(expected).filter((key) => !key.startsWith('_'))) {
      expect(comparable(table, entity), entity).toEqual(comparable(expected, entity));
    }
  });

  it('gives the end of a credential, not the seconds that are left', async () => {
    await node.send('PUT', '/consumers/bob', {});
    await node.send('POST', '/consumers/bob/key-auth', { key: 'k', ttl: 100 });
    const { table } = await exportConfigTable(node.store, SCHEMAS);
    const [{ ttl }] = rowsOf(table, 'keyauth_credentials') as [{ readonly ttl: number }];
    expect(Math.abs(ttl - Date.now() / 1000 - 100)).toBeLessThan(3);
  });

  it('leaves out everything that belongs to a disabled service, and disabled plugins', async () => {
    await node.send('PUT', '/services/off', { host: 'h.test', enabled: false });
    await node.send('PUT', '/services/off/routes/below', { paths: ['/x'] });
    await node.send('POST', '/routes/below/plugins', { name: 'key-auth' });
    await node.send('POST', '/plugins', { name: 'key-auth', enabled: false });
    const { table } = await exportConfigTable(node.store, SCHEMAS);
    expect(Object.keys(table).filter((key) => !key.startsWith('_')).sort()).toEqual(['parameters', 'workspaces']);
  });
});

/** Rows without what differs at each recording. Rows made by POST have other ids, and so another order. */
function comparable(table: ConfigTable, entity: string): readonly Row[] {
  const rows = rowsOf(table, entity).map((row) => Object.fromEntries(Object.entries(row)
    .filter(([field]) => !VOLATILE.has(field))
    .map(([field, value]) => [field, isMade(entity, field, value) ? '<made>' : value])));
  if (!rows.some((row) => row.id === '<made>')) return rows;
  return rows.sort((one, other) => (JSON.stringify(sorted(one)) < JSON.stringify(sorted(other)) ? -1 : 1));
}

function isMade(entity: string, field: string, value: unknown): boolean {
  if (entity === 'parameters' && field === 'value') return true;
  if (field === 'ttl') return value !== null;
  return field === 'id' && !String(value).startsWith('0000');
}

function sorted(row: Row): Row {
  return Object.fromEntries(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
}
