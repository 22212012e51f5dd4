/** A snapshot with everything built that requests need: the router, and for each route the plugins that run. */
import { messageOf } from '../base/errors.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import type { Consumer, PluginInstance, Route, Snapshot } from '../model/snapshot.ts';
import { isStreamProtocol } from '../model/stream-protocols.ts';
import type { Refusal } from '../plugin-kit/exchange.ts';
import type { PluginHandler, PluginPhases } from '../plugin-kit/plugin.ts';
import type { PluginInstances } from './plugin-instances.ts';
import { Router } from './router/router.ts';

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

/** How the client speaks: what a plugin's `protocols` is compared with. */
export type Scheme = 'http' | 'https' | 'stream';

/** An entity of the snapshot that turned out to be unusable here. */
interface FailedEntity {
  readonly entity: 'routes' | 'plugins';
  readonly id: string;
  readonly name: string | null;
  readonly reason: string;
}

export interface CompiledConfiguration {
  readonly snapshot: Snapshot;
  /** Routes and plugins that are held back because they cannot be compiled or prepared. */
  readonly failed: readonly FailedEntity[];
  readonly router: Router;
  /** Whether a plugin asks for the timelines of requests. */
  readonly wantsTimelines: boolean;
  /** Whether a plugin asks for what is logged about requests. */
  readonly wantsLogLines: boolean;
  /** Plugins that run before a route is found, and instead of those of a route when there is none. */
  globalPlan(scheme: Scheme): Plan;
  /** Phases of the global plan's plugins while no consumer is known. */
  globalPhases(scheme: Scheme): readonly PluginPhases[];
  planOf(route: Route, scheme: Scheme): Plan;
  /** Keeps the plugins of this configuration for one request. @returns lets them go */
  hold(): () => void;
  /** Another configuration has taken its place: its plugins are closed behind the last request that uses them. */
  retire(): void;
}

export type Handlers = Readonly<Record<string, PluginHandler<unknown>>>;

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

/** Runs after every plugin that this version knows, so that a consumer has been found by then. */
const LAST_PRIORITY = Number.NEGATIVE_INFINITY;

/**
 * Holds back what cannot be run: requests of a route with an invalid regular expression, and requests that would run a plugin without a
 * handler or one that rejects its configuration.
 */
export function compileConfiguration(
  snapshot: Snapshot, handlers: Handlers, instances: PluginInstances, routerFlavor?: RouterFlavor,
): CompiledConfiguration {
  const held = instances.hold();
  const uses = new Uses(() => held.release());
  const failed: FailedEntity[] = [];
  const prepared = snapshot.plugins.map((plugin): Prepared => {
    const handler = Object.hasOwn(handlers, plugin.name) ? handlers[plugin.name] : undefined;
    const priority = handler?.priority ?? LAST_PRIORITY;
    if (plugin.isUnusable) return heldBackPlugin(plugin, priority);
    try {
      if (handler === undefined) throw new Error('data planes of this version do not run this plugin');
      return { ...plugin, phases: held.prepare(handler, plugin), priority };
    } catch (error) {
      failed.push({ entity: 'plugins', id: plugin.id, name: plugin.name, reason: messageOf(error) });
      return heldBackPlugin(plugin, priority);
    }
  });
  const plain = plansOf(snapshot.routes, prepared.filter((plugin) => runsOn(plugin, 'http')));
  // Most configurations have no plugin that runs on one of the two only: then the plans are the same.
  const differ = prepared.some((plugin) => runsOn(plugin, 'http') !== runsOn(plugin, 'https'));
  const plans = {
    http: plain,
    https: differ ? plansOf(snapshot.routes, prepared.filter((plugin) => runsOn(plugin, 'https'))) : plain,
    stream: plansOf(snapshot.routes.filter(isStreamRoute), prepared.filter((plugin) => runsOn(plugin, 'stream'))),
  };
  const holdBack = ({ id, name }: Route, reason: string) => void failed.push({ entity: 'routes', id, name, reason });
  const router = new Router(snapshot.routes, holdBack, routerFlavor);
  return {
    snapshot,
    failed,
    router,
    wantsTimelines: prepared.some(({ phases }) => phases.wantsTimeline === true),
    wantsLogLines: prepared.some(({ phases }) => phases.wantsLogLines === true),
    globalPlan: (scheme) => plans[scheme].global,
    globalPhases: (scheme) => plans[scheme].globalPhases,
    planOf: (route, scheme) => plans[scheme].byRoute.get(route) ?? plans[scheme].global,
    hold: () => uses.begin(),
    retire: () => uses.retire(),
  };
}

/** Counts the requests of a configuration, so that its end is known. */
class Uses {
  readonly #onEnd: () => void;
  #count = 0;
  #isRetired = false;
  readonly #end: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#end = () => {
      this.#count -= 1;
      if (this.#isRetired && this.#count === 0) onEnd();
    };
  }

  begin(): () => void {
    this.#count += 1;
    return this.#end;
  }

  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    if (this.#count === 0) this.#onEnd();
  }
}

/** Kong's text when a plugin fails. */
const FAILURE: Refusal = { status: 500, message: 'An unexpected error occurred' };

/** The plugin as what ends each request that would run it. */
function heldBackPlugin(plugin: PluginInstance, priority: number): Prepared {
  const { onlyConsumers = false, consumerGroup } = plugin;
  return {
    ...plugin,
    // One for a group of consumers must take the place neither of the one for all requests nor of another group's.
    name: onlyConsumers || consumerGroup !== undefined ? `${plugin.name} of ${consumerGroup ?? 'consumers'}` : plugin.name,
    isUnusable: true,
    priority,
    phases: {
      preread: (stream) => {
        if (!onlyConsumers && consumerGroup === undefined) stream.refuse();
      },
      access: (exchange) => {
        const { consumer } = exchange;
        if (onlyConsumers ? consumer === undefined : consumerGroup !== undefined && !consumer?.groups?.has(consumerGroup)) return;
        exchange.refuse(FAILURE);
      },
    },
  };
}

interface Prepared extends PluginInstance {
  readonly phases: PluginPhases;
  readonly priority: number;
}

/** A plugin that names no protocol runs on each, and one that names any protocol of streams on all of them, as in Kong. */
function runsOn({ protocols }: PluginInstance, scheme: Scheme): boolean {
  if (protocols.length === 0) return true;
  if (scheme === 'stream') return protocols.some(isStreamProtocol);
  return protocols.includes(scheme) || protocols.includes(scheme === 'https' ? 'grpcs' : 'grpc');
}

function isStreamRoute({ protocols }: Route): boolean {
  return protocols.some(isStreamProtocol);
}

interface Plans {
  readonly global: Plan;
  readonly globalPhases: readonly PluginPhases[];
  /** Routes whose plan is not the global one. */
  readonly byRoute: ReadonlyMap<Route, Plan>;
}

function plansOf(routes: readonly Route[], plugins: readonly Prepared[]): Plans {
  // Kong runs plugins of one priority in the descending order of their names.
  const indexes = [...Map.groupBy(plugins, ({ name }) => name)]
    .sort(([a, [first]], [b, [second]]) => second!.priority - first!.priority || (a < b ? 1 : -1))
    .map(([name, instances]) => new ScopeIndex(name, instances));
  const planFor = (route: Route | undefined): Plan => indexes.flatMap((index) => index.planned(route) ?? []);
  const global = planFor(undefined);
  const byRoute = new Map<Route, Plan>();
  const ofServices = new Map<string | undefined, Plan>();
  for (const route of routes) {
    const plan = planFor(route);
    // Routes without plugins of their own share the plan of their service, and that of everything.
    const known = [global, ofServices.get(route.service?.id)].find((other) => other !== undefined && isSame(other, plan));
    if (known === global) continue;
    byRoute.set(route, known ?? plan);
    if (known === undefined && !ofServices.has(route.service?.id)) ofServices.set(route.service?.id, plan);
  }
  return { global, globalPhases: global.flatMap(({ general }) => general ?? []), byRoute };
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
  readonly #name: string;
  readonly #scopes = new Map<string, Scope>();
  readonly #global: PlannedPlugin | undefined;
  readonly #ofServices = new Map<string, PlannedPlugin | undefined>();

  constructor(name: string, instances: readonly Prepared[]) {
    this.#name = name;
    // Where two have one scope, one that is held back wins.
    const ordered = [...instances].sort((a, b) => Number(b.isUnusable ?? false) - Number(a.isUnusable ?? false));
    for (const { route, service, consumer, consumerGroup, isUnusable, phases } of ordered) {
      const key = scopeKey(route, service);
      const scope = this.#scopes.get(key) ?? { general: undefined, byConsumer: undefined, byGroup: undefined };
      this.#scopes.set(key, scope);
      if (consumer !== undefined) addFirst(scope.byConsumer ??= new Map(), consumer, phases);
      // One that is held back looks at the group itself.
      else if (consumerGroup !== undefined && isUnusable !== true) addFirst(scope.byGroup ??= new Map(), consumerGroup, phases);
      else scope.general ??= phases;
    }
    this.#global = this.#plan(undefined, undefined);
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
      if (!level.consumer && !level.group && scope?.general !== undefined) return { name: this.#name, general: scope.general, ofConsumers };
    }
    return ofConsumers.length === 0 ? undefined : { name: this.#name, general: undefined, ofConsumers };
  }
}

function addFirst<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

function scopeKey(route: string | undefined, service: string | undefined): string {
  return `${route ?? ''} ${service ?? ''}`;
}
