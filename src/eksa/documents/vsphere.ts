/** All documents of a cluster on vSphere. */
import type { Document } from '../model/document';
import type { FailureDomain, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { ClusterInput, EtcdInput } from './cluster';
import { clusterDocument, completed, document, machineNames } from './cluster';
import type { MachineConfigInput } from './machine-config';
import { distinct } from './machine-config';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';

/** The virtual machines of a group. */
export interface VirtualMachineInput extends MachineConfigInput {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly datastore: string;
  readonly folder: string;
  readonly resourcePool: string;
  readonly template?: string;
  readonly networks?: readonly string[];
  readonly storagePolicy?: string;
  readonly linkedClones?: boolean;
  readonly tags?: readonly string[];
}

export interface VSphereInput extends ClusterInput {
  readonly controlPlaneNodes: ControlPlaneInput & VirtualMachineInput;
  readonly workerNodes: readonly (WorkerGroupInput & VirtualMachineInput)[];
  readonly etcdNodes?: EtcdInput & VirtualMachineInput;
  readonly server: string;
  readonly datacenter: string;
  readonly network: string;
  readonly insecure: boolean;
  readonly thumbprint: string;
  readonly failureDomains?: readonly FailureDomain[];
}

const MACHINE_KIND = 'VSphereMachineConfig';

export function vsphereDocuments(input: VSphereInput): Document[] {
  const names = machineNames(input);
  const { server, datacenter, network, insecure, thumbprint, failureDomains } = input;
  const datacenterSpec: VSphereDatacenterSpec = { server, datacenter, network, insecure, thumbprint, failureDomains };
  return completed([
    clusterDocument(input, 'VSphereDatacenterConfig', MACHINE_KIND),
    document('VSphereDatacenterConfig', input.datacenterConfigName ?? input.clusterName, datacenterSpec),
    ...distinct([
      document(MACHINE_KIND, names.controlPlane, machine(input.controlPlaneNodes)),
      ...input.workerNodes.map((group, index) => document(MACHINE_KIND, names.workers[index], machine(group))),
      ...input.etcdNodes ? [document(MACHINE_KIND, names.etcd, machine(input.etcdNodes))] : [],
    ]),
  ], input);
}

function machine(group: VirtualMachineInput): VSphereMachineSpec {
  return {
    datastore: group.datastore,
    folder: group.folder,
    resourcePool: group.resourcePool,
    numCPUs: group.cpus,
    memoryMiB: group.memoryMiB,
    diskGiB: group.diskGiB,
    osFamily: group.osFamily,
    template: group.template,
    storagePolicyName: group.storagePolicy,
    cloneMode: group.linkedClones === undefined ? undefined : group.linkedClones ? 'linkedClone' : 'fullClone',
    networks: group.networks,
    tags: group.tags,
    hostOSConfiguration: group.hostOs,
    users: group.users,
  };
}
