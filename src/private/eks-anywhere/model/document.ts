/** One document of the file, whatever its kind. */
import type { ClusterSpec } from './cluster';

export interface Document<Spec = unknown> {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Spec;
}

export type ClusterDocument = Document<ClusterSpec>;

/** How findings name a document: there is one Cluster, so it needs no name. */
export function documentPath(document: Document): string {
  return document.kind === 'Cluster' ? 'Cluster' : `${document.kind}/${document.metadata?.name ?? ''}`;
}
