/**
 * The plugins that run for each route. Plans are made when a route is asked for first: a configuration that changes costs the routes that
 * have requests.
 */
import { UNITS_BETWEEN_YIELDS } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { Consumer, PluginInstance, Route } from '../model/snapshot.ts';
import type { PluginPhases } from '../plugin-kit/plugin.ts';

/** One plugin of a route: references into what all routes share; which configuration runs is looked up for each request. */
interface PlannedPlugin {
  readonly name: string;
  /** For requests without a consumer, and for consumers without a configuration of their own. */
  readonly general: PluginPhases | undefined;
  /** Configurations of some consumers, the strongest scope first. Each is shared by all routes in its scope. */
  readonly ofConsumers: readonly ConsumerScope[];
}

/** Configurations by id of the consumer, or of a group of consumers. */
interface ConsumerScope {
  readonly isOfGroups: boolean;
  readonly byId: ReadonlyMap<string, PluginPhases>;
}

/** Plugins in the order of execution. */
export type Plan = readonly PlannedPlugin[];

/** A plugin of a configuration with what runs for it. */
export interface PreparedPlugin extends PluginInstance {
  readonly phases: PluginPhases;
  readonly priority: number;
}

/**
 * Which of several configurations of one plugin applies, best first; `r`oute, `s`ervice, `c`onsumer, `g`roup of consumers.
 * A configuration with a consumer only counts for that consumer, and one with a group for its members.
 */
const PRECEDENCE = ['rsc', 'rsg', 'rc', 'sc', 'rg', 'sg', 'rs', 'c', 'g', 'r', 's', ''].map((scope) => ({
  route: scope.includes('r'), service: scope.includes('s'), consumer: scope.includes('c'), group: scope.includes('g'),
}));

/** The phases of a planned plugin that see a request of this consumer. */
export function phasesFor({ general, ofConsumers }: PlannedPlugin, consumer: Consumer | undefined): PluginPhases | undefined {
  if (consumer === undefined) return general;
  for (const { isOfGroups, byId } of ofConsumers) {
    const phases = isOfGroups ? ofFirstGroup(byId, consumer) : byId.get(consumer.id);
    if (phases !== undefined) return phases;
  }
  return general;
}

/** Groups are in the order of their names. */
function ofFirstGroup(byGroup: ReadonlyMap<string, PluginPhases>, { groups }: Consumer): PluginPhases | undefined {
  for (const group of groups ?? []) {
    const phases = byGroup.get(group);
    if (phases !== undefined) return phases;
  }
  return undefined;
}

export class Plans {
  /** @param before plans whose plugins were others, at least in part */
  static* of(plugins: readonly PreparedPlugin[], before?: Plans): Steps<Plans> {
    const byName = new Map<string, PreparedPlugin[]>();
    for (let at = 0; at < plugins.length; at += 1) {
      const plugin = plugins[at]!;
      const list = byName.get(plugin.name);
      if (list === undefined) byName.set(plugin.name, [plugin]);
      else list.push(plugin);
      if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    const known = new Map((before === undefined ? [] : before.#indexes).map((index) => [index.name, index]));
    const indexes: ScopeIndex[] = [];
    // Kong runs plugins of one priority in the descending order of their names.
    const ordered = [...byName].sort(([a, [first]], [b, [second]]) => second!.priority - first!.priority || (a < b ? 1 : -1));
    for (const [name, instances] of ordered) {
      const index = known.get(name);
      indexes.push(index?.isOf(instances) === true ? index : yield* ScopeIndex.of(name, instances));
    }
    return new Plans(indexes);
  }

  readonly global: Plan;
  readonly globalPhases: readonly PluginPhases[];
  readonly #indexes: readonly ScopeIndex[];
  readonly #byRoute = new WeakMap<Route, Plan>();
  readonly #ofServices = new Map<string, Plan>();

  private constructor(indexes: readonly ScopeIndex[]) {
    this.#indexes = indexes;
    this.global = this.#planFor(undefined);
    this.globalPhases = this.global.flatMap(({ general }) => general ?? []);
  }

  of(route: Route): Plan {
    if (this.#indexes.length === 0) return this.global;
    let plan = this.#byRoute.get(route);
    if (plan === undefined) this.#byRoute.set(route, plan = this.#shared(route));
    return plan;
  }

  /** Routes without plugins of their own share the plan of their service, and that of everything. */
  #shared(route: Route): Plan {
    const plan = this.#planFor(route);
    if (isSame(plan, this.global)) return this.global;
    const { service } = route;
    if (service === undefined) return plan;
    const ofService = this.#ofServices.get(service.id);
    if (ofService === undefined) this.#ofServices.set(service.id, plan);
    return ofService !== undefined && isSame(plan, ofService) ? ofService : plan;
  }

  #planFor(route: Route | undefined): Plan {
    return this.#indexes.flatMap((index) => index.planned(route) ?? []);
  }
}

function isSame(one: Plan, other: Plan): boolean {
  return one.length === other.length && one.every((planned, at) => planned === other[at]);
}

/** Configurations of one plugin for one route, or one service, or both, or everything. */
interface Scope {
  general: PluginPhases | undefined;
  byConsumer: Map<string, PluginPhases> | undefined;
  byGroup: Map<string, PluginPhases> | undefined;
}

/** Configurations of one plugin by scope: compiling costs routes plus configurations, not their product. */
class ScopeIndex {
  static* of(name: string, instances: readonly PreparedPlugin[]): Steps<ScopeIndex> {
    const index = new ScopeIndex(name, instances);
    // Where two have one scope, one that is held back wins.
    const ordered = [...instances.filter(({ isUnusable }) => isUnusable), ...instances.filter(({ isUnusable }) => !isUnusable)];
    for (let at = 0; at < ordered.length; at += 1) {
      index.#add(ordered[at]!);
      if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    index.#global = index.#plan(undefined, undefined);
    return index;
  }

  readonly name: string;
  readonly #instances: readonly PreparedPlugin[];
  readonly #scopes = new Map<string, Scope>();
  #global: PlannedPlugin | undefined;
  readonly #ofServices = new Map<string, PlannedPlugin | undefined>();

  private constructor(name: string, instances: readonly PreparedPlugin[]) {
    this.name = name;
    this.#instances = instances;
  }

  isOf(instances: readonly PreparedPlugin[]): boolean {
    return instances.length === this.#instances.length && instances.every((instance, at) => instance === this.#instances[at]);
  }

  #add({ route, service, consumer, consumerGroup, isUnusable, phases }: PreparedPlugin): void {
    const key = scopeKey(route, service);
    const scope = this.#scopes.get(key) ?? { general: undefined, byConsumer: undefined, byGroup: undefined };
    this.#scopes.set(key, scope);
    if (consumer !== undefined) addFirst(scope.byConsumer ??= new Map(), consumer, phases);
    // One that is held back looks at the group itself.
    else if (consumerGroup !== undefined && isUnusable !== true) addFirst(scope.byGroup ??= new Map(), consumerGroup, phases);
    else scope.general ??= phases;
  }

  /** What applies to a route; without one, what applies to everything. */
  planned(route: Route | undefined): PlannedPlugin | undefined {
    const { id, service } = route ?? {};
    if (id !== undefined && [scopeKey(id, undefined), scopeKey(id, service?.id)].some((key) => this.#scopes.has(key))) {
      return this.#plan(id, service?.id);
    }
    return service !== undefined && this.#scopes.has(scopeKey(undefined, service.id)) ? this.#ofService(service.id) : this.#global;
  }

  /** Shared by all routes of the service without a configuration of their own. */
  #ofService(service: string): PlannedPlugin | undefined {
    if (!this.#ofServices.has(service)) this.#ofServices.set(service, this.#plan(undefined, service));
    return this.#ofServices.get(service);
  }

  #plan(route: string | undefined, service: string | undefined): PlannedPlugin | undefined {
    const ofConsumers: ConsumerScope[] = [];
    for (const level of PRECEDENCE) {
      if ((level.route && route === undefined) || (level.service && service === undefined)) continue;
      const scope = this.#scopes.get(scopeKey(level.route ? route : undefined, level.service ? service : undefined));
      const byId = level.consumer ? scope?.byConsumer : level.group ? scope?.byGroup : undefined;
      if (byId !== undefined) ofConsumers.push({ isOfGroups: level.group, byId });
      // What comes after a configuration for all consumers never applies.
      if (!level.consumer && !level.group && scope?.general !== undefined) return { name: this.name, general: scope.general, ofConsumers };
    }
    return ofConsumers.length === 0 ? undefined : { name: this.name, general: undefined, ofConsumers };
  }
}

function addFirst<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

function scopeKey(route: string | undefined, service: string | undefined): string {
  return `${route ?? ''} ${service ?? ''}`;
}
