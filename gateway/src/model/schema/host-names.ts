/** Host names, addresses and address ranges, as the Admin API accepts them. */
import { isIP, isIPv4, isIPv6 } from 'node:net';

export interface ParsedHost {
  readonly kind: 'name' | 'ipv4' | 'ipv6';
  readonly port?: number;
}

/** Reads `host`, `host:port`, `[ipv6]:port` or an address; a text says what is wrong. */
export function parseHost(text: string): ParsedHost | 'invalid hostname' | 'invalid port number' {
  if (isIPv6(text)) return { kind: 'ipv6' };
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return isIPv6(bracketed[1]!) ? withPort('ipv6', bracketed[2]) : 'invalid hostname';
  const [, host, port] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (host === undefined || !isHostName(host)) return 'invalid hostname';
  return withPort(isIPv4(host) ? 'ipv4' : 'name', port);
}

function withPort(kind: ParsedHost['kind'], port: string | undefined): ParsedHost | 'invalid hostname' | 'invalid port number' {
  if (port === undefined) return { kind };
  if (!/^\d+$/.test(port)) return 'invalid hostname';
  return Number(port) <= 65535 ? { kind, port: Number(port) } : 'invalid port number';
}

/** Letters, digits, `-`, `_` and single dots; one dot at the end is fine. Longer labels than DNS allows are accepted, as Kong does. */
function isHostName(text: string): boolean {
  if (/^[\d.]+$/.test(text) && !isIPv4(text)) return false;
  return /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(text);
}

/** An IPv4 or IPv6 address, or a range in CIDR notation. */
export function isIpOrCidr(text: string): boolean {
  const [address, bits, ...more] = text.split('/');
  const version = isIP(address!);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Whether a valid IPv6 address or range has no bits set behind its prefix. */
export function isFirstOfRange(range: string): boolean {
  const [address, bits = '128'] = range.split('/') as [string, string?];
  return Array.from(ipv6Bits(address).slice(Number(bits))).every((bit) => bit === '0');
}

/** The 128 bits of a valid address, as text. */
function ipv6Bits(address: string): string {
  const [head, tail] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => (
    [[0, 1], [2, 3]].map(([high, low]) => (Number(bytes[high!]) * 256 + Number(bytes[low!])).toString(16)).join(':'))).split('::') as [string, string?];
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = tail === undefined ? groups(head) : [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
