/** All documents of a cluster in Docker containers. */
import type { Document } from '../model/document';
import type { ClusterInput } from './cluster';
import { clusterDocument, document, inNamespace } from './cluster';

export function dockerDocuments(input: ClusterInput): Document[] {
  return inNamespace([
    clusterDocument(input, 'DockerDatacenterConfig'),
    document('DockerDatacenterConfig', input.datacenterConfigName ?? input.clusterName, {}),
    ...input.companions ?? [],
  ], input.metadata?.namespace);
}
