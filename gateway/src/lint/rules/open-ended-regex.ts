/** Regular expressions that match longer paths than they seem to. */
import { isPathExpression } from '../../model/schema/typedefs.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const openEndedRegex: LintRule = {
  id: 'open-ended-regex',
  severity: 'warning',
  finds: 'a path that is a regular expression without an end: no `$`, and no part that takes any rest',
  why: 'An expression is tied to the beginning of the path, not to its end: `~/users/\\\\d+` also matches `/users/1/secrets`.',
  fix: 'End the expression with `$`, or with `.*` where longer paths are meant.',
  example: {
    found: `
      services:
        - name: users
          url: http://users.internal
          routes: [{name: user, paths: ['~/users/[0-9]+']}]
    `,
    fixed: `
      services:
        - name: users
          url: http://users.internal
          routes: [{name: user, paths: ['~/users/[0-9]+$']}]
    `,
  },
  * find({ reading: { complete } }: LintedFile): Iterable<Discovery> {
    for (const [entity, { paths }] of complete) {
      if (entity.schema.name !== 'routes' || !Array.isArray(paths)) continue;
      for (const [at, path] of (paths as readonly string[]).entries()) {
        if (!isPathExpression(path) || ENDED.test(path)) continue;
        yield { at: entity, path: ['paths', at], message: `'${path}' also matches longer paths: it has no end` };
      }
    }
  },
};

/** The end is named, or whatever comes is meant. */
const ENDED = /(?:\$|\\z|\.[*+]\)?|\/\)?\?\$)\)?$/;
