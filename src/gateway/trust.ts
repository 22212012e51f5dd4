import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { TunnelCertificate } from '../private/gateway/tunnel-certificate';

/** Options of `Trust.generated()`. */
export interface GeneratedTrustOptions {
  /**
   * How long the certificate is good for, in days, 1 to 3650.
   *
   * @default 1095
   */
  readonly validDays?: number;

  /**
   * What becomes of the secret when the stack or the control plane is removed. A certificate can be made again; a key that nobody needs should not lie around.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * How the two ends of a tunnel know each other. One object serves the control plane and all its data planes.
 */
export class Trust {
  /**
   * One certificate that every plane shows and expects (`KONG_CLUSTER_MTLS=shared`).
   *
   * A Lambda function makes it (EC P-384, self-signed, CN=kong_clustering) and writes it to Secrets Manager; neither template nor response holds
   * anything of the key. It is made once: updates keep a certificate that serves.
   */
  public static generated(options: GeneratedTrustOptions = {}): Trust {
    const { validDays = 1095, removalPolicy = RemovalPolicy.DESTROY } = options;
    if (!Number.isInteger(validDays) || validDays < 1 || validDays > 3650) {
      throw new Error(`validDays: got ${validDays}, expected a whole number of days, 1 to 3650`);
    }
    return new Trust((scope, plane) => new TunnelCertificate(scope, 'Tunnel', { plane, validDays, removalPolicy }));
  }

  /**
   * Makes what the planes need, below the control plane.
   *
   * @internal
   */
  public readonly _bind: (scope: Construct, plane: string) => TunnelCertificate;

  private constructor(bind: (scope: Construct, plane: string) => TunnelCertificate) {
    this._bind = bind;
  }
}
