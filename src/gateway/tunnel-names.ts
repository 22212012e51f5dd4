import type * as route53 from 'aws-cdk-lib/aws-route53';

/**
 * Names of your own for the tunnels of a control plane. Every data plane connects to them, so that another load balancer
 * behind a name changes nothing on sites and in other regions.
 */
export interface TunnelNames {
  /** Host name for configuration, port 8005, such as `tunnel.gateways.acme.example`. */
  readonly hostname: string;

  /**
   * Host name for telemetry, port 8006. It has a load balancer of its own.
   *
   * @default - `telemetry.` in front of `hostname`
   */
  readonly telemetryHostname?: string;

  /**
   * Hosted zone for both records. Public, or private and associated with every network that data planes are in; data
   * planes elsewhere must resolve it, too.
   *
   * @default - no records: outputs of the stack show what the names have to point to. Make the records while the first
   * deployment waits, because data planes need them
   */
  readonly hostedZone?: route53.IHostedZone;
}
