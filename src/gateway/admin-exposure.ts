import { Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { GatewayIdentity } from '../identity/gateway-identity';
import { requireSeconds } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireCidrs } from '../private/network/cidr-text';
import { requireHostname } from '../private/network/host-name';

/** Options of `AdminExposure.internalLoadBalancer()`. */
export interface AdminLoadBalancerOptions {
  /** Name under which administrators' browsers know the load balancer, such as `admin.acme.example`, at most 120 characters. Requests for other names are refused. */
  readonly hostname: string;

  /** Certificate for that name, in the region of the plane. */
  readonly certificate: acm.ICertificate;

  /**
   * Who may log in: **everybody in its user pool is an administrator of the gateway**. So it is one that no data plane has for its consumers: a `CognitoIdentity` for administrators alone, in the account and region of the plane.
   */
  readonly identity: GatewayIdentity;

  /** Networks that administrators come from, in CIDR notation: those of the company, its VPN or the VPC. Not everybody's. */
  readonly cidrs: string[];

  /**
   * How long a login lasts, five minutes to seven days. Nothing ends it before: who is taken out of the user pool stays an administrator that long.
   *
   * @default Duration.hours(8)
   */
  readonly sessionDuration?: Duration;

  /**
   * Zone that gets a record with the name. A private one does.
   *
   * @default - no record is made: let the name lead to `adminLoadBalancer` yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Where the load balancer writes who asked for what, in the plane's region. One that was imported has to let `logdelivery.elasticloadbalancing.amazonaws.com` write.
   *
   * @default - a new bucket that keeps a year, and stays when the stack is removed
   */
  readonly accessLogs?: s3.IBucket;

  /**
   * Whether AWS refuses to delete the load balancer until this is taken back.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** How administrators reach the Admin API of a control plane. There is no way to make it public. */
export class AdminExposure {
  /** Inside the cluster only: pods of the plane's namespace with the label `hybridge/admin-client: "true"`, and `kubectl port-forward`. */
  public static clusterIp(): AdminExposure {
    return new AdminExposure();
  }

  /**
   * An Application Load Balancer with private addresses, besides what `clusterIp` has: TLS 1.3 only, from the given networks only, after a login with Cognito only, with access logs. Writes are taken from pages of its own host name
   * only, so that another site cannot use a login.
   *
   * Browsers log in; programs cannot: decK and pipelines use `kubectl port-forward` (`grants.adminAccess`), or run in the cluster (`addDeclarativeConfig`). The load balancer asks Cognito over the internet, so its subnets need a
   * way there: private ones with a NAT gateway.
   *
   * @throws Error that names the property: everybody as a network, a name that cannot be one, no certificate
   */
  public static internalLoadBalancer(options: AdminLoadBalancerOptions): AdminExposure {
    within('AdminExposure.internalLoadBalancer', () => requireOptions(options));
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

/** Rules compare 128 characters, and one compares the name after `https://`. */
const LONGEST_HOSTNAME = 120;

function requireOptions({ hostname, certificate, identity, cidrs, sessionDuration, hostedZone }: AdminLoadBalancerOptions) {
  requireHostname('hostname', hostname, 'admin.acme.example');
  if (!Token.isUnresolved(hostname) && hostname.length > LONGEST_HOSTNAME) {
    throw new Error(`hostname: got ${JSON.stringify(hostname)}, ${hostname.length} characters, expected at most ${LONGEST_HOSTNAME}, because rules of load balancers compare no more: take a shorter name`);
  }
  // Python and JavaScript let them be left out.
  if (!certificate) throw new Error(`certificate: got ${certificate}, expected one of ACM for ${hostname}: the load balancer speaks TLS only`);
  if (!identity) throw new Error(`identity: got ${identity}, expected a CognitoIdentity of administrators: nobody reaches the Admin API without a login`);
  requireCidrs('cidrs', cidrs);
  cidrs.forEach((cidr, at) => refuseEverybody(`cidrs[${at}]`, cidr));
  if (sessionDuration) requireSeconds('sessionDuration', sessionDuration, { least: 300, most: 604_800, expected: 'five minutes to seven days' });
  if (hostedZone) requireZone(hostedZone, hostname);
}

/** The widest private network has eight bits; what is wider holds strangers. */
function refuseEverybody(property: string, cidr: string) {
  if (Token.isUnresolved(cidr) || Number(cidr.split('/')[1]) >= 8) return;
  throw new Error(`${property}: got ${cidr}, which holds networks of strangers, expected those that administrators come from, /8 or smaller, such as 10.20.0.0/16: the Admin API is never public`);
}

function requireZone({ zoneName }: route53.IHostedZone, hostname: string) {
  if (Token.isUnresolved(zoneName) || Token.isUnresolved(hostname) || hostname === zoneName || hostname.endsWith(`.${zoneName}`)) return;
  throw new Error(`hostedZone: got ${zoneName}, which ${hostname} is not in, expected a zone that the name ends with`);
}
