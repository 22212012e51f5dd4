import { Duration, SecretValue, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
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

interface AuroraDatabaseProps extends DatabaseClient, RdsOptions {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly standbyInstances: number;
}

const { postgres } = VERSIONS;

const ENGINES = {
  postgres: rds.DatabaseClusterEngine.auroraPostgres({
    version: rds.AuroraPostgresEngineVersion.of(postgres.version, postgres.major, { serverlessV2AutoPauseSupported: true }),
  }),
  // Its versions say what they can do: this one may pause.
  mysql: rds.DatabaseClusterEngine.auroraMysql({ version: rds.AuroraMysqlEngineVersion.VER_3_10_1 }),
};

/** Refuses connections without TLS, and says which logs there are. */
const REQUIREMENTS = {
  postgres: { parameters: { 'rds.force_ssl': '1' }, logs: ['postgresql'] },
  mysql: { parameters: { require_secure_transport: 'ON' }, logs: ['error', 'slowquery'] },
};

export class AuroraDatabase extends Construct implements PlaneDatabase {
  readonly settings: PlaneSettings;
  readonly mount?: SecretMount;
  readonly login?: iam.PolicyStatement;
  readonly files: readonly FileMount[];
  readonly port: number;
  readonly cluster: rds.DatabaseCluster;

  constructor(scope: Construct, id: string, private readonly props: AuroraDatabaseProps) {
    super(scope, id);
    const { rotatesPassword, server, iamUser } = props;
    this.port = server.port;
    requireTwoZones('target: the VPC of the cluster', props.vpc);
    const name = secretName(this, props.plane, 'database');
    const credentials = rotatesPassword
      ? undefined
      : new rds.DatabaseSecret(this, 'Credentials', { username: USER, dbname: DATABASE, secretName: name });
    this.cluster = this.makeCluster(credentials ? rds.Credentials.fromSecret(credentials, USER) : UNUSED);
    this.cluster.connections.allowFrom(props.peer, ec2.Port.tcp(server.port), `gateway control plane ${props.plane}`);
    // The validator of the oldest aws-cdk-lib that may be used looks for it at the instances.
    Validations.of(this.cluster).acknowledge({
      id: 'CloudFormation-Validate::W9008',
      reason: 'instances of Aurora have the encryption of their cluster, which is on',
    });
    const resource = this.cluster.node.defaultChild as rds.CfnDBCluster;
    const mount = credentials ? passwordMount(credentials, name) : letRdsRotate(this, resource, resource.attrMasterUserSecretSecretArn);
    this.files = rdsAuthoritiesMount(this);
    this.settings = connectionSettings(
      server,
      { host: this.cluster.clusterEndpoint.hostname, port: server.port, database: DATABASE, user: iamUser ?? USER },
      this.files,
      iamUser !== undefined,
    );
    if (iamUser === undefined) this.mount = mount;
    else this.login = loginStatement(this, this.cluster.clusterResourceIdentifier, iamUser);
    Topology.of(this).addIntegration(this, 'database', `Amazon Aurora ${server.name}`, this.mount ? [this.mount] : []);
  }

  private makeCluster(credentials: rds.Credentials): rds.DatabaseCluster {
    const { props } = this;
    const { parameters, logs } = REQUIREMENTS[props.server.database];
    return new rds.DatabaseCluster(this, 'Resource', {
      engine: ENGINES[props.server.database],
      vpc: props.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      writer: rds.ClusterInstance.serverlessV2('Writer', instanceOptions()),
      readers: Array.from({ length: props.standbyInstances }, (_, at) =>
        rds.ClusterInstance.serverlessV2(`Standby${at + 1}`, { ...instanceOptions(), scaleWithWriter: true }),
      ),
      serverlessV2MinCapacity: props.minCapacity,
      serverlessV2MaxCapacity: props.maxCapacity,
      credentials,
      defaultDatabaseName: DATABASE,
      port: props.server.port,
      storageEncrypted: true,
      iamAuthentication: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', { engine: ENGINES[props.server.database], parameters }),
      backup: { retention: Duration.days(props.backupDays) },
      cloudwatchLogsExports: logs,
      copyTagsToSnapshot: true,
      deletionProtection: isProtected(this, props.deletionProtection),
      removalPolicy: props.removalPolicy,
    });
  }
}

/** Where RDS makes the password itself; taken out of the template again. */
const UNUSED = rds.Credentials.fromPassword(USER, SecretValue.unsafePlainText('made by RDS'));

function instanceOptions(): rds.ServerlessV2ClusterInstanceProps {
  return { publiclyAccessible: false, autoMinorVersionUpgrade: true };
}
