/** The networks of machines, as address and netmask of their rows make them. */
import { oncePer } from '../once';
import { netmaskLength, networkOf, parseIp } from '../syntax/ip';
import type { Cidr, IpAddress } from '../syntax/ip';
import type { Machine } from './hardware-csv';

/** A machine with its address, where the cell holds one. */
export interface AddressedMachine {
  readonly machine: Machine;
  readonly address?: IpAddress;
}

/** A network and the machines in it, in the order of the file. */
export interface Subnet {
  readonly cidr: Cidr;
  readonly machines: readonly Machine[];
}

export function addressed(machine: Machine): AddressedMachine {
  return { machine, address: parseIp(machine.cells.ip_address) };
}

/** The machine's own network; undefined where address or netmask is none, and for IPv6, which has no netmask. */
export const subnetOf = oncePer((machine: Machine): { readonly address: IpAddress; readonly cidr: Cidr } | undefined => {
  const { address } = addressed(machine);
  const cidr = address && cidrOf(address, netmaskLength(machine.cells.netmask));
  return address && cidr && { address, cidr };
});

function cidrOf(address: IpAddress, prefixLength: number | undefined): Cidr | undefined {
  if (address.version !== 4 || prefixLength === undefined) return undefined;
  return { network: networkOf(address, prefixLength), prefixLength };
}

/** Each network once, with its machines. */
export function subnetsOf(machines: readonly AddressedMachine[]): Subnet[] {
  const lengths = new Map<string, number | undefined>();
  const byNetwork = new Map<string, { readonly cidr: Cidr; readonly machines: Machine[] }>();
  for (const { machine, address } of machines) {
    const { netmask } = machine.cells;
    if (!lengths.has(netmask)) lengths.set(netmask, netmaskLength(netmask));
    const cidr = address && cidrOf(address, lengths.get(netmask));
    if (!cidr) continue;
    const key = `${cidr.network.value}/${cidr.prefixLength}`;
    const known = byNetwork.get(key);
    if (known) known.machines.push(machine);
    else byNetwork.set(key, { cidr, machines: [machine] });
  }
  return [...byNetwork.values()];
}
