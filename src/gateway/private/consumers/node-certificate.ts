/** Certificates of consumers' names that end in the nodes: from a secret, or from cert-manager. */
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ENV, PATHS } from '../../../private/contract';
import { requireKnownName, requireSamePlace } from '../../../private/secrets/existing-secret';
import type { PlaneCertificate } from '../plane/plane';
import type { SharedProperties } from '../trust/shared-trust';
import type { ConsumerCertificate } from './consumer-access';

/** Name of the mount, and the end of the names of its objects. */
export const PROXY_TLS = 'proxy-tls';

const FILES = { certificate: 'tls.crt', key: 'tls.key' };

const SETTINGS = {
  [ENV.sslCert]: `${PATHS.proxyCertificate}/${FILES.certificate}`,
  [ENV.sslCertKey]: `${PATHS.proxyCertificate}/${FILES.key}`,
};

/** @throws Error that names the property */
export function secretCertificate(secret: ISecret, properties: SharedProperties, rereadDays: number): ConsumerCertificate {
  requireSamePlace('certificate', secret);
  return {
    settings: SETTINGS,
    secrets: [{
      name: PROXY_TLS,
      path: PATHS.proxyCertificate,
      secret,
      secretName: requireKnownName('certificate', secret),
      secretType: 'kubernetes.io/tls',
      files: [
        { file: FILES.certificate, property: properties.certificate },
        { file: FILES.key, property: properties.privateKey },
      ],
    }],
    certificates: [],
    rereadDays,
  };
}

export function issuedCertificate(
  hostname: string,
  issued: Pick<PlaneCertificate, 'issuer' | 'durationHours' | 'renewBeforeHours'>,
): ConsumerCertificate {
  return {
    settings: SETTINGS,
    secrets: [],
    // No common name: authorities that check names take at most 64 characters there, and clients look at DNS names only.
    certificates: [{ name: PROXY_TLS, path: PATHS.proxyCertificate, dnsNames: [hostname], usages: ['server auth'], ...issued }],
  };
}
