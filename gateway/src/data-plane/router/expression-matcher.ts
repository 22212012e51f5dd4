/** Routes whose conditions are one expression, with the flavor `expressions`. */
import { checkedExpression, predicatesOf } from '../../model/expressions/check.ts';
import type { Expression, Predicate } from '../../model/expressions/syntax.ts';
import { regularExpression } from '../../model/formats/regular-expression.ts';
import type { Route } from '../../model/snapshot.ts';
import { fieldReader, headerNames } from './expression-fields.ts';
import { predicateTest } from './expression-predicate.ts';
import type { HostPattern } from './host-pattern.ts';
import type { PathMatch, PathPattern, RouteMatcher } from './route-matcher.ts';
import { expressionPrecedence } from './route-precedence.ts';
import type { MatchedProperty, RouterInput } from './router-input.ts';

type Test = (input: RouterInput) => boolean;

/** Where tests leave the part of the path that they matched, while `match` runs them. */
interface Recorder {
  match: PathMatch;
  isOn: boolean;
}

const NO_PATH: PathMatch = { matched: '' };

/** @throws ExpressionProblem for an expression that is not valid */
export function compileExpressionRoute(route: Route, source: string): RouteMatcher {
  const expression = checkedExpression(source, route.protocols);
  const recorder: Recorder = { match: NO_PATH, isOn: false };
  const test = compile(expression, recorder);
  const schemes = acceptedSchemes(route.protocols);
  return {
    route,
    rank: 0,
    id: route.id,
    hosts: alternatives(expression, 'http.host')?.map(hostPatternOf),
    paths: alternatives(expression, 'http.path')?.map(pathPatternOf),
    exactHeaders: new Map(),
    properties: [...schemes === undefined ? [] : ['protocol'] as const, ...predicatesOf(expression).flatMap(propertiesOf)],
    accepts: schemes === undefined ? test : (input) => schemes.has(input.scheme) && test(input),
    match: (input) => {
      recorder.match = NO_PATH;
      recorder.isOn = true;
      test(input);
      recorder.isOn = false;
      return recorder.match;
    },
    ...expressionPrecedence(route.priority ?? 0),
  };
}

/** A route for https only also takes plain requests: the answer sends them to https. */
export function acceptedSchemes(protocols: readonly string[]): ReadonlySet<string> | undefined {
  if (protocols.length === 1 && protocols[0] === 'https') return undefined;
  const schemes = new Set(protocols.map((protocol) => (protocol === 'grpc' ? 'http' : protocol === 'grpcs' ? 'https' : protocol)));
  return schemes.has('http') && schemes.has('https') ? undefined : schemes;
}

function compile(expression: Expression, recorder: Recorder): Test {
  if (expression.kind === 'predicate') return compilePredicate(expression, recorder);
  if (expression.kind === 'not') {
    const test = compile(expression.of, recorder);
    return (input) => !test(input);
  }
  const tests = expression.of.map((part) => compile(part, recorder));
  return expression.kind === 'all' ? (input) => tests.every((test) => test(input)) : (input) => tests.some((test) => test(input));
}

function compilePredicate(predicate: Predicate, recorder: Recorder): Test {
  const read = fieldReader(predicate.field);
  const test = predicateTest(predicate);
  const matched = predicate.field === 'http.path' ? matchedPart(predicate) : undefined;
  if (matched === undefined) return (input) => test(read(input));
  return (input) => {
    if (!test(read(input))) return false;
    if (recorder.isOn) recorder.match = matched(input.path) ?? recorder.match;
    return true;
  };
}

/** The part of the path that a predicate matches: `strip_path` removes as many characters, from the start. */
function matchedPart({ operator, value }: Predicate): ((path: string) => PathMatch | undefined) | undefined {
  if (value.type !== 'text') return undefined;
  const { text } = value;
  if (operator === '==' || operator === '^=') return (path) => (path.startsWith(text) ? { matched: text } : undefined);
  if (operator !== '~') return undefined;
  const expression = regularExpression(text);
  return (path) => {
    const match = expression.match(path);
    if (match === undefined) return undefined;
    return { matched: match.matched, ...match.groups && { captures: match.groups } };
  };
}

/** Operators that an index can look up. */
const INDEXED: Readonly<Record<string, readonly string[]>> = { 'http.host': ['==', '^=', '=^'], 'http.path': ['==', '^=', '~'] };

/** Predicates on the field of which one holds wherever the expression does; undefined when there are no such. */
function alternatives(expression: Expression, field: 'http.host' | 'http.path'): readonly Predicate[] | undefined {
  if (expression.kind === 'not') return undefined;
  if (expression.kind === 'predicate') {
    const isIndexed = expression.field === field && !expression.lower && INDEXED[field]!.includes(expression.operator);
    return isIndexed ? [expression] : undefined;
  }
  const parts = expression.of.map((part) => alternatives(part, field));
  if (expression.kind === 'all') return parts.find((part) => part !== undefined);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function textOf({ value }: Predicate): string {
  return value.type === 'number' ? String(value.number) : value.text;
}

function hostPatternOf(predicate: Predicate): HostPattern {
  const kind = predicate.operator === '==' ? 'name' : predicate.operator === '^=' ? 'prefix' : 'suffix';
  return { kind, text: textOf(predicate), port: undefined, least: 0 };
}

function pathPatternOf(predicate: Predicate): PathPattern {
  const text = textOf(predicate);
  return predicate.operator === '~' ? { expression: regularExpression(text), beginning: '' } : { prefix: text };
}

function propertiesOf({ field }: Predicate): readonly MatchedProperty[] {
  if (field.startsWith('http.path')) return ['path'];
  if (field.startsWith('http.headers.')) return headerNames(field).map((name) => `header ${name}` as const);
  if (field.startsWith('http.queries.')) return ['search'];
  return [PROPERTIES[field] ?? 'ends'];
}

const PROPERTIES: Readonly<Record<string, MatchedProperty>> = {
  'http.method': 'method', 'http.host': 'host', 'net.protocol': 'protocol', 'tls.sni': 'tls', 'net.dst.port': 'port',
};
