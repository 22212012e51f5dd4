import { X509Certificate } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import type { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Who signs the certificates that `RolesAnywhere` trusts. */
export class CertificateAuthority {
  /**
   * An authority by its certificate, or several: that of a cluster is in the Secret `<cluster>-ca` in the namespace
   * `eksa-system` of its management cluster, key `tls.crt`.
   *
   * @param pem one or two certificates (a second one for the time of a change), without keys
   * @throws Error when the text holds no certificate of an authority, too many, or a private key
   */
  public static fromPem(pem: string): CertificateAuthority {
    if (Token.isUnresolved(pem)) {
      throw new Error('CertificateAuthority.fromPem: pem is known only after deployment; expected the text of a certificate');
    }
    if (pem.includes('PRIVATE KEY')) {
      throw new Error(
        'CertificateAuthority.fromPem: pem holds a private key, and what is synthesized must hold no secret; expected certificates only',
      );
    }
    const certificates = pem.match(CERTIFICATE) ?? [];
    if (certificates.length === 0 || certificates.length > 2) {
      throw new Error(
        `CertificateAuthority.fromPem: pem holds ${certificates.length} certificates; expected one or two (-----BEGIN `
          + 'CERTIFICATE----- ...)',
      );
    }
    certificates.forEach(requireAuthority);
    return new CertificateAuthority({
      sourceType: 'CERTIFICATE_BUNDLE',
      sourceData: { x509CertificateData: `${certificates.join('\n')}\n` },
    });
  }

  /**
   * A private authority of AWS (ACM PCA), in the same region.
   *
   * @param arn of the authority
   * @throws Error when the text is no such ARN
   */
  public static fromPrivateCa(arn: string): CertificateAuthority {
    if (!Token.isUnresolved(arn) && !/^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]+$/.test(arn)) {
      throw new Error(
        `CertificateAuthority.fromPrivateCa: arn is '${arn}'; expected the ARN of an authority of ACM PCA, `
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

function requireAuthority(pem: string, index: number): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new Error(`CertificateAuthority.fromPem: certificate ${index + 1} cannot be read; expected X.509 in PEM`);
  }
  if (!certificate.ca) {
    throw new Error(
      `CertificateAuthority.fromPem: certificate ${index + 1} (${certificate.subject.replace(/\n/g, ', ')}) is that `
        + 'of no authority: it may sign nothing; expected the one that signed it',
    );
  }
}
