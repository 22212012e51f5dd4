/** Runs the plugins of a stream. A plugin without a phase for streams does nothing. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CompiledConfiguration } from '../data-plane/compiled-configuration.ts';
import type { StreamSession } from './stream-session.ts';

/** Those of the route, else those for everything. Streams have no consumer. */
export function planPlugins(session: StreamSession, configuration: CompiledConfiguration): void {
  const { route } = session;
  const plan = route === undefined ? configuration.globalPlan('stream') : configuration.planOf(route, 'stream');
  session.plugins = plan.flatMap(({ general }) => general ?? []);
}

/** Runs until a plugin refuses the stream. One that fails refuses it, too. */
export async function runPreread(session: StreamSession, log: Log): Promise<void> {
  for (const plugin of session.plugins) {
    try {
      const pending = plugin.preread?.(session);
      if (pending !== undefined) await pending;
    } catch (error) {
      logDefect('preread', error, session, log);
      session.refuse();
    }
    if (session.isRefused) return;
  }
}

/** Runs for all plugins, also behind one that fails. */
export async function runStreamLog(session: StreamSession, log: Log): Promise<void> {
  for (const plugin of session.plugins) {
    try {
      const pending = plugin.logStream?.(session);
      if (pending !== undefined) await pending;
    } catch (error) {
      logDefect('log', error, session, log);
    }
  }
}

function logDefect(phase: string, error: unknown, { route }: StreamSession, log: Log): void {
  log.error(`defect in phase ${phase} of a plugin: ${messageOf(error)}`, {
    route: route?.name ?? route?.id, stack: error instanceof Error ? error.stack : undefined,
  });
}
