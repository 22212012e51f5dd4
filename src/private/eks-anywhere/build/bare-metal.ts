/** All documents of a cluster on bare metal. */
import type { Document } from '../model/document';
import type { AffinityTerm, HostOs, TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, controlPlaneMachineName, document, inNamespace, workerMachineName } from './cluster';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';

interface Term {
  readonly labels?: Readonly<Record<string, string>>;
  readonly expressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** Which machines a group takes, and how they are installed. */
interface MachineInput {
  readonly select?: Readonly<Record<string, string>>;
  readonly affinity?: { readonly required: readonly Term[]; readonly preferred?: readonly (Term & { readonly weight: number })[] };
  readonly imageUrl?: string;
  readonly installationTemplate?: Readonly<Record<string, unknown>>;
}

export interface BareMetalInput extends ClusterInput {
  readonly controlPlaneNodes: ControlPlaneInput & MachineInput;
  readonly workerNodes: readonly (WorkerGroupInput & MachineInput)[];
  readonly tinkerbellIp: string;
  readonly osFamily: string;
  readonly osImageUrl?: string;
  readonly hookImagesUrl?: string;
  readonly isoBoot?: boolean;
  readonly isoUrl?: string;
  readonly skipServiceLoadBalancer?: boolean;
  readonly loadBalancerInterface?: string;
  readonly hostOs?: HostOs;
  readonly sshUser: string;
  readonly sshKey: string;
}

export function bareMetalDocuments(input: BareMetalInput): Document[] {
  const name = input.clusterName;
  const groups = [
    { machineName: controlPlaneMachineName(name), group: input.controlPlaneNodes },
    ...input.workerNodes.map((group) => ({ machineName: workerMachineName(name, group.name), group })),
  ];
  // The tools take the image from the datacenter or from every machine configuration, never from both.
  const hasOwnImages = groups.some(({ group }) => group.imageUrl !== undefined);
  return inNamespace([
    clusterDocument(input, 'TinkerbellDatacenterConfig', 'TinkerbellMachineConfig'),
    document('TinkerbellDatacenterConfig', name, datacenter(input, hasOwnImages)),
    ...groups.map(({ machineName, group }) => document('TinkerbellMachineConfig', machineName, machine(input, group, machineName, hasOwnImages))),
    ...groups.flatMap(({ machineName, group }) => group.installationTemplate ? [document(TEMPLATE_KIND, machineName, { template: group.installationTemplate })] : []),
    ...input.companions ?? [],
  ], input.metadata?.namespace);
}

const TEMPLATE_KIND = 'TinkerbellTemplateConfig';

function datacenter(input: BareMetalInput, hasOwnImages: boolean): TinkerbellDatacenterSpec {
  return {
    tinkerbellIP: input.tinkerbellIp,
    osImageURL: hasOwnImages ? undefined : input.osImageUrl,
    hookImagesURLPath: input.hookImagesUrl,
    isoBoot: input.isoBoot,
    hookIsoURL: input.isoUrl,
    skipLoadBalancerDeployment: input.skipServiceLoadBalancer,
    loadBalancerInterface: input.loadBalancerInterface,
  };
}

function machine(input: BareMetalInput, group: MachineInput, machineName: string, hasOwnImages: boolean): TinkerbellMachineSpec {
  return {
    hardwareSelector: group.select,
    hardwareAffinity: group.affinity && {
      required: group.affinity.required.map(affinityTerm),
      preferred: group.affinity.preferred?.map((term) => ({ weight: term.weight, hardwareAffinityTerm: affinityTerm(term) })),
    },
    osFamily: input.osFamily,
    osImageURL: hasOwnImages ? group.imageUrl ?? input.osImageUrl : undefined,
    templateRef: group.installationTemplate && { kind: TEMPLATE_KIND, name: machineName },
    hostOSConfiguration: input.hostOs,
    users: [{ name: input.sshUser, sshAuthorizedKeys: [input.sshKey] }],
  };
}

function affinityTerm({ labels, expressions }: Term): AffinityTerm {
  return { labelSelector: { matchLabels: labels, matchExpressions: expressions?.map(({ key, operator, values }) => ({ key, operator, values })) } };
}
