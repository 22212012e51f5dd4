import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireWhole } from '../private/input/numbers';
import { within } from '../private/input/place';
import type { SecretMount } from '../private/secrets/mount';
import { vaultReference } from '../private/secrets/vault-reference';
import { Topology } from '../private/topology/topology';
import { LogIngest } from './private/log-ingest';
import type { LogStore } from './private/log-store';
import { LogStreamSetup } from './private/log-stream-setup';

/** What every place for logs of gateways has. */
export interface GatewayLogsProps {
  /**
   * How many days logs are kept, 1 to 3650.
   *
   * @default 30
   */
  readonly retentionDays?: number;

  /**
   * Whether there is an address on the internet that takes logs from the plugin `http-log`, for planes anywhere: an HTTP API with a bound of 500 requests a second, whose function asks for a token that only nodes of planes with
   * these `logs` have. Without it, planes on EKS and ECS in the same VPC get a role that may write, for clients that sign their requests; `http-log` cannot.
   *
   * @default false
   */
  readonly ingest?: boolean;
}

/** A place for logs of gateways: `OpenSearchLogs`, or a domain that exists. */
export abstract class GatewayLogs extends Construct {
  private store?: LogStore;
  private ingest?: LogIngest;

  /**
   * What the plugin `http-log` is configured with to send its entries here, in batches, with a reference to the token that nodes of planes with these `logs` have. The same entry sent twice is kept
   * once. Kept are times, sizes, statuses and names: neither headers nor query strings.
   *
   * @throws Error when there is no `ingest`
   */
  public pluginConfig(): { [key: string]: any } {
    if (!this.ingest) throw new Error(`${this.node.path}: ingest: got none, so that there is no address that http-log can send to, expected one, because OpenSearch takes signed requests only: set ingest: true`);
    return {
      http_endpoint: this.ingest.url,
      method: 'POST',
      content_type: 'application/json',
      headers: { 'x-log-token': vaultReference(this.ingest.mount, 'token') },
      timeout: 10_000,
      keepalive: 60_000,
      queue: { max_batch_size: 200, max_coalescing_delay: 5, max_entries: 20_000, initial_retry_delay: 0.5, max_retry_delay: 60, max_retry_time: 3600 },
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
   * Lets a plane write documents into the gateways' data streams.
   *
   * @throws Error when the plane's pods have no way to the domain
   * @internal
   */
  public _grantWrite(plane: Construct, role: iam.IRole, peer: ec2.IConnectable, vpc: ec2.IVpc): void {
    const store = this.store!;
    if (vpc !== store.vpc && vpc.vpcId !== store.vpc.vpcId) {
      throw new Error(`logs: ${this.node.path} is in another VPC than the plane's cluster, expected the same one: make it with the vpc of that cluster, or give it an ingest, which planes anywhere reach`);
    }
    store.writing().forEach((statement) => role.addToPrincipalPolicy(statement));
    store.admit(plane, peer);
  }

  /**
   * Called once, when the place is known.
   *
   * @internal
   */
  protected _open(store: LogStore, service: string, { retentionDays = 30, ingest = false }: GatewayLogsProps): void {
    within(this, () => requireWhole('retentionDays', retentionDays, { least: 1, most: 3650 }));
    this.store = store;
    new LogStreamSetup(this, 'Setup', store, retentionDays);
    if (ingest) this.ingest = new LogIngest(this, 'Ingest', store);
    Topology.of(this).addIntegration(this, 'logs', service, this.ingest ? [this.ingest.mount] : []);
  }
}
