/** Claims of time (RFC 7519 §4.1.4, §4.1.5). */
import type { Token } from './token.ts';
import { memberOf } from './token.ts';

type TimeClaim = 'exp' | 'nbf';

/** What is wrong with claims, by their names. */
export type ClaimErrors = Readonly<Partial<Record<TimeClaim, string>>>;

interface TimeRules {
  readonly claims_to_verify: readonly TimeClaim[] | null;
  /** Seconds; 0 and `null` for no limit. */
  readonly maximum_expiration: number | null;
}

/** @returns `undefined` when nothing is wrong */
export function timeErrors({ claims }: Token, rules: TimeRules, nowSeconds: number): ClaimErrors | undefined {
  const errors = (rules.claims_to_verify ?? []).flatMap((name) => {
    const error = errorOf(name, memberOf(claims, name), nowSeconds);
    return error === undefined ? [] : [[name, error] as const];
  });
  if (errors.length > 0) return Object.fromEntries(errors);
  const limit = rules.maximum_expiration ?? 0;
  const exp = memberOf(claims, 'exp');
  return limit <= 0 || (isTime(exp) && exp - nowSeconds <= limit) ? undefined : { exp: 'exceeds maximum allowed expiration' };
}

function errorOf(name: TimeClaim, value: unknown, nowSeconds: number): string | undefined {
  if (!isTime(value)) return 'must be a number';
  if (name === 'exp') return value <= nowSeconds ? 'token expired' : undefined;
  return value > nowSeconds ? 'token not valid yet' : undefined;
}

/** A number like 1e999 is none: it would never expire. */
function isTime(value: unknown): value is number {
  return Number.isFinite(value);
}
