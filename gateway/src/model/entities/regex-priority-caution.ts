/** What regex_priority means beside conditions on headers, which is not what it says. */
import type { EntityValue } from '../schema/field.ts';
import { isPathExpression } from '../schema/typedefs.ts';

/** @returns what operators should know of the route */
export function regexPriorityCaution(route: EntityValue): string | undefined {
  const priority = route.regex_priority as number | null | undefined;
  if (!priority || count(route.headers) === 0 || !hasExpression(route.paths)) return undefined;
  return `regex_priority ${priority} is added to the number of headers, as in Kong 3.9: routes with headers are not ordered by `
    + 'regex_priority alone. Give such routes the same headers, or paths that do not overlap';
}

function count(map: unknown): number {
  return typeof map === 'object' && map !== null ? Object.keys(map).length : 0;
}

function hasExpression(paths: unknown): boolean {
  return Array.isArray(paths) && (paths as readonly string[]).some(isPathExpression);
}
