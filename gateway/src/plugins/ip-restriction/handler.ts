/** ip-restriction, phases access and preread: refuses clients by their address. `deny` has priority over `allow`. */
import { BlockList, isIPv6 } from 'node:net';

import { defineHandler } from '../../plugin-kit/plugin.ts';
import { ipRestriction } from './schema.ts';
import type { IpRestrictionConfig } from './schema.ts';

export const ipRestrictionHandler = defineHandler<IpRestrictionConfig>(ipRestriction, (config) => {
  const { status, message } = config;
  const isAllowed = config.allow === null || config.allow.length === 0 ? () => true : inRanges(config.allow);
  const isDenied = inRanges(config.deny ?? []);

  const passes = (clientIp: string) => isAllowed(clientIp) && !isDenied(clientIp);

  return {
    startsNothing: true,
    preread: (stream) => {
      if (!passes(stream.clientIp)) stream.refuse();
    },
    access: (exchange) => {
      const { clientIp } = exchange.request;
      if (passes(clientIp)) return;
      exchange.refuse({ status: status ?? 403, message: message ?? `IP address not allowed: ${clientIp}` });
    },
  };
});

/** A range of IPv6 contains no IPv4 address, though it may be written as one: `::/0` is every address of IPv6. */
function inRanges(ranges: readonly string[]): (address: string) => boolean {
  const [version4, version6] = [new BlockList(), new BlockList()];
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    (family === 'ipv6' ? version6 : version4).addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => isIPv6(address) ? version6.check(address, 'ipv6') : version4.check(address, 'ipv4');
}
