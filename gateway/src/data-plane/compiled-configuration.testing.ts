/** Compiles in one go, for suites. */
import type { RouterFlavor } from '../base/router-flavor.ts';
import { atOnce } from '../base/steps.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { compilingConfiguration } from './compiled-configuration.ts';
import type { CompiledConfiguration, Handlers } from './compiled-configuration.ts';
import type { PluginInstances } from './plugin-instances.ts';

export function compileConfiguration(
  snapshot: Snapshot, handlers: Handlers, instances: PluginInstances, routerFlavor?: RouterFlavor,
): CompiledConfiguration {
  return atOnce(compilingConfiguration({ snapshot, handlers, instances, routerFlavor }));
}
