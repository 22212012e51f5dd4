import { ArnFormat, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { isProtected } from '../../../private/deletion-protection';
import { requireTwoZones } from '../../../private/network/two-zones';
import type { SecretMount } from '../../../private/secrets/mount';
import { secretName } from '../../../private/secrets/names';
import { Topology } from '../../../private/topology/topology';
import type { FileMount, PlaneSettings } from '../plane/plane';
import {
  DATABASE,
  USER,
  VERSIONS,
  connectionSettings,
  letRdsRotate,
  loginStatement,
  passwordMount,
  rdsAuthoritiesMount,
} from './plane-database';
import type { DatabaseClient, PlaneDatabase, RdsOptions } from './plane-database';

interface RdsDatabaseProps extends DatabaseClient, RdsOptions {
  readonly instanceType: ec2.InstanceType;
  readonly storageGib: number;
  readonly maxStorageGib: number;
  readonly multiAz: boolean;
}

const { postgres, mysql } = VERSIONS;

const ENGINES = {
  postgres: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.of(postgres.version, postgres.major) }),
  mysql: rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.of(mysql.version, mysql.major) }),
};

/** Refuses connections without TLS, and says which logs there are. */
const REQUIREMENTS = {
  postgres: { parameters: { 'rds.force_ssl': '1' }, logs: ['postgresql', 'upgrade'] },
  mysql: { parameters: { require_secure_transport: '1' }, logs: ['error', 'slowquery'] },
};

/** A server on RDS, with another in a second zone that takes over. */
export class RdsDatabase extends Construct implements PlaneDatabase {
  readonly settings: PlaneSettings;
  readonly mount?: SecretMount;
  readonly login?: iam.PolicyStatement;
  readonly files: readonly FileMount[];
  readonly port: number;
  readonly instance: rds.DatabaseInstance;

  constructor(scope: Construct, id: string, private readonly props: RdsDatabaseProps) {
    super(scope, id);
    const { server, iamUser } = props;
    this.port = server.port;
    requireTwoZones('target: the VPC of the cluster', props.vpc);
    const name = secretName(this, props.plane, 'database');
    const credentials = props.rotatesPassword
      ? undefined
      : new rds.DatabaseSecret(this, 'Credentials', { username: USER, dbname: DATABASE, secretName: name });
    this.instance = this.makeInstance(credentials ? rds.Credentials.fromSecret(credentials, USER) : UNUSED);
    this.instance.connections.allowFrom(props.peer, ec2.Port.tcp(server.port), `gateway control plane ${props.plane}`);
    const resource = this.instance.node.defaultChild as rds.CfnDBInstance;
    const mount = credentials ? passwordMount(credentials, name) : letRdsRotate(this, resource, resource.attrMasterUserSecretSecretArn);
    this.files = rdsAuthoritiesMount(this);
    this.settings = connectionSettings(
      server,
      { host: this.instance.instanceEndpoint.hostname, port: server.port, database: DATABASE, user: iamUser ?? USER },
      this.files,
      iamUser !== undefined,
    );
    if (iamUser === undefined) this.mount = mount;
    else this.login = loginStatement(this, resource.attrDbiResourceId, iamUser);
    Topology.of(this).addIntegration(this, 'database', `Amazon RDS for ${server.name}`, this.mount ? [this.mount] : []);
  }

  private makeInstance(credentials: rds.Credentials): rds.DatabaseInstance {
    const { props } = this;
    const { parameters, logs } = REQUIREMENTS[props.server.database];
    return new rds.DatabaseInstance(this, 'Resource', {
      engine: ENGINES[props.server.database],
      vpc: props.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      instanceType: props.instanceType,
      multiAz: props.multiAz,
      storageType: rds.StorageType.GP3,
      allocatedStorage: props.storageGib,
      maxAllocatedStorage: props.maxStorageGib,
      storageEncrypted: true,
      credentials,
      databaseName: DATABASE,
      port: props.server.port,
      publiclyAccessible: false,
      iamAuthentication: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', { engine: ENGINES[props.server.database], parameters }),
      // What used to be Performance Insights alone; a week of it costs nothing.
      enablePerformanceInsights: true,
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      monitoringInterval: Duration.minutes(1),
      monitoringRole: this.monitoringRole(),
      cloudwatchLogsExports: logs,
      backupRetention: Duration.days(props.backupDays),
      // The last ones go with the instance that a final snapshot is made of.
      deleteAutomatedBackups: props.removalPolicy !== RemovalPolicy.RETAIN,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      deletionProtection: isProtected(this, props.deletionProtection),
      removalPolicy: props.removalPolicy,
    });
  }

  /** What AWS' managed policy for it says, for the one log group that RDS writes. */
  private monitoringRole(): iam.Role {
    const role = new iam.Role(this, 'MonitoringRole', {
      assumedBy: new iam.ServicePrincipal('monitoring.rds.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'RDS writes what the machine of the database does',
    });
    const group = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: 'RDSOSMetrics',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    new iam.Policy(this, 'MonitoringPolicy', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({ actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'], resources: [group] }),
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
          resources: [`${group}:log-stream:*`],
        }),
      ],
    });
    return role;
  }
}

/** Where RDS makes the password itself; taken out of the template again. */
const UNUSED = rds.Credentials.fromPassword(USER, SecretValue.unsafePlainText('made by RDS'));
