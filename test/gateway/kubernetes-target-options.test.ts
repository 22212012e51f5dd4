import { App } from 'aws-cdk-lib';
import { EksAnywhereTarget, EksTarget, Exposure, MetricsDiscovery } from '../../src';
import type { EksTargetOptions, GatewayTarget, KubernetesTargetOptions } from '../../src';
import { only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const site = { imageRepository: 'registry.acme.example/hybridge', exposure: Exposure.nodePort() };

function planeOn(kind: 'eks' | 'site', options: KubernetesTargetOptions, replicas?: number) {
  const stack = testStack();
  const cluster = testCluster(stack);
  const target: GatewayTarget =
    kind === 'eks'
      ? EksTarget.cluster(cluster, options)
      : EksAnywhereTarget.cluster(testFactory(stack.node.root as App), { ...site, ...options });
  testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('Plane', { target, replicas });
  return writtenManifests(stack, 'plane');
}

describe.each(['eks', 'site'] as const)('a data plane on %s', (kind) => {
  it('has a fixed number of nodes unless it may grow', () => {
    const manifests = planeOn(kind, {}, 3);
    expect(only(manifests, 'Deployment').spec.replicas).toBe(3);
    expect(manifests.filter(({ kind: each }) => each === 'HorizontalPodAutoscaler')).toEqual([]);
  });

  it('grows with the use of the processor, and its Deployment leaves the number to the autoscaler', () => {
    const manifests = planeOn(kind, { maxReplicas: 6, cpuPercent: 70 }, 3);
    expect(only(manifests, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(only(manifests, 'HorizontalPodAutoscaler').spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'plane' },
      minReplicas: 3,
      maxReplicas: 6,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    });
  });

  it('is found by Prometheus by annotations', () => {
    const { metadata } = only(planeOn(kind, { metricsDiscovery: MetricsDiscovery.ANNOTATIONS }), 'Deployment').spec.template;
    expect(metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8100',
      'prometheus.io/path': '/metrics',
    });
  });

  it('is found by Prometheus by a ServiceMonitor, whose Service selects the plane\'s pods', () => {
    const manifests = planeOn(kind, { metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR });
    const service = only(manifests, 'Service', 'plane-metrics');
    const { selector, endpoints } = only(manifests, 'ServiceMonitor').spec;
    expect(endpoints).toEqual([{ port: service.spec.ports[0].name, path: '/metrics' }]);
    expect(service.metadata.labels).toMatchObject(selector.matchLabels);
    expect(only(manifests, 'Service', 'plane-proxy').metadata.labels).not.toMatchObject(selector.matchLabels);
    expect(only(manifests, 'Deployment').spec.template.metadata.labels).toMatchObject(service.spec.selector);
    expect(only(manifests, 'Deployment').spec.template.metadata.annotations).toBeUndefined();
  });

  it('has a ServiceMonitor with the labels that Prometheus selects by', () => {
    const labelsOf = (serviceMonitorLabels?: Record<string, string>) =>
      only(planeOn(kind, { metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR, serviceMonitorLabels }), 'ServiceMonitor').metadata.labels;
    expect(labelsOf()).toMatchObject({ release: 'kube-prometheus-stack' });
    expect(labelsOf({ team: 'apis' })).toMatchObject({ team: 'apis' });
    expect(labelsOf({ team: 'apis' })).not.toHaveProperty('release');
  });

  it.each([
    [{ maxReplicas: 1 }, 'maxReplicas: got 1, expected a whole number, at least 2, the replicas of the plane'],
    [{ maxReplicas: 4, cpuPercent: 95 }, 'cpuPercent: got 95, expected a percentage from 10 to 90'],
    [{ cpuPercent: 50 }, 'cpuPercent: got 50 without maxReplicas, expected both'],
    [
      { serviceMonitorLabels: { release: 'prometheus' } },
      'serviceMonitorLabels: got labels without a ServiceMonitor, expected metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR beside them',
    ],
    [
      { metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR, serviceMonitorLabels: { 'release ': 'prometheus' } },
      'serviceMonitorLabels: got the key "release "',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => planeOn(kind, options)).toThrow(message);
  });
});

it('a control plane refuses to grow with the load', () => {
  const stack = testStack();
  const options: EksTargetOptions = { maxReplicas: 4 };
  expect(() => testControlPlane(stack, { target: EksTarget.cluster(testCluster(stack), options) })).toThrow(
    'maxReplicas: got 4, which is for data planes',
  );
});
