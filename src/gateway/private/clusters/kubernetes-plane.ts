import { requirePercent, requireWhole } from '../../../private/input/numbers';
import { requireLabels } from '../../../private/kubernetes/labels';
import { MetricsDiscovery } from '../../kubernetes-target-options';
import type { KubernetesTargetOptions } from '../../kubernetes-target-options';
import type { PlaneDescription, PlaneScaling } from '../plane/plane';

/**
 * Adds to a plane what its target on Kubernetes says.
 *
 * @throws Error that names the property
 */
export function onKubernetes<Plane extends PlaneDescription>(plane: Plane, options: KubernetesTargetOptions): Plane {
  const scaling = scalingOf(plane, options);
  return { ...plane, ...scaling && { scaling }, ...discoveryOf(options) };
}

/** What the chart kube-prometheus-stack selects unless told otherwise. */
const MONITOR_LABELS = { release: 'kube-prometheus-stack' };

function discoveryOf({
  metricsDiscovery: discovery,
  serviceMonitorLabels,
}: KubernetesTargetOptions): Pick<PlaneDescription, 'discovery' | 'monitorLabels'> {
  if (discovery === MetricsDiscovery.SERVICE_MONITOR) {
    requireLabels('serviceMonitorLabels', serviceMonitorLabels ?? {});
    return { discovery, monitorLabels: serviceMonitorLabels ?? MONITOR_LABELS };
  }
  if (serviceMonitorLabels) {
    throw new Error(
      'serviceMonitorLabels: got labels without a ServiceMonitor, expected metricsDiscovery: '
        + 'MetricsDiscovery.SERVICE_MONITOR beside them: add it, or leave the labels out',
    );
  }
  return discovery ? { discovery } : {};
}

function scalingOf(plane: PlaneDescription, { maxReplicas, cpuPercent }: KubernetesTargetOptions): PlaneScaling | undefined {
  if (maxReplicas === undefined) {
    if (cpuPercent !== undefined) {
      throw new Error(
        `cpuPercent: got ${cpuPercent} without maxReplicas, expected both: say with maxReplicas how far the plane may `
          + 'grow, or leave cpuPercent out',
      );
    }
    return undefined;
  }
  if (plane.role === 'control_plane') {
    throw new Error(`maxReplicas: got ${maxReplicas}, which is for data planes: a control plane has as many nodes as its replicas say`);
  }
  requireWhole('maxReplicas', maxReplicas, { min: plane.replicas, floor: 'the replicas of the plane' });
  requirePercent('cpuPercent', cpuPercent ?? 60);
  return { maxReplicas, cpuPercent: cpuPercent ?? 60 };
}
