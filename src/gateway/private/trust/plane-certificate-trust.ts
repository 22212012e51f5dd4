import type { Construct } from 'constructs';
import { PATHS } from '../../../private/contract';
import type { PlaneCertificate } from '../plane/plane';
import { authorityTrust } from './authority-trust';
import type { RevocationList } from './revocation-list';
import type { TunnelTrust } from './tunnel-trust';

interface PlaneCertificateTrustProps {
  readonly owner: Construct;
  /** Name of the control plane. */
  readonly controlPlane: string;
  /** Names of the user's that data planes connect to, if there are any. */
  readonly hostnames: readonly string[];
  readonly issuer: Pick<PlaneCertificate, 'issuer' | 'authority'>;
  readonly durationHours: number;
  readonly renewBeforeHours: number;
  readonly revoked: RevocationList;
}

/** What a common name may hold (RFC 5280, ub-common-name). */
const LONGEST_COMMON_NAME = 64;

/**
 * Certificates that cert-manager makes where the planes run. `.internal` is reserved for private use: no public name
 * can equal one of these.
 */
export function planeCertificateTrust({
  owner,
  controlPlane,
  hostnames,
  issuer,
  durationHours,
  renewBeforeHours,
  revoked,
}: PlaneCertificateTrustProps): TunnelTrust {
  const commonName = (plane: string) => requireLength(plane, `${plane}.${controlPlane}.hybridge.internal`);
  return authorityTrust({
    controlPlane,
    owner,
    authority: `${PATHS.clusterCertificate}/ca.crt`,
    serverName: commonName(controlPlane),
    commonName,
    revoked,
    certificateOf: (plane, role) => ({
      secrets: [],
      certificates: [{
        name: 'tunnel',
        path: PATHS.clusterCertificate,
        commonName: commonName(plane),
        dnsNames: [commonName(plane), ...role === 'control_plane' ? hostnames : []],
        // A stolen data plane certificate cannot impersonate the control plane.
        usages: [role === 'control_plane' ? 'server auth' : 'client auth'],
        durationHours,
        renewBeforeHours,
        ...issuer,
      }],
    }),
  });
}

function requireLength(plane: string, name: string): string {
  if (name.length <= LONGEST_COMMON_NAME) return name;
  throw new Error(
    `id: the certificate of plane ${plane} would be for ${name}, ${name.length} characters, expected at most `
      + `${LONGEST_COMMON_NAME}: choose shorter ids for it or its control plane`,
  );
}
