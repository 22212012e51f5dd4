/** What the file and what the construct would write have to say alike. */
import type { ClusterSpec } from '../model/cluster';
import type { ClusterDocument } from '../model/document';
import { stateOf } from '../update/pair';
import type { State } from '../update/pair';

/**
 * The CLI writes its own version into `eksaVersion`, and a program may name another one: only whether there is one counts.
 *
 * @returns undefined when there is not exactly one Cluster
 */
export function comparable(documents: readonly object[]): State | undefined {
  const state = stateOf(documents);
  if (!state) return undefined;
  const withoutVersion = (cluster: ClusterDocument): ClusterDocument => {
    const managementCluster = { name: cluster.spec?.managementCluster?.name ?? cluster.metadata?.name };
    const spec: ClusterSpec = { ...cluster.spec, managementCluster, ...(cluster.spec?.eksaVersion ? { eksaVersion: 'set' } : {}) };
    return { ...cluster, spec };
  };
  const cluster = withoutVersion(state.cluster);
  return { ...state, cluster, documents: state.documents.map((document) => document === state.cluster ? cluster : document) };
}
