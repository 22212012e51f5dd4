/** All documents of a cluster in Docker containers. */
import type { Document } from '../model/document';
import type { ClusterInput } from './cluster';
import { clusterDocument, completed, document } from './cluster';

export function dockerDocuments(input: ClusterInput): Document[] {
  return completed([
    clusterDocument(input, 'DockerDatacenterConfig'),
    document('DockerDatacenterConfig', input.datacenterConfigName ?? input.clusterName, {}),
  ], input);
}
