/** Rules about images and templates whose name tells a Kubernetes version, beside the version that their nodes get. */
import { asWritten, oneOf } from '../finding';
import type { Ref } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import { documentPath } from '../model/document';
import { kubernetesVersionsIn, namesVersion } from '../syntax/image-name';
import { kubernetesMinor } from '../syntax/version';
import type { Context, Problem, Rule } from './rule';
import { groupsOf } from './worker-groups';

export const IMAGE_VERSION_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'image-version', check: templateNames },
  { id: 'image-version', check: imageNames },
];

interface Use {
  readonly ref?: Ref;
  readonly version?: string;
  /** Who gets the image, for people. */
  readonly role: string;
}

/** Each set of nodes with its machine configuration and version. */
function usesOf({ spec, ...cluster }: ClusterDocument): Use[] {
  const version = spec?.kubernetesVersion;
  return [
    { ref: spec?.controlPlaneConfiguration?.machineGroupRef, version, role: 'the control plane' },
    { ref: spec?.externalEtcdConfiguration?.machineGroupRef, version, role: 'etcd' },
    ...groupsOf({ spec, ...cluster }).map((group) => ({
      ref: group.machineGroupRef, version: group.kubernetesVersion ?? version, role: `group ${asWritten(group.name)}`,
    })),
  ];
}

function* templateNames(cluster: ClusterDocument, { vsphereMachines }: Context): Iterable<Problem> {
  for (const machine of vsphereMachines) {
    const template = machine.spec?.template;
    const uses = usesOf(cluster).filter(({ ref }) => ref?.kind === machine.kind && ref.name === machine.metadata?.name);
    if (template) yield* mismatch(machine, 'spec.template', template, lastPart(template), uses);
  }
}

/** Where the URL lacks the version altogether, the tools refuse it, and T23 and T24 say so. */
function* imageNames(cluster: ClusterDocument, { tinkerbellDatacenter, tinkerbellMachines }: Context): Iterable<Problem> {
  const shared = tinkerbellDatacenter?.spec?.osImageURL;
  const owners = shared ? [tinkerbellDatacenter] : tinkerbellMachines;
  for (const owner of owners) {
    const url = owner.spec?.osImageURL;
    const own = usesOf(cluster).filter(({ ref }) => shared || ref?.name === owner.metadata?.name);
    const uses = own.filter(({ version }) => version && strippedOf(url ?? '').includes(strippedOf(version)));
    if (!url || uses.length === 0) continue;
    const name = lastPart(url.replace(/[?#].*$/s, ''));
    const problems = [...mismatch(owner, 'spec.osImageURL', url, name, uses)];
    yield* problems.length > 0 ? problems : accident(owner, url, uses);
  }
}

function strippedOf(text: string): string {
  return text.replace(/[-._]/g, '');
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function* mismatch(owner: Document, at: string, text: string, name: string, uses: readonly Use[]): Iterable<Problem> {
  const told = kubernetesVersionsIn(name);
  const wrong = uses.find(({ version }) => version && kubernetesMinor(version) !== undefined && !told.includes(version));
  if (told.length === 0 || !wrong) return;
  yield {
    document: documentPath(owner),
    at,
    message: `is ${asWritten(text)}, which names Kubernetes ${oneOf(told)}; ${wrong.role} gets ${wrong.version}`,
    fix: `use an image of Kubernetes ${wrong.version}, or name the file after what it holds`,
    severity: 'warning',
  };
}

/** The part of a URL whose digits are those of an address and a port. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/(?:\d+\.\d+\.\d+\.\d+|\[[^\]]*\])(?::\d+)?|:\d+(?=\/)/i;

/** The tools look for the digits alone, and find them in build numbers and addresses as well. */
function* accident(owner: Document, url: string, uses: readonly Use[]): Iterable<Problem> {
  const named = url.replace(ADDRESS, '');
  const wrong = uses.find(({ version }) => version && kubernetesMinor(version) !== undefined && !namesVersion(named, version));
  if (!wrong) return;
  yield {
    document: documentPath(owner),
    at: 'spec.osImageURL',
    message: `is ${asWritten(url)}, which has the digits of ${wrong.version} inside another number only: nothing tells that the image `
      + `holds Kubernetes ${wrong.version}`,
    fix: `name the version in the file's name, such as ubuntu-${wrong.version?.replace('.', '-')}.gz`,
    severity: 'warning',
  };
}
