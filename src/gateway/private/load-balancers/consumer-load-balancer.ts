/** The load balancer of planes that CloudFormation makes one for: by their certificate it ends TLS, or passes it through. */
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { ENV } from '../../../private/contract';
import type { ConsumerAccess } from '../consumers/consumer-access';
import type { DataPlaneSpec } from '../plane/data-plane-spec';
import { ProxyLoadBalancer } from './proxy-load-balancer';
import type { ProxyLoadBalancerProps } from './proxy-load-balancer';
import { TlsLoadBalancer } from './tls-load-balancer';

interface ConsumerLoadBalancerProps extends ProxyLoadBalancerProps {
  readonly consumers: ConsumerAccess;
}

/** With the record of the plane's name where it has a zone. */
export function consumerLoadBalancer(
  scope: Construct,
  { consumers, ...props }: ConsumerLoadBalancerProps,
): ProxyLoadBalancer | TlsLoadBalancer {
  const { certificate, hostname, hostedZone } = consumers;
  if (certificate && (props.streams ?? []).length > 0) {
    throw new Error(
      'streamPorts: a certificate of ACM makes an Application Load Balancer, which carries HTTP only, expected no certificate: '
        + 'leave out ProxyCertificate.acm(), or the ports',
    );
  }
  const loadBalancer = certificate
    ? new TlsLoadBalancer(scope, 'LoadBalancer', { ...props, certificate })
    : new ProxyLoadBalancer(scope, 'LoadBalancer', props);
  if (hostname !== undefined && hostedZone) loadBalancer.addRecord({ hostname, hostedZone });
  return loadBalancer;
}

/** Behind an Application Load Balancer nodes learn the consumer's address from its headers only. */
export function trustingLoadBalancer(spec: DataPlaneSpec, certificate: acm.ICertificate | undefined, vpc: ec2.IVpc): DataPlaneSpec {
  const { plane } = spec;
  if (!certificate || plane.settings[ENV.trustedIps] !== undefined) return spec;
  return { ...spec, plane: { ...plane, settings: { ...plane.settings, [ENV.trustedIps]: vpc.vpcCidrBlock } } };
}
