import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { PORTS } from '../../../private/contract';
import { isProtected } from '../../../private/deletion-protection';
import { loadBalancerRecord } from '../../../private/network/host-record';
import type { HostRecord } from '../../../private/network/host-record';
import { PRIVATE_NETWORKS } from '../../../private/network/private-networks';
import { requirePublicSubnets } from '../../../private/network/public-subnets';
import type { StreamAddress } from '../plane/plane';
import { DEREGISTRATION_SECONDS, READINESS_CHECK } from './network-targets';

export interface ProxyLoadBalancerProps {
  readonly vpc: ec2.IVpc;
  /** Name of the plane. */
  readonly plane: string;
  /** Who may connect from the internet; without it the load balancer has private addresses. */
  readonly sourceCidrs?: readonly string[];
  readonly deletionProtection: boolean;
  /** Absent: HTTP only. */
  readonly streams?: readonly StreamAddress[];
}

/** What consumers reach a plane by. */
export interface PlaneLoadBalancer extends Construct {
  readonly hostname: string;
  /** Ports of the nodes that it talks to. */
  readonly nodePorts: readonly ec2.Port[];
  readonly securityGroup: ec2.ISecurityGroup;
  /** Makes the name of consumers lead to it. */
  addRecord(record: HostRecord): void;
}

interface Forward {
  readonly id: string;
  readonly port: number;
  readonly nodePort: number;
  readonly transport: StreamAddress['transport'];
}

/** Listener → port of the nodes. TLS ends in them. */
const FORWARDS: readonly Forward[] = [
  { id: 'Http', port: 80, nodePort: PORTS.proxy, transport: 'TCP' },
  { id: 'Tls', port: 443, nodePort: PORTS.proxyTls, transport: 'TCP' },
];

/** A Network Load Balancer that passes TCP through and asks the nodes' status API whether they are ready. */
export class ProxyLoadBalancer extends Construct implements PlaneLoadBalancer {
  readonly hostname: string;
  readonly nodePorts: readonly ec2.Port[];
  readonly securityGroup: ec2.ISecurityGroup;
  private readonly forwards: readonly Forward[];
  private readonly loadBalancer: elb.NetworkLoadBalancer;

  constructor(scope: Construct, id: string, props: ProxyLoadBalancerProps) {
    super(scope, id);
    const { vpc, sourceCidrs, deletionProtection, streams = [] } = props;
    this.forwards = [...FORWARDS, ...streams.map(({ port, transport }) => ({ id: `Stream${port}`, port, nodePort: port, transport }))];
    this.nodePorts = [...this.forwards.map(({ nodePort, transport }) => portOf(nodePort, transport)), ec2.Port.tcp(PORTS.status)];
    if (sourceCidrs) requirePublicSubnets(this, 'exposure', vpc, true);
    this.securityGroup = consumersSecurityGroup(this, props, this.forwards.map(({ port, transport }) => portOf(port, transport)));
    this.loadBalancer = new elb.NetworkLoadBalancer(this, 'Resource', {
      vpc,
      internetFacing: sourceCidrs !== undefined,
      vpcSubnets: loadBalancerSubnets(sourceCidrs),
      // Explicit, because a feature flag decides otherwise whether there is one.
      securityGroups: [this.securityGroup],
      crossZoneEnabled: true,
      deletionProtection: isProtected(this, deletionProtection),
    });
    this.hostname = this.loadBalancer.loadBalancerDnsName;
  }

  public addRecord(record: HostRecord): void {
    loadBalancerRecord(this, 'Name', record, this.loadBalancer);
  }

  /** @param target what listens on a port of the nodes */
  public forward(
    target: (nodePort: number, transport: StreamAddress['transport']) => elb.INetworkLoadBalancerTarget,
  ): readonly elb.NetworkTargetGroup[] {
    return this.forwards.map(({ id, port, nodePort, transport }) =>
      this.loadBalancer.addListener(id, { port, protocol: elb.Protocol[transport] }).addTargets('Nodes', {
        port: nodePort,
        protocol: elb.Protocol[transport],
        targets: [target(nodePort, transport)],
        // Plugins that limit by address see the consumer's, not the load balancer's.
        preserveClientIp: true,
        deregistrationDelay: Duration.seconds(DEREGISTRATION_SECONDS),
        healthCheck: READINESS,
      }),
    );
  }
}

export const READINESS: elb.HealthCheck = {
  protocol: elb.Protocol.HTTP,
  port: String(READINESS_CHECK.port),
  path: READINESS_CHECK.path,
  interval: Duration.seconds(READINESS_CHECK.interval),
  timeout: Duration.seconds(READINESS_CHECK.timeout),
  healthyThresholdCount: READINESS_CHECK.threshold,
  unhealthyThresholdCount: READINESS_CHECK.threshold,
};

/** Who may connect: the given networks, or every private one. */
export function consumersSecurityGroup(
  scope: Construct,
  { vpc, plane, sourceCidrs }: ProxyLoadBalancerProps,
  ports: readonly ec2.Port[],
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: `Consumers of the gateway plane ${plane}`,
    allowAllOutbound: false,
  });
  for (const cidr of sourceCidrs ?? PRIVATE_NETWORKS) {
    for (const port of ports) group.addIngressRule(ec2.Peer.ipv4(cidr), port, 'consumers');
  }
  return group;
}

function portOf(port: number, transport: StreamAddress['transport']): ec2.Port {
  return transport === 'UDP' ? ec2.Port.udp(port) : ec2.Port.tcp(port);
}

export function loadBalancerSubnets(sourceCidrs: readonly string[] | undefined): ec2.SubnetSelection {
  return { subnetType: sourceCidrs ? ec2.SubnetType.PUBLIC : ec2.SubnetType.PRIVATE_WITH_EGRESS };
}

/** Allows only the load balancer to reach the nodes. */
export function admitLoadBalancer(nodes: ec2.ISecurityGroup, { securityGroup, nodePorts }: PlaneLoadBalancer): void {
  for (const port of nodePorts) {
    nodes.connections.allowFrom(securityGroup, port, 'load balancer');
  }
}
