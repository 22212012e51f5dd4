/**
 * What a configuration asks for and this version of the data plane does not do. A service that depends on it is set aside, so that its
 * requests do not go elsewhere, or with another identity.
 */
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { errorOf } from '../model/declarative.ts';
import type { SetAsideRow, TableError } from '../model/declarative.ts';

/** Entity types that a data plane stores and does not use, and what it does instead. */
export const UNUSED: Readonly<Record<string, string>> = {
  certificates: 'listeners present the certificates of their settings to every server name',
  snis: 'listeners present the certificates of their settings to every server name',
  ca_certificates: 'upstreams are verified against the authorities of the settings',
  upstreams: 'a service whose host is an upstream is not served',
  targets: 'a service whose host is an upstream is not served',
  key_sets: 'no plugin reads them',
  keys: 'no plugin reads them',
};

/** One line about the unused entities of a table; undefined when it has none. */
export function unusedEntities(table: ConfigTable): string | undefined {
  const found = Object.keys(UNUSED).filter((name) => rowsOf(table, name).length > 0);
  if (found.length === 0) return undefined;
  const counts = found.map((name) => `${rowsOf(table, name).length} ${name}`);
  const instead = new Set(found.map((name) => UNUSED[name]));
  return `this version does not use ${counts.join(', ')} of the configuration: ${[...instead].join('; ')}`;
}

interface MetTable {
  /** Without the rows that are set aside. */
  readonly table: ConfigTable;
  readonly setAside: readonly SetAsideRow[];
}

export function withoutUnmetNeeds(table: ConfigTable): MetTable {
  const upstreams = new Set(rowsOf(table, 'upstreams').map(({ name }) => name));
  const services = rowsOf(table, 'services');
  const setAside = services.flatMap((row, index): SetAsideRow[] => {
    const errors = unmetNeeds(row, upstreams).map(([field, message]): TableError => errorOf('services', index, row, field, message));
    return errors.length > 0 ? [{ entity: 'services', row, errors }] : [];
  });
  if (setAside.length === 0) return { table, setAside };
  const aside = new Set(setAside.map(({ row }) => row));
  return { table: { ...table, services: services.filter((row) => !aside.has(row)) }, setAside };
}

function unmetNeeds(service: Row, upstreams: ReadonlySet<unknown>): readonly (readonly [field: string, message: string])[] {
  const { host, client_certificate: certificate, ca_certificates: authorities, tls_verify: isVerified } = service;
  const needs: [string, string][] = [];
  if (upstreams.has(host)) needs.push(['host', `'${String(host)}' is the name of an upstream: this version does not balance over targets`]);
  if ((certificate ?? null) !== null) {
    needs.push(['client_certificate', 'this version does not present a certificate of its own for each service']);
  }
  if (isVerified === true && Array.isArray(authorities) && authorities.length > 0) {
    needs.push(['ca_certificates', 'this version does not verify upstreams against authorities of their own for each service']);
  }
  return needs;
}
