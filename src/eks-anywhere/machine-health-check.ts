import type { Duration } from 'aws-cdk-lib';

/** When a machine counts as broken and is replaced. Can be changed later. */
export interface MachineHealthCheck {
  /**
   * How many broken machines may be replaced at a time, as text: a number such as `2`, or a share of the group such as `40%`.
   * @default - `100%` on the control plane, `40%` of a worker group
   */
  readonly maxUnhealthy?: string;

  /**
   * Time within which a machine must become a node.
   * @default - 20 minutes on bare metal, 10 minutes elsewhere
   */
  readonly nodeStartupTimeout?: Duration;

  /**
   * Time after which the machine of a node that is not ready counts as broken.
   * @default Duration.minutes(5)
   */
  readonly unhealthyMachineTimeout?: Duration;
}
