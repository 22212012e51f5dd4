/** Encryption of etcd, which an existing cluster can be given. */
import { encryptionProblems } from '../rules/encryption';
import type { Pair } from './pair';
import type { UpdateRule, Violation } from './rule';

export const ENCRYPTION_UPDATE_RULES: readonly UpdateRule[] = [{ id: 'W12', paths: ['api'], check: encryption }];

function* encryption({ new: now }: Pair): Iterable<Violation> {
  for (const { at, message, fix } of encryptionProblems(now.cluster)) yield { path: `Cluster.${at}`, message, fix };
}
