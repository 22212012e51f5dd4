/** Plugins that may run on requests of a route: for any consumer, with any scheme that the route speaks. */
import type { Scheme } from '../data-plane/compiled-configuration.ts';
import type { ExplainableConfiguration } from '../explain/explainable-configuration.ts';
import type { PluginInstance, Route } from '../model/snapshot.ts';
import { isStreamProtocol } from '../model/stream-protocols.ts';

export function plannedPlugins({ compiled, plugins }: ExplainableConfiguration, route: Route): readonly PluginInstance[] {
  const planned = new Set(schemesOf(route).flatMap((scheme) => compiled.planOf(route, scheme)));
  const phases = [...planned].flatMap(({ general, ofConsumers }) => [
    ...general === undefined ? [] : [general], ...ofConsumers.flatMap(({ byId }) => [...byId.values()]),
  ]);
  return [...new Set(phases.map((one) => plugins.get(one)!))];
}

export function schemesOf({ protocols }: Route): readonly Scheme[] {
  const schemes = protocols.map((protocol): Scheme => {
    if (isStreamProtocol(protocol)) return 'stream';
    return protocol === 'https' || protocol === 'grpcs' ? 'https' : 'http';
  });
  return [...new Set(schemes)];
}
