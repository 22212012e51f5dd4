/**
 * What data planes older than this control plane cannot read is taken out of their push. A table: each row says below which version it
 * applies. Recorded from Kong Gateway OSS 3.9.1; rows of further plugins come with those plugins.
 */
import type { ConfigTable, Row } from '../model/config-table.ts';
import { compareVersions, parseVersion } from './versions.ts';

interface Rule {
  /** Applies to data planes older than this. */
  readonly below: string;
  readonly change: (table: ConfigTable) => ConfigTable;
}

const RULES: readonly Rule[] = [
  { below: '3.7.0', change: withoutPluginFields({ 'key-auth': ['realm'] }) },
  {
    below: '3.3.0',
    change: withoutFields({ plugins: ['updated_at'], targets: ['updated_at'], upstreams: ['updated_at'], workspaces: ['updated_at'] }),
  },
  { below: '3.2.0', change: withoutFields({ plugins: ['instance_name'] }) },
  { below: '3.2.0', change: withoutTlsFieldsOfTlsServices },
  { below: '3.1.0', change: withoutFields({ upstreams: ['use_srv_name'] }) },
];

function rulesFor(version: string): readonly Rule[] {
  const theirs = parseVersion(version);
  if (theirs === undefined) return [];
  return RULES.filter((rule) => compareVersions(theirs, parseVersion(rule.below)!) < 0);
}

/** Versions with the same key get the same bytes. */
export function conversionKey(version: string): string {
  return rulesFor(version).map((rule) => RULES.indexOf(rule)).join(' ');
}

/** The table as this version can read it; the same object when nothing has to change. */
export function convertFor(table: ConfigTable, version: string): ConfigTable {
  return rulesFor(version).reduce((converted, rule) => rule.change(converted), table);
}

function withoutFields(fields: Readonly<Record<string, readonly string[]>>): Rule['change'] {
  return (table) => Object.entries(fields).reduce(
    (converted, [entity, names]) => mapRows(converted, entity, (row) => omit(row, names)),
    table,
  );
}

/** Before 3.2 these fields were for `https` only and refused with `tls`. */
function withoutTlsFieldsOfTlsServices(table: ConfigTable): ConfigTable {
  return mapRows(table, 'services', (row) => row.protocol === 'tls'
    ? { ...row, client_certificate: null, tls_verify: null, tls_verify_depth: null, ca_certificates: null }
    : row);
}

function withoutPluginFields(fields: Readonly<Record<string, readonly string[]>>): Rule['change'] {
  return (table) => mapRows(table, 'plugins', (row) => {
    const names = fields[String(row.name)];
    return names === undefined || typeof row.config !== 'object' ? row : { ...row, config: omit(row.config as Row, names) };
  });
}

function mapRows(table: ConfigTable, entity: string, change: (row: Row) => Row): ConfigTable {
  const rows = table[entity];
  return Array.isArray(rows) ? { ...table, [entity]: (rows as readonly Row[]).map(change) } : table;
}

function omit(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
