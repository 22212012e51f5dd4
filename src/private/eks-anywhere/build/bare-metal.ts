/** All documents of a cluster on bare metal. */
import type { Document } from '../model/document';
import type { HostOs, TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, controlPlaneMachineName, document, workerMachineName } from './cluster';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';

interface Selecting {
  readonly select: Readonly<Record<string, string>>;
}

export interface BareMetalInput extends ClusterInput {
  readonly controlPlaneNodes: ControlPlaneInput & Selecting;
  readonly workerNodes: readonly (WorkerGroupInput & Selecting)[];
  readonly tinkerbellIp: string;
  readonly osFamily: string;
  readonly osImageUrl?: string;
  readonly hookImagesUrl?: string;
  readonly isoUrl?: string;
  readonly skipServiceLoadBalancer?: boolean;
  readonly loadBalancerInterface?: string;
  readonly hostOs?: HostOs;
  readonly sshUser: string;
  readonly sshKey: string;
}

export function bareMetalDocuments(input: BareMetalInput): Document[] {
  const name = input.clusterName;
  const datacenter: TinkerbellDatacenterSpec = {
    tinkerbellIP: input.tinkerbellIp,
    osImageURL: input.osImageUrl,
    hookImagesURLPath: input.hookImagesUrl,
    isoBoot: input.isoUrl === undefined ? undefined : true,
    hookIsoURL: input.isoUrl,
    skipLoadBalancerDeployment: input.skipServiceLoadBalancer,
    loadBalancerInterface: input.loadBalancerInterface,
  };
  const machine = ({ select }: Selecting): TinkerbellMachineSpec => ({
    hardwareSelector: select,
    osFamily: input.osFamily,
    hostOSConfiguration: input.hostOs,
    users: [{ name: input.sshUser, sshAuthorizedKeys: [input.sshKey] }],
  });
  return [
    clusterDocument(input, 'TinkerbellDatacenterConfig', 'TinkerbellMachineConfig'),
    document('TinkerbellDatacenterConfig', name, datacenter),
    document('TinkerbellMachineConfig', controlPlaneMachineName(name), machine(input.controlPlaneNodes)),
    ...input.workerNodes.map((group) => document('TinkerbellMachineConfig', workerMachineName(name, group.name), machine(group))),
    ...input.companions ?? [],
  ];
}
