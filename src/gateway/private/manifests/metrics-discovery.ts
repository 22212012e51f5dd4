import { PORTS, STATUS_PATHS } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels, selectorLabels } from '../plane/plane-labels';

/** Annotations of the pods that tell Prometheus where to look. */
export function metricsAnnotations(plane: PlaneDescription): Readonly<Record<string, string>> | undefined {
  if (plane.discovery !== 'annotations') return undefined;
  return { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(PORTS.status), 'prometheus.io/path': STATUS_PATHS.metrics };
}

/** A ServiceMonitor, and the Service without an address that it asks for the pods. */
export function metricsObjects(plane: PlaneDescription): readonly KubernetesObject[] {
  if (plane.discovery !== 'service-monitor') return [];
  const own = { 'hybridge/service': 'metrics' };
  const metadata = { name: `${plane.name}-metrics`, namespace: plane.name, labels: { ...objectLabels(plane), ...own } };
  return [
    native({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        clusterIP: 'None',
        selector: selectorLabels(plane),
        ports: [{ name: 'status', port: PORTS.status, targetPort: 'status', protocol: 'TCP' }],
      },
    }),
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: plane.name, namespace: plane.name, labels: { ...plane.monitorLabels, ...objectLabels(plane) } },
      spec: {
        selector: { matchLabels: { ...selectorLabels(plane), ...own } },
        endpoints: [{ port: 'status', path: STATUS_PATHS.metrics }],
      },
    },
  ];
}
