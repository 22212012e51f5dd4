import { PORTS } from '../../../private/contract';
import type { PlaneDescription, StreamAddress } from '../plane/plane';

/** How a Service is reached. */
export type ServiceReach =
  | { readonly kind: 'cluster' }
  | ({ readonly kind: 'node-port'; readonly nodePorts: Readonly<Record<string, number>> } & ClientAddresses)
  | ({ readonly kind: 'site-load-balancer'; readonly addressPool: string } & ClientAddresses)
  | ({ readonly kind: 'site-address'; readonly address: string } & ClientAddresses)
  | NetworkLoadBalancerReach;

interface ClientAddresses {
  /** Whether nodes see the address of the client, and not that of the load balancer or of another machine. */
  readonly preservesClients: boolean;
}

/** The cluster's controller makes a Network Load Balancer. */
export interface NetworkLoadBalancerReach extends ClientAddresses {
  readonly kind: 'network-load-balancer';
  readonly loadBalancerClass: string;
  /** Who may connect from the internet. Absent: the load balancer is internal. */
  readonly sourceCidrs?: readonly string[];
  /** ARN of the certificate that ends TLS in front of the pods. Absent: TCP passes through to them. */
  readonly certificateArn?: string;
}

interface ServicePort {
  readonly name: string;
  readonly port: number;
  /** Name of the container's port. */
  readonly targetPort: string;
  /** Absent: TCP. */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Of the Service and its load balancer. */
export const CONSUMER_TLS_PORT = 443;

/** What consumers call. */
const PROXY_PORTS: readonly ServicePort[] = [
  { name: 'proxy', port: 80, targetPort: 'proxy' },
  { name: 'proxy-tls', port: CONSUMER_TLS_PORT, targetPort: 'proxy-tls' },
];

/** What consumers of a data plane call, streams included. */
export function proxyPorts({ streams = [] }: PlaneDescription): readonly ServicePort[] {
  return [...PROXY_PORTS, ...streams.map(({ port, transport }) => ({
    name: streamName({ port, transport }), port, targetPort: streamName({ port, transport }), protocol: transport,
  }))];
}

/** Of the port of a container, and of a Service. */
export function streamName({ port, transport }: StreamAddress): string {
  return `${transport.toLowerCase()}-${port}`;
}

export const TUNNEL_PORT: ServicePort = { name: 'cluster', port: PORTS.cluster, targetPort: 'cluster' };
export const TELEMETRY_PORT: ServicePort = { name: 'telemetry', port: PORTS.telemetry, targetPort: 'telemetry' };
export const ADMIN_PORT: ServicePort = { name: 'admin', port: PORTS.admin, targetPort: 'admin' };
export const ADMIN_TLS_PORT: ServicePort = { name: 'admin-tls', port: PORTS.adminTls, targetPort: 'admin-tls' };

/** A Service of a plane, whether we or Kong's chart creates the object. */
export interface PlaneService {
  /** In its name: `<plane>-<suffix>`. */
  readonly suffix: 'proxy' | 'admin' | 'cluster' | 'clustertelemetry';
  readonly ports: readonly ServicePort[];
  readonly reach: ServiceReach;
  /** Name that external-dns makes records for. */
  readonly externalDnsName?: string;
}

/**
 * Name of a Service. Load balancers cannot become public or private: the controller would replace one behind the same
 * Service, while its status still has the old address. A public one has a Service of its own, so that its address is
 * waited for. Kong's chart has one name for both.
 */
export function serviceName({ name, chart }: PlaneDescription, { suffix, reach }: PlaneService): string {
  const isPublic = !chart && reach.kind === 'network-load-balancer' && reach.sourceCidrs !== undefined;
  return `${name}-${suffix}${isPublic ? '-pub' : ''}`;
}
