import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import type { SecretMount } from '../private/secrets/mount';
import { vaultReference } from '../private/secrets/vault-reference';
import { Topology } from '../private/topology/topology';
import { LogIngest } from './private/log-ingest';
import type { LogStore } from './private/log-store';
import { LogStreamSetup } from './private/log-stream-setup';

/** Options of all log destinations. */
export interface GatewayLogsProps {
  /**
   * Retention of logs in days, 1 to 3650.
   *
   * @default 30
   */
  readonly retentionDays?: number;

  /**
   * Whether to create an internet endpoint that accepts logs from the plugin `http-log`, for planes anywhere: an HTTP
   * API limited to 500 requests per second. Its function requires a token that only nodes of planes with these `logs`
   * have. Without it, planes on EKS and ECS in the same VPC get a role that may write, for clients that sign their
   * requests; `http-log` cannot sign.
   *
   * @default false
   */
  readonly ingest?: boolean;
}

/** A destination for gateway logs: `OpenSearchLogs`, or an existing domain. */
export abstract class GatewayLogs extends Construct {
  private store?: LogStore;
  private ingest?: LogIngest;

  /**
   * Returns the configuration with which the plugin `http-log` sends its entries here, in batches, with a reference
   * to the token that nodes of planes with these `logs` resolve. An entry that arrives twice is stored once. The
   * entries contain times, sizes, statuses and names, but neither headers nor query strings.
   *
   * @throws Error without `ingest`
   */
  public pluginConfig(): { [key: string]: any } {
    if (!this.ingest) {
      throw new Error(
        `${this.node.path}: ingest: got none, expected one, because http-log cannot sign requests and OpenSearch `
          + 'accepts signed requests only: set ingest: true',
      );
    }
    return {
      http_endpoint: this.ingest.url,
      method: 'POST',
      content_type: 'application/json',
      headers: { 'x-log-token': vaultReference(this.ingest.mount, 'token') },
      timeout: 10_000,
      keepalive: 60_000,
      queue: {
        max_batch_size: 200,
        max_coalescing_delay: 5,
        max_entries: 20_000,
        initial_retry_delay: 0.5,
        max_retry_delay: 60,
        max_retry_time: 3600,
      },
    };
  }

  /**
   * The token of the ingest, for planes to mount.
   *
   * @internal
   */
  public get _mount(): SecretMount | undefined {
    return this.ingest?.mount;
  }

  /**
   * Allows a plane to write documents into the gateways' data streams.
   *
   * @throws Error when the plane's pods cannot reach the domain
   * @internal
   */
  public _grantWrite(plane: Construct, role: iam.IRole, peer: ec2.IConnectable, vpc: ec2.IVpc): void {
    const store = this.store!;
    if (vpc !== store.vpc && vpc.vpcId !== store.vpc.vpcId) {
      throw new Error(
        `logs: ${this.node.path} is in another VPC than the plane's cluster, expected the same one: make it with the `
          + 'vpc of that cluster, or give it an ingest, which planes anywhere reach',
      );
    }
    store.writing().forEach((statement) => role.addToPrincipalPolicy(statement));
    store.admit(plane, peer);
  }

  /**
   * Called once, when the destination is known.
   *
   * @internal
   */
  protected _open(store: LogStore, service: string, { retentionDays = 30, ingest = false }: GatewayLogsProps): void {
    atPlace(this, () => requireWhole('retentionDays', retentionDays, { min: 1, max: 3650 }));
    this.store = store;
    new LogStreamSetup(this, 'Setup', store, retentionDays);
    if (ingest) this.ingest = new LogIngest(this, 'Ingest', store);
    Topology.of(this).addIntegration(this, 'logs', service, this.ingest ? [this.ingest.mount] : []);
  }
}
