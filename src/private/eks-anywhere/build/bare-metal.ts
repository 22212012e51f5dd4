/** All documents of a cluster on bare metal. */
import type { Document } from '../model/document';
import type { TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, controlPlaneMachineName, document, workerMachineName } from './cluster';
import type { NodeGroupInput, WorkerGroupInput } from './node-groups';

interface Selecting {
  readonly select: Readonly<Record<string, string>>;
}

export interface BareMetalInput extends ClusterInput {
  readonly controlPlaneNodes: NodeGroupInput & Selecting;
  readonly workerNodes: readonly (WorkerGroupInput & Selecting)[];
  readonly tinkerbellIp: string;
  readonly osFamily: string;
  readonly osImageUrl?: string;
  readonly sshUser: string;
  readonly sshKey: string;
}

export function bareMetalDocuments(input: BareMetalInput): Document[] {
  const name = input.clusterName;
  const datacenter: TinkerbellDatacenterSpec = {
    tinkerbellIP: input.tinkerbellIp,
    ...(input.osImageUrl === undefined ? {} : { osImageURL: input.osImageUrl }),
  };
  const machine = ({ select }: Selecting): TinkerbellMachineSpec => ({
    hardwareSelector: select,
    osFamily: input.osFamily,
    users: [{ name: input.sshUser, sshAuthorizedKeys: [input.sshKey] }],
  });
  return [
    clusterDocument(input, 'TinkerbellDatacenterConfig', 'TinkerbellMachineConfig'),
    document('TinkerbellDatacenterConfig', name, datacenter),
    document('TinkerbellMachineConfig', controlPlaneMachineName(name), machine(input.controlPlaneNodes)),
    ...input.workerNodes.map((group) => document('TinkerbellMachineConfig', workerMachineName(name, group.name), machine(group))),
  ];
}
