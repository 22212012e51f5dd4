/** The machines and hosts of a site with their addresses, read once for all rules about them. */
import type { Machine } from '../hardware/hardware-csv';
import { isEligible } from '../hardware/selection';
import { subnetsOf } from '../hardware/subnet';
import type { Subnet } from '../hardware/subnet';
import type { Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import { oncePer } from '../once';
import { parseIp } from '../syntax/ip';
import type { IpAddress } from '../syntax/ip';
import { parseUrl } from '../syntax/url';
import type { Context } from './rule';

/** A host that machines, nodes or pods talk to. */
export interface SiteHost {
  readonly kind: 'gateway' | 'name server' | 'BMC' | 'vCenter' | 'other';
  /** As a message calls it: `the name server of node-01`. */
  readonly owner: string;
  readonly text: string;
  readonly address: IpAddress;
}

interface Site {
  /** Machines that can become nodes of this cluster. Others belong to other clusters. */
  readonly nodes: readonly Machine[];
  readonly subnets: readonly Subnet[];
  /** Networks of the machines that the control plane can be given, spare ones included. */
  readonly controlPlaneSubnets: readonly Subnet[];
  /** Each host once for each thing that it is. */
  readonly hosts: readonly SiteHost[];
}

/** Read once: of 60,000 machines, that takes longer than all rules about them. */
export const siteOf = oncePer((context: Context): Site => {
  const { cluster, hardware, tinkerbellMachines } = context;
  const name = cluster.spec?.controlPlaneConfiguration?.machineGroupRef?.name;
  const group = tinkerbellMachines.find(({ metadata }) => metadata?.name === name);
  const nodes = (hardware?.machines ?? [])
    .filter((machine) => tinkerbellMachines.some(({ spec }) => isEligible(spec, machine)));
  return {
    nodes,
    subnets: subnetsOf(nodes),
    controlPlaneSubnets: group ? subnetsOf(nodes.filter((machine) => isEligible(group.spec, machine))) : [],
    hosts: [
      ...rowHosts(nodes, 'gateway', ({ cells }) => [cells.gateway]),
      ...rowHosts(nodes, 'name server', ({ cells }) => cells.nameservers.split('|')),
      ...rowHosts(nodes, 'BMC', ({ cells }) => [cells.bmc_ip]),
      ...documentHosts(context),
    ],
  };
});

/** Of a value in many rows, the first is named. */
function rowHosts(
  nodes: readonly Machine[],
  kind: SiteHost['kind'],
  textsOf: (machine: Machine) => readonly string[],
): SiteHost[] {
  const first = new Map<string, Machine>();
  for (const machine of nodes) {
    for (const text of textsOf(machine)) if (text !== '' && !first.has(text)) first.set(text, machine);
  }
  return [...first].flatMap(([text, { cells }]) => hostAt(kind, `the ${kind} of ${cells.hostname}`, text));
}

function documentHosts({ cluster, tinkerbellDatacenter, tinkerbellMachines, vsphereDatacenter, vsphereMachines }: Context): SiteHost[] {
  const { proxyConfiguration: proxy, registryMirrorConfiguration: mirror } = cluster.spec ?? {};
  const images = [tinkerbellDatacenter?.spec?.osImageURL, ...tinkerbellMachines.map(({ spec }) => spec?.osImageURL)];
  const machines = [...tinkerbellMachines, ...vsphereMachines] as readonly Document<MachineSpec>[];
  const timeServers = machines.flatMap(({ spec }) => spec?.hostOSConfiguration?.ntpConfiguration?.servers ?? []);
  const others: [string, (string | undefined)[]][] = [
    ['the registry mirror', [mirror?.endpoint]],
    ['the proxy', [proxy?.httpProxy, proxy?.httpsProxy].map(hostIn)],
    ['the server of osImageURL', images.map(hostIn)],
    ['the time server', timeServers],
  ];
  return [
    ...hostAt('vCenter', 'the vCenter server', vsphereDatacenter?.spec?.server),
    ...others.flatMap(([owner, texts]) => [...new Set(texts)].flatMap((text) => hostAt('other', owner, text))),
  ];
}

function hostIn(text: string | undefined): string | undefined {
  return text && parseUrl(text.includes('://') ? text : `http://${text}`)?.host;
}

function hostAt(kind: SiteHost['kind'], owner: string, text: string | undefined): SiteHost[] {
  const address = text ? parseIp(text) : undefined;
  return text && address ? [{ kind, owner, text, address }] : [];
}

const NAMED = 3;

/** `cp1 10.20.0.21, cp2 10.20.0.22, cp3 10.20.0.23 and 5 more`. */
export function namesOf(machines: readonly Machine[]): string {
  return firstOf(machines, ({ cells }) => `${cells.hostname} ${cells.ip_address}`);
}

/** The first few of many, and how many more there are. */
export function firstOf<Item>(items: readonly Item[], textOf: (item: Item) => string): string {
  const more = items.length - NAMED;
  const named = items.slice(0, NAMED).map(textOf).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
