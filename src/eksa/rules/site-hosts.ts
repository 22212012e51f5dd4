/** Hosts of a site that the documents and hardware.csv name by address. */
import type { Machine } from '../hardware/hardware-csv';
import { subnetsOf } from '../hardware/subnet';
import type { Document } from '../model/document';
import type { MachineSpec } from '../model/machines';
import { oncePer } from '../once';
import { contains, lastAddress, parseIp } from '../syntax/ip';
import type { IpAddress } from '../syntax/ip';
import { parseUrl } from '../syntax/url';
import { nodeMachines } from './eligible-machines';
import type { Context } from './rule';

/** A host that pods or nodes talk to. */
export interface SiteHost {
  /** As a message calls it: `the name server`. */
  readonly owner: string;
  readonly text: string;
  readonly address: IpAddress;
}

/** Every host once for each thing that it is, machines themselves left out. */
export function siteHosts(context: Context): SiteHost[] {
  const machines = nodeMachines(context);
  return [...rowHosts(machines, ['nameservers', 'bmc_ip']), ...documentHosts(context)];
}

/** What has an address already, in words that end a sentence; nothing where it is free as far as the files tell. */
export function ownersOf(address: IpAddress, context: Context): string[] {
  const machines = nodeMachines(context);
  const hosts = [...rowHosts(machines, ['gateway', 'nameservers', 'bmc_ip']), ...vCenter(context)];
  const isSame = (other: IpAddress) => other.version === address.version && other.value === address.value;
  const network = subnetsOf(machines).find(({ cidr }) => cidr.prefixLength <= 30 && contains(cidr, address))?.cidr;
  return [
    ...hosts.filter((host) => isSame(host.address)).map(({ owner }) => `which is ${owner}`),
    ...(network && address.value === network.network.value ? ['the address of the network itself'] : []),
    ...(network && address.value === lastAddress(network) ? ['the broadcast address of the network'] : []),
  ];
}

const ROLES = {
  gateway: (hostname: string) => `the gateway of ${hostname}`,
  nameservers: (hostname: string) => `the name server of ${hostname}`,
  bmc_ip: (hostname: string) => `the BMC of ${hostname}`,
} as const;

function rowHosts(machines: readonly Machine[], columns: readonly (keyof typeof ROLES)[]): SiteHost[] {
  return columns.flatMap((column) => COLUMN_HOSTS[column](machines));
}

const COLUMN_HOSTS = { gateway: columnHosts('gateway'), nameservers: columnHosts('nameservers'), bmc_ip: columnHosts('bmc_ip') };

/** Of a value in many rows, the first is named. */
function columnHosts(column: keyof typeof ROLES): (machines: readonly Machine[]) => readonly SiteHost[] {
  return oncePer((machines: readonly Machine[]) => {
    const owners = new Map<string, string>();
    for (const { cells } of machines) {
      for (const text of cells[column].split('|')) if (!owners.has(text)) owners.set(text, ROLES[column](cells.hostname));
    }
    return [...owners].flatMap(([text, owner]) => hostAt(owner, text));
  });
}

function documentHosts(context: Context): SiteHost[] {
  const { proxyConfiguration: proxy, registryMirrorConfiguration: mirror } = context.cluster.spec ?? {};
  const images = [context.tinkerbellDatacenter?.spec?.osImageURL, ...context.tinkerbellMachines.map(({ spec }) => spec?.osImageURL)];
  const machines = [...context.tinkerbellMachines, ...context.vsphereMachines] as readonly Document<MachineSpec>[];
  const timeServers = new Set(machines.flatMap(({ spec }) => spec?.hostOSConfiguration?.ntpConfiguration?.servers ?? []));
  return [
    ...vCenter(context),
    ...hostAt('the registry mirror', mirror?.endpoint),
    ...[...new Set([proxy?.httpProxy, proxy?.httpsProxy])].flatMap((text) => hostAt('the proxy', hostIn(text))),
    ...[...new Set(images.map(hostIn))].flatMap((text) => hostAt('the server of osImageURL', text)),
    ...[...timeServers].flatMap((text) => hostAt('the time server', text)),
  ];
}

function vCenter({ vsphereDatacenter }: Context): SiteHost[] {
  return hostAt('the vCenter server', vsphereDatacenter?.spec?.server);
}

function hostIn(text: string | undefined): string | undefined {
  return text && parseUrl(text.includes('://') ? text : `http://${text}`)?.host;
}

function hostAt(owner: string, text: string | undefined): SiteHost[] {
  const address = text ? parseIp(text) : undefined;
  return text && address ? [{ owner, text, address }] : [];
}
