/** What the rehearsal tells. */
import type { Need } from './needs/need';
import type { Timeline } from './timeline';

export type Scenario = 'create' | 'update' | 'rollback' | 'delete';

export interface Finding {
  readonly scenario: Scenario;
  readonly rule: string;
  readonly stack: string;
  /** Logical id. */
  readonly id: string;
  /** Construct path. */
  readonly path: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly need?: Need;
}

export interface Rehearsal {
  readonly findings: readonly Finding[];
  /** Number of needs that hold. */
  readonly proved: number;
  readonly timeline: Timeline;
}

export function shown({ scenario, rule, path, id, what, why, fix }: Finding): string {
  return `${scenario}/${rule}: ${path} (${id}) needs ${what}\n    ${why}\n    fix: ${fix}`;
}

/** One need of two objects of one manifest is reported once. */
export function distinct(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ scenario, rule, id, stack, what }: Finding) => [scenario, rule, stack, id, what].join('\n');
  return [...new Map([...findings].reverse().map((finding) => [keyOf(finding), finding])).values()].reverse();
}
