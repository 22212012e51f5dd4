/** What a site's `index.json` and its parameter hold. Written at deployment, read by the command line. */

/** Name of the index, relative to the site's prefix. */
export const INDEX_FILE = 'index.json';

/** Changes when a command line of yesterday could not read what is written today. */
export const INDEX_VERSION = 1;

/** Value of the SSM parameter that everything begins with. */
export interface HandoffParameter {
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Of the site, in the bucket; ends with '/'. */
  readonly prefix: string;
  /** SHA-256 of the index in hex. */
  readonly digest: string;
}

/** A Kubernetes Secret that is made on site from a secret of AWS Secrets Manager. */
export interface PulledSecret {
  /** Name of the Kubernetes Secret. */
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the secret in Secrets Manager; its text is a JSON object where entries take properties of it. */
  readonly secretName: string;
  readonly region: string;
  /** An empty property is the whole secret. */
  readonly entries: readonly { readonly key: string; readonly property: string }[];
}

/** One plane of a site. Its files are in `folder`. */
export interface HandedPlane {
  /** Also the namespace. */
  readonly name: string;
  readonly folder: string;
  /** Empty where the site's External Secrets Operator fetches them. */
  readonly secrets: readonly PulledSecret[];
}

/** A file that is made on site from a secret of AWS Secrets Manager, or from a property of one. */
export interface PulledFile {
  /** Below the folder of its plane. */
  readonly path: string;
  readonly secretName: string;
  readonly region: string;
  /** Of the secret's JSON object; empty: the whole secret. */
  readonly property: string;
}

/** One plane of a site that Docker Compose runs on a machine. Its files are in `folder`. */
export interface HandedMachine {
  readonly name: string;
  readonly folder: string;
  readonly secrets: readonly PulledFile[];
}

/** One EKS Anywhere cluster of a site. */
interface HandedCluster {
  readonly name: string;
  readonly folder: string;
}

export interface HandoffIndex {
  readonly version: number;
  readonly site: string;
  /** On Kubernetes. */
  readonly planes: readonly HandedPlane[];
  /** Absent where there are none. */
  readonly machines?: readonly HandedMachine[];
  readonly clusters: readonly HandedCluster[];
  /** Manifests that are applied once, by a person: with them, Flux applies those of the planes. */
  readonly fluxFiles: readonly string[];
  /** Path below the prefix → SHA-256 in hex. */
  readonly files: Readonly<Record<string, string>>;
}

/** Name of the parameter of a site. */
export function handoffParameter(stack: string, site: string): string {
  return `/hybridge/${stack}/${site}/handoff`;
}
