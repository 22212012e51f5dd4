/** All documents of a cluster on vSphere. */
import type { Document } from '../model/document';
import type { FailureDomain, HostOs, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, controlPlaneMachineName, document, etcdMachineName, inNamespace, workerMachineName } from './cluster';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';

/** Size and place of the virtual machines of a group. */
export interface VirtualMachineInput {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly datastore: string;
  readonly folder: string;
  readonly resourcePool: string;
  readonly template?: string;
  readonly networks?: readonly string[];
}

export interface VSphereInput extends ClusterInput {
  readonly controlPlaneNodes: ControlPlaneInput & VirtualMachineInput;
  readonly workerNodes: readonly (WorkerGroupInput & VirtualMachineInput)[];
  readonly etcdNodes?: VirtualMachineInput;
  readonly server: string;
  readonly datacenter: string;
  readonly network: string;
  readonly insecure: boolean;
  readonly thumbprint: string;
  readonly failureDomains?: readonly FailureDomain[];
  readonly storagePolicy?: string;
  readonly linkedClones?: boolean;
  readonly tags?: readonly string[];
  readonly osFamily: string;
  readonly hostOs?: HostOs;
  readonly sshUser: string;
  readonly sshKey: string;
}

export function vsphereDocuments(input: VSphereInput): Document[] {
  const name = input.clusterName;
  const { server, datacenter, network, insecure, thumbprint, failureDomains } = input;
  const datacenterSpec: VSphereDatacenterSpec = { server, datacenter, network, insecure, thumbprint, failureDomains };
  return inNamespace([
    clusterDocument(input, 'VSphereDatacenterConfig', 'VSphereMachineConfig'),
    document('VSphereDatacenterConfig', name, datacenterSpec),
    document('VSphereMachineConfig', controlPlaneMachineName(name), machine(input, input.controlPlaneNodes)),
    ...input.workerNodes.map((group) => document('VSphereMachineConfig', workerMachineName(name, group.name), machine(input, group))),
    ...input.etcdNodes ? [document('VSphereMachineConfig', etcdMachineName(name), machine(input, input.etcdNodes))] : [],
    ...input.companions ?? [],
  ], input.metadata?.namespace);
}

function machine(input: VSphereInput, group: VirtualMachineInput): VSphereMachineSpec {
  return {
    datastore: group.datastore,
    folder: group.folder,
    resourcePool: group.resourcePool,
    numCPUs: group.cpus,
    memoryMiB: group.memoryMiB,
    diskGiB: group.diskGiB,
    osFamily: input.osFamily,
    template: group.template,
    storagePolicyName: input.storagePolicy,
    cloneMode: input.linkedClones === undefined ? undefined : input.linkedClones ? 'linkedClone' : 'fullClone',
    networks: group.networks,
    tags: input.tags,
    hostOSConfiguration: input.hostOs,
    users: [{ name: input.sshUser, sshAuthorizedKeys: [input.sshKey] }],
  };
}
