/** What an answer of a server says about a name. */
import { isIPv4, isIPv6 } from 'node:net';

import type { Answer, DecodedPacket } from 'dns-packet';

import type { QueryType } from './dns-query.ts';

export interface ServiceRecord {
  readonly target: string;
  readonly port: number;
  readonly weight: number;
  readonly priority: number;
}

export type Finding =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly ttl: number }
  | { readonly kind: 'services'; readonly services: readonly ServiceRecord[]; readonly ttl: number }
  /** `gone`: there is no such name; else it has no records of this type. Seconds for which that holds, where the server says so. */
  | { readonly kind: 'nothing'; readonly isGone: boolean; readonly ttl: number | undefined };

/** Names that an alias may lead through. */
const MAX_ALIASES = 8;

/** Records of one answer that are looked at. */
const MAX_RECORDS = 256;

/** @returns `undefined` when the server could not tell */
export function findingOf(answer: DecodedPacket, name: string, type: QueryType): Finding | undefined {
  const code = (answer as unknown as { readonly rcode: string }).rcode;
  if (code !== 'NOERROR' && code !== 'NXDOMAIN') return undefined;
  const records = (answer.answers ?? []).slice(0, MAX_RECORDS);
  const { owner, ttl: aliasTtl } = followAliases(records, name);
  const own = records.filter((record) => record.type === type && record.name.toLowerCase() === owner) as readonly TimedRecord[];
  const ttl = Math.min(aliasTtl, ...own.map((record) => record.ttl ?? 0));
  if (type === 'SRV') {
    const services = own.flatMap(({ data }) => serviceOf(data));
    if (services.length > 0) return { kind: 'services', services, ttl };
  } else {
    const addresses = own.flatMap(({ data }) => typeof data === 'string' && (type === 'A' ? isIPv4 : isIPv6)(data) ? [data] : []);
    if (addresses.length > 0) return { kind: 'addresses', addresses: [...new Set(addresses)], ttl };
  }
  return { kind: 'nothing', isGone: code === 'NXDOMAIN', ttl: negativeTtl(answer) };
}

interface TimedRecord {
  readonly type: string;
  readonly name: string;
  readonly ttl?: number;
  readonly data: unknown;
}

/** Where the aliases of one answer lead to. Records that the chain does not reach are not believed. */
function followAliases(records: readonly Answer[], name: string): { owner: string; ttl: number } {
  let owner = name.toLowerCase();
  let ttl = Infinity;
  for (let step = 0; step < MAX_ALIASES; step += 1) {
    const alias = records.find((record) => record.type === 'CNAME' && record.name.toLowerCase() === owner) as TimedRecord | undefined;
    if (alias === undefined) break;
    owner = String(alias.data).toLowerCase();
    ttl = Math.min(ttl, alias.ttl ?? 0);
  }
  return { owner, ttl };
}

function serviceOf(data: unknown): readonly ServiceRecord[] {
  const { target, port, weight = 0, priority = 0 } = data as Partial<ServiceRecord>;
  // A target of `.` says that there is no such service. RFC 2782
  if (typeof target !== 'string' || target === '.' || target === '' || typeof port !== 'number') return [];
  return [{ target, port, weight, priority }];
}

/** RFC 2308 §5 */
function negativeTtl(answer: DecodedPacket): number | undefined {
  const authority = (answer.authorities ?? []).find(({ type }) => type === 'SOA') as TimedRecord | undefined;
  if (authority === undefined) return undefined;
  const { minimum } = authority.data as { readonly minimum?: number };
  return Math.min(authority.ttl ?? 0, minimum ?? Infinity);
}
