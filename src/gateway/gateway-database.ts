import { RemovalPolicy, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requirePort, requireWhole } from '../private/input/numbers';
import { shown, atPlace } from '../private/input/place';
import { requireServerName } from '../private/network/tunnel-endpoint';
import { refuseSecret } from '../private/secrets/secret-text';
import { AuroraDatabase } from './private/database/aurora-database';
import { ExistingDatabase } from './private/database/existing-database';
import { MYSQL, POSTGRES, USER } from './private/database/plane-database';
import type { DatabaseClient, PlaneDatabase, ServerKind } from './private/database/plane-database';
import { RdsDatabase } from './private/database/rds-database';

/** Options of all databases that this library creates. */
export interface RdsDatabaseOptions {
  /**
   * Days of backup retention, 1 to 35, with point-in-time recovery.
   *
   * @default 7
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
   */
  readonly backupDays?: number;

  /**
   * Whether RDS manages the password in its own secret and rotates it every seven days. Nodes re-read it for each new
   * connection; for up to two minutes after a rotation, until the mounted file is updated, only open connections work.
   * Packaged engine only: Kong reads its password once, at start.
   *
   * @default false
   */
  readonly rotatesPassword?: boolean;

  /**
   * User of the database that nodes log in as with IAM, in place of a password: each connection has a token that is valid
   * for 15 minutes, signed with the role of the pods, which gets `rds-db:connect` for this user of this server alone. The
   * user must exist before nodes start, with all rights in the database `hybridge`; `docs/databases.md` has the
   * statements. So deploy first without this property, make the user, then deploy with it. Packaged engine only.
   *
   * @default - nodes log in with the password
   */
  readonly iamUser?: string;

  /**
   * What happens to the data when the stack or the control plane is deleted.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether RDS refuses to delete the database. Set it to false before you delete the stack.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** Options of `GatewayDatabase.auroraServerless()` and `GatewayDatabase.auroraMysqlServerless()`. */
export interface AuroraServerlessOptions extends RdsDatabaseOptions {
  /**
   * Minimum capacity in Aurora capacity units (2 GiB of memory each), a multiple of 0.5. With 0 the database may
   * pause; the first request after a pause waits about 15 seconds.
   *
   * @default 0.5
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
   */
  readonly minCapacity?: number;

  /**
   * Maximum capacity in Aurora capacity units, a multiple of 0.5, at most 256.
   *
   * @default 4
   */
  readonly maxCapacity?: number;

  /**
   * Number of standby instances in other availability zones.
   *
   * @default 1
   */
  readonly standbyInstances?: number;
}

/** Options of `GatewayDatabase.rds()` and `GatewayDatabase.rdsMysql()`. */
export interface RdsInstanceOptions extends RdsDatabaseOptions {
  /**
   * Instance type.
   *
   * @default - t4g.medium
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Storage (gp3) in GiB, 20 to 65536.
   *
   * @default 20
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
   */
  readonly storageGib?: number;

  /**
   * Limit for storage autoscaling, in GiB, at least 10 percent more than `storageGib`.
   *
   * @default - five times `storageGib`
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
   */
  readonly maxStorageGib?: number;

  /**
   * Whether a standby instance in another availability zone takes over when the first one fails.
   *
   * @default true
   */
  readonly multiAz?: boolean;
}

/** Properties of `GatewayDatabase.existing()` and `GatewayDatabase.existingMysql()`. */
export interface ExistingDatabaseOptions {
  /** Host name of the server, as in its certificate. PostgreSQL 12, MySQL 8.0.17 or MariaDB 10.6, or later, with TLS. */
  readonly host: string;

  /**
   * Port of the server.
   *
   * @default - 5432 for PostgreSQL, 3306 for MySQL
   */
  readonly port?: number;

  /** Name of the database in which the migrations create tables. */
  readonly database: string;

  /** User with the right to create tables in it. */
  readonly user: string;

  /**
   * Secret with a JSON document whose property `password` is the user's password. It must be in the account of the
   * control plane's cluster.
   *
   * @default - `iamResourceId` says how nodes log in
   */
  readonly secret?: secretsmanager.ISecret;

  /**
   * Resource id of a server on RDS, `db-…`, or of a cluster of Aurora, `cluster-…`: nodes log in as `user` with IAM, in
   * place of a password. The role of the pods gets `rds-db:connect` for this user of this server alone. Packaged engine
   * only.
   *
   * @default - nodes log in with the password in `secret`
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
   */
  readonly iamResourceId?: string;

  /**
   * Security group of the server; this construct opens it to the control plane's pods.
   *
   * @default - the server admits them already
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * Authorities of the server's certificate, as PEM, in addition to those that the system trusts.
   *
   * @default - those of RDS in the region of the stack
   */
  readonly certificateAuthorities?: string;
}

/**
 * Where a control plane keeps its configuration: PostgreSQL or MySQL, over TLS only, with a password from Secrets Manager
 * or with tokens of IAM.
 */
export class GatewayDatabase {
  /**
   * An Aurora PostgreSQL 17 serverless v2 cluster in the private subnets of the control plane's cluster: encrypted
   * storage, connections over TLS only, reachable from the cluster's pods only, a generated password in Secrets
   * Manager, seven days of backups, its log in CloudWatch.
   *
   * @example
   * const database = GatewayDatabase.auroraServerless({ maxCapacity: 8 });
   */
  public static auroraServerless(options: AuroraServerlessOptions = {}): GatewayDatabase {
    return atPlace('GatewayDatabase.auroraServerless', () => aurora(POSTGRES, options));
  }

  /**
   * An Aurora MySQL 3 (MySQL 8.0) serverless v2 cluster, with everything that `auroraServerless()` has. Packaged engine
   * only: Kong knows PostgreSQL.
   *
   * @example
   * const database = GatewayDatabase.auroraMysqlServerless({ maxCapacity: 8 });
   */
  public static auroraMysqlServerless(options: AuroraServerlessOptions = {}): GatewayDatabase {
    return atPlace('GatewayDatabase.auroraMysqlServerless', () => aurora(MYSQL, options));
  }

  /**
   * A PostgreSQL 17 instance on RDS in the private subnets of the control plane's cluster, with a standby in another
   * zone: encrypted storage (gp3, autoscaling), connections over TLS only, reachable from the cluster's pods only, a
   * generated password in Secrets Manager, backups, minor upgrades, Database Insights, metrics of the machine, its log
   * in CloudWatch.
   *
   * @example
   * const database = GatewayDatabase.rds({ rotatesPassword: true });
   */
  public static rds(options: RdsInstanceOptions = {}): GatewayDatabase {
    return atPlace('GatewayDatabase.rds', () => instance(POSTGRES, options));
  }

  /**
   * A MySQL 8.4 instance on RDS, with everything that `rds()` has. Packaged engine only: Kong knows PostgreSQL.
   *
   * @example
   * const database = GatewayDatabase.rdsMysql({ rotatesPassword: true });
   */
  public static rdsMysql(options: RdsInstanceOptions = {}): GatewayDatabase {
    return atPlace('GatewayDatabase.rdsMysql', () => instance(MYSQL, options));
  }

  /**
   * An existing PostgreSQL server: on RDS, in another cloud, or your own.
   *
   * @example
   * const database = GatewayDatabase.existing({
   *   host: 'gateways.abc.eu-central-1.rds.amazonaws.com',
   *   database: 'gateways',
   *   user: 'gateways',
   *   secret: Secret.fromSecretNameV2(stack, 'Database', 'gateways/database'),
   * });
   */
  public static existing(options: ExistingDatabaseOptions): GatewayDatabase {
    return atPlace('GatewayDatabase.existing', () => existing(POSTGRES, options));
  }

  /**
   * An existing server of MySQL or MariaDB: on RDS, in another cloud, or your own. Packaged engine only: Kong knows
   * PostgreSQL.
   *
   * @example
   * const database = GatewayDatabase.existingMysql({
   *   host: 'gateways.cluster-abc.eu-central-1.rds.amazonaws.com',
   *   database: 'gateways',
   *   user: 'gateway',
   *   iamResourceId: 'cluster-ABCDEFGHIJKL01234',
   * });
   */
  public static existingMysql(options: ExistingDatabaseOptions): GatewayDatabase {
    return atPlace('GatewayDatabase.existingMysql', () => existing(MYSQL, options));
  }

  /** @internal */
  public static _of(bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase, needs: DatabaseNeeds): GatewayDatabase {
    return new GatewayDatabase(bind, needs);
  }

  /**
   * Creates the database as a child of the control plane.
   *
   * @internal
   */
  public readonly _bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase;

  /** @internal */
  public readonly _rotatesPassword: boolean;

  /**
   * What only the packaged engine can do.
   *
   * @internal
   */
  public readonly _packagedOnly?: string;

  private constructor(bind: (scope: Construct, client: DatabaseClient) => PlaneDatabase, { rotatesPassword, packagedOnly }: DatabaseNeeds) {
    this._bind = bind;
    this._rotatesPassword = rotatesPassword;
    this._packagedOnly = packagedOnly;
  }
}

interface DatabaseNeeds {
  readonly rotatesPassword: boolean;
  readonly packagedOnly?: string;
}

function needsOf(server: ServerKind, rotatesPassword: boolean, usesIam: boolean): DatabaseNeeds {
  if (server === MYSQL) return { rotatesPassword, packagedOnly: 'does not know MySQL' };
  return usesIam ? { rotatesPassword, packagedOnly: 'logs in with IAM with a licence only' } : { rotatesPassword };
}

function aurora(server: ServerKind, options: AuroraServerlessOptions): GatewayDatabase {
  const { minCapacity = 0.5, maxCapacity = 4, standbyInstances = 1 } = options;
  requireCapacity('minCapacity', minCapacity, 0);
  requireCapacity('maxCapacity', maxCapacity, 1);
  if (minCapacity > maxCapacity) {
    throw new Error(`minCapacity: got ${minCapacity}, which is more than maxCapacity, ${maxCapacity}: lower it or raise maxCapacity`);
  }
  requireWhole('standbyInstances', standbyInstances, { min: 0, max: 15 });
  const settled = { ...settledOptions(options), server, minCapacity, maxCapacity, standbyInstances };
  const needs = needsOf(server, settled.rotatesPassword, settled.iamUser !== undefined);
  return GatewayDatabase._of((scope, client) => new AuroraDatabase(scope, 'Database', { ...settled, ...client }), needs);
}

function instance(server: ServerKind, options: RdsInstanceOptions): GatewayDatabase {
  const {
    instanceType = ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
    storageGib = 20,
    multiAz = true,
  } = options;
  requireWhole('storageGib', storageGib, { min: 20, max: 65_536 });
  const { maxStorageGib = Math.min(storageGib * 5, 65_536) } = options;
  requireWhole('maxStorageGib', maxStorageGib, { min: Math.ceil(storageGib * 11 / 10), max: 65_536 });
  const settled = { ...settledOptions(options), server, instanceType, storageGib, maxStorageGib, multiAz };
  const needs = needsOf(server, settled.rotatesPassword, settled.iamUser !== undefined);
  return GatewayDatabase._of((scope, client) => new RdsDatabase(scope, 'Database', { ...settled, ...client }), needs);
}

function existing(server: ServerKind, options: ExistingDatabaseOptions): GatewayDatabase {
  const { port = server.port, host, database, user, certificateAuthorities, secret, iamResourceId } = options;
  requireServerName('host', host);
  Object.entries({ database, user }).forEach(([property, name]) => requireIdentifier(property, name));
  requirePort('port', port);
  if ((secret === undefined) === (iamResourceId === undefined)) {
    const got = secret ? 'iamResourceId, too' : 'none, and no iamResourceId';
    throw new Error(`secret: got ${got}, expected one of them: a password, or IAM`);
  }
  if (iamResourceId !== undefined && !Token.isUnresolved(iamResourceId) && !/^(db|cluster)-[A-Z0-9]+$/.test(iamResourceId)) {
    throw new Error(`iamResourceId: got ${shown(iamResourceId)}, expected db-… or cluster-…, as RDS calls the server; it is not its name`);
  }
  if (certificateAuthorities !== undefined && !Token.isUnresolved(certificateAuthorities) && !isCertificates(certificateAuthorities)) {
    throw new Error(
      'certificateAuthorities: got no certificate, expected PEM text that begins with -----BEGIN CERTIFICATE-----, '
        + 'without private keys: read the file, do not name it',
    );
  }
  const settled = { ...options, server, port };
  const needs = needsOf(server, false, iamResourceId !== undefined);
  return GatewayDatabase._of((scope, client) => new ExistingDatabase(scope, 'Database', { ...settled, ...client }), needs);
}

function isCertificates(pem: string): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('PRIVATE KEY');
}

/** Servers truncate or refuse longer names; the setting contains the name unchanged. */
function requireIdentifier(property: string, name: string) {
  refuseSecret(property, name);
  if (Token.isUnresolved(name) || /^[^\s'"\\]{1,63}$/.test(name)) return;
  throw new Error(
    `${property}: got ${shown(name)}, expected 1 to 63 characters without spaces, quotes and backslashes, as the server knows it`,
  );
}

function settledOptions({
  backupDays = 7,
  rotatesPassword = false,
  removalPolicy = RemovalPolicy.SNAPSHOT,
  deletionProtection = true,
  iamUser,
}: RdsDatabaseOptions) {
  if (iamUser !== undefined) {
    requireIdentifier('iamUser', iamUser);
    if (iamUser === USER) throw new Error(`iamUser: got ${shown(USER)}, who has the password and every right: make a user for the nodes`);
    if (rotatesPassword) throw new Error('iamUser: nodes have no password then: leave rotatesPassword out');
  }
  requireWhole('backupDays', backupDays, { min: 1, max: 35 });
  return { backupDays, rotatesPassword, removalPolicy, deletionProtection, iamUser };
}

function requireCapacity(property: string, capacity: number, min: number) {
  if (capacity >= min && capacity <= 256 && Number.isInteger(capacity * 2)) return;
  throw new Error(`${property}: got ${shown(capacity)}, expected a multiple of 0.5 from ${min} to 256`);
}
