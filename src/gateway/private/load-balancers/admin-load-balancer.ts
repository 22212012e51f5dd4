import { Annotations, Duration, RemovalPolicy, Stack, Tags, Token } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AuthenticateCognitoAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { LoadBalancerLogin } from '../../../identity/private/load-balancer-login';
import { DRAIN_SECONDS, PORTS } from '../../../private/contract';
import { isProtected } from '../../../private/deletion-protection';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { loadBalancerRecord } from '../../../private/network/host-record';
import { requireTwoZones } from '../../../private/network/two-zones';
import { ADMIN_TAG } from '../../../private/policy/admin-tag';
import type { AdminLoadBalancerOptions } from '../../admin-exposure';
import { certificateRegion } from './certificate-region';
import { FINISH_SECONDS } from './network-targets';
import { READINESS } from './proxy-load-balancer';
import type { TargetBinding } from './target-binding';

interface AdminLoadBalancerProps extends AdminLoadBalancerOptions {
  /** Name of the plane. */
  readonly plane: string;
  readonly cluster: eks.ICluster;
  /** The object that makes the cluster's controller fill a target group. */
  readonly binding: TargetBinding;
}

/** What pods are asked by it: the Admin API, and the status API whether they are ready. */
const POD_PORTS = [PORTS.adminTls, PORTS.status];

/**
 * An internal Application Load Balancer in front of a plane's Admin API
 * (docs/decisions/0014-admin-api-behind-a-load-balancer.md). CloudFormation makes it; the controller in the cluster
 * only keeps the addresses of the pods in its target group.
 */
export class AdminLoadBalancer extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  /** Where its requests to pods come from, in CIDR notation. */
  readonly sources: readonly string[];
  readonly certificate: acm.ICertificate;
  private readonly targets: elb.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, private readonly props: AdminLoadBalancerProps) {
    super(scope, id);
    const { cluster: { vpc }, hostname, hostedZone, certificate, deletionProtection = true } = props;
    this.certificate = certificate;
    requireTwoZones('target', vpc);
    requireRegion(this, props);
    // A load balancer takes no two subnets of one zone.
    const { subnets } = vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, onePerAz: true });
    this.sources = subnets.map((subnet) => networkOf(subnet, vpc));
    const securityGroup = this.administrators();
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'Resource', {
      vpc,
      vpcSubnets: { subnets },
      internetFacing: false,
      securityGroup,
      deletionProtection: isProtected(this, deletionProtection),
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.STRICTEST,
    });
    Tags.of(this.loadBalancer).add(ADMIN_TAG, props.plane);
    this.writeAccessLogs();
    this.targets = this.targetGroup();
    this.listen(this.loadBalancer.addListener('Tls', {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: elb.SslPolicy.TLS13_13,
      open: false,
      // For other names, and for writes from other sites.
      defaultAction: elb.ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'refused' }),
    }), props.identity._administrate(hostname));
    if (hostedZone) loadBalancerRecord(this, 'Name', { hostname, hostedZone }, this.loadBalancer);
  }

  /** What makes the cluster's controller keep the pods of a Service in the target group. */
  public bindingTo(service: string): KubernetesObject {
    const { plane, binding: { apiVersion } } = this.props;
    return {
      apiVersion,
      kind: 'TargetGroupBinding',
      metadata: { name: service, namespace: plane },
      spec: { serviceRef: { name: service, port: PORTS.adminTls }, targetGroupARN: this.targets.targetGroupArn, targetType: 'ip' },
    };
  }

  private administrators(): ec2.SecurityGroup {
    const { plane, cluster, cidrs } = this.props;
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: `Administrators of the gateway plane ${plane}`,
      allowAllOutbound: false,
    });
    for (const cidr of cidrs) group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, 'administrators');
    const pods = cluster.clusterSecurityGroupId;
    for (const port of POD_PORTS) {
      group.addEgressRule(ec2.Peer.securityGroupId(pods), ec2.Port.tcp(port), 'pods');
      // Here, not in the cluster's construct: that may be in a stack which this one refers to.
      new ec2.CfnSecurityGroupIngress(this, `Pods${port}`, {
        groupId: pods,
        sourceSecurityGroupId: group.securityGroupId,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        description: `load balancer of administrators of ${plane}`,
      });
    }
    return group;
  }

  private targetGroup(): elb.ApplicationTargetGroup {
    const { cluster, binding } = this.props;
    const group = new elb.ApplicationTargetGroup(this, 'Nodes', {
      vpc: cluster.vpc,
      targetType: elb.TargetType.IP,
      // What passes holds sessions and secrets; the load balancer does not ask who signed the certificate.
      protocol: elb.ApplicationProtocol.HTTPS,
      port: PORTS.adminTls,
      deregistrationDelay: Duration.seconds(DRAIN_SECONDS + FINISH_SECONDS),
      healthCheck: READINESS,
    });
    Tags.of(group).add(binding.tag, cluster.clusterName);
    return group;
  }

  /**
   * Reading, and writing from its own pages: browsers say with every write which site it comes from, and send the
   * cookie of the login with all.
   */
  private listen(listener: elb.ApplicationListener, login: LoadBalancerLogin) {
    const { hostname, sessionDuration = Duration.hours(8) } = this.props;
    const host = elb.ListenerCondition.hostHeaders([hostname]);
    const conditions = {
      Read: elb.ListenerCondition.httpRequestMethods(['GET', 'HEAD']),
      Write: elb.ListenerCondition.httpHeader('Origin', [`https://${hostname}`]),
    };
    Object.entries(conditions).forEach(([id, condition], at) => listener.addAction(id, {
      priority: at + 1,
      conditions: [host, condition],
      action: new AuthenticateCognitoAction({
        userPool: login.userPool,
        userPoolClient: login.client,
        userPoolDomain: login.domain,
        sessionTimeout: sessionDuration,
        next: elb.ListenerAction.forward([this.targets]),
      }),
    }));
  }

  /**
   * By attributes: the construct of CDK asks for regions that are known at synth, because it knows accounts of ELB by
   * region, which new regions do not have.
   */
  private writeAccessLogs() {
    const { plane, accessLogs } = this.props;
    const bucket = accessLogs ?? new s3.Bucket(this, 'AccessLogs', {
      // The only encryption that load balancers write with.
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [{ expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(30) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const stack = Stack.of(this);
    const added = bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`${plane}/AWSLogs/${stack.account}/*`)],
        conditions: {
          ArnLike: { 'aws:SourceArn': `arn:${stack.partition}:elasticloadbalancing:${stack.region}:${stack.account}:loadbalancer/*` },
        },
      }),
    );
    if (!added.statementAdded) {
      Annotations.of(this).addInfo(
        `the bucket for access logs has to let logdelivery.elasticloadbalancing.amazonaws.com write below ${plane}/AWSLogs`,
      );
    }
    // The load balancer tries to write as soon as it gets the bucket.
    if (added.policyDependable) this.loadBalancer.node.addDependency(added.policyDependable);
    const attributes = { enabled: 'true', bucket: bucket.bucketName, prefix: plane };
    Object.entries(attributes).forEach(([name, value]) => this.loadBalancer.setAttribute(`access_logs.s3.${name}`, value));
  }
}

/** Network policies know no load balancers, but networks. */
function networkOf(subnet: ec2.ISubnet, vpc: ec2.IVpc): string {
  // Getters of imports throw for what they were not told.
  for (const network of [() => subnet.ipv4CidrBlock, () => vpc.vpcCidrBlock]) {
    try {
      return network();
    } catch {
      continue;
    }
  }
  throw new Error(
    `target: the network of ${subnet.node.path} is not known, expected it, because the pods let the load balancer `
      + 'of adminExposure in by it: ' +
      'give privateSubnetIpv4CidrBlocks or vpcCidrBlock to Vpc.fromVpcAttributes()',
  );
}

/** Load balancers look for certificates in their own region, and for user pools as well. */
function requireRegion(scope: Construct, { certificate, identity }: AdminLoadBalancerOptions) {
  const { region } = Stack.of(scope);
  const given = {
    certificate: certificateRegion(certificate),
    identity: Stack.of(identity).region,
  };
  for (const [property, got] of Object.entries(given)) {
    if (Token.isUnresolved(got) || Token.isUnresolved(region) || got === region) continue;
    throw new Error(
      `adminExposure: its ${property} is in ${got}, expected ${region}, which the plane is in: load balancers look nowhere else`,
    );
  }
}
