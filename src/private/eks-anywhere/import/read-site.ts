/** The same for each kind of site: what a construct's builder takes, and the documents that it makes of it. */
import { bareMetalDocuments } from '../build/bare-metal';
import type { BareMetalInput } from '../build/bare-metal';
import type { ClusterInput } from '../build/cluster';
import { dockerDocuments } from '../build/docker';
import { vsphereDocuments } from '../build/vsphere';
import type { VirtualMachineInput, VSphereInput } from '../build/vsphere';
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import type { AffinityTerm, TinkerbellDatacenterSpec, TinkerbellMachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { State } from '../update/pair';
import { find } from '../update/pair';
import { readCluster, readMachine } from './read-cluster';
import { effectiveSize } from './virtual-machine-size';

/** One kind of site, with all that its construct is told. */
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

function readBareMetal(state: State): Site {
  const spec = state.cluster.spec ?? {};
  const input = readCluster(state);
  const datacenter = datacenterOf<TinkerbellDatacenterSpec>(state);
  return {
    construct: 'BareMetalCluster',
    input: {
      ...input,
      ...readMachine(machineOf(state, spec.controlPlaneConfiguration?.machineGroupRef)),
      controlPlaneNodes: { ...input.controlPlaneNodes, ...physicalMachine(state, spec.controlPlaneConfiguration?.machineGroupRef) },
      workerNodes: input.workerNodes.map((group, index) => ({ ...group, ...physicalMachine(state, spec.workerNodeGroupConfigurations?.[index].machineGroupRef) })),
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

/** Which machines a group takes, and how they are installed. */
function physicalMachine(state: State, ref: Ref | undefined): Pick<BareMetalInput['controlPlaneNodes'], 'select' | 'affinity' | 'imageUrl' | 'installationTemplate'> {
  const { hardwareSelector, hardwareAffinity, osImageURL, templateRef } = machineOf<TinkerbellMachineSpec>(state, ref)?.spec ?? {};
  return {
    select: hardwareSelector,
    affinity: hardwareAffinity && {
      required: (hardwareAffinity.required ?? []).map(hardwareTerm),
      preferred: hardwareAffinity.preferred?.map(({ weight = 0, hardwareAffinityTerm = {} }) => ({ ...hardwareTerm(hardwareAffinityTerm), weight })),
    },
    imageUrl: osImageURL,
    installationTemplate: machineOf<{ template?: Record<string, unknown> }>(state, templateRef)?.spec?.template,
  };
}

function hardwareTerm({ labelSelector }: AffinityTerm) {
  return {
    labels: labelSelector?.matchLabels,
    expressions: labelSelector?.matchExpressions?.map(({ key = '', operator = '', values }) => ({ key, operator, values })),
  };
}

function readVSphere(state: State): Site {
  const spec = state.cluster.spec ?? {};
  const input = readCluster(state);
  const { server = '', datacenter = '', network = '', insecure = false, thumbprint = '', failureDomains } = datacenterOf<VSphereDatacenterSpec>(state);
  const first = machineOf<VSphereMachineSpec>(state, spec.controlPlaneConfiguration?.machineGroupRef);
  const { storagePolicyName, cloneMode, tags } = first?.spec ?? {};
  const machine = (ref: Ref | undefined) => virtualMachine(machineOf<VSphereMachineSpec>(state, ref)?.spec ?? {}, first?.spec ?? {});
  return {
    construct: 'VSphereCluster',
    input: {
      ...input,
      ...readMachine(first),
      controlPlaneNodes: { ...input.controlPlaneNodes, ...machine(spec.controlPlaneConfiguration?.machineGroupRef) },
      workerNodes: input.workerNodes.map((group, index) => workerMachine(group, state, index, machine)),
      etcdNodes: spec.externalEtcdConfiguration && machine(spec.externalEtcdConfiguration.machineGroupRef),
      server, datacenter, network, insecure, thumbprint, failureDomains,
      storagePolicy: storagePolicyName,
      linkedClones: cloneMode === undefined ? undefined : cloneMode === 'linkedClone',
      tags,
    },
  };
}

/** Only workers can have networks of their own. */
function workerMachine(group: ClusterInput['workerNodes'][number], state: State, index: number, machine: (ref: Ref | undefined) => VirtualMachineInput) {
  const ref = state.cluster.spec?.workerNodeGroupConfigurations?.[index].machineGroupRef;
  return { ...group, ...machine(ref), networks: machineOf<VSphereMachineSpec>(state, ref)?.spec?.networks };
}

/** Size of its own, place and template of the first: the construct has one of those for all. */
function virtualMachine(own: VSphereMachineSpec, first: VSphereMachineSpec): VirtualMachineInput {
  return {
    ...effectiveSize(own),
    datastore: first.datastore ?? '',
    folder: first.folder ?? '',
    resourcePool: first.resourcePool ?? '',
    template: first.template,
  };
}
