/** How a plugin's code is declared, and what it may ask the gateway for. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { BodyFilter, Exchange } from './exchange.ts';
import type { NodeServices } from './services.ts';
import type { StreamExchange } from './stream-exchange.ts';

/**
 * The phases in the order of execution, and whether a phase may be waited for.
 * `rewrite` is for global plugins only: there is no route yet. `body` is asked for a filter when the head is settled.
 */
export const PHASES = ['rewrite', 'access', 'responseHeaders', 'body', 'log'] as const;

export type Phase = typeof PHASES[number];

/** Code of one configured plugin. A phase that has nothing to wait for returns nothing, which costs no promise. */
export interface PluginPhases {
  /** Whether requests must have a timeline. Costs every request of the node some microseconds. @default false */
  readonly wantsTimeline?: boolean;
  /** Whether it needs what is logged about requests (`Exchange.logLines`). @default false */
  readonly wantsLogLines?: boolean;
  /**
   * Whether its phases start nothing that goes on behind them: no timer, no promise that is not returned. Then they need not be tied to
   * the request that they run for, which costs each request a microsecond. @default false
   */
  readonly startsNothing?: boolean;
  rewrite?(exchange: Exchange): void | Promise<void>;
  access?(exchange: Exchange): void | Promise<void>;
  responseHeaders?(exchange: Exchange): void | Promise<void>;
  /** Returns a filter when the plugin wants to see the body of this answer. */
  body?(exchange: Exchange): BodyFilter | undefined;
  /** Runs when the answer has ended, or the client is gone. */
  log?(exchange: Exchange): void | Promise<void>;
  /** Of streams: before an upstream is connected to. */
  preread?(stream: StreamExchange): void | Promise<void>;
  /** Of streams: when both ends are closed. */
  logStream?(stream: StreamExchange): void | Promise<void>;
  /** Called once, when no request uses the plugin any more: ends timers, queues and connections. */
  close?(): void | Promise<void>;
}

/** Where a configured plugin applies: ids; `undefined` for any. */
export interface PluginScope {
  readonly route: string | undefined;
  readonly service: string | undefined;
  readonly consumer: string | undefined;
  readonly consumerGroup: string | undefined;
}

/** What one configured plugin is prepared with. */
export interface PluginContext {
  /** Id of the plugin's entity. */
  readonly id: string;
  /** The name that the user gave to this instance of the plugin. */
  readonly instanceName: string | undefined;
  readonly scope: PluginScope;
  readonly log: Log;
  readonly clock: Clock;
  readonly node: NodeFacts;
  /** What all plugins of the node share. */
  readonly services: NodeServices;
}

/** Who the node is. */
export interface NodeFacts {
  readonly id: string;
  readonly hostname: string;
  /** The release of Kong that the node behaves as, e.g. `3.9.1`. */
  readonly kongVersion: string;
}

export interface PluginHandler<Config = never> {
  readonly name: string;
  /** Higher runs earlier. */
  readonly priority: number;
  /**
   * Called once for each configuration of the plugin: everything that need not be done per request is done here. The result, with all it
   * keeps, serves until the plugin's entity changes or goes: other changes do not touch it. So it looks up entities in
   * `exchange.configuration`, and keeps none.
   * @throws Error when the configuration cannot be run: the plugin is in quarantine then
   */
  prepare(config: Config, context: PluginContext): PluginPhases;
}

/** Ties a handler to the schema that describes its configuration. */
export function defineHandler<Config>(
  schema: { readonly name: string; readonly priority: number },
  prepare: PluginHandler<Config>['prepare'],
): PluginHandler<Config> {
  return { name: schema.name, priority: schema.priority, prepare };
}
