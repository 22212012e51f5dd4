/** Groups of nodes with the machines that each can take. */
import { counted } from '../finding';
import type { Hardware, Machine } from '../hardware/hardware-csv';
import { isEligible, selectorText } from '../hardware/selection';
import type { ClusterSpec, NodeGroup, Ref } from '../model/cluster';
import type { TinkerbellMachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { State } from '../update/pair';
import { find } from '../update/pair';
import type { Place } from './places';
import { networkOfMachine, placeOfVirtualMachines } from './places';

export type Role = 'control plane' | 'workers' | 'etcd';

export interface PlacedMachine {
  readonly name: string;
  readonly detail: string;
  /** Whether no node needs it. */
  readonly isSpare: boolean;
  readonly place?: Place;
}

export interface PlacedGroup {
  readonly role: Role;
  readonly name: string;
  readonly nodes: number;
  readonly facts: readonly string[];
  readonly machines: readonly PlacedMachine[];
}

type MachineSpec = TinkerbellMachineSpec & VSphereMachineSpec;

/** A group as the Cluster has it, with its machine configuration. */
interface GivenGroup {
  readonly role: Role;
  readonly name: string;
  readonly nodes: number;
  readonly group: NodeGroup & { readonly failureDomains?: readonly string[] };
  readonly machine?: MachineSpec;
  readonly extra: readonly string[];
}

/** @returns the groups, and the machines that none of them can take */
export function groupsOf(
  state: State,
  hardware: Hardware | undefined,
): { readonly groups: readonly PlacedGroup[]; readonly unused: readonly PlacedMachine[] } {
  const spec = state.cluster.spec ?? {};
  const given = givenGroups(state, spec);
  const physical = hardware && assign(given, hardware.machines);
  const datacenter = find<VSphereDatacenterSpec>(state, 'VSphereDatacenterConfig', spec.datacenterRef?.name)?.spec ?? {};
  return {
    groups: given.map(({ group, machine, extra, ...rest }, index) => ({
      ...rest,
      facts: [...machineFacts(machine), ...groupFacts(group), ...extra],
      machines: physical && isPhysical(machine)
        ? physical.machines[index]
        : imagined({ ...rest, group, machine, extra }, machine && placeOfVirtualMachines(group, machine, datacenter)),
    })),
    unused: physical?.unused ?? [],
  };
}

function givenGroups(state: State, spec: ClusterSpec): GivenGroup[] {
  const given = (role: Role, name: string, group: NodeGroup & { readonly count?: number }, extra: readonly string[] = []): GivenGroup =>
    ({ role, name, nodes: group.count ?? 1, group, machine: specOf(state, group.machineGroupRef), extra });
  const { controlPlaneConfiguration: controlPlane, externalEtcdConfiguration: etcd, workerNodeGroupConfigurations: workers = [] } = spec;
  return [
    ...(controlPlane ? [given('control plane', 'control plane', controlPlane, etcd ? [] : ['with etcd'])] : []),
    ...(etcd ? [given('etcd', 'etcd', etcd)] : []),
    ...workers.map((group) => given('workers', group.name ?? '?', group, [
      ...group.kubernetesVersion ? [`Kubernetes ${group.kubernetesVersion}`] : [],
      ...group.autoscalingConfiguration
        ? [`autoscaling ${group.autoscalingConfiguration.minCount ?? 0} to ${group.autoscalingConfiguration.maxCount ?? 0}`]
        : [],
    ])),
  ];
}

function specOf(state: State, ref: Ref | undefined): MachineSpec | undefined {
  return find<MachineSpec>(state, ref?.kind, ref?.name)?.spec;
}

function isPhysical(machine: MachineSpec | undefined): machine is MachineSpec {
  return machine !== undefined && (machine.hardwareSelector !== undefined || machine.hardwareAffinity !== undefined);
}

/** Each group in turn takes as many machines as it has nodes; what is left is spare for every group that could take it. */
function assign(groups: readonly GivenGroup[], machines: readonly Machine[]) {
  const taken = new Set<Machine>();
  const eligible = groups.map(({ machine }) => isPhysical(machine) ? machines.filter((candidate) => isEligible(machine, candidate)) : []);
  const used = eligible.map((candidates, index) => {
    const own = candidates.filter((candidate) => !taken.has(candidate)).slice(0, Math.max(0, groups[index].nodes));
    for (const candidate of own) taken.add(candidate);
    return new Set(own);
  });
  const usable = new Set(eligible.flat());
  return {
    machines: eligible.map((candidates, index) =>
      candidates.filter((candidate) => used[index].has(candidate) || !taken.has(candidate))
        .map((candidate) => placed(candidate, !used[index].has(candidate)))),
    unused: machines.filter((candidate) => !usable.has(candidate)).map((candidate) => placed(candidate, true)),
  };
}

function placed(machine: Machine, isSpare: boolean): PlacedMachine {
  return { name: machine.cells.hostname, detail: machine.cells.ip_address, isSpare, place: networkOfMachine(machine) };
}

/** One machine for each node: on providers that make them, and without a hardware file. */
function imagined({ role, name, nodes, machine }: GivenGroup, place: Place | undefined): PlacedMachine[] {
  const detail = isPhysical(machine) ? 'a machine' : machine ? 'virtual machine' : 'container';
  return Array.from({ length: Math.max(0, nodes) }, (_, index) => ({
    name: `${role === 'workers' ? name : role} ${index + 1}`,
    detail,
    isSpare: false,
    place: isPhysical(machine) ? undefined : place,
  }));
}

function machineFacts(machine: MachineSpec | undefined): string[] {
  const { hardwareSelector, hardwareAffinity, osFamily, numCPUs, memoryMiB, diskGiB } = machine ?? {};
  return [
    osFamily,
    hardwareSelector && selectorText(hardwareSelector),
    hardwareAffinity && 'by affinity',
    numCPUs && counted(numCPUs, 'CPU'),
    memoryMiB === undefined ? undefined : `${Math.round(memoryMiB / 102.4) / 10} GiB memory`,
    diskGiB && `${diskGiB} GiB disk`,
  ].filter((fact): fact is string => typeof fact === 'string');
}

function groupFacts({ labels, taints }: NodeGroup): string[] {
  return [
    ...labels && Object.keys(labels).length > 0 ? [`labels ${selectorText(labels)}`] : [],
    ...taints?.length
      ? [`taints ${taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', ')}`]
      : [],
  ];
}
