/**
 * Files of a cluster that is yet to be created, as the constructs would write them: what the tools turn into something
 * else is turned first.
 */
import { FLUX_KIND, OLD_FLUX_KIND } from '../documents/identity';
import type { ClusterDocument, Document } from '../model/document';
import type { GitOpsSpec } from '../model/identity';
import { withConventionalNames } from './conventional-names';

/** The same cluster: deprecated forms replaced as the tools replace them, under the names that the constructs give. */
export function asNewCluster(documents: readonly Document[]): readonly Document[] {
  return withConventionalNames(withFlux(documents).map(asCreated));
}

/** The tools make a FluxConfig of the GitOpsConfig that a cluster refers to; one that nothing refers to stays what it is. */
function withFlux(documents: readonly Document[]): readonly Document[] {
  const ref = (documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined)?.spec?.gitOpsRef;
  if (ref?.kind !== OLD_FLUX_KIND) return documents;
  return documents.map((document): Document => {
    if (document.kind === 'Cluster') return { ...document, spec: { ...document.spec as object, gitOpsRef: { ...ref, kind: FLUX_KIND } } };
    const isMeant = document.kind === OLD_FLUX_KIND && document.metadata?.name === ref.name;
    return isMeant ? { ...document, kind: FLUX_KIND, spec: fluxSpec(document.spec as GitOpsSpec | undefined) } : document;
  });
}

function fluxSpec(spec: GitOpsSpec | undefined): object {
  const { branch, clusterConfigPath, fluxSystemNamespace, ...github } = spec?.flux?.github ?? {};
  return { branch, clusterConfigPath, systemNamespace: fluxSystemNamespace, github };
}

/** The CLI takes the bundle of its own release whatever the file says, and names a cluster as its own manager where no other is named. */
function asCreated(document: Document): Document {
  if (document.kind !== 'Cluster') return document;
  const { metadata, spec: { bundlesRef: _bundlesRef, managementCluster, ...spec } = {} } = document as ClusterDocument;
  return { ...document, spec: { ...spec, managementCluster: { name: managementCluster?.name || metadata?.name } } };
}
