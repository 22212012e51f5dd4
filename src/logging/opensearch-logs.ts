import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import { requireWhole } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireTwoZones } from '../private/network/two-zones';
import { GatewayLogs } from './gateway-logs';
import type { GatewayLogsProps } from './gateway-logs';
import { domainStore } from './private/domain-store';

/** Properties of `OpenSearchLogs`. */
export interface OpenSearchLogsProps extends GatewayLogsProps {
  /** Network that the domain lives in, with private subnets in at least two availability zones. Data planes that write to it without `ingest` run in the same network. */
  readonly vpc: ec2.IVpc;

  /**
   * Disk of each data node, in GiB, 10 to 1536, which is what this kind of node takes. A thousand requests a second make about 80 GiB a day before compression.
   *
   * @default 100
   */
  readonly storageGib?: number;

  /**
   * What becomes of the logs when the stack is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of `OpenSearchLogs.existing()`. */
export interface ExistingDomainProps extends GatewayLogsProps {
  /** The domain: OpenSearch 2.5 or later, in a VPC, without fine-grained access control, so that IAM decides. */
  readonly domain: opensearch.IDomain;

  /** Network that the domain is in. */
  readonly vpc: ec2.IVpc;

  /** Security group of the domain: opened to the planes. */
  readonly securityGroup: ec2.ISecurityGroup;
}

/**
 * An OpenSearch domain for the logs of gateways: in the VPC over two availability zones, three managers of its own, encrypted on disk and between nodes,
 * TLS 1.2 and signed requests only, its own slow and error logs in CloudWatch. Takes some 20 minutes to create. In it: an index template with a field for what can be asked about a request and for nothing else, a data
 * stream `logs-gateway-default` that is rolled over every day and deleted after `retentionDays`, a dashboard and three alerts, put there by a Lambda function in the VPC.
 *
 * The account needs the service-linked role of OpenSearch once: `aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`.
 */
export class OpenSearchLogs extends GatewayLogs {
  /** A domain that exists or is declared elsewhere: what gateways need in it is put there. */
  public static existing(scope: Construct, id: string, props: ExistingDomainProps): GatewayLogs {
    return new ExistingDomain(scope, id, props);
  }

  /** The domain. */
  public readonly domain: opensearch.Domain;

  constructor(scope: Construct, id: string, props: OpenSearchLogsProps) {
    super(scope, id);
    const { storageGib = 100, removalPolicy = RemovalPolicy.RETAIN } = props;
    within(this, () => {
      requireWhole('storageGib', storageGib, { least: 10, most: 1536, unit: 'GiB' });
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
      // CDK would let a Lambda function write the policy below; CloudFormation can do it.
      suppressLogsResourcePolicy: true,
      removalPolicy,
    });
    this.domain.node.addDependency(policy);
    const { domainArn, domainEndpoint, connections } = this.domain;
    this._open(domainStore({ domainArn, domainEndpoint, connections, vpc: props.vpc, ready: [this.domain] }), 'Amazon OpenSearch Service', props);
  }

  private domainLogs() {
    const group = (id: string) => new logs.LogGroup(this, id, { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
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
      policy, appLogEnabled: true, appLogGroup, slowSearchLogEnabled: true, slowSearchLogGroup, slowIndexLogEnabled: true, slowIndexLogGroup,
    };
  }
}

class ExistingDomain extends GatewayLogs {
  constructor(scope: Construct, id: string, props: ExistingDomainProps) {
    super(scope, id);
    const { domain: { domainArn, domainEndpoint }, vpc, securityGroup } = props;
    this._open(domainStore({ domainArn, domainEndpoint, vpc, connections: securityGroup.connections, ready: [] }), 'Amazon OpenSearch Service', props);
  }
}
