/** Where machines are: the network of a physical machine, the failure domain or network of a virtual one. */
import type { Machine } from '../hardware/hardware-csv';
import { subnetOf } from '../hardware/subnet';
import type { NodeGroup } from '../model/cluster';
import type { VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import { cidrText } from '../syntax/ip';

export interface Place {
  /** As a heading has it: `network 10.20.1.0/24`, `failure domain az-1`. */
  readonly name: string;
  /** VLAN, gateway, compute cluster: one short text each. */
  readonly facts: readonly string[];
}

/** The network that a machine's address and netmask make, with its VLAN. */
export function networkOfMachine(machine: Machine): Place {
  const subnet = subnetOf(machine);
  if (!subnet) return { name: 'unknown network', facts: [] };
  const { gateway, vlan_id: vlan } = machine.cells;
  return { name: `network ${cidrText(subnet.cidr)}`, facts: [...vlan ? [`VLAN ${vlan}`] : [], ...gateway ? [`gateway ${gateway}`] : []] };
}

/** @returns undefined where the files say neither a failure domain nor a network */
export function placeOfVirtualMachines(
  group: NodeGroup & { readonly failureDomains?: readonly string[] },
  machine: VSphereMachineSpec,
  datacenter: Partial<VSphereDatacenterSpec>,
): Place | undefined {
  const [name] = group.failureDomains ?? [];
  if (name !== undefined) {
    const { computeCluster, datastore, network } = datacenter.failureDomains?.find((domain) => domain.name === name) ?? {};
    return {
      name: `failure domain ${name}`,
      facts: [
        ...computeCluster ? [`compute cluster ${computeCluster}`] : [],
        ...datastore ? [`datastore ${datastore}`] : [],
        ...network ? [`network ${network}`] : [],
      ],
    };
  }
  const networks = machine.networks?.length ? machine.networks : datacenter.network ? [datacenter.network] : [];
  return networks.length === 0 ? undefined : { name: `network ${networks.join(' and ')}`, facts: [] };
}

/** Whether two places are the same one. */
export function placeKey(place: Place | undefined): string {
  return place === undefined ? '' : [place.name, ...place.facts].join('\n');
}
