import { CustomResource } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PATHS, SHARED_TUNNEL_SERVER_NAME } from '../contract';
import { CustomResourceFunction } from '../lambda-function';
import { secretName } from './handoff-names';
import type { SecretMount } from './plane';
import type { TunnelIdentity } from './plane-settings';
import { Topology } from './topology';

export interface TunnelCertificateProps {
  /** Name of the control plane. */
  readonly plane: string;
  readonly validDays: number;
  readonly removalPolicy: RemovalPolicy;
}

/** The certificate that both ends of a tunnel share: a secret, and the custom resource that fills it. */
export class TunnelCertificate extends Construct {
  readonly identity: TunnelIdentity = { mode: 'shared' };
  readonly mount: SecretMount;
  readonly secret: secretsmanager.ISecret;
  /** SHA-256 of the certificate; changes with it. */
  readonly fingerprint: string;

  constructor(scope: Construct, id: string, props: TunnelCertificateProps) {
    super(scope, id);
    const name = secretName(this, props.plane, 'tunnel');
    this.secret = new secretsmanager.Secret(this, 'Secret', {
      secretName: name,
      description: `Tunnel certificate of the gateway control plane ${props.plane}`,
      // Never used: the function below replaces it before anybody reads.
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'replaced' },
      removalPolicy: props.removalPolicy,
    });
    const maker = new CustomResourceFunction(this, 'Maker', 'tunnel-certificate', [
      new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], resources: [this.secret.secretArn] }),
    ]);
    const certificate = new CustomResource(this, 'Certificate', {
      resourceType: 'Custom::HybridgeTunnelCertificate',
      serviceToken: maker.serviceToken,
      properties: { SecretArn: this.secret.secretArn, CommonName: SHARED_TUNNEL_SERVER_NAME, ValidDays: String(props.validDays) },
    });
    this.fingerprint = certificate.getAttString('Fingerprint');
    this.mount = {
      name: 'tunnel',
      path: PATHS.clusterCertificate,
      secret: this.secret,
      secretName: name,
      secretType: 'kubernetes.io/tls',
      files: [{ file: 'tls.crt', property: 'certificate' }, { file: 'tls.key', property: 'privateKey' }],
    };
    Topology.of(this).addIntegration(this, 'trust', 'shared certificate', [this.mount]);
  }
}
