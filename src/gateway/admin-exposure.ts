import { Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { GatewayIdentity } from '../identity/gateway-identity';
import { requireSeconds } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireCidrs } from '../private/network/cidr-text';
import { requireHostname } from '../private/network/host-name';
import { requireZone } from '../private/network/host-record';
import { requireCertificateFor } from './private/load-balancers/certificate-names';

/** Options of `AdminExposure.internalLoadBalancer()`. */
export interface AdminLoadBalancerOptions {
  /**
   * Host name of the load balancer for administrators' browsers, such as `admin.acme.example`, at most 120 characters.
   * The load balancer rejects requests for other names.
   */
  readonly hostname: string;

  /** Certificate for that name, in the region of the plane. */
  readonly certificate: acm.ICertificate;

  /**
   * User pool for the login: **every user in it is an administrator of the gateway**. Use a separate
   * `CognitoIdentity` for administrators, in the account and region of the plane; the pool of a data plane's consumers
   * is refused.
   */
  readonly identity: GatewayIdentity;

  /** Networks of the administrators, in CIDR notation: the company's, its VPN or the VPC. Public networks are refused. */
  readonly cidrs: string[];

  /**
   * Duration of a login, five minutes to seven days. A login cannot be revoked earlier: a user removed from the pool
   * stays an administrator for that time.
   *
   * @default Duration.hours(8)
   */
  readonly sessionDuration?: Duration;

  /**
   * Hosted zone for a record with the name. It may be private.
   *
   * @default - no record: point the name to `adminLoadBalancer` yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Bucket for access logs, in the plane's region. An imported bucket must allow
   * `logdelivery.elasticloadbalancing.amazonaws.com` to write.
   *
   * @default - a new bucket, which keeps logs for a year and stays when the stack is deleted
   */
  readonly accessLogs?: s3.IBucket;

  /**
   * Whether AWS refuses to delete the load balancer. Set it to false before you delete the stack.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** How administrators reach the Admin API of a control plane. No option makes it public. */
export class AdminExposure {
  /**
   * Only from inside the cluster: pods of the plane's namespace with the label `hybridge/admin-client: "true"`, and
   * `kubectl port-forward`.
   */
  public static clusterIp(): AdminExposure {
    return new AdminExposure();
  }

  /**
   * An Application Load Balancer with private addresses, in addition to what `clusterIp` provides: TLS 1.3
   * only, from the given networks only, after a login with Cognito only, with access logs. It accepts writes from pages
   * of its own host name only, so that another site cannot use a login.
   *
   * Browsers log in; programs cannot: decK and pipelines use `kubectl port-forward` (`grants.adminAccess`), or run in
   * the cluster (`addDeclarativeConfig`). The load balancer reaches Cognito over the internet, so its subnets need a
   * route there: private subnets with a NAT gateway.
   *
   * @throws Error that names the property, for a public network, an invalid name, or a missing certificate
   */
  public static internalLoadBalancer(options: AdminLoadBalancerOptions): AdminExposure {
    atPlace('AdminExposure.internalLoadBalancer', () => requireOptions(options));
    return new AdminExposure(options);
  }

  private constructor(
    /**
     * Absent: no load balancer.
     *
     * @internal
     */
    public readonly _loadBalancer?: AdminLoadBalancerOptions,
  ) {}
}

/** A rule compares at most 128 characters; one compares `https://` and the name. */
const LONGEST_HOSTNAME = 120;

function requireOptions({ hostname, certificate, identity, cidrs, sessionDuration, hostedZone }: AdminLoadBalancerOptions) {
  requireHostname('hostname', hostname, 'admin.acme.example');
  if (!Token.isUnresolved(hostname) && hostname.length > LONGEST_HOSTNAME) {
    throw new Error(
      `hostname: got ${JSON.stringify(hostname)}, ${hostname.length} characters, expected at most `
        + `${LONGEST_HOSTNAME}, because load balancer rules compare only that many: choose a shorter name`,
    );
  }
  // Programs in Python and JavaScript may leave them out.
  if (!certificate) {
    throw new Error(`certificate: got ${certificate}, expected one of ACM for ${hostname}: the load balancer speaks TLS only`);
  }
  requireCertificateFor('certificate', certificate, hostname);
  if (!identity) throw new Error(`identity: got ${identity}, expected a CognitoIdentity of administrators: the Admin API needs a login`);
  requireCidrs('cidrs', cidrs);
  cidrs.forEach((cidr, at) => refuseEverybody(`cidrs[${at}]`, cidr));
  if (sessionDuration) {
    requireSeconds('sessionDuration', sessionDuration, { min: 300, max: 604_800, expected: 'five minutes to seven days' });
  }
  if (hostedZone) requireZone('hostedZone', hostedZone, hostname);
}

/** The widest private network is a /8; a wider one contains public addresses. */
function refuseEverybody(property: string, cidr: string) {
  if (Token.isUnresolved(cidr) || Number(cidr.split('/')[1]) >= 8) return;
  throw new Error(
    `${property}: got ${cidr}, which contains public addresses, expected the networks of the administrators, /8 or `
      + 'smaller, such as 10.20.0.0/16: the Admin API is never public',
  );
}
