import { CfnOutput, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { atPlace } from '../private/input/place';
import { Topology } from '../private/topology/topology';
import { ExistingAuthorityTrust, ExistingSharedTrust } from './private/trust/existing-trust';
import { issuerReference } from './private/trust/issuer-reference';
import { planeCertificateHours } from './private/trust/plane-certificate-hours';
import { planeCertificateTrust } from './private/trust/plane-certificate-trust';
import { PrivateAuthority } from './private/trust/private-authority';
import { RevocationList } from './private/trust/revocation-list';
import { secretProperties } from './private/trust/secret-properties';
import { TunnelCertificate } from './private/trust/tunnel-certificate';
import { tunnelCertificateDays } from './private/trust/tunnel-certificate-days';
import type { TunnelTrust } from './private/trust/tunnel-trust';
import type {
  CertManagerTrustOptions,
  ExistingPkiTrustOptions,
  ExistingTrustOptions,
  GeneratedTrustOptions,
  PrivateCaTrustOptions,
} from './trust-options';

type Bind = (scope: Construct, plane: string, serials: ReadonlySet<string>, hostnames: readonly string[]) => TunnelTrust;

/**
 * How the two ends of a tunnel authenticate each other. One object serves the control plane and all its data planes.
 * docs/trust.md helps to choose one.
 */
export class Trust {
  /**
   * One certificate that every plane shows and expects (`KONG_CLUSTER_MTLS=shared`).
   *
   * A Lambda function makes it (EC P-384, self-signed, CN=kong_clustering) and writes it to Secrets Manager; neither
   * template nor response contains any part of the key. Stack updates keep the certificate; with `rotateEvery` Secrets
   * Manager rotates it on a schedule.
   *
   * @throws Error that names the property
   *
   * @example
   * const trust = Trust.generated({ rotateEvery: Duration.days(90) });
   */
  public static generated(options: GeneratedTrustOptions = {}): Trust {
    return atPlace('Trust.generated', () => {
      const { rotateEvery, removalPolicy = RemovalPolicy.DESTROY } = options;
      const { validDays, rotationDays } = tunnelCertificateDays({ validDays: options.validDays, rotateEvery });
      const properties = { validDays, rotationDays, removalPolicy };
      return new Trust((scope, plane) => new TunnelCertificate(scope, 'Tunnel', { plane, ...properties }).trust, true);
    });
  }

  /**
   * One certificate that every plane shows and expects (`KONG_CLUSTER_MTLS=shared`), in an existing secret.
   *
   * @param secret a JSON document with certificate and key, in account and region of the stack that imports it; its
   * name must be known at synth
   * @throws Error that names the property
   *
   * @example
   * const trust = Trust.existing(Secret.fromSecretNameV2(stack, 'TunnelCertificate', 'gateways/tunnel'));
   */
  public static existing(secret: ISecret, options: ExistingTrustOptions = {}): Trust {
    return atPlace('Trust.existing', () => {
      const properties = secretProperties(options);
      return new Trust((scope) => new ExistingSharedTrust(scope, 'Tunnel', secret, properties).trust);
    });
  }

  /**
   * One certificate per plane, from one authority (`KONG_CLUSTER_MTLS=pki`), in existing secrets that you rotate. For
   * every target.
   *
   * @throws Error that names the property
   *
   * @example
   * const trust = Trust.existingPki({
   *   authority: readFileSync('authority.pem', 'utf8'),
   *   serverName: 'tunnel.acme.example',
   *   controlPlane: Secret.fromSecretNameV2(stack, 'ControlPlaneCertificate', 'gateways/control-plane'),
   *   dataPlanes: { factory: Secret.fromSecretNameV2(stack, 'FactoryCertificate', 'gateways/factory') },
   * });
   */
  public static existingPki(options: ExistingPkiTrustOptions): Trust {
    return atPlace('Trust.existingPki', () => {
      const properties = secretProperties(options);
      return new Trust((scope, plane, serials, hostnames) => {
        const { authority, serverName, controlPlane, dataPlanes } = options;
        return new ExistingAuthorityTrust(scope, 'Tunnel', plane, {
          authority,
          serverName,
          hostnames,
          controlPlane,
          dataPlanes,
          properties,
          revoked: new RevocationList(serials),
        }).trust;
      });
    });
  }

  /**
   * One certificate per plane (`KONG_CLUSTER_MTLS=pki`, EC P-384) that cert-manager issues and renews in the
   * plane's cluster. The key never leaves the cluster.
   *
   * The clusters need cert-manager and the issuer. The control plane accepts certificates of the authority with
   * common names `<any name>.<control plane>.hybridge.internal`, and no others. EKS and EKS Anywhere only.
   *
   * @throws Error that names the property
   *
   * @example
   * const trust = Trust.certManager({ issuerName: 'gateways' });
   */
  public static certManager(options: CertManagerTrustOptions): Trust {
    return atPlace('Trust.certManager', () => {
      const issuer = issuerReference(options);
      const hours = planeCertificateHours(options, { validity: 90 * 24, max: 3650 * 24 });
      return new Trust((scope, plane, serials, hostnames) => {
        const owner = new Construct(scope, 'Tunnel');
        Topology.of(owner).addIntegration(owner, 'trust', `certificates of cert-manager (${issuer.name})`, []);
        return planeCertificateTrust({
          owner,
          controlPlane: plane,
          hostnames,
          issuer: { issuer },
          ...hours,
          revoked: new RevocationList(serials),
        });
      });
    });
  }

  /**
   * One certificate per plane (`KONG_CLUSTER_MTLS=pki`, EC P-384), signed by an authority of AWS Private CA and
   * renewed by cert-manager. The key never leaves the cluster.
   *
   * The clusters need cert-manager and the AWS Private CA Connector for Kubernetes (on EKS the add-ons `cert-manager`
   * and `aws-privateca-connector-for-kubernetes`; the latter gets a role here). Each plane creates an issuer and the
   * certificate. EKS and EKS Anywhere only. On a site the connector needs AWS credentials, and the authority's ARN must
   * be known at synth unless a `Handoff` delivers the site's files. A new authority costs about 50 USD a month, see
   * `shortLived`.
   *
   * @throws Error that names the property
   *
   * @example
   * const trust = Trust.privateCa();
   */
  public static privateCa(options: PrivateCaTrustOptions = {}): Trust {
    return atPlace('Trust.privateCa', () => {
      const { authority, shortLived, removalPolicy = RemovalPolicy.DESTROY } = options;
      const isShortLived = shortLived ?? !authority;
      if (authority && options.removalPolicy !== undefined) {
        throw new Error('removalPolicy: applies only to an authority created here; remove it, or remove authority');
      }
      const hours = planeCertificateHours(
        options,
        isShortLived ? { validity: 6 * 24, max: 7 * 24 } : { validity: 90 * 24, max: 3650 * 24 },
      );
      return new Trust((scope, plane, serials, hostnames) => {
        const owner = new Construct(scope, 'Tunnel');
        const arn =
          authority?.certificateAuthorityArn ?? new PrivateAuthority(owner, 'Authority', { plane, isShortLived, removalPolicy }).arn;
        if (!authority) new CfnOutput(owner, 'AuthorityArn', { value: arn, description: `Authority of the tunnels of ${plane}` });
        const region = Token.isUnresolved(arn) ? Stack.of(owner).region : arn.split(':')[3];
        Topology.of(owner).addIntegration(owner, 'trust', 'AWS Private CA', []);
        return planeCertificateTrust({
          owner,
          controlPlane: plane,
          hostnames,
          issuer: { authority: { arn, region, ready: owner } },
          ...hours,
          revoked: new RevocationList(serials),
        });
      });
    });
  }

  /** @internal */
  public readonly _serialNumbers = new Set<string>();

  private readonly bind: Bind;

  /**
   * Whether the certificate is created in this app.
   *
   * @internal
   */
  public readonly _isGenerated: boolean;

  private constructor(bind: Bind, isGenerated = false) {
    this.bind = bind;
    this._isGenerated = isGenerated;
  }

  /**
   * Revokes one certificate, for example after its key was stolen. Within two minutes of the deployment, control
   * planes close its tunnels and reject new ones. They accept the plane's next certificate; `GatewayDataPlane.revoke()`
   * locks out a whole plane.
   *
   * @param serialNumber hexadecimal, as `openssl x509 -noout -serial` prints it, with or without colons
   * @throws Error for an invalid serial number
   */
  public revokeSerialNumber(serialNumber: string): void {
    const digits = serialNumber.replace(/:/g, '').replace(/^0+(?=.)/, '').toUpperCase();
    if (!/^[0-9A-F]{1,40}$/.test(digits)) {
      throw new Error(
        `Trust.revokeSerialNumber: serialNumber: got ${JSON.stringify(serialNumber)}, expected 1 to 40 hexadecimal `
          + 'digits, as openssl x509 -noout -serial prints them',
      );
    }
    this._serialNumbers.add(digits);
  }

  /**
   * Creates what the planes need, as children of the control plane.
   *
   * @param hostnames names of the user's that data planes connect to, if there are any
   * @internal
   */
  public _bind(scope: Construct, plane: string, hostnames: readonly string[] = []): TunnelTrust {
    const trust = this.bind(scope, plane, this._serialNumbers, hostnames);
    scope.node.addValidation({
      validate: () =>
        trust.mode === 'shared' && this._serialNumbers.size > 0
          ? [
            'revokeSerialNumber: all planes have one certificate, so none can be identified: use Trust.privateCa, '
                + 'Trust.certManager or Trust.existingPki',
          ]
          : [],
    });
    return trust;
  }
}
