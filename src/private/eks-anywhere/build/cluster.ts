/** The Cluster document and the names of the objects around it. */
import type { ClusterSpec, Ref } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import { API_VERSION } from '../schema/kinds';
import type { NodeGroupInput, WorkerGroupInput } from './node-groups';
import { controlPlane, workerGroup } from './node-groups';

export interface ClusterInput {
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly endpoint: string;
  readonly podsCidr: string;
  readonly servicesCidr: string;
  readonly nodeCidrMaskSize?: number;
  readonly controlPlaneNodes: NodeGroupInput;
  readonly workerNodes: readonly WorkerGroupInput[];
}

/** The name of the machine configuration of the control plane nodes. */
export function controlPlaneMachineName(clusterName: string): string {
  return `${clusterName}-cp`;
}

/** The name of the machine configuration of a worker group. */
export function workerMachineName(clusterName: string, group: string): string {
  return `${clusterName}-${group}`;
}

export function clusterDocument(input: ClusterInput, datacenterKind: string, machineKind: string): ClusterDocument {
  const name = input.clusterName;
  const machine = (machineName: string): Ref => ({ kind: machineKind, name: machineName });
  const spec: ClusterSpec = {
    kubernetesVersion: input.kubernetesVersion,
    managementCluster: { name },
    datacenterRef: { kind: datacenterKind, name },
    clusterNetwork: {
      cniConfig: { cilium: {} },
      pods: { cidrBlocks: [input.podsCidr] },
      services: { cidrBlocks: [input.servicesCidr] },
      ...(input.nodeCidrMaskSize === undefined ? {} : { nodes: { cidrMaskSize: input.nodeCidrMaskSize } }),
    },
    controlPlaneConfiguration: controlPlane(input.controlPlaneNodes, input.endpoint, machine(controlPlaneMachineName(name))),
    workerNodeGroupConfigurations: input.workerNodes.map((group) => workerGroup(group, machine(workerMachineName(name, group.name)))),
  };
  return document('Cluster', name, spec);
}

export function document<Spec>(kind: string, name: string, spec: Spec): Document<Spec> {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}
