/** What a consumer needs of a provider, and how it is judged. */
import type { Range } from '../durations';
import type { World } from '../world/world';

export interface Need {
  /** Name of the rule, as the table of accepted findings has it. */
  readonly rule: string;
  /** Key of the resource or object that needs something. */
  readonly consumer: string;
  /** What is needed, as a noun: `a control plane that serves`. */
  readonly what: string;
  /** Event of the consumer from which on it must be there. */
  readonly from: string;
  /** Events after which it is there; none: nothing provides it. */
  readonly providers: readonly string[];
  /** How many seconds the consumer waits for it; infinity: as long as it takes. */
  readonly patience: number;
  /** Event that waits for the providers, if the consumer is patient. */
  readonly until?: string;
  /** Deleting the consumer needs the provider too: dependencies must give the order, time does not. */
  readonly alsoToDelete?: boolean;
  /** From the providers to `until`, if that takes longer than to try again. */
  readonly range?: Range;
  readonly fix: string;
}

export type Rule = (world: World) => readonly Need[];

export const events = {
  start: (key: string) => `${key}:start`,
  /** CloudFormation goes on. */
  complete: (key: string) => `${key}:complete`,
  /** It serves. */
  ready: (key: string) => `${key}:ready`,
  /** kubectl has put the object into the cluster. */
  applied: (key: string) => `${key}:applied`,
  /** A Service has the host name of its load balancer. */
  named: (key: string) => `${key}:named`,
  /** A name resolves, an association has reached the agents. */
  known: (key: string) => `${key}:known`,
  /** A load balancer of a Helm release has healthy targets. */
  serving: (key: string) => `${key}:serving`,
  /** An instance asks its node whether it is ready. */
  asking: (key: string) => `${key}:asking`,
  /** Containers of a workload run. */
  workloadRunning: (key: string) => `${key}:running`,
  /** They answer. */
  workloadReady: (key: string) => `${key}:answers`,
};
