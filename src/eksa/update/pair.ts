/** Two states of one cluster: what it holds, and what is to be applied, both in the form in which what means the same is the same. */
import type { Hardware } from '../hardware/hardware-csv';
import type { ClusterDocument, Document } from '../model/document';
import { oncePer } from '../once';
import { fit } from '../schema/fit';
import { KINDS, isKnownKind } from '../schema/kinds';
import { withDefaults } from './defaults';
import { meaningOf } from './meaning';

/** The documents of one cluster. */
export interface Contents {
  readonly cluster: ClusterDocument;
  readonly documents: readonly Document[];
}

export interface State extends Contents {
  /** The Cluster as the admission webhooks compare it, to whom some empty values differ from absent ones. */
  readonly compared: ClusterDocument;
}

export interface Pair {
  readonly old: State;
  readonly new: State;
  /** All machines of the site, those in use included; only where a file was given. */
  readonly hardware?: Hardware;
}

/** A document on both sides. */
export interface DocumentPair<Spec = unknown> {
  readonly old: Document<Spec>;
  readonly new: Document<Spec>;
}

/** @returns undefined when there is not exactly one Cluster */
export function stateOf(documents: readonly object[]): State | undefined {
  const contents = contentsOf(documents);
  if (!contents) return undefined;
  const filled = contents.documents.map((document) => withDefaults(document, contents.cluster));
  const meant = filled.map((document) => meaningOf(document));
  return { cluster: meant.find(isCluster)!, documents: meant, compared: meaningOf(filled.find(isCluster)!, 'webhooks') as ClusterDocument };
}

/**
 * The documents as they were written, but for what does not fit their shapes.
 *
 * @returns undefined when there is not exactly one Cluster
 */
export function contentsOf(documents: readonly object[]): Contents | undefined {
  const fitting = documents.map((document) => {
    const kind = (document as Document).kind;
    return isKnownKind(kind) ? fit(KINDS[kind], document, '').value as Document : document as Document;
  });
  const clusters = fitting.filter(isCluster);
  return clusters.length === 1 ? { cluster: clusters[0], documents: fitting } : undefined;
}

function isCluster(document: Document): document is ClusterDocument {
  return document.kind === 'Cluster';
}

/** Documents of a kind that are there before and after, under the same name. */
export function* bothSides<Spec>(pair: Pair, kind: string): Iterable<DocumentPair<Spec>> {
  for (const document of pair.old.documents) {
    const twin = document.kind === kind ? find(pair.new, kind, document.metadata?.name) : undefined;
    if (twin) yield { old: document as Document<Spec>, new: twin as Document<Spec> };
  }
}

export function find<Spec = unknown>(contents: Contents, kind: string | undefined, name: string | undefined): Document<Spec> | undefined {
  return byName(contents.documents).get(JSON.stringify([kind, name])) as Document<Spec> | undefined;
}

/** The first document of each kind and name. */
const byName = oncePer((documents: readonly Document[]): ReadonlyMap<string, Document> => (
  new Map([...documents].reverse().map((document) => [JSON.stringify([document.kind, document.metadata?.name]), document]))
));

/** An annotation of EKS Anywhere, by the part of its name behind the slash. */
export function annotation(document: Document, name: string): string | undefined {
  return document.metadata?.annotations?.[`anywhere.eks.amazonaws.com/${name}`];
}

/** The webhooks let most changes pass while the object is paused; the CLI pauses it while it upgrades. */
export function isPaused(document: Document): boolean {
  return annotation(document, 'paused') === 'true';
}

/** A cluster that manages itself: it names no management cluster, or itself. */
export function isSelfManaged(cluster: ClusterDocument): boolean {
  const manager = cluster.spec?.managementCluster?.name ?? '';
  return manager === '' || manager === cluster.metadata?.name;
}

