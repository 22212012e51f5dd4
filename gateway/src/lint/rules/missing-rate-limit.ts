/** Routes that anyone may call as often as they like. */
import { groupedBy } from '../../base/grouped-by.ts';
import type { Route } from '../../model/snapshot.ts';
import { plannedPlugins } from '../planned-plugins.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const missingRateLimit: LintRule = {
  id: 'missing-rate-limit',
  severity: 'warning',
  finds: 'a service, or a route without a service, some of whose routes have no rate limit',
  why: 'One client can use up what all share.',
  fix: 'Add rate-limiting or rate-limiting-advanced to the route, to its service, or for everything.',
  example: {
    found: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
    `,
    fixed: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
      plugins:
        - name: rate-limiting
          config: {minute: 600}
    `,
  },
  * find({ configuration }: LintedFile): Iterable<Discovery> {
    const unlimited = configuration.compiled.snapshot.routes.filter((route) => (
      !plannedPlugins(configuration, route).some(({ name }) => LIMITING.has(name))));
    const answered = unlimited.filter(({ service }) => service !== undefined);
    for (const [service, routes] of groupedBy(answered, (route) => route.service!)) {
      yield { at: service.id, message: `no rate limit for ${namesOf(routes)}` };
    }
  },
};

const LIMITING: ReadonlySet<string> = new Set([
  'rate-limiting', 'rate-limiting-advanced', 'response-ratelimiting', 'graphql-rate-limiting-advanced',
]);

/** Most of the names in one message. */
const SHOWN = 5;

function namesOf(routes: readonly Route[]): string {
  const names = routes.slice(0, SHOWN).map(({ name, id }) => `'${name ?? id}'`);
  const more = routes.length - names.length;
  return `route${routes.length === 1 ? '' : 's'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
