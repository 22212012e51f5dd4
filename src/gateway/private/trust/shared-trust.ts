import type { Construct } from 'constructs';
import { ENV, PATHS } from '../../../private/contract';
import type { SecretFile, SecretMount } from '../../../private/secrets/mount';
import type { TunnelTrust } from './tunnel-trust';

/** Properties of the secret's JSON document. */
export interface SharedProperties {
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificates that the other end may hold while one takes the place of another. Absent: there is one only. */
  readonly accepted?: string;
}

const ACCEPTED_FILE = 'accepted.crt';

/** The mount of a shared certificate, without the secret that holds it. */
export function sharedMount({ certificate, privateKey, accepted }: SharedProperties): Omit<SecretMount, 'secret' | 'secretName'> {
  const files: SecretFile[] = [{ file: 'tls.crt', property: certificate }, { file: 'tls.key', property: privateKey }];
  if (accepted !== undefined) files.push({ file: ACCEPTED_FILE, property: accepted });
  return { name: 'tunnel', path: PATHS.clusterCertificate, secretType: 'kubernetes.io/tls', files };
}

/**
 * One certificate in one secret: every plane shows it and expects it.
 *
 * @param owner what has to be there before the secret can be read
 * @param rereadDays from one certificate to the next, where they change by schedule
 */
export function sharedTrust(owner: Construct, mount: SecretMount, rereadDays?: number): TunnelTrust {
  const path = (file: string) => `${mount.path}/${file}`;
  const accepts = mount.files.some(({ file }) => file === ACCEPTED_FILE);
  const plane = {
    settings: {
      [ENV.clusterMtls]: 'shared',
      [ENV.clusterCert]: path('tls.crt'),
      [ENV.clusterCertKey]: path('tls.key'),
      ...accepts && { [ENV.clusterAcceptedCerts]: path(ACCEPTED_FILE) },
    },
    secrets: [mount],
    certificates: [],
    files: [],
    prerequisites: [owner],
    ...rereadDays !== undefined && { rereadDays },
  };
  return {
    mode: 'shared',
    ...accepts && { packagedOnly: ONE_ONLY },
    forControlPlane: () => plane,
    forDataPlane: () => plane,
    revoke: (name) => {
      throw new Error(
        `revoke: all planes have one certificate, so that ${name} cannot be identified, expected certificates of an authority:` +
          ' use Trust.privateCa, Trust.certManager or Trust.existingPki',
      );
    },
  };
}

const ONE_ONLY =
  'trust: rotates its shared certificate, which needs nodes that accept several, expected '
    + "GatewayEngine.packaged(), because Kong's compare with their own only:" +
  ' use certificates of an authority (Trust.privateCa, Trust.certManager, Trust.existingPki), or leave rotateEvery out';
