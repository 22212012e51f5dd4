import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { requireTwoZones } from '../private/network/two-zones';
import { GatewayLogs } from './gateway-logs';
import type { GatewayLogsProps } from './gateway-logs';
import { domainStore } from './private/domain-store';

/** Properties of `OpenSearchLogs`. */
export interface OpenSearchLogsProps extends GatewayLogsProps {
  /**
   * Network of the domain, with private subnets in at least two availability zones. Data planes that write to it
   * without `ingest` must be in the same network.
   */
  readonly vpc: ec2.IVpc;

  /**
   * Disk size of each data node in GiB, 10 to 1536, the limit of this node type. A thousand requests per second
   * produce about 80 GiB a day before compression.
   *
   * @default 100
   */
  readonly storageGib?: number;

  /**
   * What happens to the logs when the stack is deleted. By default they stay, unless the deployment that creates the
   * domain fails.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of `OpenSearchLogs.existing()`. */
export interface ExistingDomainProps extends GatewayLogsProps {
  /** The domain: OpenSearch 2.5 or later, in a VPC, without fine-grained access control, so that IAM decides. */
  readonly domain: opensearch.IDomain;

  /** Network of the domain. */
  readonly vpc: ec2.IVpc;

  /** Security group of the domain; this construct opens it to the planes. */
  readonly securityGroup: ec2.ISecurityGroup;
}

/**
 * An OpenSearch domain for the logs of gateways: in the VPC over two availability zones, three dedicated manager
 * nodes, encrypted on disk and between nodes, TLS 1.2 and signed requests only, its own slow and error logs in
 * CloudWatch. Creation takes about 20 minutes. A Lambda function in the VPC adds an index template with the fields of a
 * request and no others, a data stream `logs-gateway-default` that is rolled over every day and deleted after
 * `retentionDays`, a dashboard and three alerts.
 *
 * The account needs the service-linked role of OpenSearch once: `aws iam create-service-linked-role --aws-service-name
 * opensearchservice.amazonaws.com`.
 *
 * @example
 * const logs = new OpenSearchLogs(stack, 'Logs', { vpc, retentionDays: 90, ingest: true });
 */
export class OpenSearchLogs extends GatewayLogs {
  /** An existing domain; a Lambda function adds what gateways need in it. */
  public static existing(scope: Construct, id: string, props: ExistingDomainProps): GatewayLogs {
    return new ExistingDomain(scope, id, props);
  }

  /** The domain. */
  public readonly domain: opensearch.Domain;

  constructor(scope: Construct, id: string, props: OpenSearchLogsProps) {
    super(scope, id);
    requireStack(this);
    const { storageGib = 100, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    atPlace(this, () => {
      requireWhole('storageGib', storageGib, { min: 10, max: 1536, unit: 'GiB' });
      requireTwoZones('vpc', props.vpc);
    });
    const { policy, ...logging } = this.domainLogs();
    this.domain = new opensearch.Domain(this, 'Resource', {
      version: opensearch.EngineVersion.openSearch('2.19'),
      vpc: props.vpc,
      vpcSubnets: [{ subnets: props.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnets.slice(0, 2) }],
      capacity: {
        dataNodes: 2,
        dataNodeInstanceType: 'r7g.large.search',
        masterNodes: 3,
        masterNodeInstanceType: 'm7g.large.search',
        multiAzWithStandbyEnabled: false,
      },
      zoneAwareness: { enabled: true, availabilityZoneCount: 2 },
      ebs: { enabled: true, volumeSize: storageGib, volumeType: ec2.EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: opensearch.TLSSecurityPolicy.TLS_1_2_PFS,
      enableAutoSoftwareUpdate: true,
      logging,
      // CDK would use a Lambda function for the policy below; CloudFormation can set it directly.
      suppressLogsResourcePolicy: true,
      removalPolicy,
    });
    this.domain.node.addDependency(policy);
    const { domainArn, domainEndpoint, connections } = this.domain;
    this._open(
      domainStore({ domainArn, domainEndpoint, connections, vpc: props.vpc, ready: [this.domain] }),
      'Amazon OpenSearch Service',
      props,
    );
  }

  private domainLogs() {
    const group = (id: string) =>
      new logs.LogGroup(this, id, { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    const [appLogGroup, slowSearchLogGroup, slowIndexLogGroup] = ['ErrorLog', 'SlowSearchLog', 'SlowIndexLog'].map(group);
    const policy = new logs.ResourcePolicy(this, 'LogPolicy', {
      policyStatements: [new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('es.amazonaws.com')],
        actions: ['logs:PutLogEvents', 'logs:CreateLogStream'],
        resources: [appLogGroup, slowSearchLogGroup, slowIndexLogGroup].map((each) => each.logGroupArn),
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      })],
    });
    return {
      policy,
      appLogEnabled: true,
      appLogGroup,
      slowSearchLogEnabled: true,
      slowSearchLogGroup,
      slowIndexLogEnabled: true,
      slowIndexLogGroup,
    };
  }
}

class ExistingDomain extends GatewayLogs {
  constructor(scope: Construct, id: string, props: ExistingDomainProps) {
    super(scope, id);
    const { domain: { domainArn, domainEndpoint }, vpc, securityGroup } = props;
    this._open(
      domainStore({ domainArn, domainEndpoint, vpc, connections: securityGroup.connections, ready: [] }),
      'Amazon OpenSearch Service',
      props,
    );
  }
}
