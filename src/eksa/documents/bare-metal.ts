/** All documents of a cluster on bare metal. */
import type { Document } from '../model/document';
import type { AffinityTerm, TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../model/machines';
import type { ClusterInput } from './cluster';
import { clusterDocument, completed, document, machineNames } from './cluster';
import type { MachineConfigInput } from './machine-config';
import { distinct } from './machine-config';
import type { ControlPlaneInput, WorkerGroupInput } from './node-groups';

interface Term {
  readonly labels?: Readonly<Record<string, string>>;
  readonly expressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** Which machines a group takes, and how they are installed. */
export interface PhysicalMachineInput extends MachineConfigInput {
  readonly select?: Readonly<Record<string, string>>;
  readonly affinity?: { readonly required: readonly Term[]; readonly preferred?: readonly (Term & { readonly weight: number })[] };
  readonly imageUrl?: string;
  readonly installationTemplate?: Readonly<Record<string, unknown>>;
  /** The machine configuration's when undefined. */
  readonly installationTemplateName?: string;
}

export interface BareMetalInput extends ClusterInput {
  readonly controlPlaneNodes: ControlPlaneInput & PhysicalMachineInput;
  readonly workerNodes: readonly (WorkerGroupInput & PhysicalMachineInput)[];
  readonly tinkerbellIp: string;
  readonly osImageUrl?: string;
  readonly hookImagesUrl?: string;
  readonly isoBoot?: boolean;
  readonly isoUrl?: string;
  readonly skipServiceLoadBalancer?: boolean;
  readonly loadBalancerInterface?: string;
}

export function bareMetalDocuments(input: BareMetalInput): Document[] {
  const names = machineNames(input);
  const groups = [
    { machineName: names.controlPlane, group: input.controlPlaneNodes },
    ...input.workerNodes.map((group, index) => ({ machineName: names.workers[index], group })),
  ];
  // The tools take the image from the datacenter or from every machine configuration, never from both.
  const hasOwnImages = groups.some(({ group }) => group.imageUrl !== undefined);
  return completed([
    clusterDocument(input, 'TinkerbellDatacenterConfig', 'TinkerbellMachineConfig'),
    document('TinkerbellDatacenterConfig', input.datacenterConfigName ?? input.clusterName, datacenter(input, hasOwnImages)),
    ...distinct([
      ...groups.map(({ machineName, group }) => {
        return document(
          'TinkerbellMachineConfig',
          machineName,
          machine(group, machineName, hasOwnImages ? (group.imageUrl ?? input.osImageUrl) : undefined),
        );
      }),
      ...groups.flatMap(({ machineName, group }) => {
        return group.installationTemplate
          ? [document(TEMPLATE_KIND, templateName(group, machineName), { template: group.installationTemplate })]
          : [];
      }),
    ]),
  ], input);
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

function templateName({ installationTemplateName }: PhysicalMachineInput, machineName: string): string {
  return installationTemplateName ?? machineName;
}

function machine(group: PhysicalMachineInput, machineName: string, osImageURL: string | undefined): TinkerbellMachineSpec {
  return {
    hardwareSelector: group.select,
    hardwareAffinity: group.affinity && {
      required: group.affinity.required.map(affinityTerm),
      preferred: group.affinity.preferred?.map((term) => ({ weight: term.weight, hardwareAffinityTerm: affinityTerm(term) })),
    },
    osFamily: group.osFamily,
    osImageURL,
    templateRef: group.installationTemplate && { kind: TEMPLATE_KIND, name: templateName(group, machineName) },
    hostOSConfiguration: group.hostOs,
    users: group.users,
  };
}

function affinityTerm({ labels, expressions }: Term): AffinityTerm {
  return {
    labelSelector: { matchLabels: labels, matchExpressions: expressions?.map(({ key, operator, values }) => ({ key, operator, values })) },
  };
}
