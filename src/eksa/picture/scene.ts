/** What a picture of a cluster shows, whatever it is drawn with. */
import { parseHardware } from '../hardware/hardware-csv';
import type { Hardware, Machine } from '../hardware/hardware-csv';
import { isEligible, selectorText } from '../hardware/selection';
import type { ClusterSpec, NodeGroup, Ref } from '../model/cluster';
import type { TinkerbellDatacenterSpec, TinkerbellMachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import { networkOf, netmaskLength, parseIp } from '../syntax/ip';
import type { State } from '../update/pair';
import { find, isSelfManaged, stateOf } from '../update/pair';
import { parseClusterFile } from '../yaml/parse';

export type Role = 'control plane' | 'workers' | 'etcd';

/** A machine that a group can take; the tools choose among those that match. */
export interface SceneMachine {
  readonly name: string;
  /** Address, size or kind, in a few words. */
  readonly detail: string;
  /** Whether the group has more machines than nodes, and this is one of the surplus. */
  readonly isSpare: boolean;
}

export interface SceneGroup {
  readonly role: Role;
  readonly name: string;
  readonly nodes: number;
  /** Operating system, selector, size, labels, taints: one short text each. */
  readonly facts: readonly string[];
  readonly machines: readonly SceneMachine[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Scene {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly networks: readonly Fact[];
  readonly groups: readonly SceneGroup[];
  /** Machines of hardware.csv that no group can take. */
  readonly unused: readonly SceneMachine[];
}

const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  TinkerbellDatacenterConfig: 'bare metal',
  VSphereDatacenterConfig: 'vSphere',
  DockerDatacenterConfig: 'Docker',
};

/** @returns undefined when the text does not hold exactly one Cluster */
export function sceneOf(clusterYaml: string, hardwareCsv?: string): Scene | undefined {
  return sceneOfDocuments(
    parseClusterFile(clusterYaml).documents.map(({ content }) => content),
    hardwareCsv === undefined ? undefined : parseHardware(hardwareCsv),
  );
}

/** @returns undefined when there is not exactly one Cluster among the documents */
export function sceneOfDocuments(documents: readonly object[], hardware?: Hardware): Scene | undefined {
  const state = stateOf(documents);
  if (!state) return undefined;
  const spec = state.cluster.spec ?? {};
  const groups = groupsOf(state, spec, hardware);
  const taken = (hardware?.machines ?? []).filter((machine) =>
    machineSpecs(state, spec).some((candidate) => isEligible(candidate, machine)),
  );
  return {
    title: `${state.cluster.metadata?.name ?? '?'}: EKS Anywhere on `
      + `${PROVIDER_NAMES[spec.datacenterRef?.kind ?? ''] ?? spec.datacenterRef?.kind ?? 'an unknown provider'}`,
    facts: [
      { name: 'Kubernetes', value: spec.kubernetesVersion ?? '?' },
      { name: 'managed by', value: isSelfManaged(state.cluster) ? 'itself' : (spec.managementCluster?.name ?? '?') },
      ...placeFacts(state, spec),
    ],
    networks: networksOf(spec, hardware),
    groups,
    unused: (hardware?.machines ?? []).filter((machine) => !taken.includes(machine)).map((machine) => physical(machine, true)),
  };
}

function placeFacts(state: State, spec: ClusterSpec): Fact[] {
  const datacenter = find(state, spec.datacenterRef?.kind, spec.datacenterRef?.name)?.spec as
    Partial<TinkerbellDatacenterSpec & VSphereDatacenterSpec> | undefined;
  return present([
    ['Kubernetes API', spec.controlPlaneConfiguration?.endpoint?.host],
    ['Tinkerbell', datacenter?.tinkerbellIP],
    ['vCenter', datacenter?.server && `${datacenter.server}, datacenter ${datacenter.datacenter}`],
    ['proxy', spec.proxyConfiguration?.httpsProxy],
    ['registry mirror', spec.registryMirrorConfiguration?.endpoint],
    ['GitOps', spec.gitOpsRef?.kind],
    ['sign-in', spec.identityProviderRefs?.map(({ kind }) => kind).join(', ') || undefined],
  ]);
}

function networksOf(spec: ClusterSpec, hardware: Hardware | undefined): Fact[] {
  const network = spec.clusterNetwork;
  const pods = network?.pods?.cidrBlocks?.join(', ');
  return [
    ...nodeNetworks(hardware).map((value) => ({ name: 'nodes', value })),
    ...present([
      ['pods', pods && `${pods} (a /${network?.nodes?.cidrMaskSize ?? 24} each node)`],
      ['services', network?.services?.cidrBlocks?.join(', ')],
      ['plugin', network?.cniConfig?.kindnetd ? 'kindnetd' : 'Cilium'],
    ]),
  ];
}

/** The networks that the machines' addresses and netmasks make. */
function nodeNetworks(hardware: Hardware | undefined): string[] {
  return [...new Set((hardware?.machines ?? []).flatMap(({ cells }) => {
    const [address, length] = [parseIp(cells.ip_address), netmaskLength(cells.netmask)];
    if (address?.version !== 4 || length === undefined) return [];
    const { value } = networkOf(address, length);
    const octets = [24n, 16n, 8n, 0n].map((shift) => String((BigInt(value) / (1n << shift)) % 256n));
    return [`${octets.join('.')}/${length}, gateway ${cells.gateway}`];
  }))];
}

function groupsOf(state: State, spec: ClusterSpec, hardware: Hardware | undefined): SceneGroup[] {
  const group = (role: Role, name: string, nodes: number, given: NodeGroup, extra: readonly string[] = []) => {
    const machine = specOf(state, given.machineGroupRef);
    return {
      role,
      name,
      nodes,
      facts: [...machineFacts(machine), ...groupFacts(given), ...extra],
      machines: machinesOf(role, name, nodes, machine, hardware),
    };
  };
  const controlPlane = spec.controlPlaneConfiguration;
  const etcd = spec.externalEtcdConfiguration;
  return [
    ...(controlPlane ? [group('control plane', 'control plane', controlPlane.count ?? 1, controlPlane, etcd ? [] : ['with etcd'])] : []),
    ...(etcd ? [group('etcd', 'etcd', etcd.count ?? 1, etcd)] : []),
    ...(spec.workerNodeGroupConfigurations ?? []).map((workers) =>
      group(
        'workers',
        workers.name ?? '?',
        workers.count ?? 1,
        workers,
        present([
          ['Kubernetes', workers.kubernetesVersion],
          [
            'autoscaling',
            workers.autoscalingConfiguration &&
              `${workers.autoscalingConfiguration.minCount ?? 0} to ${workers.autoscalingConfiguration.maxCount ?? 0}`,
          ],
          ['failure domain', workers.failureDomains?.join(', ')],
        ]).map(({ name, value }) => `${name} ${value}`),
      ),
    ),
  ];
}

type MachineSpec = TinkerbellMachineSpec & VSphereMachineSpec;

function specOf(state: State, ref: Ref | undefined): MachineSpec | undefined {
  return find<MachineSpec>(state, ref?.kind, ref?.name)?.spec;
}

function machineSpecs(state: State, spec: ClusterSpec): MachineSpec[] {
  const groups = [spec.controlPlaneConfiguration, spec.externalEtcdConfiguration, ...spec.workerNodeGroupConfigurations ?? []];
  return groups.map((group) => group?.machineGroupRef).flatMap((ref) => specOf(state, ref) ?? []);
}

function machineFacts(machine: MachineSpec | undefined): string[] {
  const { hardwareSelector, hardwareAffinity, osFamily, numCPUs, memoryMiB, diskGiB } = machine ?? {};
  const gibibytes = memoryMiB === undefined ? undefined : `${Math.round(memoryMiB / 102.4) / 10} GiB memory`;
  return [
    osFamily,
    hardwareSelector && selectorText(hardwareSelector),
    hardwareAffinity && 'by affinity',
    numCPUs && `${numCPUs} CPUs`,
    gibibytes,
    diskGiB && `${diskGiB} GiB disk`,
  ].filter((fact): fact is string => typeof fact === 'string');
}

function groupFacts({ labels, taints }: NodeGroup): string[] {
  return present([
    ['labels', labels && Object.keys(labels).length > 0 ? selectorText(labels) : undefined],
    ['taints', taints?.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', ') || undefined],
  ]).map(({ name, value }) => `${name} ${value}`);
}

/** Machines that match; without a hardware file, or on a provider that makes them, one for each node. */
function machinesOf(
  role: Role,
  name: string,
  nodes: number,
  machine: MachineSpec | undefined,
  hardware: Hardware | undefined,
): SceneMachine[] {
  const isPhysical = machine !== undefined && (machine.hardwareSelector !== undefined || machine.hardwareAffinity !== undefined);
  if (isPhysical && hardware) {
    return hardware.machines
      .filter((candidate) => isEligible(machine, candidate))
      .map((candidate, index) => physical(candidate, index >= nodes));
  }
  const detail = isPhysical ? 'a machine' : machine ? 'virtual machine' : 'container';
  return Array.from({ length: Math.max(0, nodes) }, (_, index) => ({
    name: `${role === 'workers' ? name : role} ${index + 1}`,
    detail,
    isSpare: false,
  }));
}

function physical({ cells }: Machine, isSpare: boolean): SceneMachine {
  return { name: cells.hostname, detail: cells.ip_address, isSpare };
}

function present(facts: readonly (readonly [string, string | undefined])[]): Fact[] {
  return facts.flatMap(([name, value]) => value ? [{ name, value }] : []);
}
