/** All documents of a cluster in Docker containers. */
import type { Document } from '../model/document';
import type { ClusterInput } from './cluster';
import { clusterDocument, document } from './cluster';

export function dockerDocuments(input: ClusterInput): Document[] {
  return [
    clusterDocument(input, 'DockerDatacenterConfig'),
    document('DockerDatacenterConfig', input.clusterName, {}),
    ...input.companions ?? [],
  ];
}
