/** Ranges of addresses that a load balancer on site gives out, as MetalLB reads them. */
import type { Cidr } from '../syntax/ip';
import { lastAddress, parseCidr, parseIp } from '../syntax/ip';

export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** `10.20.0.100-10.20.0.120` or `10.20.0.96/28`; undefined when the text is neither, runs backwards or has host bits. */
export function parseRange(text: string): AddressRange | undefined {
  return text.includes('/') ? rangeOfNetwork(text) : rangeOfEnds(text);
}

export function rangeOf(cidr: Cidr): AddressRange {
  return { version: cidr.network.version, first: cidr.network.value, last: lastAddress(cidr) };
}

export function meets(a: AddressRange, b: AddressRange): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

export function liesIn(inner: AddressRange, outer: AddressRange): boolean {
  return inner.version === outer.version && inner.first >= outer.first && inner.last <= outer.last;
}

/** The address as a range of one; undefined when it is no address. */
export function rangeOfAddress(text: string): AddressRange | undefined {
  const address = parseIp(text);
  return address && { version: address.version, first: address.value, last: address.value };
}

function rangeOfEnds(text: string): AddressRange | undefined {
  const ends = text.split('-').map((end) => parseIp(end.trim()));
  const [first, last] = ends;
  if (ends.length !== 2 || !first || !last || first.version !== last.version || first.value > last.value) return undefined;
  return { version: first.version, first: first.value, last: last.value };
}

/** Host bits widen the range to addresses that the file does not name. */
function rangeOfNetwork(text: string): AddressRange | undefined {
  const cidr = parseCidr(text);
  const written = parseIp(text.split('/')[0]);
  return cidr && written && written.value === cidr.network.value ? rangeOf(cidr) : undefined;
}
