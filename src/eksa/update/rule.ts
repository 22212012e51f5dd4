/** What a rule about a change is. */
import type { Pair } from './pair';

/**
 * How a change reaches a cluster: by `eksctl anywhere upgrade cluster`, or by the Kubernetes API (kubectl, Flux, Argo CD), whose
 * admission webhooks judge it. The two do not refuse the same changes.
 */
export type UpdatePath = 'cli' | 'api';

export const UPDATE_PATHS: readonly UpdatePath[] = ['cli', 'api'];

/** Why a change is refused, and by whom. */
export interface Refusal {
  /** Number of the rule in the reference, such as `W3`. */
  readonly ruleId: string;
  readonly paths: readonly UpdatePath[];
  readonly path: string;
  /** What it was and what it would be, lower case, without a final period. */
  readonly message: string;
  readonly fix?: string;
  /** The order in which to do it, where it takes more than one upgrade. */
  readonly steps?: readonly string[];
  /** Roads of `paths` that take the change all the same: what it starts then waits for machines. */
  readonly waits?: readonly UpdatePath[];
  /** Line in the new file, from 1, where a file was read. */
  readonly line?: number;
}

/** What a rule found; the table's row says the rest. */
export interface Violation {
  readonly path: string;
  readonly message: string;
  readonly fix?: string;
  readonly steps?: readonly string[];
  /** Where only a part of the rule's paths refuses. */
  readonly paths?: readonly UpdatePath[];
}

export interface UpdateRule {
  readonly id: string;
  readonly paths: readonly UpdatePath[];
  readonly check: (pair: Pair) => Iterable<Violation>;
}

export function refusals(rules: readonly UpdateRule[], pair: Pair): Refusal[] {
  return rules.flatMap(({ id, paths, check }) => [...check(pair)].map((violation) => ({ ruleId: id, paths, ...violation })));
}
