/** Routes whose place among other routes is another than their fields suggest. */
import type { Entity } from '../../store/store.ts';
import type { EntityRules } from './entity-rules.ts';

export const routeRules: EntityRules = {
  caution: (route) => {
    const priority = route.regex_priority as number | null | undefined;
    if (!priority || count(route.headers) === 0 || !hasExpression(route.paths)) return undefined;
    return `regex_priority ${priority} is added to the number of headers, as in Kong 3.9: routes with headers are not ordered by `
      + 'regex_priority alone. Give such routes the same headers, or paths that do not overlap';
  },
};

function count(map: unknown): number {
  return typeof map === 'object' && map !== null ? Object.keys(map).length : 0;
}

function hasExpression(paths: Entity[string]): boolean {
  return Array.isArray(paths) && paths.some((path: string) => path.startsWith('~'));
}
