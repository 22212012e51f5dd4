import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IDependable } from 'constructs';
import { DATABASES, ENV, PATHS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { FileMount, PlaneSettings } from '../plane/plane';
import { rdsAuthorities } from './rds-authorities';

/** Who uses a database. */
export interface DatabaseClient {
  /** Name of the control plane. */
  readonly plane: string;
  readonly vpc: ec2.IVpc;
  /** Where connections come from. */
  readonly peer: ec2.IConnectable;
}

/** A database as a plane sees it. */
export interface PlaneDatabase extends IDependable {
  readonly settings: PlaneSettings;
  /** The password; none where pods log in with IAM. */
  readonly mount?: SecretMount;
  /** Authorities of the server's certificate. */
  readonly files: readonly FileMount[];
  readonly port: number;
  /** What the role of the pods may do, to log in with IAM. */
  readonly login?: iam.PolicyStatement;
}

/** What databases that RDS makes have in common. */
export interface RdsOptions {
  readonly backupDays: number;
  /** Whether RDS keeps the password and changes it every week. */
  readonly rotatesPassword: boolean;
  readonly server: ServerKind;
  /** User of the database whose password is a token of IAM. */
  readonly iamUser?: string;
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
}

/** Where the server answers. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

export const DATABASE = 'hybridge';
export const USER = 'hybridge';

/** What a server speaks, and what a plane calls its settings. */
export interface ServerKind {
  readonly database: (typeof DATABASES)['postgres' | 'mysql'];
  /** For people. */
  readonly name: string;
  readonly port: number;
  readonly env: Readonly<Record<'host' | 'port' | 'database' | 'user' | 'passwordFile' | 'ssl' | 'sslVerify' | 'iamAuth', string>>;
}

export const POSTGRES: ServerKind = {
  database: DATABASES.postgres,
  name: 'PostgreSQL',
  port: 5432,
  env: {
    host: ENV.pgHost, port: ENV.pgPort, database: ENV.pgDatabase, user: ENV.pgUser, passwordFile: ENV.pgPasswordFile, ssl: ENV.pgSsl,
    sslVerify: ENV.pgSslVerify, iamAuth: ENV.pgIamAuth,
  },
};

export const MYSQL: ServerKind = {
  database: DATABASES.mysql,
  name: 'MySQL',
  port: 3306,
  env: {
    host: ENV.mysqlHost, port: ENV.mysqlPort, database: ENV.mysqlDatabase, user: ENV.mysqlUser, passwordFile: ENV.mysqlPasswordFile,
    ssl: ENV.mysqlSsl, sslVerify: ENV.mysqlSslVerify, iamAuth: ENV.mysqlIamAuth,
  },
};

/** Major versions, and the minor ones that a new server begins with. */
export const VERSIONS = {
  postgres: { major: '17', version: '17.7' },
  mysql: { major: '8.4', version: '8.4.7' },
} as const;

const AUTHORITIES_FILE = 'authorities.pem';

/** How a plane connects: over TLS, and with the server's certificate verified where its authorities are known. */
export function connectionSettings(
  { database: kind, env }: ServerKind,
  { host, port, database, user }: DatabaseAddress,
  authorities: readonly FileMount[],
  usesIam: boolean,
): PlaneSettings {
  const isVerified = authorities.length > 0;
  if (usesIam && !isVerified) {
    throw new Error('IAM: tokens are sent to verified servers only, and authorities of RDS differ by region: give the stack env.region');
  }
  return {
    [ENV.database]: kind,
    [env.host]: host,
    [env.port]: String(port),
    [env.database]: database,
    [env.user]: user,
    ...usesIam ? { [env.iamAuth]: 'on' } : { [env.passwordFile]: `${PATHS.databaseCredentials}/password` },
    [env.ssl]: 'on',
    // PostgreSQL is not verified unless it is said, MySQL is.
    ...(isVerified || kind === DATABASES.mysql) && { [env.sslVerify]: isVerified ? 'on' : 'off' },
    ...isVerified && { [ENV.trustedCertificate]: `system,${PATHS.certificateAuthorities}/${AUTHORITIES_FILE}` },
  };
}

/** What a role needs to log in as one user of one server. @param resourceId identifies the server: `db-…` or `cluster-…` */
export function loginStatement(scope: Construct, resourceId: string, user: string): iam.PolicyStatement {
  const resource = Stack.of(scope).formatArn({
    service: 'rds-db', resource: 'dbuser', resourceName: `${resourceId}/${user}`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new iam.PolicyStatement({ actions: ['rds-db:connect'], resources: [resource] });
}

export function authoritiesMount(pem: string): readonly FileMount[] {
  return [{ name: 'authorities', path: PATHS.certificateAuthorities, files: { [AUTHORITIES_FILE]: pem } }];
}

/** The authorities of RDS in the scope's region; none, with a warning, when the stack names no region. */
export function rdsAuthoritiesMount(scope: Construct): readonly FileMount[] {
  const pem = rdsAuthorities(Stack.of(scope).region);
  if (pem !== undefined) return authoritiesMount(pem);
  Annotations.of(scope).addWarningV2(
    'cdk-hybridge:database.unverified',
    'connections to the database are encrypted, but its certificate is not verified,' +
      ' because the authorities differ by region and the stack names none: give the stack env.region',
  );
  return [];
}

/** The password as pods read it. */
export function passwordMount(secret: secretsmanager.ISecret, secretName: string): SecretMount {
  return {
    name: 'database',
    path: PATHS.databaseCredentials,
    secret,
    secretName,
    secretType: 'Opaque',
    files: [{ file: 'password', property: 'password' }],
  };
}

/** What of the resources of RDS has to do with the password. */
interface MasterPassword {
  manageMasterUserPassword?: unknown;
  addPropertyDeletionOverride(property: string): void;
}

/**
 * Lets RDS keep the password in a secret of its own and change it every seven days. CDK's property for it is younger
 * than the oldest aws-cdk-lib that may be used, where it would be ignored without a word.
 *
 * @param secretArn attribute of the resource
 */
export function letRdsRotate(scope: Construct, resource: MasterPassword, secretArn: string): SecretMount {
  resource.manageMasterUserPassword = true;
  resource.addPropertyDeletionOverride('MasterUserPassword');
  // RDS chooses the name; the address will do where CloudFormation applies the manifests.
  return passwordMount(secretsmanager.Secret.fromSecretCompleteArn(scope, 'Credentials', secretArn), secretArn);
}
