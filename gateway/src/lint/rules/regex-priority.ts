/** regex_priority that has no effect, or another one than its number says. */
import { regexPriorityCaution } from '../../model/entities/regex-priority-caution.ts';
import { isPathExpression } from '../../model/schema/typedefs.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const regexPriority: LintRule = {
  id: 'regex-priority',
  severity: 'warning',
  finds: 'a regex_priority without a regular expression, or beside conditions on headers',
  why: 'regex_priority orders regular expressions only. Beside headers it is added to their number, as in Kong 3.9: '
    + 'such routes are not ordered by it alone.',
  fix: 'Remove regex_priority, or give routes with overlapping paths the same headers.',
  example: {
    found: `
      routes:
        - name: plain
          paths: [/plain]
          regex_priority: 5
          service: {name: s}
      services:
        - {name: s, url: "http://s.internal"}
    `,
    fixed: `
      routes:
        - name: plain
          paths: [~/plain$]
          regex_priority: 5
          service: {name: s}
      services:
        - {name: s, url: "http://s.internal"}
    `,
  },
  * find({ reading: { complete } }: LintedFile): Iterable<Discovery> {
    for (const [entity, route] of complete) {
      if (entity.schema.name !== 'routes' || !route.regex_priority) continue;
      const message = hasExpression(route.paths) ? regexPriorityCaution(route)
        : `regex_priority ${String(route.regex_priority)} has no effect: no path is a regular expression (these begin with ~)`;
      if (message !== undefined) yield { at: entity, path: ['regex_priority'], message };
    }
  },
};

function hasExpression(paths: unknown): boolean {
  return Array.isArray(paths) && (paths as readonly string[]).some(isPathExpression);
}
