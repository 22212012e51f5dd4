/** Constraints on a value of the right type: a table of rules, applied in this order; the first violation is reported. */
import type { Constraints } from './field.ts';
import { luaPattern } from './lua-pattern.ts';

type Rule = (constraints: Constraints, value: unknown) => string | undefined;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const RULES: readonly Rule[] = [
  ({ eq }, value) => (eq === undefined || eq === value ? undefined : `value must be ${eq}`),
  ({ not_one_of: forbidden }, value) => (
    forbidden?.includes(value as string) ? `must not be one of: ${forbidden.join(', ')}` : undefined),
  ({ one_of: allowed }, value) => (
    allowed && !allowed.includes(value as string) ? `expected one of: ${allowed.join(', ')}` : undefined),
  ({ gt }, value) => (gt === undefined || (value as number) > gt ? undefined : `value must be greater than ${gt}`),
  ({ timestamp }, value) => (timestamp && (value as number) <= 0 ? 'expected a valid timestamp' : undefined),
  ({ uuid }, value) => (uuid && !UUID.test(value as string) ? 'expected a valid UUID' : undefined),
  ({ between }, value) => (between && !((value as number) >= between[0] && (value as number) <= between[1])
    ? `value should be between ${between[0]} and ${between[1]}` : undefined),
  ({ len_eq: exact }, value) => (exact !== undefined && lengthOf(value) !== exact ? `length must be ${exact}` : undefined),
  ({ len_min: min }, value) => (min !== undefined && lengthOf(value) < min ? `length must be at least ${min}` : undefined),
  ({ len_max: max }, value) => (max !== undefined && lengthOf(value) > max ? `length must be at most ${max}` : undefined),
  ({ starts_with: start }, value) => (
    start !== undefined && !(value as string).startsWith(start) ? `should start with: ${start}` : undefined),
  ({ match_none: rules }, value) => {
    const broken = rules?.find((rule) => luaPattern(rule.pattern).test(value as string));
    return broken && (broken.err ?? `invalid value: ${value}`);
  },
  ({ match }, value) => (match !== undefined && !luaPattern(match).test(value as string) ? `invalid value: ${value}` : undefined),
  ({ match_all: rules }, value) => {
    const broken = rules?.find((rule) => !luaPattern(rule.pattern).test(value as string));
    return broken && (broken.err ?? `invalid value: ${value}`);
  },
  ({ match_any: any }, value) => (any && !any.patterns.some((pattern) => luaPattern(pattern).test(value as string))
    ? any.err ?? `invalid value: ${value}` : undefined),
  ({ check }, value) => check?.(value as never),
  ({ mutually_exclusive_subsets: subsets }, value) => subsets && exclusiveSubsets(subsets, value as readonly string[]),
];

/** The first violated constraint's message, or nothing. The value is of the field's type and not null. */
export function violatedConstraint(constraints: Constraints, value: unknown): string | undefined {
  for (const rule of RULES) {
    const violation = rule(constraints, value);
    if (violation !== undefined) return constraints.err ?? violation;
  }
  return undefined;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return value !== null && typeof value === 'object' ? Object.keys(value).length : 0;
}

function exclusiveSubsets(subsets: readonly (readonly string[])[], value: readonly string[]): string | undefined {
  const used = subsets.filter((subset) => subset.some((member) => value.includes(member)));
  if (used.length < 2) return undefined;
  const printed = used.map((subset) => `(${subset.map((member) => `'${member}'`).join(', ')})`).sort();
  return `these sets are mutually exclusive: ${printed.join(', ')}`;
}
