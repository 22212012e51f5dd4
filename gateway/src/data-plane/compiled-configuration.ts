/** A snapshot with everything built that requests need: the router, and for each route the plugins that run. */
import type { Log } from '../base/log.ts';
import type { PluginInstance, Route, Snapshot } from '../model/snapshot.ts';
import type { PluginContext, PluginHandler, PluginPhases } from '../plugin-kit/plugin.ts';
import { Router } from './router/router.ts';

/** One plugin of a route: what runs, depending on the consumer. */
export interface PlannedPlugin {
  readonly name: string;
  /** Without a consumer, or for those that have none of their own. */
  readonly phases: PluginPhases | undefined;
  /** By id of the consumer. */
  readonly ofConsumer: ReadonlyMap<string, PluginPhases> | undefined;
}

/** Plugins in the order of execution. */
export type Plan = readonly PlannedPlugin[];

export interface CompiledConfiguration {
  readonly snapshot: Snapshot;
  readonly router: Router;
  /** What runs when no route was found, and before one is looked for. */
  readonly globalPlan: Plan;
  planOf(route: Route): Plan;
}

export type Handlers = Readonly<Record<string, PluginHandler<unknown>>>;

/**
 * Which of several configurations of one plugin applies, best first; `r`oute, `s`ervice, `c`onsumer.
 * A configuration with a consumer only counts for that consumer.
 */
const PRECEDENCE = ['rsc', 'rc', 'sc', 'rs', 'c', 'r', 's', ''] as const;

/** @throws Error for a regular expression that does not compile, or a plugin that refuses its configuration */
export function compileConfiguration(snapshot: Snapshot, handlers: Handlers, log: Log): CompiledConfiguration {
  const context: PluginContext = { consumers: snapshot.consumers, credentials: snapshot.credentials, log, now: Date.now };
  const prepared = new Map(snapshot.plugins.flatMap((plugin) => {
    const handler = handlers[plugin.name];
    return handler === undefined ? [] : [[plugin, handler.prepare(plugin.config, context)]];
  }));
  const byName = new Map(Object.values(handlers)
    .map((handler): [string, ScopeIndex] => [handler.name, new ScopeIndex(snapshot.plugins.filter((plugin) => plugin.name === handler.name))])
    .filter(([, instances]) => instances.size > 0)
    // Kong runs plugins of one priority in the descending order of their names.
    .sort(([a], [b]) => handlers[b]!.priority - handlers[a]!.priority || (a < b ? 1 : -1)));

  const planFor = (route: Route | undefined): Plan => [...byName].flatMap(([name, instances]) => {
    const planned = planPlugin(name, instances.of(route), prepared);
    return planned === undefined ? [] : [planned];
  });
  const plans = new Map(snapshot.routes.map((route) => [route, planFor(route)]));
  const globalPlan = planFor(undefined);
  return { snapshot, router: new Router(snapshot.routes), globalPlan, planOf: (route) => plans.get(route) ?? globalPlan };
}

/** Configurations of one plugin by scope, so that ten thousand routes with one each are not compared with one another. */
class ScopeIndex {
  readonly size: number;
  readonly #byScope: ReadonlyMap<string, readonly PluginInstance[]>;

  constructor(instances: readonly PluginInstance[]) {
    this.size = instances.length;
    this.#byScope = Map.groupBy(instances, ({ route, service }) => scopeKey(route, service));
  }

  /** Those that apply to a route; without one, the global ones. */
  of(route: Route | undefined): readonly PluginInstance[] {
    const routes = route === undefined ? [undefined] : [undefined, route.id];
    const services = route?.service === undefined ? [undefined] : [undefined, route.service.id];
    return routes.flatMap((id) => services.flatMap((service) => this.#byScope.get(scopeKey(id, service)) ?? []));
  }
}

function scopeKey(route: string | undefined, service: string | undefined): string {
  return `${route ?? ''} ${service ?? ''}`;
}

function planPlugin(name: string, instances: readonly PluginInstance[], prepared: ReadonlyMap<PluginInstance, PluginPhases>): PlannedPlugin | undefined {
  if (instances.length === 0) return undefined;
  const sorted = instances.toSorted((a, b) => rank(a) - rank(b));
  const general = sorted.find((instance) => instance.consumer === undefined);
  const ofConsumer = new Map<string, PluginPhases>();
  for (const instance of sorted) {
    const { consumer } = instance;
    if (consumer === undefined || ofConsumer.has(consumer) || (general !== undefined && rank(general) < rank(instance))) continue;
    ofConsumer.set(consumer, prepared.get(instance)!);
  }
  return { name, phases: general && prepared.get(general), ofConsumer: ofConsumer.size === 0 ? undefined : ofConsumer };
}

function rank({ route, service, consumer }: PluginInstance): number {
  const scope = `${route === undefined ? '' : 'r'}${service === undefined ? '' : 's'}${consumer === undefined ? '' : 'c'}`;
  return (PRECEDENCE as readonly string[]).indexOf(scope);
}
