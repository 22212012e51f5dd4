/** The certificates that a configuration names for its services: what is presented to upstreams, and what they are verified against. */
import { createHash } from 'node:crypto';

import type { Row } from '../../model/config-table.ts';
import type { Service, Snapshot } from '../../model/snapshot.ts';
import { perSnapshot } from '../../plugin-kit/snapshot-index.ts';
import type { ServiceTls } from './upstream-tls.ts';

interface Certificates {
  readonly identities: ReadonlyMap<unknown, Row>;
  readonly authorities: ReadonlyMap<unknown, Row>;
  readonly made: Map<string, ServiceTls>;
}

const certificateRows = (snapshot: Snapshot) => [snapshot.entities('certificates'), snapshot.entities('ca_certificates')];

const certificatesOf = perSnapshot(certificateRows, (snapshot): Certificates => ({
  identities: byId(snapshot.entities('certificates')), authorities: byId(snapshot.entities('ca_certificates')), made: new Map(),
}));

/**
 * A certificate of a service goes before that of its upstream. Ids that the configuration does not have are authorities that nothing is
 * signed by.
 *
 * @returns `undefined` where the node's own settings hold
 * @throws Error there is no such client certificate
 */
export function serviceTlsOf(
  snapshot: Snapshot, { row }: Pick<Service, 'row'>, upstream: { readonly client_certificate?: string | null } | undefined,
): ServiceTls | undefined {
  const presented = (row.client_certificate as string | null | undefined) ?? upstream?.client_certificate ?? undefined;
  const ids = (row.ca_certificates as readonly string[] | null | undefined) ?? [];
  if (presented === undefined && ids.length === 0) return undefined;
  const certificates = certificatesOf(snapshot);
  const name = [presented, ...ids].join(' ');
  const known = certificates.made.get(name) ?? make(certificates, presented, ids);
  certificates.made.set(name, known);
  return known;
}

function make({ identities, authorities }: Certificates, presented: string | undefined, ids: readonly string[]): ServiceTls {
  const identity = presented === undefined ? undefined : identities.get(presented);
  if (presented !== undefined && identity === undefined) throw new Error(`there is no certificate ${presented}`);
  const pair = identity && { certificate: String(identity.cert), key: String(identity.key) };
  const trusted = ids.length === 0 ? undefined : ids.flatMap((id) => authorities.get(id)?.cert ?? []).map(String);
  const key = createHash('sha256').update(JSON.stringify([pair, trusted])).digest('base64');
  return { key, ...pair && { identity: pair }, ...trusted && { authorities: trusted } };
}

function byId(rows: readonly Row[]): ReadonlyMap<unknown, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
