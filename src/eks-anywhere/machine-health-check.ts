import type { Duration } from 'aws-cdk-lib';

/** When a machine counts as broken and is replaced. Can be changed later. */
export interface MachineHealthCheck {
  /**
   * How many broken machines may be replaced at a time: a number such as `2`, or a share of the group such as `40%`, as text.
   * @default - `100%` on the control plane, `40%` of a worker group
   */
  readonly maxUnhealthy?: string;

  /**
   * Time that a machine has to become a node.
   * @default - 20 minutes on bare metal, 10 minutes elsewhere
   */
  readonly nodeStartupTimeout?: Duration;

  /**
   * Time that a node may be not ready before its machine counts as broken.
   * @default Duration.minutes(5)
   */
  readonly unhealthyMachineTimeout?: Duration;
}
