import { X509Certificate } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import type { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { atPlace, KNOWN_LATER, shown } from '../../private/input/place';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** An authority whose certificates `RolesAnywhere` trusts. */
export class CertificateAuthority {
  /**
   * An authority by its certificate, or several: that of a cluster is in the Secret `<cluster>-ca` in the namespace
   * `eksa-system` of its management cluster, key `tls.crt`.
   *
   * @param pem one or two certificates (two during a rotation), without keys
   * @throws Error when the text contains no certificate of an authority, too many, or a private key
   */
  public static fromPem(pem: string): CertificateAuthority {
    const certificates = atPlace('CertificateAuthority.fromPem', () => authorities(pem));
    return new CertificateAuthority({
      sourceType: 'CERTIFICATE_BUNDLE',
      sourceData: { x509CertificateData: `${certificates.join('\n')}\n` },
    });
  }

  /**
   * A private authority of AWS (ACM PCA), in the same region.
   *
   * @param arn of the authority
   * @throws Error when the text is not such an ARN
   */
  public static fromPrivateCa(arn: string): CertificateAuthority {
    if (!Token.isUnresolved(arn) && !/^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]+$/.test(arn)) {
      throw new Error(
        `CertificateAuthority.fromPrivateCa: arn: got ${shown(arn)}, expected the ARN of an authority of ACM PCA, `
          + 'arn:aws:acm-pca:<region>:<account>:certificate-authority/<id>',
      );
    }
    return new CertificateAuthority({ sourceType: 'AWS_ACM_PCA', sourceData: { acmPcaArn: arn } });
  }

  private constructor(
    /**
     * Source of the trust anchor.
     * @internal
     */
    public readonly _source: CfnTrustAnchor.SourceProperty,
  ) {}
}

/** The certificates in a text, each of an authority. */
function authorities(pem: string): readonly string[] {
  if (Token.isUnresolved(pem)) throw new Error(`pem: got ${KNOWN_LATER}, expected the text of a certificate`);
  if (pem.includes('PRIVATE KEY')) {
    throw new Error('pem: got a private key, expected certificates only: synthesized files must not contain secrets');
  }
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || certificates.length > 2) {
    throw new Error(`pem: got ${certificates.length} certificates, expected one or two (-----BEGIN CERTIFICATE----- ...)`);
  }
  certificates.forEach(requireAuthority);
  return certificates;
}

function requireAuthority(pem: string, index: number): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new Error(`pem: cannot read certificate ${index + 1}, expected X.509 in PEM`);
  }
  if (!certificate.ca) {
    throw new Error(
      `pem: got ${certificate.subject.replace(/\n/g, ', ')} as certificate ${index + 1}, which is not that of an authority, expected `
        + 'the certificate that signed it',
    );
  }
}
