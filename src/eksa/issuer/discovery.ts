/** Where the issuer of a cluster's tokens is found in S3, and what it says about itself (OpenID Connect Discovery 1.0). */

export const DISCOVERY_PATH = '.well-known/openid-configuration';
export const KEYS_FILE = 'keys.json';

const S3_ISSUER = /^https:\/\/s3\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/;

interface IssuerBucket {
  readonly region: string;
  readonly bucketName: string;
}

/** Path style, so that names with any characters are covered by the certificate of S3. */
export function issuerUrl(region: string, bucketName: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${bucketName}`;
}

/** The bucket behind an issuer's URL; undefined when it is not one of ours. */
export function issuerBucket(url: string): IssuerBucket | undefined {
  const match = S3_ISSUER.exec(url);
  return match ? { region: match[1], bucketName: match[2] } : undefined;
}

export function discoveryDocument(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer}/${KEYS_FILE}`,
    authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['sub', 'iss'],
  };
}
