import { Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requirePort } from '../private/input/numbers';
import { within } from '../private/input/place';
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
  /** Name of the server, which its certificate has to bear, such as the primary endpoint of a replication group. */
  readonly host: string;

  /**
   * Port of the server. TLS is spoken there.
   *
   * @default 6379
   */
  readonly port?: number;

  /** Network that the server is in. Data planes that use it run in the same one. */
  readonly vpc: ec2.IVpc;

  /** Security group of the server: opened to the planes. */
  readonly securityGroup: ec2.ISecurityGroup;

  /** Secret with a JSON document whose property `password` opens the server. */
  readonly secret: secretsmanager.ISecret;

  /**
   * User that the password belongs to.
   *
   * @default - the server's default user
   */
  readonly username?: string;
}

/** A server that speaks Redis' protocol, for what data planes share: counters of rate limits, cached answers, sessions. `ValkeyCache` makes one. */
export abstract class GatewayCache extends Construct {
  /** A Redis or Valkey server that exists or is declared elsewhere, with TLS and a password. */
  public static existing(scope: Construct, id: string, props: ExistingCacheProps): GatewayCache {
    return new ExistingCache(scope, id, props);
  }

  /** @internal */
  public abstract readonly _mount: SecretMount;

  /** @internal */
  protected abstract readonly _connection: CacheConnection;

  /** @internal */
  protected abstract readonly _network: CacheNetwork;

  /** Name of the server. */
  public get host(): string {
    return this._connection.host;
  }

  /** Port of the server. */
  public get port(): number {
    return this._connection.port;
  }

  /**
   * The block `redis` of plugins that share what they know, such as `rate-limiting` with `policy: redis`: address, user, TLS with verification, and a reference to the password, which the nodes of
   * planes with this `cache` have.
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
   * @throws Error when they have no way to it
   * @internal
   */
  public _admit(plane: Construct, peer: ec2.IConnectable, vpc: ec2.IVpc): void {
    const { vpc: own, connections } = this._network;
    if (vpc !== own && vpc.vpcId !== own.vpcId) {
      const [here, there] = [Stack.of(this).region, Stack.of(vpc).region];
      const where = here === there ? 'another VPC' : `another region, ${here},`;
      throw new Error(`cache: ${this.node.path} is in ${where} than the plane, expected the same VPC, because every request waits for it: make a ValkeyCache with the vpc of that plane`);
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
    this._mount = within(this, () => {
      requireServerName('host', host);
      requirePort('port', port);
      if (username !== undefined && !Token.isUnresolved(username) && !/^\S+$/.test(username)) throw new Error(`username: got ${JSON.stringify(username)}, expected a name without spaces: leave it out for the default user`);
      return cacheMount(secret, requireKnownName('secret', secret));
    });
    this._connection = { host, port, username };
    this._network = { vpc, connections: securityGroup.connections };
    Topology.of(this).addIntegration(this, 'cache', 'Valkey or Redis', [this._mount]);
  }
}
