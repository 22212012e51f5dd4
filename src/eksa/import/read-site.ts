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
import type { State } from '../update/pair';
import { find } from '../update/pair';
import { readCluster } from './read-cluster';
import { readMachineConfig } from './read-machine-config';
import { effectiveSize } from './virtual-machine-size';

/** One kind of site, with the properties of its construct. */
export type Site =
  | { readonly construct: 'BareMetalCluster'; readonly input: BareMetalInput }
  | { readonly construct: 'VSphereCluster'; readonly input: VSphereInput }
  | { readonly construct: 'DockerCluster'; readonly input: ClusterInput };

const READERS: Readonly<Record<string, (state: State) => Site>> = {
  TinkerbellDatacenterConfig: readBareMetal,
  VSphereDatacenterConfig: readVSphere,
  DockerDatacenterConfig: (state) => ({ construct: 'DockerCluster', input: readCluster(state) }),
};

/** @returns undefined for a provider without a construct */
export function readSite(state: State): Site | undefined {
  return READERS[state.cluster.spec?.datacenterRef?.kind ?? '']?.(state);
}

/** What the construct would write. */
export function documentsOf(site: Site): Document[] {
  switch (site.construct) {
    case 'BareMetalCluster': return bareMetalDocuments(site.input);
    case 'VSphereCluster': return vsphereDocuments(site.input);
    default: return dockerDocuments(site.input);
  }
}

function machineOf<Spec>(state: State, ref: Ref | undefined): Document<Spec> | undefined {
  return find<Spec>(state, ref?.kind, ref?.name);
}

function datacenterOf<Spec>(state: State): Partial<Spec> {
  return machineOf<Spec>(state, state.cluster.spec?.datacenterRef)?.spec ?? {};
}

/** Machine configurations of all groups: where the file names them, and how the constructs would. */
function groupsOf({ cluster: { spec = {} } }: State, input: ClusterInput) {
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

function readBareMetal(state: State): Site {
  const input = readCluster(state);
  const groups = groupsOf(state, input);
  const first = physicalMachine(state, groups.controlPlane);
  const datacenter = datacenterOf<TinkerbellDatacenterSpec>(state);
  return {
    construct: 'BareMetalCluster',
    input: {
      ...input,
      controlPlaneNodes: { ...input.controlPlaneNodes, ...first },
      workerNodes: input.workerNodes.map((group, index) => ({
        ...group,
        ...withFamilyOf(first, physicalMachine(state, groups.workers[index])),
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
function physicalMachine(state: State, { ref, conventional }: GroupRef): PhysicalMachineInput {
  const document = machineOf<TinkerbellMachineSpec>(state, ref);
  const { hardwareSelector, hardwareAffinity, osImageURL, templateRef } = document?.spec ?? {};
  const installationTemplate = machineOf<{ template?: Record<string, unknown> }>(state, templateRef)?.spec?.template;
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

function readVSphere(state: State): Site {
  const input = readCluster(state);
  const groups = groupsOf(state, input);
  const {
    server = '',
    datacenter = '',
    network = '',
    insecure = false,
    thumbprint = '',
    failureDomains,
  } = datacenterOf<VSphereDatacenterSpec>(state);
  return {
    construct: 'VSphereCluster',
    input: {
      ...input,
      controlPlaneNodes: { ...input.controlPlaneNodes, ...virtualMachine(state, groups.controlPlane) },
      workerNodes: input.workerNodes.map((group, index) => ({ ...group, ...virtualMachine(state, groups.workers[index]) })),
      etcdNodes: input.etcdNodes && { ...input.etcdNodes, ...virtualMachine(state, groups.etcd) },
      server, datacenter, network, insecure, thumbprint, failureDomains,
    },
  };
}

function virtualMachine(state: State, { ref, conventional }: GroupRef): VirtualMachineInput {
  const document = machineOf<VSphereMachineSpec>(state, ref);
  const spec = document?.spec ?? {};
  return {
    ...readMachineConfig(document, ref, conventional),
    ...effectiveSize(spec),
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
