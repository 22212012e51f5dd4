/** Settings of the resolver of upstreams' names. */
import { isIP } from 'node:net';

import { optional, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, onOff, path, size, splitList, text } from '../value-kinds.ts';
import type { ValueKind } from '../value-kinds.ts';

export interface DnsServerAddress {
  readonly address: string;
  readonly port: number;
}

const dnsServers: ValueKind<readonly DnsServerAddress[]> = {
  expected: 'a comma-separated list of addresses, each with an optional port',
  samples: ['10.0.0.53', '10.0.0.53:5353, [fd00::53]:53'],
  parse: (value) => allOf(splitList(value).map(parseServer)),
};

const RECORD_TYPES = ['LAST', 'SRV', 'A', 'AAAA', 'CNAME'] as const;

type RecordType = typeof RECORD_TYPES[number];

const recordOrder: ValueKind<readonly RecordType[]> = {
  expected: `a comma-separated list of ${RECORD_TYPES.join(', ')}`,
  samples: ['A,AAAA', 'LAST,SRV,A,CNAME'],
  parse: (value) => {
    const words = allOf(splitList(value.toUpperCase()).map((word) => RECORD_TYPES.find((type) => type === word)));
    return words?.some((word) => word !== 'LAST' && word !== 'CNAME') === true ? words : undefined;
  },
};

export const DNS = {
  servers: optional('KONG_DNS_RESOLVER', dnsServers, 'Name servers for the names of upstreams. Default: those of `/etc/resolv.conf`.'),
  hostsFile: setting('KONG_DNS_HOSTSFILE', path, '/etc/hosts', 'Names that need no name server. Read at start.'),
  order: setting('KONG_DNS_ORDER', recordOrder, 'LAST,SRV,A,AAAA,CNAME',
    'Types of records, in the order in which a name is asked for; the first type with records counts. Aliases are followed in any case, so '
    + 'that `CNAME` and `LAST` have no effect. Kong Gateway leaves AAAA out by default.'),
  validTtlSeconds: optional('KONG_DNS_VALID_TTL', integer(0), 'Seconds that records are used, in place of their own TTL.'),
  staleTtlSeconds: setting('KONG_DNS_STALE_TTL', integer(0), '3600',
    'Seconds that addresses are used behind their TTL when no name server answers.'),
  notFoundTtlSeconds: setting('KONG_DNS_NOT_FOUND_TTL', integer(0), '30',
    'Seconds for which it is believed, at most, that a name has no address.'),
  errorTtlSeconds: setting('KONG_DNS_ERROR_TTL', integer(0), '1', 'Seconds before name servers that could not tell are asked again.'),
  cacheSize: setting('KONG_DNS_CACHE_SIZE', integer(1), '10000', 'Names whose addresses are kept.'),
} as const;

const OTHER_CLIENT = 'names are resolved as KONG_DNS_* say';

export const DNS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_DNS_NO_SYNC', onOff, 'requests that need the same name wait for one answer', { default: 'off' }),
  warns('KONG_RESOLVER_HOSTS_FILE', path, OTHER_CLIENT, { default: '/etc/hosts' }),
  warns('KONG_RESOLVER_MEM_CACHE_SIZE', size, OTHER_CLIENT, { default: '5m' }),
  warns('KONG_RESOLVER_*', text, OTHER_CLIENT),
  warns('KONG_NEW_DNS_CLIENT', onOff, OTHER_CLIENT, { default: 'off' }),
  warns('KONG_LEGACY_DNS_CLIENT', onOff, OTHER_CLIENT, { default: 'off' }),
];

function parseServer(value: string): DnsServerAddress | undefined {
  const [, bracketed, plain = '', port = '53'] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const address = isIP(value) === 6 ? value : bracketed ?? plain;
  if (isIP(address) === 0 || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { address, port: Number(port) };
}

function allOf<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  return items.length > 0 && items.every((item) => item !== undefined) ? items as readonly T[] : undefined;
}
