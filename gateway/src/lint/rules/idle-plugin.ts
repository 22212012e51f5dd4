/** Plugins that run on no request. */
import type { ExplainableConfiguration } from '../../explain/explainable-configuration.ts';
import type { PluginInstance } from '../../model/snapshot.ts';
import { plannedPlugins, schemesOf } from '../planned-plugins.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const idlePlugin: LintRule = {
  id: 'idle-plugin',
  severity: 'error',
  finds: 'an enabled plugin that runs on no request',
  why: 'Its author believes that something is limited, checked or logged, and nothing is.',
  fix: 'Bind it to a service with routes, make its protocols fit them, or remove it.',
  example: {
    found: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders], protocols: [http]}]
          plugins: [{name: key-auth, protocols: [https]}]
    `,
    fixed: `
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders], protocols: [http]}]
          plugins: [{name: key-auth, protocols: [http, https]}]
    `,
  },
  * find({ configuration }: LintedFile): Iterable<Discovery> {
    const { compiled: { snapshot, globalPlan }, plugins } = configuration;
    // Those of the plan for everything run on requests without a route, too.
    const running = new Set<PluginInstance>((['http', 'https', 'stream'] as const).flatMap((scheme) => globalPlan(scheme)).flatMap(
      ({ general, ofConsumers }) => [general, ...ofConsumers.flatMap(({ byId }) => [...byId.values()])],
    ).flatMap((phases) => (phases === undefined ? [] : plugins.get(phases)!)));
    for (const route of snapshot.routes) for (const plugin of plannedPlugins(configuration, route)) running.add(plugin);
    for (const plugin of plugins.values()) {
      if (running.has(plugin)) continue;
      yield { at: plugin.id, message: `${plugin.name} runs on no request: ${whyIdle(plugin, configuration)}` };
    }
  },
};

function whyIdle({ route, service, protocols }: PluginInstance, { compiled: { snapshot } }: ExplainableConfiguration): string {
  const inReach = snapshot.routes.filter((one) => (
    (route === undefined || route === one.id) && (service === undefined || service === one.service?.id)));
  if (inReach.length === 0) return route === undefined ? 'the service has no routes' : 'its route and its service do not belong together';
  const spoken = new Set(inReach.flatMap((one) => schemesOf(one)));
  return protocols.some((protocol) => spoken.has(protocol as never)) ? 'a configuration with a narrower scope takes its place everywhere'
    : `its protocols are ${protocols.join(', ')}, those of its routes ${[...new Set(inReach.flatMap((one) => one.protocols))].join(', ')}`;
}
