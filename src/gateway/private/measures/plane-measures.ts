/**
 * What is measured about a plane as a whole, by where it runs. Where nothing publishes a metric, the table says why and
 * what to do instead.
 */
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IConstruct } from 'constructs';
import { hasContainerInsights, insightsMissing } from '../../../eks/private/container-insights';
import { EksPlane } from '../clusters/eks-plane';
import {
  applicationLoadBalancerMeasures,
  controllerLoadBalancerMeasures,
  instanceMeasures,
  networkLoadBalancerMeasures,
  podMeasures,
  targetMeasures,
  taskMeasures,
} from './measures';
import type { Measure } from './measures';

type Name = 'runningNodes' | 'healthyNodes' | 'cpu' | 'memory' | 'connections' | 'requests' | 'serverErrors' | 'latency';

/** A metric, or why there is none, with the fix. */
type PlaneMeasures = Readonly<Record<Name, Measure | string>>;

const COUNTED_BY_PROMETHEUS =
  'a Network Load Balancer counts no requests, expected an Application Load Balancer (ECS and EC2 with '
    + 'certificate: ProxyCertificate.acm()): look at kong_http_requests_total and kong_request_latency_ms in Prometheus instead, ' +
  'which GatewayObservability.addKubernetesMonitoring() brings alerts for';
const NO_REQUESTS = { requests: COUNTED_BY_PROMETHEUS, serverErrors: COUNTED_BY_PROMETHEUS, latency: COUNTED_BY_PROMETHEUS };

/**
 * @param method that the user called, for people
 * @param plane a control plane or a data plane
 * @throws Error that names the method when nothing publishes the metric
 */
export function planeMetric(
  method: string,
  plane: IConstruct,
  name: Name,
  options: cloudwatch.MetricOptions | undefined,
): cloudwatch.Metric {
  const found = measuresOf(plane)[name];
  if (typeof found === 'string') throw new Error(`${method}: ${found}`);
  return found(options).attachTo(plane);
}

/** Connections through a load balancer that a controller made for a plane's Service. */
export function serviceConnections(plane: IConstruct, host: string, options: cloudwatch.MetricOptions | undefined): cloudwatch.Metric {
  return controllerLoadBalancerMeasures(host).connections(options).attachTo(plane);
}

function measuresOf(plane: IConstruct): PlaneMeasures {
  const resource = plane.node.tryFindChild('Resource');
  if (resource instanceof EksPlane) return onEks(plane, resource);
  const parts = plane.node.findAll();
  const service = parts.find((part) => part instanceof ecs.BaseService);
  if (service) return { ...taskMeasuresOf(service), ...balanced(parts) };
  const group = parts.find((part) => part instanceof autoscaling.AutoScalingGroup);
  if (group) return { ...instanceMeasuresOf(group), ...balanced(parts) };
  return outside();
}

function onEks(plane: IConstruct, resource: EksPlane): PlaneMeasures {
  const pods = hasContainerInsights(resource.cluster) ? podMeasures(resource.cluster.clusterName, resource.planeName) : noPods(resource);
  return {
    runningNodes: pods.running,
    cpu: pods.cpu,
    memory: pods.memory,
    healthyNodes:
      adminTargets(plane) ??
      'the controller of the cluster creates the target groups, under names unknown at synth: use metricRunningNodes()',
    connections:
      resource.proxyHost === undefined
        ? 'the proxy has no load balancer, expected Exposure.internalLoadBalancer() or internetLoadBalancer() as the exposure of the target'
        : (options) => controllerLoadBalancerMeasures(resource.proxyHost!()).connections(options),
    ...NO_REQUESTS,
  };
}

function noPods({ cluster }: EksPlane) {
  const why = insightsMissing(cluster);
  return { running: why, cpu: why, memory: why };
}

/** A control plane has a target group of ours with AdminExposure.internalLoadBalancer(). */
function adminTargets(plane: IConstruct): Measure | undefined {
  const group = plane.node.tryFindChild('Admin')?.node.tryFindChild('Nodes');
  return group instanceof elbv2.ApplicationTargetGroup ? targetMeasures(group).healthy : undefined;
}

function taskMeasuresOf(service: ecs.BaseService) {
  const { running: runningNodes, cpu, memory } = taskMeasures(service);
  return { runningNodes, cpu, memory };
}

function instanceMeasuresOf(group: autoscaling.AutoScalingGroup) {
  const { running: runningNodes, cpu } = instanceMeasures(group);
  return {
    runningNodes,
    cpu,
    memory:
      'Amazon EC2 does not measure the memory of instances, and no agent runs on them: use metricCpuUtilization(), '
        + 'or EcsTarget, where memory is measured',
  };
}

function balanced(parts: readonly IConstruct[]) {
  const group = parts.find((part) => part instanceof elbv2.NetworkTargetGroup || part instanceof elbv2.ApplicationTargetGroup)!;
  const healthyNodes = targetMeasures(group).healthy;
  const application = parts.find((part) => part instanceof elbv2.ApplicationLoadBalancer);
  if (application) return { healthyNodes, ...applicationLoadBalancerMeasures(application) };
  const network = parts.find((part) => part instanceof elbv2.NetworkLoadBalancer)!;
  return { healthyNodes, ...networkLoadBalancerMeasures(network), ...NO_REQUESTS };
}

function outside(): PlaneMeasures {
  const why =
    ('CloudWatch measures nothing of a plane outside AWS: look at it with Prometheus, for which '
      + 'GatewayObservability.kubernetesMonitoring() brings alerts and a dashboard');
  return { runningNodes: why, healthyNodes: why, cpu: why, memory: why, connections: why, requests: why, serverErrors: why, latency: why };
}
