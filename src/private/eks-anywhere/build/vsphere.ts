/** All documents of a cluster on vSphere. */
import type { Document } from '../model/document';
import type { VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, controlPlaneMachineName, document, workerMachineName } from './cluster';
import type { NodeGroupInput, WorkerGroupInput } from './node-groups';

/** Size and place of the virtual machines of a group. */
export interface VirtualMachineInput {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly datastore: string;
  readonly folder: string;
  readonly resourcePool: string;
  readonly template?: string;
}

export interface VSphereInput extends ClusterInput {
  readonly controlPlaneNodes: NodeGroupInput & VirtualMachineInput;
  readonly workerNodes: readonly (WorkerGroupInput & VirtualMachineInput)[];
  readonly server: string;
  readonly datacenter: string;
  readonly network: string;
  readonly insecure: boolean;
  readonly thumbprint: string;
  readonly osFamily: string;
  readonly sshUser: string;
  readonly sshKey: string;
}

export function vsphereDocuments(input: VSphereInput): Document[] {
  const name = input.clusterName;
  const datacenter: VSphereDatacenterSpec = {
    server: input.server,
    datacenter: input.datacenter,
    network: input.network,
    insecure: input.insecure,
    thumbprint: input.thumbprint,
  };
  const machine = (group: VirtualMachineInput): VSphereMachineSpec => ({
    datastore: group.datastore,
    folder: group.folder,
    resourcePool: group.resourcePool,
    numCPUs: group.cpus,
    memoryMiB: group.memoryMiB,
    diskGiB: group.diskGiB,
    osFamily: input.osFamily,
    ...(group.template === undefined ? {} : { template: group.template }),
    users: [{ name: input.sshUser, sshAuthorizedKeys: [input.sshKey] }],
  });
  return [
    clusterDocument(input, 'VSphereDatacenterConfig', 'VSphereMachineConfig'),
    document('VSphereDatacenterConfig', name, datacenter),
    document('VSphereMachineConfig', controlPlaneMachineName(name), machine(input.controlPlaneNodes)),
    ...input.workerNodes.map((group) => document('VSphereMachineConfig', workerMachineName(name, group.name), machine(group))),
  ];
}
