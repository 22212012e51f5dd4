import type { Duration } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** How a control plane keeps the history of its configuration: `history` of the control plane. */
export interface ConfigurationHistory {
  /**
   * Encrypts secrets in the history. The secret's text is 32 random bytes in base64, or several such keys separated by
   * commas: the first encrypts, the others still decrypt. Its name must be known at synth, and it must be in account
   * and region of the stack that imports it. Nodes read it when they start.
   *
   * @default - a secret of the stack, which is deleted with the control plane
   */
  readonly key?: ISecret;

  /**
   * Number of revisions to keep, 1 to 1,000,000.
   *
   * @default 10000
   */
  readonly revisions?: number;

  /**
   * How long to keep revisions, in whole days, up to 36,500. The newest one always stays.
   *
   * @default - as long as their number allows
   */
  readonly maxAge?: Duration;
}
