/** The resolver of a node, by its settings and the machine's files. */
import type { Settings } from '../../settings/settings.ts';
import { CachingResolver } from './caching-resolver.ts';
import { DnsLookup } from './dns-lookup.ts';
import type { QueryType } from './dns-query.ts';
import type { Resolver } from './resolution.ts';
import { parseHosts, parseResolvConf, textOfFile } from './system-files.ts';

/** @param now milliseconds since 1970 */
export function nodeResolver(settings: Settings['dns'], now: () => number): Resolver {
  const machine = parseResolvConf(textOfFile('/etc/resolv.conf'));
  const lookup = new DnsLookup({
    ...machine,
    ...settings.servers && { servers: settings.servers },
    order: settings.order.filter((type): type is QueryType => type !== 'LAST' && type !== 'CNAME'),
    validTtl: settings.validTtlSeconds,
    notFoundTtl: settings.notFoundTtlSeconds,
    errorTtl: settings.errorTtlSeconds,
    now,
  });
  return new CachingResolver({
    hosts: parseHosts(textOfFile(settings.hostsFile)),
    lookup: (name) => lookup.resolve(name),
    staleTtl: settings.staleTtlSeconds,
    capacity: settings.cacheSize,
    now,
  });
}
