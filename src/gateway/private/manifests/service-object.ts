/** Services of planes as Kubernetes objects. */
import { PORTS, STATUS_PATHS } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { ServiceSpec } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels, selectorLabels } from '../plane/plane-labels';
import { serviceName } from './services';
import type { PlaneService, ServiceReach } from './services';

/** A Service in front of a plane's pods. TLS is never ended in front of them. */
export function serviceObject(plane: PlaneDescription, service: PlaneService): KubernetesObject {
  const { ports, reach } = service;
  const { annotations, spec } = reachOf(reach);
  const nodePorts: Readonly<Record<string, number>> = reach.kind === 'node-port' ? reach.nodePorts : {};
  return native({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName(plane, service), namespace: plane.name, labels: objectLabels(plane), ...annotations && { annotations } },
    spec: {
      ...spec,
      selector: selectorLabels(plane),
      ports: ports.map((port) => ({ ...port, protocol: 'TCP', ...nodePorts[port.name] && { nodePort: nodePorts[port.name] } })),
    },
  });
}

/** EKS Anywhere's kube-vip looks at Services of this class only. */
const KUBE_VIP_CLASS = 'kube-vip.io/kube-vip-class';

interface Reach {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: ServiceSpec;
}

/** What a Service says about how it is reached. */
export function reachOf(reach: ServiceReach): Reach {
  switch (reach.kind) {
    case 'cluster':
      return { spec: { type: 'ClusterIP' } };
    case 'node-port':
      return { spec: { type: 'NodePort' } };
    case 'site-load-balancer':
      return { annotations: { 'metallb.io/address-pool': reach.addressPool }, spec: { type: 'LoadBalancer' } };
    case 'site-address':
      return {
        annotations: { 'kube-vip.io/loadbalancerIPs': reach.address },
        spec: { type: 'LoadBalancer', loadBalancerClass: KUBE_VIP_CLASS },
      };
    case 'network-load-balancer':
      return networkLoadBalancer(reach.loadBalancerClass, reach.sourceCidrs);
  }
}

/**
 * A TCP load balancer that sends to pods directly and asks their status API whether they are ready.
 *
 * @param sourceCidrs who may connect from the internet; without it the load balancer is internal
 */
function networkLoadBalancer(loadBalancerClass: string, sourceCidrs: readonly string[] | undefined): Reach {
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer';
  return {
    annotations: {
      [`${prefix}-scheme`]: sourceCidrs ? 'internet-facing' : 'internal',
      [`${prefix}-nlb-target-type`]: 'ip',
      [`${prefix}-attributes`]: 'load_balancing.cross_zone.enabled=true',
      [`${prefix}-healthcheck-protocol`]: 'HTTP',
      [`${prefix}-healthcheck-port`]: String(PORTS.status),
      [`${prefix}-healthcheck-path`]: STATUS_PATHS.ready,
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass,
      allocateLoadBalancerNodePorts: false,
      ...sourceCidrs && { loadBalancerSourceRanges: sourceCidrs },
    },
  };
}
