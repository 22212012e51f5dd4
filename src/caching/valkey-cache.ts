import { createHash } from 'node:crypto';
import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { kebabCase, requireObjectName } from '../private/kubernetes/names';
import { requireTwoZones } from '../private/network/two-zones';
import type { SecretMount } from '../private/secrets/mount';
import { secretName } from '../private/secrets/names';
import { Topology } from '../private/topology/topology';
import { GatewayCache } from './gateway-cache';
import type { CacheConnection, CacheNetwork, ValkeyNodes, ValkeyServerless } from './private/cache-connection';
import { cacheMount } from './private/cache-connection';
import { ValkeyCapacity } from './valkey-capacity';

/** Properties of `ValkeyCache`. */
export interface ValkeyCacheProps {
  /** Network of the cache and of the data planes that use it, with private subnets in at least two availability zones. */
  readonly vpc: ec2.IVpc;

  /**
   * Nodes or serverless.
   *
   * @default ValkeyCapacity.nodes()
   */
  readonly capacity?: ValkeyCapacity;

  /**
   * KMS key for data on disk and snapshots.
   *
   * @default - an AWS owned key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Retention of daily snapshots in days, 0 (no snapshots) to 35.
   *
   * @default 15
   */
  readonly snapshotDays?: number;
}

const ENGINE = 'valkey';
const USER = 'gateway';

/** All commands except administration and monitoring. Clients send INFO first. */
const ALLOWED = 'on ~* &* +@all -@dangerous +info';

/** Not the default port of Redis, which attackers try first. Serverless caches have no choice. */
const PORT = 6380;
const SERVERLESS_PORT = 6379;

/**
 * A Valkey cache on ElastiCache for state that the data planes of one network share: rate limit counters and
 * cached responses.
 *
 * TLS only, encrypted on disk, in private subnets of two or more availability zones, open only to planes that have it
 * as their `cache`. Its one user may not administer the server; Secrets Manager holds the generated password, which the
 * planes' nodes mount. IAM authentication is not supported: a gateway would need a new token every fifteen minutes and
 * for each connection, which the `redis` block of plugins cannot express.
 *
 * @example
 * const cache = new ValkeyCache(stack, 'Cache', { vpc, capacity: ValkeyCapacity.serverless() });
 */
export class ValkeyCache extends GatewayCache {
  /** Connections of the cache: opens the network path for clients. */
  public readonly connections: ec2.Connections;

  /** User name and password as a JSON document. */
  public readonly secret: secretsmanager.ISecret;

  /** @internal */
  public readonly _mount: SecretMount;

  /** @internal */
  protected readonly _connection: CacheConnection;

  /** @internal */
  protected readonly _network: CacheNetwork;

  constructor(scope: Construct, id: string, private readonly props: ValkeyCacheProps) {
    super(scope, id);
    requireStack(this);
    const { vpc, capacity = ValkeyCapacity.nodes(), snapshotDays = 15 } = props;
    atPlace(this, () => {
      requireWhole('snapshotDays', snapshotDays, { min: 0, max: 35 });
      requireTwoZones('vpc', vpc);
    });
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Cache that gateways share',
      allowAllOutbound: false,
    });
    this.connections = securityGroup.connections;
    const name = atPlace(this, () => secretName(this, requireObjectName('id', kebabCase(id)), 'cache'));
    this.secret = new secretsmanager.Secret(this, 'Password', {
      secretName: name,
      description: 'User and password of the cache that gateways share',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: USER }),
        generateStringKey: 'password',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this._mount = cacheMount(this.secret, name);
    const securityGroupIds = [securityGroup.securityGroupId];
    const common: CommonParts = {
      userGroupId: this.users(),
      securityGroupIds,
      snapshotRetentionLimit: snapshotDays,
      kmsKeyId: props.encryptionKey?.keyArn,
    };
    const choice = capacity._choice;
    this._connection = choice.kind === 'nodes' ? this.replicationGroup(choice, common) : this.serverless(choice, common);
    this._network = { vpc, connections: this.connections };
    Topology.of(this).addIntegration(this, 'cache', 'Amazon ElastiCache for Valkey', [this._mount]);
  }

  /** A group with one user. Without a default user, every client needs a user name. */
  private users(): string {
    const user = new elasticache.CfnUser(this, 'User', {
      engine: ENGINE,
      userId: this.uniqueName(),
      userName: USER,
      accessString: ALLOWED,
      // CloudFormation resolves it; the template contains the reference.
      authenticationMode: { Type: 'password', Passwords: [this.secret.secretValueFromJson('password').unsafeUnwrap()] },
    });
    return new elasticache.CfnUserGroup(this, 'Users', { engine: ENGINE, userGroupId: this.uniqueName(), userIds: [user.ref] }).ref;
  }

  private replicationGroup({ nodeType, replicas }: ValkeyNodes, { userGroupId, ...common }: CommonParts): CacheConnection {
    const group = new elasticache.CfnReplicationGroup(this, 'Resource', {
      ...common,
      replicationGroupDescription: 'What gateways share: counters, cached answers, sessions',
      engine: ENGINE,
      engineVersion: '8.1',
      cacheNodeType: nodeType,
      numNodeGroups: 1,
      replicasPerNodeGroup: replicas,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      port: PORT,
      cacheSubnetGroupName: new elasticache.CfnSubnetGroup(this, 'Subnets', {
        description: 'Private subnets of the cache that gateways share',
        subnetIds: this.subnetIds(),
      }).ref,
      userGroupIds: [userGroupId],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      autoMinorVersionUpgrade: true,
      logDeliveryConfigurations: [this.log('engine-log', 'EngineLog'), this.log('slow-log', 'SlowLog')],
    });
    return { host: group.attrPrimaryEndPointAddress, port: PORT, username: USER };
  }

  private serverless({ maxStorageGb, maxEcpuPerSecond }: ValkeyServerless, common: CommonParts): CacheConnection {
    const subnetIds = this.subnetIds();
    const cache = new elasticache.CfnServerlessCache(this, 'Resource', {
      ...common,
      // In other subnets it is another cache: under the same name it could not be created beside the old one.
      serverlessCacheName: this.uniqueName(subnetsDigest(this, subnetIds)),
      description: 'What gateways share: counters, cached answers, sessions',
      engine: ENGINE,
      majorEngineVersion: '8',
      subnetIds,
      cacheUsageLimits: { dataStorage: { maximum: maxStorageGb, unit: 'GB' }, ecpuPerSecond: { maximum: maxEcpuPerSecond } },
    });
    return { host: cache.attrEndpointAddress, port: SERVERLESS_PORT, username: USER };
  }

  /** Serverless caches accept at most three. */
  private subnetIds(): string[] {
    return this.props.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds.slice(0, 3);
  }

  private log(logType: string, id: string): elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty {
    const group = new logs.LogGroup(this, id, { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    return {
      logType,
      logFormat: 'json',
      destinationType: 'cloudwatch-logs',
      destinationDetails: { cloudWatchLogsDetails: { logGroup: group.logGroupName } },
    };
  }

  /** ElastiCache converts names to lower case, which CloudFormation would see as a change. */
  private uniqueName(digest?: string): string {
    const maxLength = 40 - (digest ? digest.length + 1 : 0);
    const name = Names.uniqueResourceName(this, { maxLength, separator: '-', allowedSpecialCharacters: '-' }).toLowerCase();
    return digest ? `${name}-${digest}` : name;
  }
}

interface CommonParts {
  readonly userGroupId: string;
  readonly securityGroupIds: string[];
  readonly snapshotRetentionLimit: number;
  readonly kmsKeyId?: string;
}

function subnetsDigest(scope: Construct, subnetIds: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve(subnetIds))).digest('hex').slice(0, 8);
}
