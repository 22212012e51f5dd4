/** What a rule about a change is. */
import type { Pair } from './pair';

/**
 * How a change reaches a cluster: by `eksctl anywhere upgrade cluster`, or by the Kubernetes API (kubectl, Flux, Argo CD), whose
 * admission webhooks judge it. The two do not refuse the same changes.
 */
export type Road = 'cli' | 'api';

export const ROADS: readonly Road[] = ['cli', 'api'];

/** Why a change is refused, and by whom. */
export interface Refusal {
  /** Number of the rule in the reference, such as `W3`. */
  readonly ruleId: string;
  readonly roads: readonly Road[];
  readonly path: string;
  /** What it was and what it would be, lower case, without a final period. */
  readonly message: string;
  readonly fix?: string;
  /** Line in the new file, from 1, where a file was read. */
  readonly line?: number;
}

/** What a rule found; the table's row says the rest. */
export interface Violation {
  readonly path: string;
  readonly message: string;
  readonly fix?: string;
  /** Where only a part of the rule's roads refuses. */
  readonly roads?: readonly Road[];
}

export interface UpdateRule {
  readonly id: string;
  readonly roads: readonly Road[];
  readonly check: (pair: Pair) => Iterable<Violation>;
}

export function refusals(rules: readonly UpdateRule[], pair: Pair): Refusal[] {
  return rules.flatMap(({ id, roads, check }) => [...check(pair)].map((violation) => ({ ruleId: id, roads, ...violation })));
}
