import type { Duration, Size } from 'aws-cdk-lib';
import type { PackageOptions } from './package-options';

/** Options of `Package.prometheus()`. */
export interface PrometheusOptions extends PackageOptions {
  /**
   * Number of servers, each with data of its own.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * How long samples are kept, in whole hours.
   *
   * @default Duration.days(15)
   */
  readonly retention?: Duration;

  /**
   * Size of the volume of each server, in whole GiB. Needs a StorageClass on the cluster; `Size.gibibytes(0)` keeps
   * samples in the pod only.
   *
   * @default Size.gibibytes(8)
   */
  readonly storage?: Size;

  /**
   * Whether each node is measured, too.
   *
   * @default true
   */
  readonly nodeExporter?: boolean;
}

/** How many collectors of telemetry there are. */
export enum AdotMode {
  /** One on each node. */
  DAEMON_SET = 'daemonset',
  /** A number of them without data. */
  DEPLOYMENT = 'deployment',
  /** A number of them, each with a name and data of its own. */
  STATEFUL_SET = 'statefulset',
}

/** Options of `Package.adot()`. */
export interface AdotOptions extends PackageOptions {
  /**
   * How many collectors there are.
   *
   * @default AdotMode.DAEMON_SET
   */
  readonly mode?: AdotMode;

  /**
   * Number of collectors; not with `AdotMode.DAEMON_SET`.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Configuration of the collector: `receivers`, `processors`, `exporters`, `extensions`, `service`.
   *
   * @default - metrics that arrive by OTLP are written to the collector's log
   */
  readonly collector?: { [key: string]: any };

  /**
   * ARN of the role that the collectors assume with their service account's token; made by `OidcIssuer.createRole()` for
   * the service account `serviceAccountName`.
   *
   * @default - none
   */
  readonly roleArn?: string;

  /**
   * Name of the collectors' service account.
   *
   * @default - made up by the chart
   */
  readonly serviceAccountName?: string;
}
