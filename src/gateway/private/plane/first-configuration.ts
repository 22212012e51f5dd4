/** How long a node of a data plane may be without its first configuration before its target gives the node up. */
import type { IDependable } from 'constructs';

/**
 * Bound of the wait, in minutes, for start scripts, grace periods and timeouts of every target.
 *
 * With a control plane of the app, CloudFormation creates the nodes after it serves: what is left are targets of the
 * tunnel's load balancers that are not healthy yet, name servers that have not heard of them, and retries. A control
 * plane of another app may be in the middle of its own first deployment, which takes as long as its database.
 *
 * @param ready what tells that the control plane serves; empty for a control plane of another app
 */
export function firstConfigurationMinutes(ready: readonly IDependable[]): number {
  return ready.length > 0 ? 10 : 30;
}
