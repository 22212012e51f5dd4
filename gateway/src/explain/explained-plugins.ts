/** Which plugins run on a request, from the same plans as those of the data plane, and why the others in reach do not. */
import { runsOn } from '../data-plane/compiled-configuration.ts';
import type { Scheme } from '../data-plane/compiled-configuration.ts';
import { phasesFor } from '../data-plane/plans.ts';
import type { PreparedPlugin } from '../data-plane/plans.ts';
import type { Row } from '../model/config-table.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { withoutSecrets } from '../model/schema/secret-values.ts';
import type { Consumer, PluginInstance, Route } from '../model/snapshot.ts';
import type { ExplainableConfiguration } from './explainable-configuration.ts';
import type { IdlePlugin, PluginScope, RunningPlugin } from './explanation.ts';

interface ExplainedPlugins {
  readonly running: readonly RunningPlugin[];
  readonly idle: readonly IdlePlugin[];
}

/** @param route absent: no route was found, so that only global plugins run */
export function explainedPlugins(
  { compiled, plugins, schemas }: ExplainableConfiguration, route: Route | undefined, scheme: Scheme, consumer: Consumer | undefined,
): ExplainedPlugins {
  const plan = route === undefined ? compiled.globalPlan(scheme) : compiled.planOf(route, scheme);
  const chosen = plan.flatMap((planned) => {
    const phases = phasesFor(planned, consumer);
    return phases === undefined ? [] : plugins.get(phases)!;
  });
  const running = new Map(chosen.map((plugin) => [plugin.name, plugin]));
  const idle = [...plugins.values()].filter((plugin) => isInReach(plugin, route) && running.get(plugin.name) !== plugin);
  return {
    running: chosen.map((plugin) => runningPlugin(plugin, schemas)),
    idle: idle.map((plugin) => ({
      id: plugin.id, name: plugin.name, scope: scopeOf(plugin), reason: whyIdle(plugin, running.get(plugin.name), scheme, consumer),
    })),
  };
}

/** Whether requests of the route may run it. */
function isInReach({ route: ofRoute, service: ofService }: PluginInstance, route: Route | undefined): boolean {
  return (ofRoute === undefined || ofRoute === route?.id) && (ofService === undefined || ofService === route?.service?.id);
}

function whyIdle(plugin: PluginInstance, running: PluginInstance | undefined, scheme: Scheme, consumer: Consumer | undefined): string {
  if (!runsOn(plugin, scheme)) return `its protocols are ${plugin.protocols.join(', ')}: it does not run on ${scheme}`;
  const isForThis = plugin.consumer === undefined || plugin.consumer === consumer?.id;
  if (!isForThis) return 'it runs only for another consumer than that of the request';
  const group = plugin.consumerGroup;
  if (group !== undefined && consumer?.groups?.has(group) !== true) return 'it runs only for a group that the consumer is no member of';
  return running === undefined ? 'another configuration takes its place'
    : `a configuration of the same plugin with a narrower scope runs: ${running.id}`;
}

function scopeOf({ route, service, consumer, consumerGroup }: PluginInstance): PluginScope {
  return {
    ...route !== undefined && { route }, ...service !== undefined && { service },
    ...consumer !== undefined && { consumer }, ...consumerGroup !== undefined && { consumer_group: consumerGroup },
  };
}

function runningPlugin(plugin: PreparedPlugin, schemas: Schemas): RunningPlugin {
  const { id, name, instanceName, priority } = plugin;
  return {
    id, name, ...instanceName !== undefined && { instance_name: instanceName }, priority, scope: scopeOf(plugin),
    config: withoutSecrets(schemas.get('plugins')!, { name, config: plugin.config }).config as Row,
  };
}
