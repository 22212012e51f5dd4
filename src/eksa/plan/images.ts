/** Images of operating systems that a file names, each made for one version of Kubernetes. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { clusterOf } from './cluster';

/** An image for a version between the old one and the new one: no file names it, and a guess could be wrong. */
export interface NeededImage {
  /** `1.35`. */
  readonly version: string;
  /** The place of the file that names the image. */
  readonly path: string;
  /** What the old file names there. */
  readonly was: string;
}

/** Images that the user gave, by version (`1.35`) or by document and version (`TinkerbellMachineConfig/lab-cp@1.35`). */
export type Images = Readonly<Record<string, string>>;

const PLACE = /^(Tinkerbell(?:Datacenter|Machine)Config\/[^.]*|VSphereMachineConfig\/[^.]*)\.spec\.(osImageURL|template)$/;

export function isImagePlace(path: string): boolean {
  return PLACE.test(path);
}

/** Every place that names an image in one of the states. */
export function imagePlaces(...states: readonly (readonly Document[])[]): string[] {
  const paths = states.flat().flatMap((document) => ['osImageURL', 'template'].map((field) => `${documentPath(document)}.spec.${field}`));
  return [...new Set(paths)].filter((path) => isImagePlace(path) && states.some((documents) => imageAt(documents, path) !== undefined));
}

export function imageAt(documents: readonly Document[], path: string): string | undefined {
  const [, owner, field] = PLACE.exec(path) ?? [];
  const spec = documents.find((document) => documentPath(document) === owner)?.spec as Readonly<Record<string, unknown>> | undefined;
  const image = spec?.[field];
  return typeof image === 'string' && image !== '' ? image : undefined;
}

/** The version of the nodes that start from the image of a place. */
export function versionOfImage(documents: readonly Document[], path: string): string | undefined {
  const [owner] = path.split('.spec.');
  const spec = clusterOf(documents).spec;
  if (owner.startsWith('TinkerbellDatacenterConfig/')) return spec?.kubernetesVersion;
  const uses = (ref: { kind?: string; name?: string } | undefined) => `${ref?.kind}/${ref?.name}` === owner;
  if ([spec?.controlPlaneConfiguration, spec?.externalEtcdConfiguration].some((nodes) => uses(nodes?.machineGroupRef))) {
    return spec?.kubernetesVersion;
  }
  const group = spec?.workerNodeGroupConfigurations?.find(({ machineGroupRef }) => uses(machineGroupRef));
  return group?.kubernetesVersion ?? spec?.kubernetesVersion;
}

/** Whether the name of an image has the digits of a version in it: `ubuntu-1-35.gz` has those of 1.35. */
export function namesVersion(image: string, version: string): boolean {
  return image.replace(/[-._]/g, '').includes(version.replace(/[-._]/g, ''));
}

export function givenImage(images: Images, path: string, version: string): string | undefined {
  return images[`${path.split('.spec.')[0]}@${version}`] ?? images[version];
}

/** Stands for an image that the user has not named yet while steps are judged; it is in no file that is written. */
export function standIn(path: string, version: string): string {
  const name = `image-for-kubernetes-${version.replaceAll('.', '-')}`;
  return path.startsWith('VSphere') ? name : `http://${name}.invalid/${name}.gz`;
}
