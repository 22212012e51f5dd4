import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { GatewayCache } from '../caching/gateway-cache';
import type { GatewayIdentity } from '../identity/gateway-identity';
import type { GatewayLogs } from '../logging/gateway-logs';
import type { ConfigurationCache } from './configuration-cache';
import type { IGatewayControlPlane } from './gateway-control-plane-interface';
import type { GatewayTarget } from './gateway-target';
import type { PlaneSecret } from './plane-secret';
import type { ProxyCertificate } from './proxy-certificate';
import type { StreamPort } from './stream-port';

/** Options of `GatewayControlPlane.addDataPlane()`. */
export interface GatewayDataPlaneOptions {
  /** Where the plane runs. */
  readonly target: GatewayTarget;

  /**
   * Labels of the plane's nodes in the control plane's list: at most ten, keys and values of 1 to 63 characters.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Identity provider of the consumers. The plane's nodes get issuer, client id, client secret and the session key as
   * files in `/etc/hybridge/identity`. With a `hostname`, the web client gets the plane's callback and logout URLs.
   *
   * @default - none
   */
  readonly identity?: GatewayIdentity;

  /**
   * Destination of the nodes' logs. With an `ingest`, its token is in `/etc/hybridge/logs`, and `logs.pluginConfig()`
   * refers to it. Without one, the plane's role and network get access; that works on EKS and ECS only, because
   * elsewhere nodes have no IAM role.
   *
   * @default - none
   */
  readonly logs?: GatewayLogs;

  /**
   * Cache that the nodes of the plane share with each other and with other planes of the same network. Opens the
   * network path, and mounts the password at `/etc/hybridge/cache`; `cache.redisConfig()` refers to it. For planes on
   * EKS, ECS and Auto Scaling groups in the cache's own VPC only.
   *
   * @default - each node keeps its own counters and cache
   */
  readonly cache?: GatewayCache;

  /**
   * Secrets that declarative files and plugins refer to: `{vault://env/<name>}` for the value under `<name>`,
   * `{vault://env/<name>/<field>}` for a field of a secret that is a JSON document. At most 20; names of lower-case
   * letters, digits and `-`. Each plane has its own: two planes may have different secrets under one name. The value is
   * a file in `/etc/hybridge/secrets/<name>`, or an environment variable on ECS and with Kong's chart.
   *
   * @default - none; `identity`, `logs` and `cache` bring theirs
   */
  readonly secrets?: { [name: string]: PlaneSecret };

  /**
   * What nodes with an empty disk do while they reach no control plane: new tasks and instances, rescheduled pods.
   *
   * @default - they have no configuration, answer 404 and are not ready until a control plane is reached
   */
  readonly configurationCache?: ConfigurationCache;

  /**
   * Host name that consumers use for the plane, such as `apis.acme.example`.
   *
   * @default - none
   */
  readonly hostname?: string;

  /**
   * Certificate for that name. On a load balancer of AWS or in the nodes: docs/certificates-and-names.md has the
   * choices for each target.
   *
   * @default - a self-signed certificate of each node, which no client trusts. Synthesis warns about it
   * (`cdk-hybridge:proxy.self-signed`) unless only the cluster of the plane reaches it
   */
  readonly certificate?: ProxyCertificate;

  /**
   * Hosted zone of Route 53 for a record with `hostname`: an alias of the load balancer on EKS, ECS and EC2, which may
   * be the zone's own name, and the address of `Exposure.kubeVip()` on EKS Anywhere. In the account of the plane; it may
   * be private.
   *
   * @default - no record
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Whether external-dns on the cluster makes the record of `hostname`, in whatever zone it keeps: the Service of the
   * proxy gets its annotation. EKS and EKS Anywhere only; excludes `hostedZone`.
   *
   * @default false
   */
  readonly externalDns?: boolean;

  /**
   * Ports for connections without HTTP, and for datagrams: TCP, TLS, UDP. Opens them on the nodes and on what is in front
   * of them: the Service and its load balancer, network policies, security groups. At most three on ECS. Which upstream a
   * port leads to is configuration: docs/streams.md.
   *
   * @default - HTTP only
   */
  readonly streamPorts?: StreamPort[];

  /**
   * Number of nodes.
   *
   * @default - 2; 1 on Docker
   */
  readonly replicas?: number;

  /**
   * Additional settings of the nodes, such as `KONG_LOG_LEVEL`. No secrets.
   *
   * @default - none
   */
  readonly settings?: { [name: string]: string };
}

/** Properties of `GatewayDataPlane`. */
export interface GatewayDataPlaneProps extends GatewayDataPlaneOptions {
  /** Control plane that configures this plane. */
  readonly controlPlane: IGatewayControlPlane;
}
