import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requireKnownName } from '../../../private/secrets/existing-secret';
import type { SecretMount } from '../../../private/secrets/mount';
import { Topology } from '../../../private/topology/topology';
import type { FileMount, PlaneSettings } from '../plane/plane';
import { authoritiesMount, connectionSettings, loginStatement, passwordMount, rdsAuthoritiesMount } from './plane-database';
import type { DatabaseAddress, DatabaseClient, PlaneDatabase, ServerKind } from './plane-database';

interface ExistingDatabaseProps extends DatabaseClient, DatabaseAddress {
  readonly server: ServerKind;
  /** Exactly one of these two. */
  readonly secret?: secretsmanager.ISecret;
  readonly iamResourceId?: string;
  readonly securityGroup?: ec2.ISecurityGroup;
  /** PEM. Those of RDS in the region where it is absent. */
  readonly certificateAuthorities?: string;
}

/** An existing server of PostgreSQL or MySQL. */
export class ExistingDatabase extends Construct implements PlaneDatabase {
  readonly settings: PlaneSettings;
  readonly mount?: SecretMount;
  readonly login?: iam.PolicyStatement;
  readonly files: readonly FileMount[];
  readonly port: number;

  constructor(scope: Construct, id: string, props: ExistingDatabaseProps) {
    super(scope, id);
    this.port = props.port;
    const { secret, iamResourceId } = props;
    if (secret) this.mount = passwordMount(secret, requireKnownName('secret', secret));
    if (iamResourceId !== undefined) this.login = loginStatement(this, iamResourceId, props.user);
    this.files = props.certificateAuthorities === undefined ? rdsAuthoritiesMount(this) : authoritiesMount(props.certificateAuthorities);
    this.settings = connectionSettings(props.server, props, this.files, iamResourceId !== undefined);
    props.securityGroup?.connections.allowFrom(props.peer, ec2.Port.tcp(this.port), `gateway control plane ${props.plane}`);
    Topology.of(this).addIntegration(this, 'database', props.server.name, this.mount ? [this.mount] : []);
  }
}
