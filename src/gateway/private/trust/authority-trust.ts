import type { Construct } from 'constructs';
import { ENV, PATHS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneCertificate, PlaneSettings } from '../plane/plane';
import { RevocationList } from './revocation-list';
import type { PlaneTrust, TunnelTrust } from './tunnel-trust';

/** Where a plane's own certificate comes from. */
interface CertificateOfPlane {
  readonly secrets: readonly SecretMount[];
  readonly certificates: readonly PlaneCertificate[];
}

interface AuthorityTrustProps {
  /** Name of the control plane. */
  readonly controlPlane: string;
  /** What has to be there before the nodes start. */
  readonly owner: Construct;
  /** `KONG_CLUSTER_CA_CERT`. */
  readonly authority: string;
  /** Name in the control plane's certificate. Absent: data planes expect the host that they connect to. */
  readonly serverName?: string;
  /** @throws Error when the plane has none */
  readonly certificateOf: (plane: string, role: 'control_plane' | 'data_plane') => CertificateOfPlane;
  /** Common name of a plane's certificate. Absent: it is not known here. */
  readonly commonName?: (plane: string) => string;
  readonly revoked: RevocationList;
}

/** Certificates of one authority: each plane has its own. */
export function authorityTrust(props: AuthorityTrustProps): TunnelTrust {
  const { controlPlane, serverName, commonName, revoked } = props;
  return {
    mode: 'pki',
    forControlPlane: (gateway) => {
      const isOurs = gateway !== 'kong';
      // Names that we give tell our planes from other holders of certificates of the authority; Kong's community
      // edition does not look at them.
      const mode = commonName && isOurs ? 'pki_check_cn' : 'pki';
      const own: PlaneSettings = isOurs ? { [ENV.clusterRevokedFile]: RevocationList.PATH } : {};
      return planeTrust(props, controlPlane, 'control_plane', { [ENV.clusterMtls]: mode, ...own }, isOurs ? [revoked.mount] : []);
    },
    forDataPlane: (plane) => planeTrust(props, plane, 'data_plane', {
      [ENV.clusterMtls]: 'pki',
      ...serverName !== undefined && { [ENV.clusterServerName]: serverName, [ENV.clusterTelemetryServerName]: serverName },
    }, []),
    revoke: (plane) => {
      if (!commonName) {
        throw new Error(
          `revoke: the common name in the certificate of ${plane} is not known here, expected its serial number: call `
            + 'revokeSerialNumber() of the Trust',
        );
      }
      revoked.add(commonName(plane));
    },
  };
}

function planeTrust(
  { owner, authority, certificateOf }: AuthorityTrustProps,
  plane: string,
  role: 'control_plane' | 'data_plane',
  settings: PlaneSettings,
  files: PlaneTrust['files'],
): PlaneTrust {
  return {
    ...certificateOf(plane, role),
    settings: {
      ...settings,
      [ENV.clusterCert]: `${PATHS.clusterCertificate}/tls.crt`,
      [ENV.clusterCertKey]: `${PATHS.clusterCertificate}/tls.key`,
      [ENV.clusterCaCert]: authority,
    },
    files,
    prerequisites: [owner],
  };
}
