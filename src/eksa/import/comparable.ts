/** What the file and what the construct would write have to say alike. */
import type { ClusterDocument, Document } from '../model/document';
import { stateOf } from '../update/pair';
import type { State } from '../update/pair';

/**
 * The Cluster is the one that the webhooks compare: what they refuse is no equal, even where it means the same. The CLI writes its own
 * version into `eksaVersion`, and a program may name another one: only whether there is one counts.
 *
 * @returns undefined when there is not exactly one Cluster
 */
export function comparable(documents: readonly object[]): State | undefined {
  const state = stateOf(documents);
  if (!state) return undefined;
  const { spec } = state.compared;
  const cluster: ClusterDocument = { ...state.compared, spec: { ...spec, ...(spec?.eksaVersion ? { eksaVersion: 'set' } : {}) } };
  return { ...state, cluster, documents: state.documents.map((document): Document => document === state.cluster ? cluster : document) };
}
