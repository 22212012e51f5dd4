import { Annotations, Stack } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IDependable } from 'constructs';
import { ENV, PATHS } from '../../../private/contract';
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
  readonly mount: SecretMount;
  /** Authorities of the server's certificate. */
  readonly files: readonly FileMount[];
  readonly port: number;
}

/** What databases that RDS makes have in common. */
export interface RdsOptions {
  readonly backupDays: number;
  /** Whether RDS keeps the password and changes it every week. */
  readonly rotatesPassword: boolean;
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

export const POSTGRES_PORT = 5432;
export const DATABASE = 'hybridge';
export const USER = 'hybridge';

/** Major version of PostgreSQL, and the minor one that a new server begins with. */
export const POSTGRES = { major: '17', version: '17.7' } as const;

const AUTHORITIES_FILE = 'authorities.pem';

/** How a plane connects: over TLS, and with the server's certificate verified where its authorities are known. */
export function connectionSettings({ host, port, database, user }: DatabaseAddress, authorities: readonly FileMount[]): PlaneSettings {
  return {
    [ENV.pgHost]: host,
    [ENV.pgPort]: String(port),
    [ENV.pgDatabase]: database,
    [ENV.pgUser]: user,
    [ENV.pgPasswordFile]: `${PATHS.databaseCredentials}/password`,
    [ENV.pgSsl]: 'on',
    ...authorities.length > 0 && {
      [ENV.pgSslVerify]: 'on',
      [ENV.trustedCertificate]: `system,${PATHS.certificateAuthorities}/${AUTHORITIES_FILE}`,
    },
  };
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
