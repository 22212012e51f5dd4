/** Constraints on a value of the right type, compiled to one function; the first violation in the order of the table is reported. */
import { luaPattern } from '../../formats/lua-pattern.ts';
import { regularExpressionViolation } from '../../formats/regular-expression.ts';
import type { Constraints } from '../field.ts';

/** The violation of a value that is of the field's type and not null. */
export type Constraint = (value: never) => string | undefined;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Compilers = { readonly [K in keyof Required<Omit<Constraints, 'err'>>]: (expected: Required<Constraints>[K]) => Constraint };

const COMPILERS: Compilers = {
  eq: (expected) => rule((value) => value === expected, () => `value must be ${String(expected)}`),
  not_one_of: (forbidden) => rule((value: string) => !forbidden.includes(value), () => `must not be one of: ${forbidden.join(', ')}`),
  one_of: (allowed) => rule((value: string) => allowed.includes(value), () => `expected one of: ${allowed.join(', ')}`),
  gt: (limit) => rule((value: number) => value > limit, () => `value must be greater than ${limit}`),
  timestamp: (isExpected) => rule((value: number) => !isExpected || value > 0, () => 'expected a valid timestamp'),
  uuid: (isExpected) => rule((value: string) => !isExpected || UUID.test(value), () => 'expected a valid UUID'),
  is_regex: (isExpected) => (value: string) => (isExpected ? regexViolation(value) : undefined),
  // Messages show whole numbers, as Kong's do.
  between: ([min, max]) => rule(
    (value: number) => value >= min && value <= max, () => `value should be between ${Math.trunc(min)} and ${Math.trunc(max)}`,
  ),
  len_eq: (exact) => rule((value) => lengthOf(value) === exact, () => `length must be ${exact}`),
  len_min: (min) => rule((value) => lengthOf(value) >= min, () => `length must be at least ${min}`),
  len_max: (max) => rule((value) => lengthOf(value) <= max, () => `length must be at most ${max}`),
  starts_with: (start) => rule((value: string) => value.startsWith(start), () => `should start with: ${start}`),
  match_none: (patterns) => {
    const rules = patterns.map(({ pattern, err }) => ({ expression: luaPattern(pattern), err }));
    return (value: string) => {
      const broken = rules.find(({ expression }) => expression.test(value));
      return broken && (broken.err ?? `invalid value: ${value}`);
    };
  },
  match: (pattern) => {
    const expression = luaPattern(pattern);
    return rule((value: string) => expression.test(value), (value) => `invalid value: ${value}`);
  },
  match_all: (patterns) => {
    const rules = patterns.map(({ pattern, err }) => ({ expression: luaPattern(pattern), err }));
    return (value: string) => {
      const broken = rules.find(({ expression }) => !expression.test(value));
      return broken && (broken.err ?? `invalid value: ${value}`);
    };
  },
  match_any: ({ patterns, err }) => {
    const expressions = patterns.map(luaPattern);
    return rule((value: string) => expressions.some((expression) => expression.test(value)), (value) => err ?? `invalid value: ${value}`);
  },
  contains: (wanted) => rule((value: readonly unknown[]) => value.includes(wanted), () => `expected to contain: ${String(wanted)}`),
  check: (check) => check,
  mutually_exclusive_subsets: (subsets) => (value: readonly string[]) => exclusiveSubsets(subsets, value),
};

const NAMES = Object.keys(COMPILERS) as (keyof Compilers)[];

/** Compiles the constraints of a field; undefined when it has none. */
export function compileConstraints(constraints: Constraints): Constraint | undefined {
  const compiled = NAMES.flatMap((name) => (
    constraints[name] === undefined ? [] : [(COMPILERS[name] as (expected: unknown) => Constraint)(constraints[name])]));
  if (compiled.length === 0) return undefined;
  const { err } = constraints;
  const first = compiled.length === 1 ? compiled[0]! : (value: never): string | undefined => {
    for (const constraint of compiled) {
      const violation = constraint(value);
      if (violation !== undefined) return violation;
    }
    return undefined;
  };
  return err === undefined ? first : (value) => (first(value) === undefined ? undefined : err);
}

function rule<T>(isValid: (value: T) => boolean, message: (value: T) => string): Constraint {
  return ((value: T) => (isValid(value) ? undefined : message(value))) as Constraint;
}

/** A pattern that no engine accepts has the text of the Admin API; one that only ours rejects has the reason, too. */
function regexViolation(value: string): string | undefined {
  const reason = regularExpressionViolation(value);
  if (reason === undefined) return undefined;
  return `not a valid regex: ${value}${/ is not supported,|^too /.test(reason) ? ` (${reason})` : ''}`;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return value !== null && typeof value === 'object' ? Object.keys(value).length : 0;
}

function exclusiveSubsets(subsets: readonly (readonly string[])[], value: readonly string[]): string | undefined {
  const used = subsets.filter((subset) => subset.some((member) => value.includes(member)));
  if (used.length < 2) return undefined;
  const first = (subset: readonly string[]) => value.findIndex((member) => subset.includes(member));
  const inOrder = used.sort((one, other) => first(one) - first(other));
  const printed = inOrder.map((subset) => `(${subset.map((member) => `'${member}'`).join(', ')})`);
  return `these sets are mutually exclusive: ${printed.join(', ')}`;
}
