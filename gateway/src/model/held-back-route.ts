/**
 * A route that cannot be served, as the router still finds it. Without it, its requests would go to a route that is less specific, and
 * maybe past the plugins that protect it.
 */
import type { Row } from './config-table.ts';
import type { Route } from './matched-route.ts';
import { isPathExpression } from './schema/typedefs.ts';

/** Fields that a request has to match. */
const MATCHED = ['methods', 'hosts', 'headers', 'snis', 'paths', 'protocols'] as const;

/** Characters that end the literal beginning of a regular expression. */
const SYNTAX = /[\\^$.|?*+()[\]{}]/;

/**
 * Builds the route from a row with violations. What is wrong among the fields that requests have to match is left out, so the route may
 * match more than the one that was meant; then it needs a path, or the literal beginning of one, that is longer than `/`.
 *
 * @param fields paths of the violations
 * @returns undefined when the route would take requests that are none of its own; then it is as if it were not there
 */
export function heldBackRoute(row: Row, fields: readonly string[]): Route | undefined {
  const wrong = new Set(fields.map((field) => field.split('.', 1)[0]!));
  if (typeof row.id !== 'string') return undefined;
  const isBare = !MATCHED.some((field) => hasItems(row[field], field));
  const isWider = isBare || wrong.has('@entity') || MATCHED.some((field) => wrong.has(field));
  const given = textsOf(row.paths);
  const paths = wrong.has('paths') ? given.flatMap(beginningOf) : given;
  const narrow = paths.filter((path) => !isWider || (beginningOf(path)[0] ?? '').length > 1);
  if (isWider && narrow.length === 0) return undefined;
  const texts = (field: string): readonly string[] => (wrong.has(field) ? [] : textsOf(row[field]));
  const protocols = texts('protocols');
  return {
    id: row.id,
    name: typeof row.name === 'string' ? row.name : null,
    protocols: protocols.length > 0 ? protocols : ['http', 'https'],
    methods: texts('methods'),
    hosts: texts('hosts'),
    paths: narrow,
    snis: texts('snis'),
    headers: wrong.has('headers') ? {} : lowerCaseNames(row.headers),
    httpsRedirectStatus: 426,
    regexPriority: !wrong.has('regex_priority') && typeof row.regex_priority === 'number' ? row.regex_priority : 0,
    stripPath: true,
    preserveHost: false,
    createdAt: typeof row.created_at === 'number' ? row.created_at : 0,
    service: undefined,
    row,
    heldBack: true,
  };
}

/** The same route with the literal beginnings of its paths in place of expressions that cannot be compiled. */
export function withoutExpressions(route: Route): Route | undefined {
  const paths = route.paths.flatMap(beginningOf).filter((path) => path.length > 1);
  return paths.length === 0 ? undefined : { ...route, paths, headers: {}, service: undefined, heldBack: true };
}

/** What every path begins with that the path of a route matches; nothing when that cannot be known. */
export function beginningOf(path: string): readonly string[] {
  if (!isPathExpression(path)) return path.startsWith('/') ? [path] : [];
  const expression = path.slice(1).replace(/^\^/, '');
  // Alternatives may begin differently, and a flag may make case indifferent.
  if (expression.includes('|') || expression.includes('(?i')) return [];
  let beginning = '';
  for (let at = 0; at < expression.length; at += 1) {
    const character = expression[at]!;
    const escaped = character === '\\' && /[^A-Za-z0-9]/.test(expression[at + 1] ?? 'x');
    if (!escaped && SYNTAX.test(character)) {
      // The last character may be left out.
      return ['?', '*', '{'].includes(character) ? present(beginning.slice(0, -1)) : present(beginning);
    }
    beginning += escaped ? expression[at + 1]! : character;
    if (escaped) at += 1;
  }
  return present(beginning);
}

function present(beginning: string): readonly string[] {
  return beginning.startsWith('/') ? [beginning] : [];
}

function hasItems(value: unknown, field: string): boolean {
  return field !== 'protocols' && value !== null && typeof value === 'object' && Object.keys(value).length > 0;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function lowerCaseNames(headers: unknown): Route['headers'] {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
  return Object.fromEntries(entries.flatMap(([name, values]) => (Array.isArray(values) ? [[name.toLowerCase(), textsOf(values)]] : [])));
}
