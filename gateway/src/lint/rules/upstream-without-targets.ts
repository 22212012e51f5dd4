/** Upstreams that cannot answer. */

import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const upstreamWithoutTargets: LintRule = {
  id: 'upstream-without-targets',
  severity: 'error',
  finds: 'an upstream that a service uses, with no target of a weight above 0',
  why: 'Requests get 503: a service whose host is the name of an upstream never asks DNS for that name.',
  fix: 'Add a target, or remove the upstream so that the host is a name of DNS.',
  example: {
    found: `
      services:
        - name: orders
          host: orders
          routes: [{name: orders, paths: [/orders]}]
      upstreams:
        - name: orders
    `,
    fixed: `
      services:
        - name: orders
          host: orders
          routes: [{name: orders, paths: [/orders]}]
      upstreams:
        - name: orders
          targets: [{target: "10.0.0.1:8080"}]
    `,
  },
  * find({ configuration: { compiled: { snapshot } } }: LintedFile): Iterable<Discovery> {
    const hosts = new Set(snapshot.entities('services').map(({ host }) => host));
    const balanced = new Set(snapshot.entities('targets').flatMap(({ upstream, weight }) => ((weight as number) > 0 ? [upstream] : [])));
    for (const { id, name } of snapshot.entities('upstreams')) {
      if (!hosts.has(name) || balanced.has(id)) continue;
      yield { at: id as string, message: `upstream '${String(name)}' has no target that takes requests: requests get 503` };
    }
  },
};
