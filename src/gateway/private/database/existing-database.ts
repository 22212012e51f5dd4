import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requireKnownName } from '../../../private/secrets/existing-secret';
import type { SecretMount } from '../../../private/secrets/mount';
import { Topology } from '../../../private/topology/topology';
import type { FileMount, PlaneSettings } from '../plane/plane';
import { authoritiesMount, connectionSettings, passwordMount, rdsAuthoritiesMount } from './plane-database';
import type { DatabaseAddress, DatabaseClient, PlaneDatabase } from './plane-database';

interface ExistingDatabaseProps extends DatabaseClient, DatabaseAddress {
  readonly secret: secretsmanager.ISecret;
  readonly securityGroup?: ec2.ISecurityGroup;
  /** PEM. Those of RDS in the region where it is absent. */
  readonly certificateAuthorities?: string;
}

/** An existing PostgreSQL server. */
export class ExistingDatabase extends Construct implements PlaneDatabase {
  readonly settings: PlaneSettings;
  readonly mount: SecretMount;
  readonly files: readonly FileMount[];
  readonly port: number;

  constructor(scope: Construct, id: string, props: ExistingDatabaseProps) {
    super(scope, id);
    this.port = props.port;
    this.mount = passwordMount(props.secret, requireKnownName('secret', props.secret));
    this.files = props.certificateAuthorities === undefined ? rdsAuthoritiesMount(this) : authoritiesMount(props.certificateAuthorities);
    this.settings = connectionSettings(props, this.files);
    props.securityGroup?.connections.allowFrom(props.peer, ec2.Port.tcp(this.port), `gateway control plane ${props.plane}`);
    Topology.of(this).addIntegration(this, 'database', 'PostgreSQL', [this.mount]);
  }
}
