/** Whether a data plane should get traffic, and if not, why. Order and texts as Kong's, followed by those of the quarantine. */
import { NO_HASH } from '../model/config-hash.ts';
import type { Readiness } from '../status/status-api.ts';

interface ReadinessFacts {
  readonly draining: boolean;
  /** `undefined` before any configuration was seen; 32 zeros for an empty one. */
  readonly hash: string | undefined;
  /** Number of entities in quarantine. @default 0 */
  readonly quarantined?: number;
  /** Whether a plugin in quarantine holds every request back. @default false */
  readonly standsStill?: boolean;
  /** Whether a vault has not answered yet. @default false */
  readonly awaitsSecrets?: boolean;
  /** Why no request would be answered, whatever the configuration. @default - nothing */
  readonly obstacle?: string | undefined;
}

/** A lost control plane does not matter here: what was configured is still served. */
export function readinessOf(
  { draining, hash, quarantined = 0, standsStill = false, awaitsSecrets = false, obstacle }: ReadinessFacts,
): Readiness {
  if (draining) return { ready: false, message: 'draining' };
  if (obstacle !== undefined) return { ready: false, message: obstacle };
  if (hash === undefined) return { ready: false, message: 'no configuration available (configuration hash is not initialized)' };
  if (hash === NO_HASH) return { ready: false, message: 'no configuration available (empty configuration present)' };
  if (awaitsSecrets) return { ready: false, message: 'a vault has not answered yet' };
  if (standsStill) return { ready: false, message: 'a plugin that runs on every request is in quarantine' };
  // Kong's answer has the message only, so the number is there only when it says something.
  return { ready: true, ...quarantined > 0 && { quarantined } };
}
