/** What a check found: one sentence about one place of one file, with the rule behind it. */

export type Severity = 'error' | 'warning';

/** One violation. Paths read `Cluster.spec.x`, `<Kind>/<name>.spec.x`, `hardware.csv/<hostname>.<column>`. */
export interface Finding {
  /** Number of the rule in docs/reference, such as `C8` or `R7`. */
  readonly ruleId: string;
  readonly severity: Severity;
  readonly path: string;
  /** What was got and what was expected, lower case, without a final period. */
  readonly message: string;
  /** What to change. */
  readonly fix?: string;
  /** Line in the file, from 1; only known when a file was checked. */
  readonly line?: number;
}

/** The value as a person would recognise it in their file. */
export function asWritten(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 77)}...` : value}'`;
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Whether a value is one of those allowed; an absent one is not. */
export function isOneOf(value: string | undefined, allowed: readonly string[]): boolean {
  return value !== undefined && allowed.includes(value);
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a, b or c`. */
export function oneOf(values: readonly string[]): string {
  if (values.length < 2) return values.join('');
  return `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
}
