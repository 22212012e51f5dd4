/** Services of planes as Kubernetes objects. */
import { SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { native } from '../../../private/kubernetes/native-object';
import type { ServiceSpec } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { DEREGISTRATION_SECONDS, READINESS_CHECK } from '../load-balancers/network-targets';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels, selectorLabels } from '../plane/plane-labels';
import { CONSUMER_TLS_PORT, serviceName } from './services';
import type { NetworkLoadBalancerReach, PlaneService, ServiceReach } from './services';

/** A Service in front of a plane's pods. */
export function serviceObject(plane: PlaneDescription, service: PlaneService): KubernetesObject {
  const { ports, reach } = service;
  const { annotations, spec } = reachOf(service);
  const nodePorts: Readonly<Record<string, number>> = reach.kind === 'node-port' ? reach.nodePorts : {};
  return native({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName(plane, service), namespace: plane.name, labels: objectLabels(plane), ...annotations && { annotations } },
    spec: {
      ...spec,
      selector: selectorLabels(plane),
      ports: ports.map((port) => ({
        ...port, protocol: port.protocol ?? 'TCP', ...nodePorts[port.name] && { nodePort: nodePorts[port.name] },
      })),
    },
  });
}

/** EKS Anywhere's kube-vip looks at Services of this class only. */
const KUBE_VIP_CLASS = 'kube-vip.io/kube-vip-class';

interface Reach {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: ServiceSpec;
}

/** https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/ */
const EXTERNAL_DNS_NAME = 'external-dns.alpha.kubernetes.io/hostname';

/** What a Service says about how it is reached, and by which name. */
export function reachOf({ reach, externalDnsName }: Pick<PlaneService, 'reach' | 'externalDnsName'>): Reach {
  const { annotations, spec } = kindOf(reach);
  if (externalDnsName === undefined) return { annotations, spec };
  return { annotations: { ...annotations, [EXTERNAL_DNS_NAME]: externalDnsName }, spec };
}

function kindOf(reach: ServiceReach): Reach {
  switch (reach.kind) {
    case 'cluster':
      return { spec: { type: 'ClusterIP' } };
    case 'node-port':
      return { spec: { type: 'NodePort', ...trafficPolicy(reach) } };
    case 'site-load-balancer':
      return { annotations: { 'metallb.io/address-pool': reach.addressPool }, spec: { type: 'LoadBalancer', ...trafficPolicy(reach) } };
    case 'site-address':
      return {
        annotations: { 'kube-vip.io/loadbalancerIPs': reach.address },
        spec: { type: 'LoadBalancer', loadBalancerClass: KUBE_VIP_CLASS, ...trafficPolicy(reach) },
      };
    case 'network-load-balancer':
      return networkLoadBalancer(reach);
  }
}

/** A machine passes a connection on to a pod of another one only with its own address as the sender. */
function trafficPolicy({ preservesClients }: { readonly preservesClients: boolean }): Pick<ServiceSpec, 'externalTrafficPolicy'> {
  return { externalTrafficPolicy: preservesClients ? 'Local' : 'Cluster' };
}

/**
 * A load balancer that sends to pods directly and asks their status API whether they are ready. Where it ends TLS, it
 * opens TLS to the pods as well: it adds no headers, so a plain connection would look like plain HTTP to them.
 */
function networkLoadBalancer({ loadBalancerClass, sourceCidrs, certificateArn, preservesClients }: NetworkLoadBalancerReach): Reach {
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer';
  return {
    annotations: {
      [`${prefix}-scheme`]: sourceCidrs ? 'internet-facing' : 'internal',
      [`${prefix}-nlb-target-type`]: 'ip',
      [`${prefix}-attributes`]: 'load_balancing.cross_zone.enabled=true',
      [`${prefix}-healthcheck-protocol`]: 'HTTP',
      [`${prefix}-healthcheck-port`]: String(READINESS_CHECK.port),
      [`${prefix}-healthcheck-path`]: READINESS_CHECK.path,
      [`${prefix}-healthcheck-interval`]: String(READINESS_CHECK.interval),
      [`${prefix}-healthcheck-timeout`]: String(READINESS_CHECK.timeout),
      [`${prefix}-healthcheck-healthy-threshold`]: String(READINESS_CHECK.threshold),
      [`${prefix}-healthcheck-unhealthy-threshold`]: String(READINESS_CHECK.threshold),
      [`${prefix}-target-group-attributes`]:
        `preserve_client_ip.enabled=${preservesClients},deregistration_delay.timeout_seconds=${DEREGISTRATION_SECONDS}`,
      ...certificateArn !== undefined && {
        [`${prefix}-ssl-cert`]: certificateArn,
        [`${prefix}-ssl-ports`]: String(CONSUMER_TLS_PORT),
        [`${prefix}-ssl-negotiation-policy`]: SslPolicy.RECOMMENDED_TLS,
        [`${prefix}-backend-protocol`]: 'ssl',
      },
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass,
      allocateLoadBalancerNodePorts: false,
      ...sourceCidrs && { loadBalancerSourceRanges: sourceCidrs },
    },
  };
}
