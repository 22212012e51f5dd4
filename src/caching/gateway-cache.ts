import { Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requirePort } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { admit } from '../private/network/admission';
import { requireServerName } from '../private/network/tunnel-endpoint';
import { requireKnownName } from '../private/secrets/existing-secret';
import type { SecretMount } from '../private/secrets/mount';
import { vaultReference } from '../private/secrets/vault-reference';
import { Topology } from '../private/topology/topology';
import type { CacheConnection, CacheNetwork } from './private/cache-connection';
import { cacheMount } from './private/cache-connection';

/** Properties of `GatewayCache.existing()`. */
export interface ExistingCacheProps {
  /** Host name of the server, as in its certificate, such as the primary endpoint of a replication group. */
  readonly host: string;

  /**
   * Port of the server, with TLS.
   *
   * @default 6379
   */
  readonly port?: number;

  /** Network of the server and of the data planes that use it. */
  readonly vpc: ec2.IVpc;

  /** Security group of the server; this construct opens it to the planes. */
  readonly securityGroup: ec2.ISecurityGroup;

  /** Secret with a JSON document whose property `password` is the user's password. */
  readonly secret: secretsmanager.ISecret;

  /**
   * User name.
   *
   * @default - the server's default user
   */
  readonly username?: string;
}

/**
 * A server with the Redis protocol for state that data planes share: rate limit counters and cached responses.
 * `ValkeyCache` creates one.
 */
export abstract class GatewayCache extends Construct {
  /** An existing Redis or Valkey server with TLS and a password. */
  public static existing(scope: Construct, id: string, props: ExistingCacheProps): GatewayCache {
    return new ExistingCache(scope, id, props);
  }

  /** @internal */
  public abstract readonly _mount: SecretMount;

  /** @internal */
  protected abstract readonly _connection: CacheConnection;

  /** @internal */
  protected abstract readonly _network: CacheNetwork;

  /** Host name of the server. */
  public get host(): string {
    return this._connection.host;
  }

  /** Port of the server. */
  public get port(): number {
    return this._connection.port;
  }

  /**
   * Returns the block `redis` for plugins with shared state, such as `rate-limiting` with `policy: redis`: address,
   * user, verified TLS, and a reference to the password that nodes of planes with this `cache` resolve.
   */
  public redisConfig(): { [key: string]: any } {
    const { host, port, username } = this._connection;
    return {
      host,
      port,
      ...username !== undefined && { username },
      password: vaultReference(this._mount, 'password'),
      ssl: true,
      ssl_verify: true,
      server_name: host,
      database: 0,
    };
  }

  /**
   * Opens the server to the nodes of a plane.
   *
   * @throws Error when the nodes cannot reach it
   * @internal
   */
  public _admit(plane: Construct, peer: ec2.IConnectable, vpc: ec2.IVpc): void {
    const { vpc: own, connections } = this._network;
    if (vpc !== own && vpc.vpcId !== own.vpcId) {
      const [here, there] = [Stack.of(this).region, Stack.of(vpc).region];
      const where = here === there ? 'another VPC' : `another region, ${here},`;
      throw new Error(
        `cache: ${this.node.path} is in ${where} than the plane, expected the same VPC, because every request waits `
          + 'for it: make a ValkeyCache with the vpc of that plane',
      );
    }
    admit(plane, { to: connections, peer, port: this.port, description: 'what gateways share' });
  }
}

class ExistingCache extends GatewayCache {
  public readonly _mount: SecretMount;
  protected readonly _connection: CacheConnection;
  protected readonly _network: CacheNetwork;

  constructor(scope: Construct, id: string, props: ExistingCacheProps) {
    super(scope, id);
    const { host, port = 6379, username, vpc, securityGroup, secret } = props;
    this._mount = atPlace(this, () => {
      requireServerName('host', host);
      requirePort('port', port);
      if (username !== undefined && !Token.isUnresolved(username) && !/^\S+$/.test(username)) {
        throw new Error(`username: got ${JSON.stringify(username)}, expected a name without spaces: leave it out for the default user`);
      }
      return cacheMount(secret, requireKnownName('secret', secret));
    });
    this._connection = { host, port, username };
    this._network = { vpc, connections: securityGroup.connections };
    Topology.of(this).addIntegration(this, 'cache', 'Valkey or Redis', [this._mount]);
  }
}
