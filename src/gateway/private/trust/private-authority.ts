import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as acmpca from 'aws-cdk-lib/aws-acmpca';
import { Construct } from 'constructs';

interface PrivateAuthorityProps {
  /** Name of the control plane. */
  readonly plane: string;
  /** Certificates of at most seven days, at an eighth of the price. */
  readonly isShortLived: boolean;
  readonly removalPolicy: RemovalPolicy;
}

const YEARS = 10;
const SIGNING = 'SHA384WITHECDSA';

/** A root authority of AWS Private CA for the tunnels of one control plane, active once it is made. */
export class PrivateAuthority extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { plane, isShortLived, removalPolicy }: PrivateAuthorityProps) {
    super(scope, id);
    const authority = new acmpca.CfnCertificateAuthority(this, 'Resource', {
      type: 'ROOT',
      keyAlgorithm: 'EC_secp384r1',
      signingAlgorithm: SIGNING,
      usageMode: isShortLived ? 'SHORT_LIVED_CERTIFICATE' : 'GENERAL_PURPOSE',
      subject: { commonName: `${plane} tunnels` },
    });
    authority.applyRemovalPolicy(removalPolicy);
    const own = new acmpca.CfnCertificate(this, 'Certificate', {
      certificateAuthorityArn: authority.attrArn,
      certificateSigningRequest: authority.attrCertificateSigningRequest,
      signingAlgorithm: SIGNING,
      templateArn: `arn:${Stack.of(this).partition}:acm-pca:::template/RootCACertificate/V1`,
      validity: { type: 'YEARS', value: YEARS },
    });
    new acmpca.CfnCertificateAuthorityActivation(this, 'Activation', {
      certificateAuthorityArn: authority.attrArn, certificate: own.attrCertificate, status: 'ACTIVE',
    });
    this.arn = authority.attrArn;
  }
}
