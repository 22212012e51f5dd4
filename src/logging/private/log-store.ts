import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';

/** Name of the data stream's template, and what all names begin with. */
export const STREAM = 'logs-gateway';

/** A domain, as those see it that write into it. */
export interface LogStore {
  /** `https://` and the host. */
  readonly endpoint: string;
  readonly vpc: ec2.IVpc;
  /** Data stream. */
  readonly target: string;
  /** What must exist before the first call. */
  readonly ready: readonly IDependable[];
  /** What a role needs to write documents, and nothing else. */
  writing(): readonly iam.PolicyStatement[];
  /** What a role needs to make templates, policies, dashboards and alerts. */
  settingUp(): readonly iam.PolicyStatement[];
  /** Opens the network to a client. */
  admit(owner: Construct, peer: ec2.IConnectable): void;
}
