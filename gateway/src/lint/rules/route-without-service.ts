/** Routes whose requests no upstream and no plugin answers. */
import { plannedPlugins } from '../planned-plugins.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const routeWithoutService: LintRule = {
  id: 'route-without-service',
  severity: 'error',
  finds: 'a route without a service, with no plugin that answers in its place',
  why: 'Requests get 503.',
  fix: 'Give the route a service, or a plugin that answers: request-termination, redirect, or one that calls a function.',
  example: {
    found: `
      routes:
        - name: forgotten
          paths: [/forgotten]
    `,
    fixed: `
      routes:
        - name: forgotten
          paths: [/forgotten]
          plugins:
            - name: request-termination
              config: {status_code: 410}
    `,
  },
  * find({ configuration }: LintedFile): Iterable<Discovery> {
    for (const route of configuration.compiled.snapshot.routes) {
      if (route.service !== undefined || route.heldBack === true) continue;
      if (plannedPlugins(configuration, route).some(({ name }) => ANSWERING.has(name))) continue;
      yield { at: route.id, message: 'the route has no service, and none of its plugins answers: requests get 503' };
    }
  },
};

/** Plugins that may answer in place of an upstream. */
const ANSWERING: ReadonlySet<string> = new Set([
  'request-termination', 'redirect', 'aws-lambda', 'azure-functions', 'pre-function', 'post-function', 'ai-proxy', 'acme',
  'exit-transformer',
]);
