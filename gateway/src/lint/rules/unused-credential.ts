/** Credentials that no plugin asks for. */
import { credentialsOf } from '../credentials.ts';
import { plannedPlugins } from '../planned-plugins.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const unusedCredential: LintRule = {
  id: 'unused-credential',
  severity: 'warning',
  finds: 'a credential of a kind that no route asks for',
  why: 'It opens nothing, and is one more secret to lose.',
  fix: 'Add the plugin that checks it to a route, or remove the credential.',
  example: {
    found: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
      consumers:
        - username: bob
          keyauth_credentials: [{key: "{vault://env/bob-key}"}]
    `,
    fixed: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
          plugins: [{name: key-auth}]
      consumers:
        - username: bob
          keyauth_credentials: [{key: "{vault://env/bob-key}"}]
    `,
  },
  * find(file: LintedFile): Iterable<Discovery> {
    const { configuration } = file;
    const asked = new Set(configuration.compiled.snapshot.routes.flatMap((route) => (
      plannedPlugins(configuration, route).map(({ name }) => name))));
    for (const { entity, plugin } of credentialsOf(file)) {
      if (asked.has(plugin)) continue;
      yield { at: entity, message: `no route asks for it: ${plugin} runs on none` };
    }
  },
};
