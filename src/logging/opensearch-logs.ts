import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import { Topology } from '../private/gateway/topology';
import { requireTwoZones } from '../private/network/two-zones';

/** Properties of `OpenSearchLogs`. */
export interface OpenSearchLogsProps {
  /** Network that the domain lives in. Data planes that write to it run on a cluster in the same network. */
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

/** Name that data streams of gateways begin with. */
const DATA_STREAMS = 'logs-gateway-';

/**
 * An OpenSearch domain for the logs of gateways: in the VPC over two availability zones, three managers of its own, encrypted on disk and between nodes,
 * TLS 1.2 and signed requests only, its own slow and error logs in CloudWatch. Takes some 20 minutes to create.
 *
 * The account needs the service-linked role of OpenSearch once: `aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`.
 */
export class OpenSearchLogs extends Construct {
  /** The domain. */
  public readonly domain: opensearch.Domain;

  private readonly vpc: ec2.IVpc;

  constructor(scope: Construct, id: string, props: OpenSearchLogsProps) {
    super(scope, id);
    this.vpc = props.vpc;
    const { storageGib = 100, removalPolicy = RemovalPolicy.RETAIN } = props;
    if (!Number.isInteger(storageGib) || storageGib < 10 || storageGib > 1536) {
      throw new Error(`storageGib: got ${storageGib}, expected a whole number of GiB, 10 to 1536`);
    }
    const { policy, ...logging } = this.domainLogs();
    requireTwoZones('vpc', props.vpc);
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
    Topology.of(this).addIntegration(this, 'logs', 'Amazon OpenSearch Service', []);
  }

  /**
   * Lets a plane write documents into the gateways' data streams.
   *
   * @throws Error when the plane's pods have no way to the domain
   * @internal
   */
  public _grantWrite(role: iam.IRole, peer: ec2.IConnectable, vpc: ec2.IVpc): void {
    if (vpc.vpcId !== this.vpc.vpcId) {
      throw new Error(`logs: the domain ${this.node.path} is in another VPC than the plane's cluster, expected the same one: make OpenSearchLogs with the vpc of that cluster`);
    }
    // Not grantPathWrite(): it lets delete, too.
    role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['es:ESHttpPost', 'es:ESHttpPut'], resources: [`${this.domain.domainArn}/${DATA_STREAMS}*`],
    }));
    this.domain.connections.allowFrom(peer, ec2.Port.HTTPS, 'logs of gateways');
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
