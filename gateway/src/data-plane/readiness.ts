/** Whether a data plane should get traffic, and if not, why. Order and texts as Kong's. */
import { NO_HASH } from '../model/config-hash.ts';
import type { Readiness } from '../status/status-api.ts';

interface ReadinessFacts {
  readonly draining: boolean;
  /** `undefined` before any configuration was seen; 32 zeros for an empty one. */
  readonly hash: string | undefined;
}

/** A lost control plane does not matter here: what was configured is still served. */
export function readinessOf({ draining, hash }: ReadinessFacts): Readiness {
  if (draining) return { ready: false, message: 'draining' };
  if (hash === undefined) return { ready: false, message: 'no configuration available (configuration hash is not initialized)' };
  if (hash === NO_HASH) return { ready: false, message: 'no configuration available (empty configuration present)' };
  return { ready: true };
}
