import { describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { conversionKey, convertFor } from './down-conversion.ts';

interface Difference {
  readonly op: string;
  readonly path: string;
}

interface Recording {
  readonly versions: Readonly<Record<string, { readonly differences: readonly Difference[] }>>;
}

const TABLE: ConfigTable = {
  _format_version: '3.0',
  workspaces: [{ id: 'w', name: 'default', updated_at: 1 }],
  upstreams: [{ id: 'u', updated_at: 1, use_srv_name: false }],
  targets: [{ id: 't', updated_at: 1 }],
  services: [{ id: 's', protocol: 'tls', tls_verify: true, ca_certificates: ['c'] }, { id: 'h', protocol: 'https', tls_verify: true }],
  plugins: [
    { id: 'p', name: 'key-auth', instance_name: null, updated_at: 1, config: { key_names: ['apikey'], realm: null } },
    { id: 'q', name: 'acl', instance_name: null, updated_at: 1, config: { realm: 'stays' } },
  ],
};

/** Which of the differences that were recorded concern key-auth, by version. */
function recordedFieldsOf(recording: Recording, version: string): string[] {
  return recording.versions[version]!.differences
    .filter(({ op, path }) => op === 'removed' && path.startsWith('.plugins[key-auth].'))
    .map(({ path }) => path.slice('.plugins[key-auth].'.length))
    .sort();
}

function removedFields(before: Row, after: Row, prefix = ''): string[] {
  return Object.keys(before).flatMap((key) => {
    const value = before[key];
    if (!(key in after)) return [prefix + key];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? removedFields(value as Row, after[key] as Row, `${prefix}${key}.`)
      : [];
  }).sort();
}

describe('pushes to older data planes', () => {
  const plugins = recorded<Recording>('downconversion-20-every-plugin');

  it.each(Object.keys(plugins.versions))('leave out of key-auth for %s what Kong leaves out', (version) => {
    const converted = convertFor(TABLE, version);
    const [before] = TABLE.plugins as readonly Row[];
    const [after] = converted.plugins as readonly Row[];
    expect(removedFields(before!, after!)).toEqual(recordedFieldsOf(plugins, version));
  });

  it.each([
    ['3.2.2', ['updated_at']],
    ['3.0.0', ['updated_at', 'use_srv_name']],
    ['3.4.2', []],
  ] as const)('leave out of upstreams for %s: %j', (version, fields) => {
    const [after] = convertFor(TABLE, version).upstreams as readonly Row[];
    expect(removedFields((TABLE.upstreams as readonly Row[])[0]!, after!)).toEqual(fields);
  });

  it('leave out when rows were changed, below 3.3', () => {
    const entities = ['plugins', 'targets', 'upstreams', 'workspaces'] as const;
    const fieldsOf = (table: ConfigTable) => entities.map((entity) => 'updated_at' in (table[entity] as readonly Row[])[0]!);
    expect(fieldsOf(convertFor(TABLE, '3.2.9'))).toEqual([false, false, false, false]);
    expect(fieldsOf(convertFor(TABLE, '3.3.0'))).toEqual([true, true, true, true]);
  });

  it('leave tables without rows, and plugins without configuration, as they are', () => {
    const table: ConfigTable = { _format_version: '3.0', plugins: [{ id: 'p', name: 'key-auth' }] };
    expect(convertFor(table, '3.0.0')).toEqual(table);
  });

  it('keep the fields of other plugins that have the same names', () => {
    expect((convertFor(TABLE, '3.0.0').plugins as readonly Row[])[1]!.config).toEqual({ realm: 'stays' });
  });

  it('unset the TLS fields of tls services below 3.2, and of no others', () => {
    const [tls, https] = convertFor(TABLE, '3.1.1').services as readonly Row[];
    expect(tls).toMatchObject({ tls_verify: null, ca_certificates: null });
    expect(https).toMatchObject({ tls_verify: true });
  });

  it('are the table itself for this version, newer ones and unreadable ones', () => {
    for (const version of ['3.9.1', '3.9.9', 'abc']) expect(convertFor(TABLE, version)).toBe(TABLE);
  });

  it('are shared by versions that need the same changes', () => {
    expect(conversionKey('3.6.1')).toBe(conversionKey('3.4.0'));
    expect(conversionKey('3.6.1')).not.toBe(conversionKey('3.7.1'));
  });
});
