import { Duration } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { DRAIN_SECONDS, PORTS } from '../../../private/contract';
import { isProtected } from '../../../private/deletion-protection';
import { loadBalancerRecord } from '../../../private/network/host-record';
import type { HostRecord } from '../../../private/network/host-record';
import { requirePublicSubnets } from '../../../private/network/public-subnets';
import { FINISH_SECONDS } from './network-targets';
import { READINESS, consumersSecurityGroup, loadBalancerSubnets } from './proxy-load-balancer';
import type { PlaneLoadBalancer, ProxyLoadBalancerProps } from './proxy-load-balancer';

interface TlsLoadBalancerProps extends ProxyLoadBalancerProps {
  readonly certificate: acm.ICertificate;
}

/** An Application Load Balancer that ends the consumers' TLS and speaks TLS to the nodes; plain HTTP is redirected. */
export class TlsLoadBalancer extends Construct implements PlaneLoadBalancer {
  readonly hostname: string;
  readonly nodePorts = [PORTS.proxyTls, PORTS.status].map((port) => ec2.Port.tcp(port));
  readonly securityGroup: ec2.ISecurityGroup;
  /** Of the name that consumers use. */
  readonly certificate: acm.ICertificate;
  private readonly loadBalancer: elb.ApplicationLoadBalancer;
  private readonly listener: elb.ApplicationListener;

  constructor(scope: Construct, id: string, props: TlsLoadBalancerProps) {
    super(scope, id);
    const { vpc, sourceCidrs, deletionProtection, certificate } = props;
    if (sourceCidrs) requirePublicSubnets(this, 'exposure', vpc, true);
    this.certificate = certificate;
    const securityGroup = consumersSecurityGroup(this, props, [80, 443].map((port) => ec2.Port.tcp(port)));
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'Resource', {
      vpc,
      internetFacing: sourceCidrs !== undefined,
      vpcSubnets: loadBalancerSubnets(sourceCidrs),
      securityGroup,
      deletionProtection: isProtected(this, deletionProtection),
      dropInvalidHeaderFields: true,
    });
    this.loadBalancer.addRedirect({ open: false });
    this.listener = this.loadBalancer.addListener('Tls', {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      open: false,
    });
    this.securityGroup = securityGroup;
    this.hostname = this.loadBalancer.loadBalancerDnsName;
  }

  public addRecord(record: HostRecord): void {
    loadBalancerRecord(this, 'Name', record, this.loadBalancer);
  }

  /** @param target what listens on a port of the nodes */
  public forward(target: (nodePort: number) => elb.IApplicationLoadBalancerTarget): elb.ApplicationTargetGroup {
    return this.listener.addTargets('Nodes', {
      port: PORTS.proxyTls,
      protocol: elb.ApplicationProtocol.HTTPS,
      targets: [target(PORTS.proxyTls)],
      deregistrationDelay: Duration.seconds(DRAIN_SECONDS + FINISH_SECONDS),
      healthCheck: READINESS,
    });
  }
}
