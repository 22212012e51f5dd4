/** What a picture of a cluster shows, whatever it is drawn with. */
import { parseHardware } from '../hardware/hardware-csv';
import type { Hardware } from '../hardware/hardware-csv';
import type { ClusterSpec } from '../model/cluster';
import type { TinkerbellDatacenterSpec, VSphereDatacenterSpec } from '../model/machines';
import type { State } from '../update/pair';
import { find, isSelfManaged, stateOf } from '../update/pair';
import { parseClusterFile } from '../yaml/parse';
import { groupsOf } from './groups';
import type { PlacedGroup, PlacedMachine, Role } from './groups';
import type { Place } from './places';
import { networkOfMachine, placeKey } from './places';

export type { Role } from './groups';

/** A machine, or a node that the site will make. */
export interface SceneMachine {
  readonly name: string;
  /** Address, size or kind, in a few words. */
  readonly detail: string;
}

/** Machines of one group in one place. */
export interface SceneSection {
  /** Undefined where the heading around it says it. */
  readonly place?: Place;
  readonly nodes: readonly SceneMachine[];
  /** Machines beyond those of nodes: the tools choose among all that match. */
  readonly spares: readonly SceneMachine[];
}

export interface SceneGroup {
  readonly role: Role;
  readonly name: string;
  readonly nodes: number;
  readonly spare: number;
  /** Nodes for which no machine matches. */
  readonly missing: number;
  /** Operating system, selector, size, labels, taints: one short text each. */
  readonly facts: readonly string[];
  readonly sections: readonly SceneSection[];
}

/** The groups of one network or failure domain. */
export interface SceneZone {
  /** Undefined where all machines are in one place, and for groups that are in several. */
  readonly place?: Place;
  readonly groups: readonly SceneGroup[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Scene {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly networks: readonly Fact[];
  readonly zones: readonly SceneZone[];
  /** Machines of hardware.csv that no group can take, by place. */
  readonly unused: readonly SceneSection[];
}

const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  TinkerbellDatacenterConfig: 'bare metal',
  VSphereDatacenterConfig: 'vSphere',
  DockerDatacenterConfig: 'Docker',
};

/** Places that a group is shown in one by one; the others are taken together. */
const MAX_SECTIONS = 12;
/** Networks of nodes that are listed one by one; more are counted. */
const MAX_NETWORKS = 6;

/** @returns undefined when the text does not hold exactly one Cluster */
export function sceneOf(clusterYaml: string, hardwareCsv?: string): Scene | undefined {
  return sceneOfDocuments(
    parseClusterFile(clusterYaml).documents.map(({ content }) => content),
    hardwareCsv === undefined ? undefined : parseHardware(hardwareCsv),
  );
}

/** @returns undefined when there is not exactly one Cluster among the documents */
export function sceneOfDocuments(documents: readonly object[], hardware?: Hardware): Scene | undefined {
  const state = stateOf(documents);
  if (!state) return undefined;
  const spec = state.cluster.spec ?? {};
  const { groups, unused } = groupsOf(state, hardware);
  const places = distinct([...groups.flatMap(({ machines }) => machines), ...unused]);
  return {
    title: `${state.cluster.metadata?.name ?? '?'}: EKS Anywhere on `
      + `${PROVIDER_NAMES[spec.datacenterRef?.kind ?? ''] ?? spec.datacenterRef?.kind ?? 'an unknown provider'}`,
    facts: [
      { name: 'Kubernetes', value: spec.kubernetesVersion ?? '?' },
      { name: 'managed by', value: isSelfManaged(state.cluster) ? 'itself' : (spec.managementCluster?.name ?? '?') },
      ...placeFacts(state, spec),
    ],
    networks: [...nodeNetworks(hardware?.machines.map(networkOfMachine) ?? places), ...otherNetworks(spec)],
    zones: zonesOf(groups, places.length > 1),
    unused: sectionsOf(unused, places.length > 1),
  };
}

function placeFacts(state: State, spec: ClusterSpec): Fact[] {
  const datacenter = find(state, spec.datacenterRef?.kind, spec.datacenterRef?.name)?.spec as
    Partial<TinkerbellDatacenterSpec & VSphereDatacenterSpec> | undefined;
  return present([
    ['Kubernetes API', spec.controlPlaneConfiguration?.endpoint?.host],
    ['Tinkerbell', datacenter?.tinkerbellIP],
    ['vCenter', datacenter?.server && `${datacenter.server}, datacenter ${datacenter.datacenter}`],
    ['proxy', spec.proxyConfiguration?.httpsProxy],
    ['registry mirror', spec.registryMirrorConfiguration?.endpoint],
    ['GitOps', spec.gitOpsRef?.kind],
    ['sign-in', spec.identityProviderRefs?.map(({ kind }) => kind).join(', ') || undefined],
  ]);
}

/** Failure domains are no networks: their headings have theirs. */
function nodeNetworks(places: readonly Place[]): Fact[] {
  const found = new Map(places.map((place) => [placeKey(place), place]));
  const texts = [...found.values()].filter(({ name }) => name.startsWith('network ')).map(({ name, facts }) =>
    [name.slice('network '.length), ...facts].join(', '));
  const shown = texts.length > MAX_NETWORKS ? texts.slice(0, MAX_NETWORKS - 1) : texts;
  return [
    ...shown.map((value) => ({ name: 'nodes', value })),
    ...shown.length < texts.length ? [{ name: 'nodes', value: `and ${texts.length - shown.length} networks more` }] : [],
  ];
}

function otherNetworks({ clusterNetwork: network }: ClusterSpec): Fact[] {
  const pods = network?.pods?.cidrBlocks?.join(', ');
  return present([
    ['pods', pods && `${pods} (a /${network?.nodes?.cidrMaskSize ?? 24} each node)`],
    ['services', network?.services?.cidrBlocks?.join(', ')],
    ['plugin', network?.cniConfig?.kindnetd ? 'kindnetd' : 'Cilium'],
  ]);
}

function distinct(machines: readonly PlacedMachine[]): Place[] {
  return [...new Map(machines.flatMap(({ place }) => place ? [[placeKey(place), place] as const] : [])).values()];
}

/**
 * Groups whose machines are all in one place go to the zone of that place; those in several have a section for each.
 *
 * @param isApart whether there are several places at all
 */
function zonesOf(groups: readonly PlacedGroup[], isApart: boolean): SceneZone[] {
  const zones = new Map<string, { place?: Place; groups: SceneGroup[] }>();
  for (const { machines, ...group } of groups) {
    const [only, ...others] = distinct(machines);
    const place = isApart && others.length === 0 ? only : undefined;
    const zone = zones.get(placeKey(place)) ?? { place, groups: [] };
    zone.groups.push({
      ...group,
      spare: machines.filter(({ isSpare }) => isSpare).length,
      missing: Math.max(0, group.nodes - machines.filter(({ isSpare }) => !isSpare).length),
      sections: sectionsOf(machines, isApart && place === undefined),
    });
    zones.set(placeKey(place), zone);
  }
  return [...zones.values()];
}

function sectionsOf(machines: readonly PlacedMachine[], isApart: boolean): SceneSection[] {
  const sections = new Map<string, { place?: Place; nodes: SceneMachine[]; spares: SceneMachine[] }>();
  for (const { name, detail, isSpare, place } of machines) {
    const key = isApart ? placeKey(place) : '';
    const section = sections.get(key) ?? { place: isApart ? place : undefined, nodes: [], spares: [] };
    section[isSpare ? 'spares' : 'nodes'].push({ name, detail });
    sections.set(key, section);
  }
  return withRest([...sections.values()]);
}

function withRest(sections: readonly SceneSection[]): SceneSection[] {
  if (sections.length <= MAX_SECTIONS) return [...sections];
  const rest = sections.slice(MAX_SECTIONS - 1);
  return [
    ...sections.slice(0, MAX_SECTIONS - 1),
    {
      place: { name: `and ${rest.length} networks more`, facts: [] },
      nodes: rest.flatMap(({ nodes }) => nodes),
      spares: rest.flatMap(({ spares }) => spares),
    },
  ];
}

function present(facts: readonly (readonly [string, string | undefined])[]): Fact[] {
  return facts.flatMap(([name, value]) => value ? [{ name, value }] : []);
}
