/** Whether a control plane should get traffic, and if not, why. Data planes that are away do not matter: it serves administrators. */
import type { Readiness } from '../status/status-api.ts';

export function readinessOf(isDraining: boolean, isDatabaseReachable: boolean): Readiness {
  if (isDraining) return { ready: false, message: 'draining' };
  return isDatabaseReachable ? { ready: true } : { ready: false, message: 'failed to connect to database' };
}
