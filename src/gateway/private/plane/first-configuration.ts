/**
 * How long a node of a data plane may be without its first configuration before its target gives the node up, in minutes:
 * start scripts, grace periods and timeouts of every target derive from it.
 *
 * With a control plane of the app, CloudFormation creates the nodes after it serves: what is left are targets of the
 * tunnel's load balancers that are not healthy yet, name servers that have not heard of them, and retries. A control
 * plane of another app may be in the middle of its own first deployment, which takes as long as its database.
 */
export const FIRST_CONFIGURATION_MINUTES = {
  fromReady: 10,
  /** Of another app, or under a name whose record people make while the deployment waits. */
  fromUnknown: 30,
} as const;
