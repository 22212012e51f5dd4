import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AuroraDatabase } from '../private/gateway/aurora-database';
import type { DatabaseClient, PlaneDatabase } from '../private/gateway/aurora-database';

/** Options of `GatewayDatabase.auroraServerless()`. */
export interface AuroraServerlessOptions {
  /**
   * Least capacity in Aurora capacity units (2 GiB of memory each), a multiple of 0.5. 0 lets the database pause, which makes the first request after a pause wait some 15 seconds.
   *
   * @default 0.5
   */
  readonly minCapacity?: number;

  /**
   * Most capacity in Aurora capacity units, a multiple of 0.5, at most 256.
   *
   * @default 4
   */
  readonly maxCapacity?: number;

  /**
   * How many further instances stand by in other availability zones.
   *
   * @default 1
   */
  readonly standbyInstances?: number;

  /**
   * What becomes of the data when the stack or the control plane is removed.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether RDS refuses to delete the database until this is taken back.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** Where a control plane keeps its configuration. */
export class GatewayDatabase {
  /**
   * An Aurora PostgreSQL 17 serverless v2 cluster in the private subnets of the control plane's cluster: storage encrypted, connections over TLS only, reachable from the
   * cluster's pods only, password generated into Secrets Manager, seven days of backups, its log in CloudWatch.
   */
  public static auroraServerless(options: AuroraServerlessOptions = {}): GatewayDatabase {
    const { minCapacity = 0.5, maxCapacity = 4, standbyInstances = 1, removalPolicy = RemovalPolicy.SNAPSHOT, deletionProtection = true } = options;
    requireCapacity('minCapacity', minCapacity, 0);
    requireCapacity('maxCapacity', maxCapacity, 1);
    if (minCapacity > maxCapacity) throw new Error(`minCapacity: got ${minCapacity}, which is more than maxCapacity, ${maxCapacity}: lower it or raise maxCapacity`);
    if (!Number.isInteger(standbyInstances) || standbyInstances < 0 || standbyInstances > 15) {
      throw new Error(`standbyInstances: got ${standbyInstances}, expected a whole number, 0 to 15`);
    }
    const settled = { minCapacity, maxCapacity, standbyInstances, removalPolicy, deletionProtection };
    return new GatewayDatabase((scope, client) => new AuroraDatabase(scope, 'Database', { ...settled, ...client }));
  }

  /**
   * Makes the database below the control plane.
   *
   * @internal
   */
  public readonly _bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase;

  private constructor(bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase) {
    this._bind = bind;
  }
}

function requireCapacity(property: string, capacity: number, least: number) {
  if (capacity >= least && capacity <= 256 && Number.isInteger(capacity * 2)) return;
  throw new Error(`${property}: got ${capacity}, expected a multiple of 0.5 from ${least} to 256`);
}
