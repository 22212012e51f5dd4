/** What the templates of one group of nodes are made from: the Cluster, and the documents that it names for these nodes. */
import type { ClusterSpec, ControlPlane, Ref, WorkerGroup } from '../../model/cluster';
import type { Document } from '../../model/document';
import type { MachineSpec, TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../../model/machines';
import { find } from '../pair';
import type { State } from '../pair';

export type Role = 'control plane' | 'etcd' | 'workers';

export type Provider = 'bare metal' | 'vSphere' | 'Docker';

/** Prefix of a provider's kinds. */
export const KIND_PREFIXES: Readonly<Record<Provider, string>> = { 'bare metal': 'Tinkerbell', 'vSphere': 'VSphere', 'Docker': 'Docker' };

export type Etcd = NonNullable<ClusterSpec['externalEtcdConfiguration']>;

export interface Inputs {
  readonly provider: Provider | undefined;
  readonly role: Role;
  readonly state: State;
  readonly group: ControlPlane & WorkerGroup & Etcd;
  readonly datacenter?: Document;
  readonly machine?: Document<MachineSpec>;
  /** The TinkerbellTemplateConfig; undefined where the generated default counts. */
  readonly template?: Document;
}

export function inputsOf(state: State, role: Role, group: ControlPlane | WorkerGroup | Etcd): Inputs {
  const datacenterRef = state.cluster.spec?.datacenterRef;
  const machine = named<MachineSpec>(state, group.machineGroupRef);
  return {
    provider: providerOf(state), role, state, group,
    datacenter: named(state, datacenterRef),
    machine,
    template: named(state, (machine?.spec as TinkerbellMachineSpec | undefined)?.templateRef),
  };
}

export function providerOf({ cluster }: State): Provider | undefined {
  const kind = cluster.spec?.datacenterRef?.kind ?? '';
  return (Object.keys(KIND_PREFIXES) as Provider[]).find((provider) => kind === `${KIND_PREFIXES[provider]}DatacenterConfig`);
}

function named<Spec = unknown>(state: State, ref: Ref | undefined): Document<Spec> | undefined {
  return ref && find<Spec>(state, ref.kind, ref.name);
}

/** The document of a kind whose fields these nodes get. */
export function documentFor(inputs: Inputs, kind: string): Document | undefined {
  if (kind === 'Cluster') return inputs.state.cluster;
  const own = [inputs.datacenter, inputs.machine, inputs.template].find((document) => document?.kind === kind);
  return own ?? named(inputs.state, inputs.state.cluster.spec?.identityProviderRefs?.find((ref) => ref.kind === kind));
}

/** A group without a version of its own has the cluster's. */
export function kubernetesVersionOf({ group, state }: Inputs): string | undefined {
  return group.kubernetesVersion ?? state.cluster.spec?.kubernetesVersion;
}

export function osFamilyOf({ machine }: Inputs): string | undefined {
  return machine?.spec?.osFamily;
}

/** The image of the machine configuration, else that of the datacenter. A template of its own names its images itself. */
export function osImageOf({ machine, datacenter, template }: Inputs): string | undefined {
  if (template) return undefined;
  return (machine?.spec as TinkerbellMachineSpec | undefined)?.osImageURL || (datacenter?.spec as TinkerbellDatacenterSpec)?.osImageURL;
}
