/** Why a route does not match a request: the conditions that do not hold, as the router tests them. */
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { checkedExpression, predicatesOf } from '../../model/expressions/check.ts';
import type { Expression, Predicate } from '../../model/expressions/syntax.ts';
import { fieldReader } from './expression-fields.ts';
import { acceptedSchemes } from './expression-matcher.ts';
import { predicateTest } from './expression-predicate.ts';
import { conditionsOf } from './route-conditions.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

export interface Mismatch {
  /** The field of the route, or the part of its expression. */
  readonly field: string;
  /** What the route accepts. */
  readonly expected: readonly string[];
  /** What the request has. */
  readonly given: readonly string[];
}

/** Whether the router takes this matcher for the request, unless another one comes first. */
export function isMatch(matcher: RouteMatcher, input: RouterInput): boolean {
  return matcher.accepts(input) && hasPath(matcher, input.path);
}

/** @returns nothing for a matcher that matches */
export function mismatchesOf(matcher: RouteMatcher, flavor: RouterFlavor, input: RouterInput): readonly Mismatch[] {
  const { route } = matcher;
  if (route.expression !== undefined) return ofExpression(route.expression, route.protocols, input);
  const failed = conditionsOf(route, flavor).filter((condition) => !condition.holds(input));
  return [
    ...hasPath(matcher, input.path) ? [] : [{ field: 'paths', expected: route.paths, given: [input.path] }],
    ...failed.map(({ field, expected, given }) => ({ field, expected, given: given(input) })),
  ];
}

function hasPath({ paths }: RouteMatcher, path: string): boolean {
  return paths === undefined || paths.some((pattern) => (
    'prefix' in pattern ? path.startsWith(pattern.prefix) : pattern.expression.test(path)));
}

function ofExpression(source: string, protocols: readonly string[], input: RouterInput): readonly Mismatch[] {
  const schemes = acceptedSchemes(protocols);
  const wrongScheme = schemes === undefined || schemes.has(input.scheme) ? [] : [
    { field: 'protocols', expected: protocols, given: [input.scheme] },
  ];
  return [...wrongScheme, ...failuresOf(checkedExpression(source, protocols), source, input)];
}

/** The smallest parts that do not hold, where all of them would have to. */
function failuresOf(expression: Expression, source: string, input: RouterInput): readonly Mismatch[] {
  if (holds(expression, input)) return [];
  if (expression.kind === 'predicate') {
    const text = source.slice(expression.from, expression.to);
    return [{ field: 'expression', expected: [text], given: valuesOf(expression, input) }];
  }
  if (expression.kind === 'not') {
    return predicatesOf(expression.of).map((predicate) => ({
      field: 'expression', expected: [`not: ${source.slice(predicate.from, predicate.to)}`], given: valuesOf(predicate, input),
    }));
  }
  return expression.of.flatMap((part) => failuresOf(part, source, input));
}

function holds(expression: Expression, input: RouterInput): boolean {
  switch (expression.kind) {
    case 'predicate': return predicateTest(expression)(fieldReader(expression.field)(input));
    case 'not': return !holds(expression.of, input);
    case 'all': return expression.of.every((part) => holds(part, input));
    case 'any': return expression.of.some((part) => holds(part, input));
  }
}

function valuesOf({ field }: Predicate, input: RouterInput): readonly string[] {
  return fieldReader(field)(input).map(String);
}
