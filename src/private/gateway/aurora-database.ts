import { Annotations, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { ENV, PATHS } from '../contract';
import { secretName } from './handoff-names';
import type { FileMount, PlaneSettings, SecretMount } from './plane';
import { rdsAuthorities } from './rds-authorities';
import { Topology } from './topology';

/** Who uses the database. */
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

export interface AuroraDatabaseProps extends DatabaseClient {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly standbyInstances: number;
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
}

const PORT = 5432;
const DATABASE = 'hybridge';
const USER = 'hybridge';
const AUTHORITIES_FILE = 'rds.pem';
const VERIFICATION: PlaneSettings = {
  [ENV.pgSslVerify]: 'on',
  [ENV.trustedCertificate]: `system,${PATHS.certificateAuthorities}/${AUTHORITIES_FILE}`,
};
const ENGINE = rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.of('17.7', '17', { serverlessV2AutoPauseSupported: true }) });

export class AuroraDatabase extends Construct implements PlaneDatabase {
  readonly settings: PlaneSettings;
  readonly mount: SecretMount;
  readonly files: readonly FileMount[];
  readonly port = PORT;
  readonly cluster: rds.DatabaseCluster;

  constructor(scope: Construct, id: string, props: AuroraDatabaseProps) {
    super(scope, id);
    const name = secretName(this, props.plane, 'database');
    const credentials = new rds.DatabaseSecret(this, 'Credentials', { username: USER, dbname: DATABASE, secretName: name });
    this.cluster = new rds.DatabaseCluster(this, 'Resource', {
      engine: ENGINE,
      vpc: props.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      writer: rds.ClusterInstance.serverlessV2('Writer', instanceOptions()),
      readers: Array.from({ length: props.standbyInstances }, (_, at) => rds.ClusterInstance.serverlessV2(`Standby${at + 1}`, { ...instanceOptions(), scaleWithWriter: true })),
      serverlessV2MinCapacity: props.minCapacity,
      serverlessV2MaxCapacity: props.maxCapacity,
      credentials: rds.Credentials.fromSecret(credentials, USER),
      defaultDatabaseName: DATABASE,
      port: PORT,
      storageEncrypted: true,
      iamAuthentication: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', { engine: ENGINE, parameters: { 'rds.force_ssl': '1' } }),
      backup: { retention: Duration.days(7) },
      cloudwatchLogsExports: ['postgresql'],
      copyTagsToSnapshot: true,
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
    });
    this.cluster.connections.allowFrom(props.peer, ec2.Port.tcp(PORT), `gateway control plane ${props.plane}`);
    // The validator of the oldest aws-cdk-lib that may be used looks for it at the instances.
    Validations.of(this.cluster).acknowledge({ id: 'CloudFormation-Validate::W9008', reason: 'instances of Aurora have the encryption of their cluster, which is on' });
    const authorities = rdsAuthorities(Stack.of(this).region);
    if (!authorities) this.warnUnverified();
    this.files = authorities ? [{ name: 'authorities', path: PATHS.certificateAuthorities, files: { [AUTHORITIES_FILE]: authorities } }] : [];
    this.settings = { ...this.connectionSettings(), ...authorities && VERIFICATION };
    this.mount = {
      name: 'database',
      path: PATHS.databaseCredentials,
      secret: credentials,
      secretName: name,
      secretType: 'Opaque',
      files: [{ file: 'password', property: 'password' }],
    };
    Topology.of(this).addIntegration(this, 'database', 'Amazon Aurora PostgreSQL', [this.mount]);
  }

  private warnUnverified() {
    Annotations.of(this).addWarningV2('cdk-hybridge:database.unverified', 'connections to the database are encrypted, but its certificate is not verified,'
      + ' because the authorities differ by region and the stack names none: give the stack env.region');
  }

  private connectionSettings(): PlaneSettings {
    return {
      [ENV.pgHost]: this.cluster.clusterEndpoint.hostname,
      [ENV.pgPort]: String(PORT),
      [ENV.pgDatabase]: DATABASE,
      [ENV.pgUser]: USER,
      [ENV.pgPasswordFile]: `${PATHS.databaseCredentials}/password`,
      [ENV.pgSsl]: 'on',
    };
  }
}

function instanceOptions(): rds.ServerlessV2ClusterInstanceProps {
  return { publiclyAccessible: false, autoMinorVersionUpgrade: true };
}
