/** Documents of the file, whatever their kind. */
import type { ClusterSpec } from './cluster';

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Document<Spec = unknown> {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: Metadata;
  readonly spec?: Spec;
}

export type ClusterDocument = Document<ClusterSpec>;

/**
 * Names of all documents for findings. One without a name is called as the only reference that leads nowhere expects it, so that the
 * finding points at the document that has to be named.
 */
export function documentPaths(documents: readonly Document[]): string[] {
  const given = new Set(documents.map(documentPath));
  const dangling = documents
    .flatMap((document) => refsIn(document.spec))
    .map(({ kind, name }) => `${kind}/${name}`)
    .filter((path) => !given.has(path));
  return documents.map((document) => {
    const path = documentPath(document);
    const wanted = path.endsWith('/') ? new Set(dangling.filter((ref) => ref.startsWith(path))) : new Set<string>();
    return wanted.size === 1 ? [...wanted][0] : path;
  });
}

/** Every `{kind, name}` below a value. */
function refsIn(value: unknown): { kind: string; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { kind, name } = value as Record<string, unknown>;
  const own = typeof kind === 'string' && typeof name === 'string' ? [{ kind, name }] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

/** Documents are written by hand: what should be text may be anything. */
function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** How findings name a document: there is one Cluster, so it needs no name. */
export function documentPath(document: Document): string {
  return document.kind === 'Cluster' ? 'Cluster' : `${textOr(document.kind, '(no kind)')}/${textOr(document.metadata?.name, '')}`;
}
