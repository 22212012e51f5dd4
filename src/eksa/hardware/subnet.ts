/** The networks of machines, as address and netmask of their rows make them. */
import { oncePer } from '../once';
import { netmaskLength, networkOf, parseIp } from '../syntax/ip';
import type { Cidr, IpAddress } from '../syntax/ip';
import type { Machine } from './hardware-csv';

/** A network and the machines in it, in the order of the file. */
export interface Subnet {
  readonly cidr: Cidr;
  readonly machines: readonly Machine[];
}

export const addressOf = oncePer((machine: Machine): IpAddress | undefined => parseIp(machine.cells.ip_address));

/** The machine's own network; undefined where address or netmask is none, and for IPv6, which has no netmask. */
export const subnetOf = oncePer((machine: Machine): { readonly address: IpAddress; readonly cidr: Cidr } | undefined => {
  const address = addressOf(machine);
  const prefixLength = netmaskLength(machine.cells.netmask);
  if (address?.version !== 4 || prefixLength === undefined) return undefined;
  return { address, cidr: { network: networkOf(address, prefixLength), prefixLength } };
});

/** Each network once, with its machines. */
export function subnetsOf(machines: readonly Machine[]): Subnet[] {
  const byNetwork = new Map<string, { readonly cidr: Cidr; readonly machines: Machine[] }>();
  for (const machine of machines) {
    const cidr = subnetOf(machine)?.cidr;
    if (!cidr) continue;
    const key = `${cidr.network.value}/${cidr.prefixLength}`;
    const known = byNetwork.get(key);
    if (known) known.machines.push(machine);
    else byNetwork.set(key, { cidr, machines: [machine] });
  }
  return [...byNetwork.values()];
}
