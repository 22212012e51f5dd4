/** Host names, addresses and address ranges, as the Admin API accepts them. */
import { isIP, isIPv6 } from 'node:net';

interface ParsedHost {
  readonly kind: 'name' | 'ipv4' | 'ipv6';
  readonly port?: number;
}

/** Messages of the Admin API. */
type HostViolation = 'invalid port number' | 'invalid ipv6 address' | `invalid ${'hostname' | 'ipv4 address' | 'ipv6 address'}: ${string}`;

const MAX_PORT = 65_535;

/** Reads `host`, `host:port`, `[ipv6]:port` or an address. */
export function parseHost(text: string): ParsedHost | HostViolation {
  if (text.split(':').length > 2) return parseIpv6(text);
  const [, host, port] = /^(.*?)(?::(\d+))?$/s.exec(text) as unknown as [string, string, string?];
  // What has only digits and dots is an address, a port of digits included.
  if (/^:?[\d.]+:?[\d.]*$/.test(text)) return isDottedQuad(host) ? withPort('ipv4', port) : `invalid ipv4 address: ${text}`;
  // Kong reads the port before it looks at the name.
  return isHostName(host) || Number(port) > MAX_PORT ? withPort('name', port) : `invalid hostname: ${text}`;
}

function parseIpv6(text: string): ParsedHost | HostViolation {
  const [, bracketed, rest = ''] = /^\[([^\]]*)\](.*)$/s.exec(text) ?? [];
  const [, port] = /^:(\d+)$/.exec(rest) ?? [];
  if (rest !== '' && port === undefined) return 'invalid ipv6 address';
  const address = bracketed ?? text;
  // Kong knows neither the zone of an address nor its notation with the dots of IPv4.
  return isIPv6(address) && !/[%.]/.test(address) ? withPort('ipv6', port) : `invalid ipv6 address: ${text}`;
}

/**
 * An address as it is stored: `host:port`, IPv4 without leading zeros, IPv6 with all digits in brackets.
 *
 * @returns undefined when it is not a host name or an address
 */
export function normalizedAddress(text: string, defaultPort: number): string | undefined {
  const parsed = parseHost(text);
  if (typeof parsed === 'string') return undefined;
  return `${normalizedHost(text, parsed)}:${parsed.port ?? defaultPort}`;
}

function normalizedHost(text: string, { kind, port }: ParsedHost): string {
  const host = kind === 'ipv6' ? text.replace(/^\[|\](:\d+)?$/g, '') : port === undefined ? text : text.slice(0, text.lastIndexOf(':'));
  if (kind === 'ipv4') return host.split('.').map(Number).join('.');
  return kind === 'ipv6' ? `[${ipv6Groups(host).join(':')}]` : host;
}

function withPort(kind: ParsedHost['kind'], port: string | undefined): ParsedHost | HostViolation {
  if (port === undefined) return { kind };
  return Number(port) <= MAX_PORT ? { kind, port: Number(port) } : 'invalid port number';
}

/** Leading zeros are accepted, as in Kong. */
function isDottedQuad(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

/** Labels of letters, digits, `-` and `_` that do not end in `-`, and at most one dot at the end. Labels may be longer than DNS allows. */
function isHostName(text: string): boolean {
  return /^([A-Za-z0-9_-]*[A-Za-z0-9_])(\.[A-Za-z0-9_-]*[A-Za-z0-9_])*\.?$/.test(text);
}

/** An IPv4 or IPv6 address, or a range in CIDR notation. As in Kong, an IPv6 address may be in brackets, and has no zone. */
export function isIpOrCidr(text: string): boolean {
  const [address, bits, ...more] = text.split('/');
  const version = isIP(/^\[(.*:.*)\]$/.exec(address!)?.[1] ?? address!);
  if (version === 0 || address!.includes('%') || more.length > 0) return false;
  return bits === undefined || (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Whether a valid IPv6 address or range has no bits set behind its prefix. */
export function isFirstOfRange(range: string): boolean {
  const [address, bits = '128'] = range.split('/') as [string, string?];
  return Array.from(ipv6Bits(address).slice(Number(bits))).every((bit) => bit === '0');
}

/** The 128 bits of a valid address, as text. */
function ipv6Bits(address: string): string {
  return ipv6Groups(address).map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

/** The eight groups of a valid address, each of four lower-case digits. */
function ipv6Groups(address: string): readonly string[] {
  const hexadecimal = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => (
    [[0, 1], [2, 3]].map(([high, low]) => (Number(bytes[high!]) * 256 + Number(bytes[low!])).toString(16)).join(':')));
  const [head, tail] = hexadecimal.split('::') as [string, string?];
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = tail === undefined ? groups(head) : [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
  return all.map((group) => group.toLowerCase().padStart(4, '0'));
}
