/** Addresses and networks as the EKS Anywhere tools read them (Go's net.ParseIP and net.ParseCIDR). */
/* eslint-disable no-bitwise -- the subject is bits */

/** An address as a number; both families fit a bigint. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** A network: its first address and the length of its prefix in bits. */
export interface Cidr {
  readonly network: IpAddress;
  readonly prefixLength: number;
}

/** `::ffff:0:0`, below which IPv4 addresses can be written as IPv6. */
const IPV4_IN_IPV6 = 0xffffn << 32n;

/** The address, or undefined when the text is none. No blanks, no zones, no leading zeros in IPv4. */
export function parseIp(text: string): IpAddress | undefined {
  const known = parsed.get(text);
  if (known !== undefined) return known ?? undefined;
  const address = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(text, address ?? null);
  return address;
}

/** Rules ask for the same addresses again and again; so many are in the largest files. */
const parsed = new Map<string, IpAddress | null>();
const KEPT = 200_000;

/** The network with host bits cleared, or undefined when the text is absent or no network. */
export function parseCidr(text: string | undefined): Cidr | undefined {
  const parts = text?.split('/') ?? [];
  if (parts.length !== 2 || !/^\d+$/.test(parts[1])) return undefined;
  const plain = parseIp(parts[0]);
  const address = plain?.version === 4 && parts[0].includes(':') ? { version: 6, value: IPV4_IN_IPV6 | plain.value } as const : plain;
  const prefixLength = Number(parts[1]);
  if (!address || prefixLength > bits(address)) return undefined;
  return { network: networkOf(address, prefixLength), prefixLength };
}

/** The length of a contiguous dotted netmask such as `255.255.255.0`, or undefined. */
export function netmaskLength(text: string): number | undefined {
  const mask = parseIpv4(text);
  if (!mask) return undefined;
  const inverted = ~mask.value & 0xffffffffn;
  if ((inverted & (inverted + 1n)) !== 0n) return undefined;
  return 32 - (inverted === 0n ? 0 : inverted.toString(2).length);
}

export function networkOf(address: IpAddress, prefixLength: number): IpAddress {
  const hostBits = BigInt(bits(address) - prefixLength);
  return { version: address.version, value: (address.value >> hostBits) << hostBits };
}

/** The highest address of the network; in IPv4 its broadcast address. */
export function lastAddress(cidr: Cidr): bigint {
  const hostBits = BigInt(bits(cidr.network) - cidr.prefixLength);
  return cidr.network.value | ((1n << hostBits) - 1n);
}

export function contains(cidr: Cidr, address: IpAddress): boolean {
  return cidr.network.version === address.version && networkOf(address, cidr.prefixLength).value === cidr.network.value;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b.network) || contains(b, a.network);
}

export function sameIp(a: string, b: string): boolean {
  const first = parseIp(a);
  const second = parseIp(b);
  if (!first || !second) return a === b;
  return first.version === second.version && first.value === second.value;
}

/** `10.20.0.0/24`; IPv6 is written without `::`. */
export function cidrText({ network, prefixLength }: Cidr): string {
  return `${addressText(network)}/${prefixLength}`;
}

/** `10.20.0.1`; IPv6 is written without `::`. */
export function addressText({ version, value }: IpAddress): string {
  const [count, size, base] = version === 4 ? [4, 8n, 10] as const : [8, 16n, 16] as const;
  const parts = Array.from({ length: count }, (_, at) => ((value >> (BigInt(count - 1 - at) * size)) & ((1n << size) - 1n)).toString(base));
  return parts.join(version === 4 ? '.' : ':');
}

function bits(address: IpAddress): number {
  return address.version === 4 ? 32 : 128;
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function parseIpv4(text: string): IpAddress | undefined {
  const octets = IPV4.exec(text);
  if (!octets) return undefined;
  const [first, second, third, fourth] = octets.slice(1).map(Number);
  if (first > 255 || second > 255 || third > 255 || fourth > 255) return undefined;
  return { version: 4, value: BigInt(((first * 256 + second) * 256 + third) * 256 + fourth) };
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0], halves.length === 1);
  const tail = groups(halves[1] ?? '', true);
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<number>(missing).fill(0), ...tail];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  // `::ffff:10.0.0.1` is 10.0.0.1, here as in Go.
  return value >> 32n === 0xffffn ? { version: 4, value: value & 0xffffffffn } : { version: 6, value };
}

/** The 16-bit groups of one side of `::`; the last of the whole address may be an IPv4 address. */
function groups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const found: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.includes('.') && isEnd && at === parts.length - 1) {
      const embedded = parseIpv4(part);
      if (!embedded) return undefined;
      found.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      found.push(parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return found;
}
