/**
 * Runs the phases of the plugins of one request. Where no plugin has to be waited for, nothing is: a phase returns a promise only when one
 * of its plugins does.
 */
import type { Phase, PluginPhases } from '../../plugin-kit/plugin.ts';
import { phasesFor } from '../plans.ts';
import type { Plan } from '../plans.ts';
import type { HttpExchange } from './http-exchange.ts';

/** Requests that end before they have a route are still seen by the later phases of the global plugins. */
export function runRewrite(plugins: readonly PluginPhases[], exchange: HttpExchange): void | Promise<void> {
  exchange.plugins = plugins;
  exchange.timeline?.enter('rewrite');
  return rewriteFrom(0, plugins, exchange);
}

function rewriteFrom(first: number, plugins: readonly PluginPhases[], exchange: HttpExchange): void | Promise<void> {
  for (let at = first; at < plugins.length && exchange.answer === undefined; at += 1) {
    const pending = run('rewrite', plugins[at]!, exchange);
    if (isPending(pending)) return pending.then(() => rewriteFrom(at + 1, plugins, exchange));
  }
  return undefined;
}

const NONE: readonly PluginPhases[] = [];

interface Failure {
  readonly error: unknown;
}

/** Runs the phase until a plugin refuses the request or fails. The plugins behind that one still get the later phases, as in Kong. */
export function runAccess(plan: Plan, exchange: HttpExchange): void | Promise<void> {
  if (plan.length === 0) {
    exchange.plugins = NONE;
    return undefined;
  }
  const { fixed } = factsOf(plan);
  const running = fixed === undefined ? [] : undefined;
  exchange.plugins = running ?? fixed!;
  return accessFrom(0, plan, running, exchange, undefined);
}

/** @param running where the plugins that run are written down. @default - they are known */
function accessFrom(
  first: number, plan: Plan, running: PluginPhases[] | undefined, exchange: HttpExchange, before: Failure | undefined,
): void | Promise<void> {
  let failure = before;
  for (let at = first; at < plan.length; at += 1) {
    const phases = phasesFor(plan[at]!, exchange.consumer);
    if (phases === undefined) continue;
    running?.push(phases);
    if (failure !== undefined || exchange.answer !== undefined) continue;
    try {
      const pending = run('access', phases, exchange);
      if (isPending(pending)) {
        return pending.then(
          () => accessFrom(at + 1, plan, running, exchange, undefined),
          (error: unknown) => accessFrom(at + 1, plan, running, exchange, { error }),
        );
      }
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  return undefined;
}

/** Takes what a plugin threw. Must not throw. */
export type OnPluginDefect = (phase: Phase, defect: unknown, exchange: HttpExchange) => void;

/** Runs a phase of all plugins of the request, also behind one that fails. */
export function runLater(phase: 'responseHeaders' | 'log', exchange: HttpExchange, onDefect: OnPluginDefect): void | Promise<void> {
  return laterFrom(0, phase, exchange.plugins, exchange, onDefect);
}

function laterFrom(
  first: number, phase: 'responseHeaders' | 'log', plugins: readonly PluginPhases[], exchange: HttpExchange, onDefect: OnPluginDefect,
): void | Promise<void> {
  for (let at = first; at < plugins.length; at += 1) {
    try {
      const pending = phase === 'log' ? plugins[at]!.log?.(exchange) : run(phase, plugins[at]!, exchange);
      if (isPending(pending)) {
        return pending.catch((error: unknown) => onDefect(phase, error, exchange))
          .then(() => laterFrom(at + 1, phase, plugins, exchange, onDefect));
      }
    } catch (error) {
      onDefect(phase, error, exchange);
    }
  }
  return undefined;
}

/** Whether there is something to wait for: handlers in one expression return all sorts of values. */
export function isPending(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** Runs a phase of one plugin, timed where the request has a timeline. */
function run(phase: 'rewrite' | 'access' | 'responseHeaders', phases: PluginPhases, exchange: HttpExchange): void | Promise<void> {
  const { timeline } = exchange;
  return timeline === undefined ? phases[phase]?.(exchange) : timeline.run(phases, phase, () => phases[phase]?.(exchange));
}

/** Whether nothing goes on behind the phases of these plugins. */
export function startNothing(plugins: readonly PluginPhases[]): boolean {
  for (const { startsNothing } of plugins) if (startsNothing !== true) return false;
  return true;
}

/** What is the same for all requests of a plan. */
interface PlanFacts {
  /** Whether nothing goes on behind its phases, whichever of its configurations run. */
  readonly startsNothing: boolean;
  /** The phases that run, where that does not depend on the consumer. */
  readonly fixed: readonly PluginPhases[] | undefined;
}

const facts = new WeakMap<Plan, PlanFacts>();

function factsOf(plan: Plan): PlanFacts {
  const known = facts.get(plan);
  if (known !== undefined) return known;
  const general = plan.flatMap((planned) => planned.general ?? []);
  const ofConsumers = plan.flatMap((planned) => planned.ofConsumers.flatMap(({ byId }) => [...byId.values()]));
  const made = { startsNothing: startNothing([...general, ...ofConsumers]), fixed: ofConsumers.length === 0 ? general : undefined };
  facts.set(plan, made);
  return made;
}

export function planStartsNothing(plan: Plan): boolean {
  return plan.length === 0 || factsOf(plan).startsNothing;
}
