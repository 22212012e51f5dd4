/** What a machine's files say about names: `/etc/hosts` and `/etc/resolv.conf`. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

import type { DnsServer } from './dns-query.ts';

export interface ResolvConf {
  readonly servers: readonly DnsServer[];
  /** Domains that are tried behind a name. */
  readonly search: readonly string[];
  /** Dots from which on a name is tried as it is first. */
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** As in resolv.conf(5). */
const LIMITS = { servers: 3, search: 32, ndots: 15, timeoutSeconds: 30, attempts: 5 };

/** @param text empty: there is no such file */
export function parseResolvConf(text: string): ResolvConf {
  const servers: DnsServer[] = [];
  let search: readonly string[] = [];
  const options = { ndots: 1, timeout: 5, attempts: 2 };
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.replace(/[#;].*/, '').trim().split(/\s+/);
    if (keyword === 'nameserver' && isIP((words[0] ?? '').split('%')[0]!) !== 0) servers.push({ address: words[0]!, port: 53 });
    if (keyword === 'search' || keyword === 'domain') search = words.map((word) => word.replace(/\.$/, '')).filter((word) => word !== '');
    if (keyword !== 'options') continue;
    for (const word of words) {
      const [, name, value] = /^(ndots|timeout|attempts):(\d{1,4})$/.exec(word) ?? [];
      if (name !== undefined) options[name as keyof typeof options] = Number(value);
    }
  }
  return {
    servers: servers.length === 0 ? [{ address: '127.0.0.1', port: 53 }] : servers.slice(0, LIMITS.servers),
    search: search.slice(0, LIMITS.search),
    ndots: Math.min(options.ndots, LIMITS.ndots),
    timeoutMs: Math.max(1, Math.min(options.timeout, LIMITS.timeoutSeconds)) * 1000,
    attempts: Math.max(1, Math.min(options.attempts, LIMITS.attempts)),
  };
}

/** Addresses by lower-case name, in the order of the file. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      hosts.set(key, [...hosts.get(key) ?? [], address]);
    }
  }
  return hosts;
}

/** The text of a file; empty when it cannot be read. */
export function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
