import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requireServerName } from '../../../private/network/tunnel-endpoint';
import { requireKnownName, requireSamePlace } from '../../../private/secrets/existing-secret';
import type { SecretMount } from '../../../private/secrets/mount';
import { Topology } from '../../../private/topology/topology';
import { authoritySetting } from './authority-text';
import { authorityTrust } from './authority-trust';
import type { RevocationList } from './revocation-list';
import { sharedMount, sharedTrust } from './shared-trust';
import type { SharedProperties } from './shared-trust';
import type { TunnelTrust } from './tunnel-trust';

interface ExistingAuthorityProps {
  readonly authority: string;
  readonly serverName?: string;
  /** Names of the user's that data planes connect to, if there are any. */
  readonly hostnames: readonly string[];
  readonly controlPlane?: ISecret;
  readonly dataPlanes: Readonly<Record<string, ISecret>>;
  readonly properties: SharedProperties;
  readonly revoked: RevocationList;
}

/** One certificate in an existing secret. */
export class ExistingSharedTrust extends Construct {
  readonly trust: TunnelTrust;

  constructor(scope: Construct, id: string, secret: ISecret, properties: SharedProperties) {
    super(scope, id);
    const mount = mountOf('secret', secret, properties);
    this.trust = sharedTrust(this, mount);
    Topology.of(this).addIntegration(this, 'trust', 'shared certificate', [mount]);
  }
}

/** One certificate per plane, in existing secrets. */
export class ExistingAuthorityTrust extends Construct {
  readonly trust: TunnelTrust;

  constructor(
    scope: Construct,
    id: string,
    plane: string,
    { authority, serverName, hostnames, controlPlane, dataPlanes, properties, revoked }: ExistingAuthorityProps,
  ) {
    super(scope, id);
    requireServerName('serverName', serverName);
    const own = controlPlane && mountOf('controlPlane', controlPlane, properties);
    const mounts = new Map(
      Object.entries(dataPlanes).map(([name, secret]) => [name, mountOf(`dataPlanes[${JSON.stringify(name)}]`, secret, properties)]),
    );
    this.trust = authorityTrust({
      controlPlane: plane,
      owner: this,
      authority: authoritySetting('authority', authority),
      serverName,
      revoked,
      certificateOf: (name, role) => {
        if (role === 'data_plane') {
          const mount = found(`dataPlanes[${JSON.stringify(name)}]`, mounts.get(name), `of the data plane ${name}`);
          return { secrets: [mount], certificates: [] };
        }
        if (serverName === undefined && hostnames.length === 0) {
          throw new Error(
            'serverName: got none, expected the name in the certificate of the control plane: the load balancers that data '
              + 'planes connect to have names of their own: give it, or give the control plane names of yours (tunnel)',
          );
        }
        return { secrets: [found('controlPlane', own, `of the control plane ${name}`)], certificates: [] };
      },
    });
    Topology.of(this).addIntegration(this, 'trust', 'certificates of an authority', [...(own ? [own] : []), ...mounts.values()]);
  }
}

function found(property: string, mount: SecretMount | undefined, whose: string): SecretMount {
  if (mount) return mount;
  throw new Error(`${property}: got none, expected the secret with certificate and key ${whose}`);
}

function mountOf(property: string, secret: ISecret, properties: SharedProperties): SecretMount {
  requireSamePlace(property, secret);
  return { ...sharedMount(properties), secret, secretName: requireKnownName(property, secret) };
}
