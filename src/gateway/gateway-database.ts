import { RemovalPolicy, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requirePort, requireWhole } from '../private/input/numbers';
import { shown, within } from '../private/input/place';
import { requireServerName } from '../private/network/tunnel-endpoint';
import { refuseSecret } from '../private/secrets/secret-text';
import { AuroraDatabase } from './private/database/aurora-database';
import { ExistingDatabase } from './private/database/existing-database';
import type { DatabaseClient, PlaneDatabase } from './private/database/plane-database';
import { RdsDatabase } from './private/database/rds-database';

/** What databases that this library makes have in common. */
export interface RdsDatabaseOptions {
  /**
   * Days that backups are kept, 1 to 35; any second of them can be restored.
   *
   * @default 7
   */
  readonly backupDays?: number;

  /**
   * Whether RDS keeps the password in a secret of its own and changes it every seven days. Nodes read it again for each new connection; for up to two minutes after a change, until the mounted
   * file has followed, only connections that were open already work. The packaged engine only: Kong reads its password once, when it starts.
   *
   * @default false
   */
  readonly rotatesPassword?: boolean;

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

/** Options of `GatewayDatabase.auroraServerless()`. */
export interface AuroraServerlessOptions extends RdsDatabaseOptions {
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
}

/** Options of `GatewayDatabase.rds()`. */
export interface RdsInstanceOptions extends RdsDatabaseOptions {
  /**
   * Type of the instance.
   *
   * @default - t4g.medium
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Disk (gp3) in GiB, 20 to 65536.
   *
   * @default 20
   */
  readonly storageGib?: number;

  /**
   * What the disk may grow to by itself, in GiB, at least a tenth more than `storageGib`.
   *
   * @default - five times `storageGib`
   */
  readonly maxStorageGib?: number;

  /**
   * Whether a second instance stands by in another availability zone and takes over.
   *
   * @default true
   */
  readonly multiAz?: boolean;
}

/** Properties of `GatewayDatabase.existing()`. */
export interface ExistingDatabaseOptions {
  /** Name of the server, which its certificate has to bear. PostgreSQL 12 or later, with TLS. */
  readonly host: string;

  /**
   * Port of the server.
   *
   * @default 5432
   */
  readonly port?: number;

  /** Name of the database, which the migrations make tables in. */
  readonly database: string;

  /** User that may make tables in it. */
  readonly user: string;

  /** Secret with a JSON document whose property `password` is the user's password. In the account of the control plane's cluster. */
  readonly secret: secretsmanager.ISecret;

  /**
   * Security group of the server: opened to the control plane's pods.
   *
   * @default - the server lets them in already
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * Authorities of the server's certificate, as PEM, besides those that the system trusts.
   *
   * @default - those of RDS in the region of the stack
   */
  readonly certificateAuthorities?: string;
}

/**
 * Where a control plane keeps its configuration: PostgreSQL, over TLS only, with a password from Secrets Manager. IAM's sign-in is switched on for people; nodes do not use it, because what they hold for a
 * session of the database would be a new signature every fifteen minutes.
 */
export class GatewayDatabase {
  /**
   * An Aurora PostgreSQL 17 serverless v2 cluster in the private subnets of the control plane's cluster: storage encrypted, connections over TLS only, reachable from the
   * cluster's pods only, password generated into Secrets Manager, seven days of backups, its log in CloudWatch.
   */
  public static auroraServerless(options: AuroraServerlessOptions = {}): GatewayDatabase {
    return within('GatewayDatabase.auroraServerless', () => {
      const { minCapacity = 0.5, maxCapacity = 4, standbyInstances = 1 } = options;
      requireCapacity('minCapacity', minCapacity, 0);
      requireCapacity('maxCapacity', maxCapacity, 1);
      if (minCapacity > maxCapacity) throw new Error(`minCapacity: got ${minCapacity}, which is more than maxCapacity, ${maxCapacity}: lower it or raise maxCapacity`);
      requireWhole('standbyInstances', standbyInstances, { least: 0, most: 15 });
      const settled = { ...settledOptions(options), minCapacity, maxCapacity, standbyInstances };
      return new GatewayDatabase((scope, client) => new AuroraDatabase(scope, 'Database', { ...settled, ...client }), settled.rotatesPassword);
    });
  }

  /**
   * A PostgreSQL 17 instance on RDS in the private subnets of the control plane's cluster, with a standby in another zone: storage encrypted (gp3, grows by itself), connections over TLS only, reachable from the
   * cluster's pods only, password generated into Secrets Manager, backups, minor upgrades, Database Insights, metrics of the machine, its log in CloudWatch.
   */
  public static rds(options: RdsInstanceOptions = {}): GatewayDatabase {
    return within('GatewayDatabase.rds', () => {
      const { instanceType = ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM), storageGib = 20, multiAz = true } = options;
      requireWhole('storageGib', storageGib, { least: 20, most: 65_536 });
      const { maxStorageGib = Math.min(storageGib * 5, 65_536) } = options;
      requireWhole('maxStorageGib', maxStorageGib, { least: Math.ceil(storageGib * 11 / 10), most: 65_536 });
      const settled = { ...settledOptions(options), instanceType, storageGib, maxStorageGib, multiAz };
      return new GatewayDatabase((scope, client) => new RdsDatabase(scope, 'Database', { ...settled, ...client }), settled.rotatesPassword);
    });
  }

  /** A PostgreSQL server that exists or is declared elsewhere: RDS, another cloud's, one's own. */
  public static existing(options: ExistingDatabaseOptions): GatewayDatabase {
    return within('GatewayDatabase.existing', () => {
      const { port = 5432, host, database, user, certificateAuthorities } = options;
      requireServerName('host', host);
      Object.entries({ database, user }).forEach(([property, name]) => requireIdentifier(property, name));
      requirePort('port', port);
      if (certificateAuthorities !== undefined && !Token.isUnresolved(certificateAuthorities) && !isCertificates(certificateAuthorities)) {
        throw new Error('certificateAuthorities: got no certificate, expected PEM text that begins with -----BEGIN CERTIFICATE-----, without private keys: read the file, do not name it');
      }
      return new GatewayDatabase((scope, client) => new ExistingDatabase(scope, 'Database', { ...options, port, ...client }), false);
    });
  }

  /**
   * Makes the database below the control plane.
   *
   * @internal
   */
  public readonly _bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase;

  /** @internal */
  public readonly _rotatesPassword: boolean;

  private constructor(bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase, rotatesPassword: boolean) {
    this._bind = bind;
    this._rotatesPassword = rotatesPassword;
  }
}

function isCertificates(pem: string): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('PRIVATE KEY');
}

/** What PostgreSQL keeps of a name; in a setting it stands as it is. */
function requireIdentifier(property: string, name: string) {
  refuseSecret(property, name);
  if (Token.isUnresolved(name) || /^[^\s'"\\]{1,63}$/.test(name)) return;
  throw new Error(`${property}: got ${shown(name)}, expected 1 to 63 characters without spaces, quotes and backslashes, as PostgreSQL knows it`);
}

function settledOptions({ backupDays = 7, rotatesPassword = false, removalPolicy = RemovalPolicy.SNAPSHOT, deletionProtection = true }: RdsDatabaseOptions) {
  requireWhole('backupDays', backupDays, { least: 1, most: 35 });
  return { backupDays, rotatesPassword, removalPolicy, deletionProtection };
}

function requireCapacity(property: string, capacity: number, least: number) {
  if (capacity >= least && capacity <= 256 && Number.isInteger(capacity * 2)) return;
  throw new Error(`${property}: got ${shown(capacity)}, expected a multiple of 0.5 from ${least} to 256`);
}
