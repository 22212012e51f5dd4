/** Sets of addresses given as CIDRs. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** An IPv4 address that came in through an IPv6 socket, as plain IPv4. */
export function plainAddress(address: string | undefined): string {
  return address === undefined ? '' : address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * A test whether an address is in one of the ranges.
 * @throws Error naming the entry that is no address and no CIDR
 */
export function addressSet(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const prefix = Number(bits ?? (family === 'ipv6' ? 128 : 32));
    if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 'ipv6' ? 128 : 32)) {
      throw new Error(`${JSON.stringify(range)} is no address and no CIDR like 10.0.0.0/8`);
    }
    list.addSubnet(address, prefix, family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
