/** The addresses that a cluster and its machines have already, and what is wrong with a range that shall be given out beside them. */
import { asWritten } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import { subnetsOf } from '../hardware/subnet';
import type { ClusterDocument, Document } from '../model/document';
import type { TinkerbellDatacenterSpec } from '../model/machines';
import { cidrText, lastAddress, parseCidr } from '../syntax/ip';
import type { Cidr } from '../syntax/ip';
import { liesIn, meets, parseRange, rangeOf, rangeOfAddress } from './address-range';
import type { AddressRange } from './address-range';
import type { AddressPool } from './curated-package';

/** Something that has addresses. */
interface Holder {
  /** As a message calls it: `the endpoint 10.20.0.10`. */
  readonly name: string;
  readonly range: AddressRange;
}

export interface SiteAddresses {
  /** Addresses and networks that are taken. */
  readonly holders: readonly Holder[];
  /** Networks of the machines; empty where they are not known at synth, as on vSphere. */
  readonly networks: readonly Cidr[];
}

export function siteAddresses(documents: readonly Document[], hardware: Hardware | undefined): SiteAddresses {
  const spec = (documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined)?.spec;
  const datacenter = documents.find(({ kind }) => kind === 'TinkerbellDatacenterConfig') as Document<TinkerbellDatacenterSpec> | undefined;
  const named: [string, string | undefined][] = [
    ['the endpoint', spec?.controlPlaneConfiguration?.endpoint?.host],
    ['tinkerbellIp', datacenter?.spec?.tinkerbellIP],
    ['podsCidr', spec?.clusterNetwork?.pods?.cidrBlocks?.[0]],
    ['servicesCidr', spec?.clusterNetwork?.services?.cidrBlocks?.[0]],
    ...machineAddresses(hardware),
  ];
  const networks = subnetsOf(hardware?.machines ?? []).map(({ cidr }) => cidr);
  return { holders: named.flatMap(([name, text]) => holder(name, text)), networks };
}

/**
 * @returns one sentence for each thing that is wrong, without the name of the property
 */
export function* poolProblems({ range: text, isLocal }: AddressPool, site: SiteAddresses): Iterable<string> {
  const range = parseRange(text);
  if (!range) {
    yield`is ${asWritten(text)}; expected addresses as first-last (10.20.0.100-10.20.0.120) or a network without host bits (10.20.0.96/28)`;
    return;
  }
  for (const { name } of site.holders.filter((holding) => meets(holding.range, range))) {
    yield `is ${text}, which contains ${name}: choose unused addresses`;
  }
  if (!isLocal || site.networks.length === 0) return;
  const network = site.networks.find((candidate) => liesIn(range, rangeOf(candidate)));
  if (!network) {
    yield `is ${text}, outside the network of the machines (${site.networks.map(cidrText).join(', ')}), where no host `
      + 'would reach it: choose addresses inside';
  } else if (edges(network).some((edge) => edge >= range.first && edge <= range.last)) {
    yield `is ${text}, which contains the first or the last address of ${cidrText(network)}: no host can have those`;
  }
}

/** Pools that share addresses: two services would get the same one. */
export function* sharedAddresses(pools: readonly AddressPool[]): Iterable<string> {
  for (const [index, pool] of pools.entries()) {
    const range = parseRange(pool.range);
    const other = range && pools.slice(0, index).find((earlier) => {
      const taken = parseRange(earlier.range);
      return taken && meets(taken, range);
    });
    if (other) yield `${pool.at} is ${pool.range}, which shares addresses with ${other.at} (${other.range}): choose ranges apart`;
  }
}

function machineAddresses(hardware: Hardware | undefined): [string, string][] {
  return (hardware?.machines ?? []).flatMap(({ cells }): [string, string][] => [
    [`machine ${cells.hostname}`, cells.ip_address],
    [`the gateway of machine ${cells.hostname}`, cells.gateway],
    [`the BMC of machine ${cells.hostname}`, cells.bmc_ip],
    ...cells.nameservers.split('|').map((server): [string, string] => [`a name server of machine ${cells.hostname}`, server]),
  ]);
}

function holder(name: string, text: string | undefined): Holder[] {
  const cidr = parseCidr(text ?? '');
  const range = cidr ? rangeOf(cidr) : rangeOfAddress(text ?? '');
  return range ? [{ name: `${name} ${text}`, range }] : [];
}

function edges(network: Cidr): bigint[] {
  return network.network.version === 6 || network.prefixLength > 30 ? [] : [network.network.value, lastAddress(network)];
}
