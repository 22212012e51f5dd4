/** Rules about the addresses of a site beside the networks of the cluster, and beside the networks of its machines. */
import { asWritten } from '../finding';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Machine } from '../hardware/hardware-csv';
import { addressOf } from '../hardware/subnet';
import type { Subnet } from '../hardware/subnet';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import { cidrText, contains, lastAddress, overlaps, parseCidr, parseIp } from '../syntax/ip';
import type { Cidr, IpAddress } from '../syntax/ip';
import { isWorkloadCluster } from './cluster';
import type { Context, Problem, Rule } from './rule';
import { firstOf, namesOf, siteOf } from './site';
import type { SiteHost } from './site';

const ENDPOINT = 'spec.controlPlaneConfiguration.endpoint.host';

export const ADDRESS_PLAN_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'S9', check: endpointOutsideNetworks },
  { id: 'S9', check: tinkerbellIpOutsideNetworks },
  { id: 'machines-in-network', check: machinesOutsideNetworks },
  { id: 'host-in-network', check: hostsOutsideNetworks },
  { id: 'endpoint-subnet', check: endpointAmongControlPlane },
  { id: 'tinkerbell-subnet', check: tinkerbellIpAmongMachines },
  { id: 'address-taken', check: addressesFree },
  { id: 'host-is-machine', check: hostsStay },
  { id: 'netmasks-differ', check: netmasksAgree },
];

interface ClusterNetwork {
  readonly name: 'pods' | 'services';
  readonly at: string;
  readonly text: string;
  readonly cidr: Cidr;
}

/** The networks of the cluster, as far as they can be read. */
function networksOf(cluster: ClusterDocument): ClusterNetwork[] {
  return (['pods', 'services'] as const).flatMap((name) => {
    const text = cluster.spec?.clusterNetwork?.[name]?.cidrBlocks?.[0];
    const cidr = parseCidr(text);
    return text && cidr ? [{ name, text, cidr, at: `spec.clusterNetwork.${name}.cidrBlocks[0]` }] : [];
  });
}

/** What happens to an address that is in a network of the cluster as well. */
const CONSEQUENCES = {
  pods: "neither pods nor nodes reach it once a node's pods have that part of the network",
  services: 'neither pods nor nodes reach it once a Service is given it',
} as const;

function* outsideNetworks(text: string | undefined, at: string, networks: readonly ClusterNetwork[]): Iterable<Problem> {
  const address = text ? parseIp(text) : undefined;
  for (const { name, text: block, cidr } of networks) {
    if (!address || !contains(cidr, address)) continue;
    yield {
      at,
      message: `is ${asWritten(text)}, which is inside the ${name} CIDR ${block}: ${CONSEQUENCES[name]}`,
      fix: `choose an address outside, or another ${name} CIDR`,
    };
  }
}

/** Where the machines are inside as well, the network is what is wrong, and that is said once. */
function networksWithoutMachines(cluster: ClusterDocument, context: Context): ClusterNetwork[] {
  return networksOf(cluster).filter((network) => machinesIn(network, context).length === 0);
}

function* endpointOutsideNetworks(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  yield* outsideNetworks(cluster.spec?.controlPlaneConfiguration?.endpoint?.host, ENDPOINT, networksWithoutMachines(cluster, context));
}

function* tinkerbellIpOutsideNetworks(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.tinkerbellDatacenter;
  if (!datacenter) return;
  for (const problem of outsideNetworks(datacenter.spec?.tinkerbellIP, 'spec.tinkerbellIP', networksWithoutMachines(cluster, context))) {
    yield { ...problem, document: documentPath(datacenter) };
  }
}

function machinesIn({ cidr }: ClusterNetwork, context: Context): Machine[] {
  return siteOf(context).nodes.filter((machine) => {
    const address = addressOf(machine);
    return address && contains(cidr, address);
  });
}

function* machinesOutsideNetworks(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  for (const network of networksOf(cluster)) {
    const subnets = siteOf(context).subnets.filter(({ cidr }) => overlaps(cidr, network.cidr));
    const inside = machinesIn(network, context);
    const fix = `choose a ${network.name} network that shares no address with the machines'`;
    if (inside.length > 0) {
      const noun = inside.length === 1 ? 'machine' : 'machines';
      yield {
        at: network.at,
        message: `is ${network.text}, which contains ${inside.length} ${noun} of hardware.csv (${namesOf(inside)})${ofNetworks(subnets)}: `
          + (network.name === 'pods' ? 'nodes route what is for a machine to pods' : 'a Service can be given the address of a machine')
          + ', and the cluster gets stuck',
        fix,
      };
    } else if (subnets.length > 0) {
      yield {
        at: network.at,
        message: `is ${network.text}, which overlaps the machines' network ${textOf(subnets)}: hosts with an address in both `
          + 'are out of reach',
        fix,
        severity: 'warning',
      };
    }
  }
}

function textOf(subnets: readonly Subnet[]): string {
  return firstOf(subnets, ({ cidr }) => cidrText(cidr));
}

function ofNetworks(subnets: readonly Subnet[]): string {
  return subnets.length === 0 ? '' : ` of the network ${textOf(subnets)}`;
}

function* hostsOutsideNetworks(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  // A gateway is in the network of its machine, which has a rule of its own.
  const hosts = siteOf(context).hosts.filter(({ kind }) => kind !== 'gateway');
  for (const network of networksOf(cluster)) {
    const inside = hosts.filter(({ address }) => contains(network.cidr, address));
    if (inside.length === 0 || machinesIn(network, context).length > 0) continue;
    yield {
      at: network.at,
      message: `is ${network.text}, which contains ${firstOf(inside, ({ owner, text }) => `${owner} (${text})`)}: `
        + CONSEQUENCES[network.name],
      fix: `choose a ${network.name} network that the site does not use`,
      severity: 'warning',
    };
  }
}

/**
 * Networks of more than a host or two: machines with longer masks reach everything through a router. Where the gateway of the first
 * machine is outside, the mask is what is wrong, and S8 says so.
 */
function sharedSubnets(subnets: readonly Subnet[]): Subnet[] {
  return subnets.filter(({ cidr, machines: [{ cells }] }) => {
    const gateway = parseIp(cells.gateway);
    return cidr.prefixLength <= 30 && gateway && contains(cidr, gateway);
  });
}

/** kube-vip announces the address by ARP from whichever control plane node leads. */
function* endpointAmongControlPlane(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { endpoint, skipLoadBalancerDeployment } = cluster.spec?.controlPlaneConfiguration ?? {};
  const address = parseIp(endpoint?.host ?? '');
  if (address?.version !== 4 || skipLoadBalancerDeployment) return;
  const subnets = sharedSubnets(siteOf(context).controlPlaneSubnets);
  // Where a netmask of the site takes the address in, the netmasks are what is wrong, and another rule says so.
  const around = siteOf(context).subnets.filter(({ cidr }) => contains(cidr, address));
  const others = subnets.filter(({ cidr }) => !around.some((outer) => overlaps(outer.cidr, cidr)));
  if (others.length === 0) return;
  const machines = others.flatMap((subnet) => subnet.machines);
  yield {
    at: ENDPOINT,
    message: `is ${asWritten(endpoint?.host)}, outside the network of ${others.length === subnets.length ? '' : 'some of '}the control `
      + `plane's machines, ${textOf(others)} (${namesOf(machines)}): kube-vip announces it there by ARP, which no other network hears`,
    fix: others.length === subnets.length
      ? `choose a free address of ${textOf(others)}, or set skipLoadBalancerDeployment and serve it by a load balancer of your own`
      : 'label only machines of one network for the control plane',
    severity: 'warning',
  };
}

/** Machines of workload clusters may reach the management cluster's address through a router. */
function* tinkerbellIpAmongMachines(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.tinkerbellDatacenter;
  const { tinkerbellIP, skipLoadBalancerDeployment, loadBalancerInterface } = datacenter?.spec ?? {};
  const address = parseIp(tinkerbellIP ?? '');
  if (!datacenter || address?.version !== 4 || skipLoadBalancerDeployment || loadBalancerInterface) return;
  if (isWorkloadCluster(cluster)) return;
  const subnets = sharedSubnets(siteOf(context).subnets);
  if (subnets.length === 0 || subnets.some(({ cidr }) => contains(cidr, address))) return;
  yield {
    document: documentPath(datacenter),
    at: 'spec.tinkerbellIP',
    message: `is ${asWritten(tinkerbellIP)}, outside the network of every machine, ${textOf(subnets)}: kube-vip announces it there by ARP, `
      + 'and no machine could be installed from it',
    fix: `choose a free address of ${textOf(subnets)}`,
    severity: 'warning',
  };
}

/** The tools want addresses that no host answers to; those of known hosts are taken. */
function* addressesFree(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.tinkerbellDatacenter;
  const wanted = [
    { at: ENDPOINT, text: cluster.spec?.controlPlaneConfiguration?.endpoint?.host, document: undefined },
    ...(datacenter ? [{ at: 'spec.tinkerbellIP', text: datacenter.spec?.tinkerbellIP, document: documentPath(datacenter) }] : []),
  ];
  for (const { at, text, document } of wanted) {
    const address = parseIp(text ?? '');
    const owner = address && ownerOf(address, context);
    // Tinkerbell shares its address with servers on other ports.
    const server = address && !owner && at === ENDPOINT ? hostWith(address, context, 'other')?.owner : undefined;
    const fix = 'choose an address that no host has';
    if (owner) yield { document, at, message: `is ${asWritten(text)}, ${owner}`, fix };
    if (server) yield { document, at, message: `is ${asWritten(text)}, which is ${server} as well`, fix, severity: 'warning' };
  }
}

/** A host with the address: one of the site's, or a server that may be moved there later. */
function hostWith({ version, value }: IpAddress, context: Context, kind: 'other' | 'of the site'): SiteHost | undefined {
  return siteOf(context).hosts.find((one) =>
    (one.kind === 'other') === (kind === 'other') && one.address.version === version && one.address.value === value);
}

/** What has an address already, in words that end a sentence; undefined where it is free as far as the files tell. */
function ownerOf(address: IpAddress, context: Context): string | undefined {
  const { subnets } = siteOf(context);
  const host = hostWith(address, context, 'of the site');
  if (host) return `which is ${host.owner}`;
  const subnet = subnets.find(({ cidr }) => cidr.prefixLength <= 30 && contains(cidr, address))?.cidr;
  if (address.value === subnet?.network.value) return 'the address of the network itself';
  return subnet && address.value === lastAddress(subnet) ? 'the broadcast address of the network' : undefined;
}

/** A machine is installed from nothing, and what ran on it before is gone. */
function* hostsStay(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { hosts, nodes } = siteOf(context);
  const served = hosts.filter(({ kind }) => kind !== 'gateway' && kind !== 'BMC');
  const machines = new Map<bigint, Machine>();
  for (const machine of nodes) {
    const address = addressOf(machine);
    if (address?.version === 4) machines.set(address.value, machine);
  }
  for (const { owner, text, address } of served) {
    const machine = address.version === 4 ? machines.get(address.value) : undefined;
    if (!machine) continue;
    yield {
      document: `${HARDWARE_FILE}/${machine.cells.hostname}`,
      at: 'ip_address',
      message: `is ${asWritten(text)}, which is ${owner} as well: its disk is overwritten, and it no longer serves that`,
      fix: 'serve it from a host that is no machine of the cluster',
      severity: 'warning',
    };
  }
}

/** Hosts of one network have one netmask; with two, some take hosts beside them for distant ones. */
function* netmasksAgree(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const subnets = sharedSubnets(siteOf(context).subnets);
  const [inner, outer] = differingPair(subnets) ?? [];
  if (!inner || !outer) return;
  yield {
    document: HARDWARE_FILE,
    at: '',
    message: `has the networks ${cidrText(outer.cidr)} (${namesOf(outer.machines)}) and, inside it, ${cidrText(inner.cidr)} `
      + `(${namesOf(inner.machines)}): machines of one network need one netmask`,
    fix: 'write the same netmask in all rows of the network',
    severity: 'warning',
  };
}

/** Two networks of which one contains the other; sorted by their first address, the inner one follows an outer one. */
function differingPair(subnets: readonly Subnet[]): readonly [Subnet, Subnet] | undefined {
  const sorted = [...subnets].sort((one, other) => {
    const [first, second] = [one.cidr, other.cidr];
    if (first.network.value !== second.network.value) return first.network.value < second.network.value ? -1 : 1;
    return first.prefixLength - second.prefixLength;
  });
  const at = sorted.findIndex((subnet, index) => index > 0 && overlaps(sorted[index - 1].cidr, subnet.cidr));
  return at < 0 ? undefined : [sorted[at], sorted[at - 1]];
}
