import type { Connections, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PATHS } from '../../private/contract';
import type { SecretMount } from '../../private/secrets/mount';

/** Where a cache answers, and whom it knows. */
export interface CacheConnection {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
}

/** How one gets to a cache. */
export interface CacheNetwork {
  readonly vpc: IVpc;
  readonly connections: Connections;
}

/** What a Valkey cache consists of. */
export type ValkeyChoice = ValkeyNodes | ValkeyServerless;

export interface ValkeyNodes {
  readonly kind: 'nodes';
  readonly nodeType: string;
  readonly replicas: number;
}

export interface ValkeyServerless {
  readonly kind: 'serverless';
  readonly maxStorageGb: number;
  readonly maxEcpuPerSecond: number;
}

/** The password of a cache as planes read it. */
export function cacheMount(secret: ISecret, secretName: string): SecretMount {
  return {
    name: 'cache',
    path: PATHS.cacheCredentials,
    secret,
    secretName,
    secretType: 'Opaque',
    files: [{ file: 'password', property: 'password' }],
  };
}
