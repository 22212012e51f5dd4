/** Consumers with credentials that every access list keeps out. */
import { groupedBy } from '../../base/grouped-by.ts';
import type { PluginInstance } from '../../model/snapshot.ts';
import { credentialsOf } from '../credentials.ts';
import { plannedPlugins } from '../planned-plugins.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const outsideAcls: LintRule = {
  id: 'outside-acls',
  severity: 'warning',
  finds: 'a consumer whose credentials are asked for only where an access list keeps the consumer out',
  why: 'The consumer is known everywhere, and let in nowhere.',
  fix: 'Make the consumer a member of a group that an acl allows, or remove the credentials.',
  example: {
    found: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
          plugins:
            - {name: key-auth}
            - {name: acl, config: {allow: [buyers]}}
      consumers:
        - username: bob
          keyauth_credentials: [{key: "{vault://env/bob-key}"}]
    `,
    fixed: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
          plugins:
            - {name: key-auth}
            - {name: acl, config: {allow: [buyers]}}
      consumers:
        - username: bob
          acls: [{group: buyers}]
          keyauth_credentials: [{key: "{vault://env/bob-key}"}]
    `,
  },
  * find(file: LintedFile): Iterable<Discovery> {
    const { configuration, configuration: { compiled: { snapshot } } } = file;
    const plans = snapshot.routes.map((route) => plannedPlugins(configuration, route));
    const groups = groupedBy(snapshot.entities('acls'), ({ consumer }) => consumer);
    for (const [consumer, credentials] of groupedBy(credentialsOf(file), (credential) => credential.consumer)) {
      const own = new Set((groups.get(consumer) ?? []).map(({ group }) => group as string));
      const kinds = new Set(credentials.map(({ plugin }) => plugin));
      const asking = plans.filter((plan) => plan.some(({ name }) => kinds.has(name)));
      if (asking.length === 0 || asking.some((plan) => plan.every((plugin) => letsIn(plugin, own)))) continue;
      yield { at: consumer, message: `every route that asks for its credentials has an acl that keeps it out${memberships(own)}` };
    }
  },
};

function letsIn({ name, config }: PluginInstance, groups: ReadonlySet<string>): boolean {
  if (name !== 'acl') return true;
  const { allow, deny } = config as { readonly allow?: readonly string[] | null; readonly deny?: readonly string[] | null };
  if (allow) return allow.some((group) => groups.has(group));
  return deny?.some((group) => groups.has(group)) !== true;
}

function memberships(groups: ReadonlySet<string>): string {
  return groups.size === 0 ? ': it is in no group' : `: it is in ${[...groups].join(', ')} only`;
}
