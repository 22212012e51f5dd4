/** How a plugin's code is declared. */
import type { Log } from '../base/log.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Exchange } from './exchange.ts';

/** Phases in the order of execution. `rewrite` is for global plugins only: there is no route yet. */
export const PHASES = ['rewrite', 'access', 'responseHeaders', 'log'] as const;

export type Phase = typeof PHASES[number];

/** Code of one configured plugin. A phase that has nothing to wait for returns nothing, which costs no promise. */
export type PluginPhases = { readonly [P in Phase]?: (exchange: Exchange) => void | Promise<void> };

/** What a plugin can ask the gateway for. */
export interface PluginContext {
  readonly consumers: Snapshot['consumers'];
  readonly credentials: Snapshot['credentials'];
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface PluginHandler<Config = never> {
  readonly name: string;
  /** Higher runs earlier. */
  readonly priority: number;
  /** Called once for each configuration of the plugin in a snapshot: everything that need not be done per request is done here. */
  prepare(config: Config, context: PluginContext): PluginPhases;
}

/** Ties a handler to the schema that describes its configuration. */
export function defineHandler<Config>(
  schema: { readonly name: string; readonly priority: number },
  prepare: PluginHandler<Config>['prepare'],
): PluginHandler<Config> {
  return { name: schema.name, priority: schema.priority, prepare };
}
