/** The same for each kind of site: what a construct's builder takes, and the documents that it makes of it. */
import { bareMetalDocuments } from '../documents/bare-metal';
import type { BareMetalInput, PhysicalMachineInput } from '../documents/bare-metal';
import type { ClusterInput, MachineNames } from '../documents/cluster';
import { machineNames } from '../documents/cluster';
import { dockerDocuments } from '../documents/docker';
import { vsphereDocuments } from '../documents/vsphere';
import type { VirtualMachineInput, VSphereInput } from '../documents/vsphere';
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import type {
  AffinityTerm,
  TinkerbellDatacenterSpec,
  TinkerbellMachineSpec,
  VSphereDatacenterSpec,
  VSphereMachineSpec,
} from '../model/machines';
import type { Contents } from '../update/pair';
import { find } from '../update/pair';
import { readCluster } from './read-cluster';
import { readMachineConfig } from './read-machine-config';

/** One kind of site, with the properties of its construct. */
export type Site =
  | { readonly construct: 'BareMetalCluster'; readonly input: BareMetalInput }
  | { readonly construct: 'VSphereCluster'; readonly input: VSphereInput }
  | { readonly construct: 'DockerCluster'; readonly input: ClusterInput };

const READERS: Readonly<Record<string, (contents: Contents) => Site>> = {
  TinkerbellDatacenterConfig: readBareMetal,
  VSphereDatacenterConfig: readVSphere,
  DockerDatacenterConfig: (contents) => ({ construct: 'DockerCluster', input: readCluster(contents) }),
};

/** @returns undefined for a provider without a construct */
export function readSite(contents: Contents): Site | undefined {
  return READERS[contents.cluster.spec?.datacenterRef?.kind ?? '']?.(contents);
}

/** What the construct would write. */
export function documentsOf(site: Site): Document[] {
  switch (site.construct) {
    case 'BareMetalCluster': return bareMetalDocuments(site.input);
    case 'VSphereCluster': return vsphereDocuments(site.input);
    default: return dockerDocuments(site.input);
  }
}

function machineOf<Spec>(contents: Contents, ref: Ref | undefined): Document<Spec> | undefined {
  return find<Spec>(contents, ref?.kind, ref?.name);
}

function datacenterOf<Spec>(contents: Contents): Partial<Spec> {
  return machineOf<Spec>(contents, contents.cluster.spec?.datacenterRef)?.spec ?? {};
}

/** Machine configurations of all groups: where the file names them, and how the constructs would. */
function groupsOf({ cluster: { spec = {} } }: Contents, input: ClusterInput) {
  const conventional: MachineNames = machineNames(input);
  return {
    controlPlane: { ref: spec.controlPlaneConfiguration?.machineGroupRef, conventional: conventional.controlPlane },
    workers: input.workerNodes.map((_group, index) => ({
      ref: spec.workerNodeGroupConfigurations?.[index].machineGroupRef,
      conventional: conventional.workers[index],
    })),
    etcd: { ref: spec.externalEtcdConfiguration?.machineGroupRef, conventional: conventional.etcd },
  };
}

type GroupRef = ReturnType<typeof groupsOf>['controlPlane'];

function readBareMetal(contents: Contents): Site {
  const input = readCluster(contents);
  const groups = groupsOf(contents, input);
  const first = physicalMachine(contents, groups.controlPlane);
  const datacenter = datacenterOf<TinkerbellDatacenterSpec>(contents);
  return {
    construct: 'BareMetalCluster',
    input: {
      ...input,
      controlPlaneNodes: { ...input.controlPlaneNodes, ...first },
      workerNodes: input.workerNodes.map((group, index) => ({
        ...group,
        ...withFamilyOf(first, physicalMachine(contents, groups.workers[index])),
      })),
      tinkerbellIp: datacenter.tinkerbellIP ?? '',
      osImageUrl: datacenter.osImageURL,
      hookImagesUrl: datacenter.hookImagesURLPath,
      isoBoot: datacenter.isoBoot || undefined,
      isoUrl: datacenter.hookIsoURL,
      skipServiceLoadBalancer: datacenter.skipLoadBalancerDeployment || undefined,
      loadBalancerInterface: datacenter.loadBalancerInterface,
    },
  };
}

/** On bare metal all groups have one operating system; only time servers are a group's own. */
function withFamilyOf(first: PhysicalMachineInput, own: PhysicalMachineInput): PhysicalMachineInput {
  const ntpConfiguration = own.hostOs?.ntpConfiguration;
  return { ...own, osFamily: first.osFamily, hostOs: first.hostOs || ntpConfiguration ? { ...first.hostOs, ntpConfiguration } : undefined };
}

/** Which machines a group takes, and how they are installed. */
function physicalMachine(contents: Contents, { ref, conventional }: GroupRef): PhysicalMachineInput {
  const document = machineOf<TinkerbellMachineSpec>(contents, ref);
  const { hardwareSelector, hardwareAffinity, osImageURL, templateRef } = document?.spec ?? {};
  const installationTemplate = machineOf<{ template?: Record<string, unknown> }>(contents, templateRef)?.spec?.template;
  return {
    ...readMachineConfig(document, ref, conventional),
    select: hardwareSelector,
    affinity: hardwareAffinity && {
      required: (hardwareAffinity.required ?? []).map(hardwareTerm),
      preferred: hardwareAffinity.preferred?.map(({ weight = 0, hardwareAffinityTerm = {} }) => ({
        ...hardwareTerm(hardwareAffinityTerm),
        weight,
      })),
    },
    imageUrl: osImageURL,
    installationTemplate,
    installationTemplateName: installationTemplate && templateRef?.name !== ref?.name ? templateRef?.name : undefined,
  };
}

function hardwareTerm({ labelSelector }: AffinityTerm) {
  return {
    labels: labelSelector?.matchLabels,
    expressions: labelSelector?.matchExpressions?.map(({ key = '', operator = '', values }) => ({ key, operator, values })),
  };
}

function readVSphere(contents: Contents): Site {
  const input = readCluster(contents);
  const groups = groupsOf(contents, input);
  const {
    server = '',
    datacenter = '',
    network = '',
    insecure = false,
    thumbprint = '',
    failureDomains,
  } = datacenterOf<VSphereDatacenterSpec>(contents);
  return {
    construct: 'VSphereCluster',
    input: {
      ...input,
      controlPlaneNodes: { ...input.controlPlaneNodes, ...virtualMachine(contents, groups.controlPlane) },
      workerNodes: input.workerNodes.map((group, index) => ({ ...group, ...virtualMachine(contents, groups.workers[index]) })),
      etcdNodes: input.etcdNodes && { ...input.etcdNodes, ...virtualMachine(contents, groups.etcd) },
      server, datacenter, network, insecure, thumbprint, failureDomains,
    },
  };
}

function virtualMachine(contents: Contents, { ref, conventional }: GroupRef): VirtualMachineInput {
  const document = machineOf<VSphereMachineSpec>(contents, ref);
  const spec = document?.spec ?? {};
  return {
    ...readMachineConfig(document, ref, conventional),
    cpus: spec.numCPUs ?? 0,
    memoryMiB: spec.memoryMiB ?? 0,
    diskGiB: spec.diskGiB ?? 0,
    datastore: spec.datastore ?? '',
    folder: spec.folder ?? '',
    resourcePool: spec.resourcePool ?? '',
    template: spec.template,
    networks: spec.networks,
    storagePolicy: spec.storagePolicyName,
    linkedClones: spec.cloneMode ? spec.cloneMode === 'linkedClone' : undefined,
    tags: spec.tags,
  };
}
