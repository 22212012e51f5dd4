/** What a picture of a topology shows, before it is drawn: boxes within boxes, cards in them, lines between cards. */
import type { ClusterEntry, IntegrationEntry, Place, PlaneEntry, TopologyDocument } from '../../src/private/topology/document';

export type CardKind = 'control plane' | 'data plane' | 'trust' | 'database' | 'identity' | 'logs' | 'cache';

/** A region of an account, a cluster in it, or a site. */
export interface Box {
  readonly id: string;
  readonly kind: 'region' | 'cluster' | 'site';
  readonly title: string;
  /** Id of the box around it. */
  readonly parent?: string;
}

export interface Card {
  readonly id: string;
  readonly kind: CardKind;
  readonly title: string;
  readonly lines: readonly string[];
  /** Id of the box around it. */
  readonly parent: string;
}

/** A tunnel, from the one who opens it. */
export interface Line {
  readonly from: string;
  readonly to: string;
}

interface SecretRow {
  readonly name: string;
  readonly home: string;
  readonly readers: readonly string[];
}

export interface Scene {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly cards: readonly Card[];
  readonly lines: readonly Line[];
  readonly secrets: readonly SecretRow[];
  /** Ports of the tunnels, such as `8005 configuration`. */
  readonly ports: readonly string[];
}

export function sceneOf(document: TopologyDocument): Scene {
  const { planes, clusters, integrations, tunnels } = document;
  const boxes = new Map<string, Box>();
  const add = (box: Box) => {
    if (!boxes.has(box.id)) boxes.set(box.id, box);
    return box.id;
  };
  const regionOf = (place: Place) => add(regionBox(place, clusters, integrations));
  const boxOfCluster = (cluster: ClusterEntry) => add(clusterBox(cluster, isSite(cluster) ? undefined : regionOf(cluster)));
  clusters.forEach(boxOfCluster);
  const planeCards = planes.map((plane) => planeCard(document, plane, boxOfPlane(plane)));
  function boxOfPlane(plane: PlaneEntry): string {
    const cluster = clusters.find(({ name }) => name === plane.cluster);
    if (cluster) return boxOfCluster(cluster);
    const outside = OUTSIDE_AWS[plane.target];
    if (outside !== undefined) return add({ id: `outside ${plane.id}`, kind: 'site', title: outside(plane.id) });
    return plane.cluster === undefined
      ? regionOf(plane)
      : add({
        id: `cluster ${plane.cluster}`,
        kind: 'cluster',
        title: `${plane.target} cluster ${plane.cluster}`,
        parent: regionOf(plane),
      });
  }
  const integrationCards = integrations.map((integration) => integrationCard(integration, regionOf(integration)));
  const dataPlanes = planes.filter(({ role }) => role === 'data_plane');
  const known = new Set(planes.map(({ id }) => id));
  return {
    title: `${counted(planes.length - dataPlanes.length, 'control plane')}, ${counted(dataPlanes.length, 'data plane')}, `
      + `${counted(clusters.length, 'cluster')}`,
    boxes: [...boxes.values()],
    cards: [...planeCards, ...integrationCards],
    lines: tunnelLines(document, known),
    secrets: [
      ...integrations.flatMap((integration) =>
        integration.secrets.map(({ name, readers }) => ({ name, readers, home: homeIn(integration) })),
      ),
      ...namedSecrets(planes),
    ],
    ports: [...new Set(tunnels.map(({ port, carries }) => `${port} ${carries}`))],
  };
}

/** Targets that are in no region of AWS and in no cluster of the topology, and how their place is called. */
const OUTSIDE_AWS: Readonly<Record<string, (id: string) => string>> = {
  external: (id) => `elsewhere: ${id}`,
  docker: (id) => `site ${id}: machine with Docker`,
};

function tunnelLines({ tunnels }: TopologyDocument, known: ReadonlySet<string>): Line[] {
  const pairs = new Map(
    tunnels
      .filter(({ from, to }) => known.has(from) && known.has(to))
      .map(({ from, to }) => [`${from} ${to}`, { from: planeId(from), to: planeId(to) }]),
  );
  return [...pairs.values()];
}

function planeCard({ tunnels, integrations }: TopologyDocument, plane: PlaneEntry, parent: string): Card {
  const { id, role, target, cluster, hostname, replicas, uses = [], secrets: named = [] } = plane;
  const kind = role === 'control_plane' ? 'control plane' : 'data plane';
  const [opened, taken] = [tunnels.filter(({ from }) => from === id), tunnels.filter(({ to }) => to === id)];
  const used = integrations.filter((integration) => uses.includes(integration.id)).map((integration) => integration.kind);
  const secrets = integrations.flatMap((integration) => integration.secrets).filter(({ readers }) => readers.includes(id));
  return {
    id: planeId(id),
    kind,
    parent,
    title: id,
    lines: [
      [kind, ...(replicas === undefined ? [] : [counted(replicas, 'node')]), ...(cluster === undefined ? [target] : [])].join(', '),
      ...(hostname === undefined ? [] : [hostname]),
      ...(opened.length > 0 ? [`tunnel to ${opened[0]!.to}: ${portsOf(opened)}`] : []),
      ...(taken.length > 0 ? [`takes tunnels: ${portsOf(taken)}`] : []),
      ...(used.length > 0 ? [`uses ${used.join(', ')}`] : []),
      ...(secrets.length > 0
        ? [`reads ${counted(secrets.length, 'secret')}: ${secrets.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)).join(', ')}`]
        : []),
      ...(named.length > 0
        ? [`${counted(named.length, 'named secret')}: ${named.map(({ reference }) => nameIn(reference)).join(', ')}`]
        : []),
    ],
  };
}

/** Secrets that planes get by name, once each with all planes that read it. */
function namedSecrets(planes: readonly PlaneEntry[]): readonly SecretRow[] {
  const rows = new Map<string, SecretRow>();
  for (const { id, secrets = [] } of planes) {
    for (const { name, region } of secrets) {
      const home = homeIn({ region });
      const readers = rows.get(`${name} ${home}`)?.readers ?? [];
      rows.set(`${name} ${home}`, { name, home, readers: [...new Set([...readers, id])] });
    }
  }
  return [...rows.values()];
}

/** `partner-key` of `{vault://env/partner-key}`. */
function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1, -1);
}

function homeIn(place: Pick<Place, 'region'>): string {
  return `AWS Secrets Manager, ${regionName(place)}`;
}

function integrationCard({ id, kind, service, secrets }: IntegrationEntry, parent: string): Card {
  return { id: integrationId(id), kind, parent, title: `${kind}: ${service}`, lines: [id, ...secrets.map(({ name }) => `secret ${name}`)] };
}

/** A thing without an account is drawn in the account of its region, if only one is named. */
function regionBox(place: Place, ...entries: readonly (readonly Place[])[]): Box {
  const account =
    place.account ?? entries.flat().find(({ region, account: named }) => region === place.region && named !== undefined)?.account;
  return {
    id: `region ${place.region ?? ''} ${account ?? ''}`,
    kind: 'region',
    title: `AWS ${regionName(place)}${account === undefined ? '' : `, account ${account}`}`,
  };
}

function clusterBox({ name, kind }: ClusterEntry, parent: string | undefined): Box {
  const kinds: Readonly<Record<string, string>> = {
    'eks-anywhere-bare-metal': 'EKS Anywhere on bare metal',
    'eks-anywhere-vsphere': 'EKS Anywhere on vSphere',
    'eks-anywhere-docker': 'EKS Anywhere on Docker',
    'eks': 'EKS',
  };
  const title = `${name}: ${kinds[kind] ?? kind}`;
  return parent === undefined
    ? { id: `cluster ${name}`, kind: 'site', title: `site ${title}` }
    : { id: `cluster ${name}`, kind: 'cluster', title, parent };
}

function isSite({ kind }: ClusterEntry): boolean {
  return kind.startsWith('eks-anywhere');
}

function regionName({ region }: Pick<Place, 'region'>): string {
  return region ?? 'in the region that it is deployed to';
}

function portsOf(tunnels: TopologyDocument['tunnels']): string {
  return [...new Set(tunnels.map(({ port }) => port))].join(', ');
}

function planeId(id: string): string {
  return `plane ${id}`;
}

function integrationId(id: string): string {
  return `integration ${id}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
