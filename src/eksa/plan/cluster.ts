/** The Cluster among the documents of a state, and its worker groups by name. */
import type { WorkerGroup } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';

export const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';

export function clusterOf(documents: readonly Document[]): ClusterDocument {
  return documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument;
}

export function groupsOf(documents: readonly Document[]): Map<string, WorkerGroup> {
  const groups = clusterOf(documents).spec?.workerNodeGroupConfigurations ?? [];
  return new Map(groups.map((group, index) => [groupName(group, index), group]));
}

/** The first group may have no name. */
export function groupName(group: { readonly name?: unknown }, index: number): string {
  return typeof group.name === 'string' && group.name !== '' ? group.name : index === 0 ? 'md-0' : '';
}
