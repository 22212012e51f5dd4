/** Runs the phases of the plugins of one request. */
import type { Phase, PluginPhases } from '../../plugin-kit/plugin.ts';
import { phasesFor } from '../compiled-configuration.ts';
import type { Plan } from '../compiled-configuration.ts';
import type { HttpExchange } from './http-exchange.ts';

/** Requests that end before they have a route are still seen by the later phases of the global plugins. */
export async function runRewrite(plugins: readonly PluginPhases[], exchange: HttpExchange): Promise<void> {
  exchange.plugins = plugins;
  exchange.timeline?.enter('rewrite');
  for (const phases of plugins) {
    const pending = run('rewrite', phases, exchange);
    if (pending !== undefined) await pending;
    if (exchange.answer !== undefined) return;
  }
}

/** Runs the phase until a plugin refuses the request or fails. The plugins behind that one still get the later phases, as in Kong. */
export async function runAccess(plan: Plan, exchange: HttpExchange): Promise<void> {
  const running: PluginPhases[] = [];
  exchange.plugins = running;
  let failure: { readonly error: unknown } | undefined;
  for (const plugin of plan) {
    const phases = phasesFor(plugin, exchange.consumer);
    if (phases === undefined) continue;
    running.push(phases);
    if (failure !== undefined || exchange.answer !== undefined) continue;
    try {
      const pending = run('access', phases, exchange);
      if (pending !== undefined) await pending;
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

/** Runs a phase of all plugins of the request, also behind one that fails. */
export async function runLater(
  phase: 'responseHeaders' | 'log', exchange: HttpExchange, onDefect: (phase: Phase, defect: unknown) => void,
): Promise<void> {
  for (const phases of exchange.plugins) {
    try {
      const pending = phase === 'log' ? phases.log?.(exchange) : run(phase, phases, exchange);
      if (pending !== undefined) await pending;
    } catch (error) {
      onDefect(phase, error);
    }
  }
}

/** Runs a phase of one plugin, timed where the request has a timeline. */
function run(phase: 'rewrite' | 'access' | 'responseHeaders', phases: PluginPhases, exchange: HttpExchange): void | Promise<void> {
  const { timeline } = exchange;
  return timeline === undefined ? phases[phase]?.(exchange) : timeline.run(phases, phase, () => phases[phase]?.(exchange));
}
