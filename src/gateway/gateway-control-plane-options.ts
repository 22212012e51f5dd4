import type { AdminExposure } from './admin-exposure';
import type { ConfigurationFallback } from './configuration-fallback';
import type { ConfigurationHistory } from './configuration-history';
import type { EksTarget } from './eks-target';
import type { GatewayDatabase } from './gateway-database';
import type { GatewayEngine } from './gateway-engine';
import type { Trust } from './trust';
import type { TunnelNames } from './tunnel-names';

/** Properties of `GatewayControlPlane`. */
export interface GatewayControlPlaneProps {
  /** Where the plane runs. */
  readonly target: EksTarget;

  /** Gateway of this plane and its data planes. */
  readonly engine: GatewayEngine;

  /** Database for the configuration. */
  readonly database: GatewayDatabase;

  /** How the two ends of a tunnel authenticate each other. */
  readonly trust: Trust;

  /**
   * Networks from which data planes may open tunnels over the internet, in CIDR notation. With `0.0.0.0/0` mutual TLS
   * alone protects the tunnels.
   *
   * @default - the tunnel's load balancers have private addresses
   */
  readonly tunnelCidrs?: string[];

  /**
   * Names of your own for the tunnels. Without them, data planes know the load balancers' host names, and have to be
   * deployed again, on sites by their operators, when a load balancer is replaced.
   *
   * @default - the host names of the load balancers
   */
  readonly tunnel?: TunnelNames;

  /**
   * What this control plane leaves for data planes that start while it cannot be reached; they take it with
   * `configurationCache: ConfigurationCache.s3Fallback()`.
   *
   * @default - nothing
   */
  readonly configurationFallback?: ConfigurationFallback;

  /**
   * How much of the configuration's history is kept, and the key that encrypts secrets in it. With
   * `GatewayEngine.packaged()` only: Kong keeps no history.
   *
   * @default - 10,000 revisions, and a key of the stack's own
   */
  readonly history?: ConfigurationHistory;

  /**
   * How administrators reach the Admin API. Pods of the namespace with the label `hybridge/admin-client: "true"` and
   * `kubectl port-forward` always reach it.
   *
   * @default - AdminExposure.clusterIp()
   */
  readonly adminExposure?: AdminExposure;

  /**
   * Number of nodes.
   *
   * @default 2
   */
  readonly replicas?: number;

  /**
   * Additional settings of the nodes, such as `KONG_LOG_LEVEL`. No secrets.
   *
   * @default - none
   */
  readonly settings?: { [name: string]: string };
}
