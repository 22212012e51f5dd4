/** A snapshot with everything built that requests need: the router, and for each route the plugins that run. */
import { messageOf } from '../base/errors.ts';
import { KeptList } from '../base/kept-list.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import { forEachInSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { PluginInstance, Route, Snapshot } from '../model/snapshot.ts';
import { isStreamProtocol } from '../model/stream-protocols.ts';
import type { Refusal } from '../plugin-kit/exchange.ts';
import type { PluginHandler, PluginPhases } from '../plugin-kit/plugin.ts';
import { Plans } from './plans.ts';
import type { Plan, PreparedPlugin } from './plans.ts';
import type { HeldPlugin, HeldPlugins, PluginInstances } from './plugin-instances.ts';
import type { RouterInput } from './router/router-input.ts';
import { Router } from './router/router.ts';

/** How the client speaks: what a plugin's `protocols` is compared with. */
export type Scheme = 'http' | 'https' | 'stream';

/** An entity of the snapshot that turned out to be unusable here. */
interface FailedEntity {
  readonly entity: 'routes' | 'plugins';
  readonly id: string;
  readonly name: string | null;
  readonly reason: string;
}

interface FailedPlugin extends FailedEntity {
  readonly entity: 'plugins';
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
  /** What the next configuration is compiled from. */
  readonly parts: CompiledParts;
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

interface CompiledParts {
  readonly prepared: KeptList<PluginInstance, Prepared>;
  readonly plans: Readonly<Record<Scheme, Plans>>;
  readonly traits: PluginTraits;
}

/** What is known of all plugins together. */
interface PluginTraits {
  readonly failed: readonly FailedPlugin[];
  readonly wantsTimelines: boolean;
  readonly wantsLogLines: boolean;
}

interface Prepared {
  readonly plugin: PreparedPlugin;
  /** Undefined for one that is held back. */
  readonly held: HeldPlugin | undefined;
  readonly failure: FailedPlugin | undefined;
}

export type Handlers = Readonly<Record<string, PluginHandler<unknown>>>;

/** Runs after every plugin that this version knows, so that a consumer has been found by then. */
const LAST_PRIORITY = Number.NEGATIVE_INFINITY;

interface CompilationSource {
  readonly snapshot: Snapshot;
  readonly handlers: Handlers;
  readonly instances: Pick<PluginInstances, 'hold'>;
  readonly routerFlavor: RouterFlavor | undefined;
  /** The configuration that runs: what has not changed is shared. */
  readonly before?: CompiledConfiguration | undefined;
}

/**
 * Holds back what cannot be run: requests of a route with an invalid regular expression, and requests that would run a plugin without a
 * handler or one that rejects its configuration.
 */
export function* compilingConfiguration(source: CompilationSource): Steps<CompiledConfiguration> {
  const held = source.instances.hold();
  try {
    return yield* compiling(source, held);
  } catch (error) {
    held.release();
    throw error;
  }
}

function* compiling({ snapshot, handlers, routerFlavor, before }: CompilationSource, held: HeldPlugins): Steps<CompiledConfiguration> {
  const uses = new Uses(() => held.release());
  const known = before?.parts.prepared ?? KeptList.empty<PluginInstance, Prepared>();
  const prepared = yield* known.next(snapshot.plugins, (plugin) => preparedPlugin(plugin, handlers, held), {
    // One that failed may succeed now.
    isKept: (one, other, made) => {
      if (one !== other || made.failure !== undefined) return false;
      if (made.held !== undefined) held.share(made.held);
      return true;
    },
  });
  const kept = prepared.isSameAs(known) ? before?.parts : undefined;
  const plans = kept?.plans ?? (yield* plansOf(prepared.made, before?.parts.plans));
  const traits = kept?.traits ?? (yield* traitsOf(prepared.made));
  const router = yield* Router.following(snapshot.routes, routerFlavor, before?.router);
  return {
    snapshot,
    failed: [...traits.failed, ...router.failed.map(failedRoute)],
    router,
    wantsTimelines: traits.wantsTimelines,
    wantsLogLines: traits.wantsLogLines,
    globalPlan: (scheme) => plans[scheme].global,
    globalPhases: (scheme) => plans[scheme].globalPhases,
    planOf: (route, scheme) => plans[scheme].of(route),
    hold: () => uses.begin(),
    parts: { prepared, plans, traits },
    retire: () => uses.retire(),
  };
}

const NOBODY: RouterInput = {
  method: 'GET', host: '', port: 80, path: '/', scheme: 'http', search: '',
  ends: { sourceIp: '127.0.0.1', sourcePort: 1, destinationIp: '127.0.0.1' },
  headerValues: () => [],
};

/** Does once what each request does. @throws what would fail each of them */
export function tryOut({ router, snapshot, globalPhases, planOf }: CompiledConfiguration): void {
  const route = router.search(NOBODY)?.route ?? snapshot.routes[0];
  for (const scheme of ['http', 'https', 'stream'] as const) {
    globalPhases(scheme);
    if (route !== undefined) planOf(route, scheme);
  }
}

function failedRoute({ route: { id, name }, reason }: Router['failed'][number]): FailedEntity {
  return { entity: 'routes', id, name, reason };
}

function preparedPlugin(plugin: PluginInstance, handlers: Handlers, own: HeldPlugins): Prepared {
  const handler = Object.hasOwn(handlers, plugin.name) ? handlers[plugin.name] : undefined;
  const priority = handler?.priority ?? LAST_PRIORITY;
  if (plugin.isUnusable) return { plugin: heldBackPlugin(plugin, priority), held: undefined, failure: undefined };
  try {
    if (handler === undefined) throw new Error('data planes of this version do not run this plugin');
    const held = own.prepare(handler, plugin);
    return { plugin: { ...plugin, phases: held.phases, priority }, held, failure: undefined };
  } catch (error) {
    const failure: FailedPlugin = { entity: 'plugins', id: plugin.id, name: plugin.name, reason: messageOf(error) };
    return { plugin: heldBackPlugin(plugin, priority), held: undefined, failure };
  }
}

function* traitsOf(prepared: readonly Prepared[]): Steps<PluginTraits> {
  const failed: FailedPlugin[] = [];
  let [wantsTimelines, wantsLogLines] = [false, false];
  yield* forEachInSteps(prepared, ({ plugin: { phases }, failure }) => {
    if (failure !== undefined) failed.push(failure);
    wantsTimelines ||= phases.wantsTimeline === true;
    wantsLogLines ||= phases.wantsLogLines === true;
  });
  return { failed, wantsTimelines, wantsLogLines };
}

function* plansOf(prepared: readonly Prepared[], before: CompiledParts['plans'] | undefined): Steps<CompiledParts['plans']> {
  const of = (scheme: Scheme) => prepared.flatMap(({ plugin }) => (runsOn(plugin, scheme) ? plugin : []));
  const http = yield* Plans.of(of('http'), before?.http);
  // Most configurations have no plugin that runs on one of the two only: then the plans are the same.
  const differ = prepared.some(({ plugin }) => runsOn(plugin, 'http') !== runsOn(plugin, 'https'));
  const https = differ ? yield* Plans.of(of('https'), before?.https) : http;
  return { http, https, stream: yield* Plans.of(of('stream'), before?.stream) };
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
function heldBackPlugin(plugin: PluginInstance, priority: number): PreparedPlugin {
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

/** A plugin that names no protocol runs on each, and one that names any protocol of streams on all of them, as in Kong. */
export function runsOn({ protocols }: PluginInstance, scheme: Scheme): boolean {
  if (protocols.length === 0) return true;
  if (scheme === 'stream') return protocols.some(isStreamProtocol);
  return protocols.includes(scheme) || protocols.includes(scheme === 'https' ? 'grpcs' : 'grpc');
}
