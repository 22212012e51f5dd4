import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { atPlace } from '../private/input/place';
import { requireZone, requireZoneOfAccount } from '../private/network/host-record';
import type { ConsumerCertificate } from './private/consumers/consumer-access';
import { requireName } from './private/consumers/consumer-names';
import { issuedCertificate, secretCertificate } from './private/consumers/node-certificate';
import { requireCertificateFor } from './private/load-balancers/certificate-names';
import { requireLoadBalancerRegion } from './private/load-balancers/certificate-region';
import { issuerReference } from './private/trust/issuer-reference';
import { planeCertificateHours } from './private/trust/plane-certificate-hours';
import { secretProperties } from './private/trust/secret-properties';
import { wholeDays } from './private/trust/tunnel-certificate-days';
import type { CertManagerCertificateOptions, SecretCertificateOptions } from './proxy-certificate-options';

const MAX_HOURS = 3650 * 24;

/**
 * Certificate that consumers of a data plane see. Without one they see a self-signed certificate of the node, which no
 * client trusts. docs/certificates-and-names.md helps to choose one.
 */
export class ProxyCertificate {
  /**
   * A certificate of AWS Certificate Manager on the load balancer, which ends the consumers' TLS and opens TLS
   * connections to the nodes. ACM renews it.
   *
   * On EKS a Network Load Balancer with a TLS listener; on ECS and EC2 an Application Load Balancer in place of the
   * Network Load Balancer, which also counts requests. Targets without a load balancer of AWS refuse it.
   *
   * @param certificate in the region of the plane
   *
   * @example
   * const certificate = ProxyCertificate.acm(Certificate.fromCertificateArn(stack, 'Certificate', certificateArn));
   */
  public static acm(certificate: acm.ICertificate): ProxyCertificate {
    return atPlace('ProxyCertificate.acm', () => {
      // Programs in Python and JavaScript may leave it out.
      if (!certificate) throw new Error(`certificate: got ${certificate}, expected one of AWS Certificate Manager`);
      return new ProxyCertificate((scope, hostname) => {
        requireLoadBalancerRegion('certificate', certificate, scope);
        requireCertificateFor('certificate', certificate, hostname);
        return onLoadBalancer(certificate);
      });
    });
  }

  /**
   * As `acm`, with a new certificate for the plane's `hostname`, which ACM validates and renews by a record in a hosted
   * zone. The deployment waits until ACM has issued it.
   *
   * @param hostedZone public hosted zone that contains the name, in the account of the plane
   * @throws Error for a private hosted zone, where ACM sees no records
   *
   * @example
   * const certificate = ProxyCertificate.acmDnsValidated(zone);
   */
  public static acmDnsValidated(hostedZone: route53.IHostedZone): ProxyCertificate {
    return atPlace('ProxyCertificate.acmDnsValidated', () => {
      if (!hostedZone) throw new Error(`hostedZone: got ${hostedZone}, expected the public hosted zone of the name`);
      if (hostedZone instanceof route53.PrivateHostedZone) {
        throw new Error(
          `hostedZone: got the private zone ${hostedZone.zoneName}, expected a public one, because ACM validates names on the `
            + 'internet: give a public zone of the same domain',
        );
      }
      return new ProxyCertificate((scope, hostname) => {
        const domainName = requireName('certificate', hostname);
        requireZone('certificate', hostedZone, domainName);
        requireZoneOfAccount('certificate', hostedZone, scope);
        return onLoadBalancer(new acm.Certificate(scope, 'Certificate', {
          domainName,
          validation: acm.CertificateValidation.fromDns(hostedZone),
        }));
      });
    });
  }

  /**
   * A certificate and its key in AWS Secrets Manager, for the nodes. For every target. Write each renewed
   * certificate to the secret: nodes follow without a restart, and on ECS new tasks replace the old ones.
   *
   * @param secret in the account and region of the stack that makes or imports it, with a name known at synth. Its text
   * is a JSON document with the properties `certificate` (PEM, intermediates after it) and `privateKey` (PEM)
   * @throws Error that names the property
   *
   * @example
   * const certificate = ProxyCertificate.secretsManager(Secret.fromSecretNameV2(stack, 'ProxyCertificate', 'gateways/apis'));
   */
  public static secretsManager(secret: ISecret, options: SecretCertificateOptions = {}): ProxyCertificate {
    return atPlace('ProxyCertificate.secretsManager', () => {
      if (!secret) throw new Error(`secret: got ${secret}, expected a secret of AWS Secrets Manager with certificate and key`);
      const { rereadEvery = Duration.days(7) } = options;
      const properties = secretProperties(options);
      // Tasks are replaced twice within what they are given.
      const rereadDays = 2 * wholeDays('rereadEvery', rereadEvery, 1, 365);
      return new ProxyCertificate(() => secretCertificate(secret, properties, rereadDays));
    });
  }

  /**
   * A certificate for the plane's `hostname`, for the nodes, that cert-manager issues and renews in the plane's cluster.
   * Nodes use the new one without a restart, and the key never leaves the cluster. EKS and EKS Anywhere only; the
   * cluster needs cert-manager and the issuer.
   *
   * @throws Error that names the property
   *
   * @example
   * const certificate = ProxyCertificate.certManager({ issuerName: 'letsencrypt' });
   */
  public static certManager(options: CertManagerCertificateOptions): ProxyCertificate {
    return atPlace('ProxyCertificate.certManager', () => {
      const issuer = issuerReference(options);
      const hours = options.validity || options.renewBefore
        ? planeCertificateHours(options, { validity: 90 * 24, max: MAX_HOURS })
        : {};
      return new ProxyCertificate((_, hostname) => issuedCertificate(requireName('certificate', hostname), { issuer, ...hours }));
    });
  }

  private constructor(
    /**
     * Makes what the plane needs, as children of its construct.
     *
     * @internal
     */
    public readonly _bind: (scope: Construct, hostname: string | undefined) => ConsumerCertificate,
  ) {}
}

function onLoadBalancer(loadBalancer: acm.ICertificate): ConsumerCertificate {
  return { loadBalancer, settings: {}, secrets: [], certificates: [] };
}
