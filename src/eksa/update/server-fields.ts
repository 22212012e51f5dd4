/** What the Kubernetes API writes into objects: a file may hold it that was read back from a cluster. */
import type { Document } from '../model/document';

/** Fields of `metadata` that the API server sets. */
const SERVER_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];
/** Kubectl's copy of what it applied. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The document as a person would write it. */
export function withoutServerFields(document: Document): Document {
  const { status: _status, ...rest } = document as Document & { readonly status?: unknown };
  if (!rest.metadata) return rest;
  const metadata = Object.fromEntries(
    Object.entries(rest.metadata).filter(([name]) => !SERVER_METADATA.includes(name)),
  ) as Document['metadata'];
  const { [LAST_APPLIED]: lastApplied, ...annotations } = metadata?.annotations ?? {};
  return {
    ...rest,
    metadata:
      lastApplied === undefined ? metadata : { ...metadata, annotations: Object.keys(annotations).length > 0 ? annotations : undefined },
  };
}
