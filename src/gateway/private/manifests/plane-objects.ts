import { PORTS } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneVolume } from '../fallback/cache-kind';
import type { PlaneDescription } from '../plane/plane';
import { migrationLabels, objectLabels, selectorLabels } from '../plane/plane-labels';
import { rollingUpdate } from './balancing';
import type { PlaneHosting } from './hosting';
import { metricsObjects } from './metrics-discovery';
import { networkPolicies } from './network-policies';
import { planeCertificateObjects } from './plane-certificate-objects';
import { migrationPodTemplate, planePodTemplate } from './pod-template';

/** What the pods need before they start. */
export function foundationObjects(plane: PlaneDescription, hosting: PlaneHosting, databasePort?: number): readonly KubernetesObject[] {
  return [
    namespace(plane),
    native({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: plane.name, namespace: plane.name, labels: objectLabels(plane) },
      automountServiceAccountToken: false,
    }),
    ...networkPolicies(plane, databasePort),
    ...plane.files.map((mount): KubernetesObject => native({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${plane.name}-${mount.name}`, namespace: plane.name, labels: objectLabels(plane) },
      data: mount.files,
    })),
    ...plane.secrets.flatMap((mount) => hosting.secretObjects(plane, mount)),
    ...plane.certificates.flatMap((certificate) => planeCertificateObjects(plane, certificate)),
  ];
}

/** The plane's own pods. */
export function workloadObjects(plane: PlaneDescription, hosting: PlaneHosting): readonly KubernetesObject[] {
  return [
    ...plane.volume ? statefulSet(plane, plane.volume, hosting) : [deployment(plane, hosting)],
    native({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: plane.name, namespace: plane.name, labels: objectLabels(plane) },
      // A pod that never became ready serves no requests: it must not block the maintenance of a node.
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: selectorLabels(plane) } },
    }),
    ...autoscaler(plane),
    ...metricsObjects(plane),
  ];
}

function deployment(plane: PlaneDescription, hosting: PlaneHosting): KubernetesObject {
  return native({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: plane.name, namespace: plane.name, labels: objectLabels(plane) },
    spec: {
      // Left to the autoscaler where there is one: each deployment would set it back.
      ...!plane.scaling && { replicas: plane.replicas },
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorLabels(plane) },
      strategy: { type: 'RollingUpdate', rollingUpdate: rollingUpdate(plane) },
      template: planePodTemplate(plane, hosting),
    },
  });
}

/** Pods that keep a volume each. One that comes back has the name of before, and with it the volume. */
function statefulSet(plane: PlaneDescription, { storageClass, sizeGib }: PlaneVolume, hosting: PlaneHosting): readonly KubernetesObject[] {
  const serviceName = `${plane.name}-nodes`;
  const metadata = { namespace: plane.name, labels: objectLabels(plane) };
  return [
    native({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, name: serviceName },
      spec: {
        type: 'ClusterIP',
        clusterIP: 'None',
        selector: selectorLabels(plane),
        ports: [{ name: 'status', port: PORTS.status, targetPort: 'status', protocol: 'TCP' }],
      },
    }),
    native({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata, name: plane.name },
      spec: {
        serviceName,
        ...!plane.scaling && { replicas: plane.replicas },
        revisionHistoryLimit: 5,
        // Nodes know nothing of each other.
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: selectorLabels(plane) },
        updateStrategy: { type: 'RollingUpdate' },
        // What was scaled away starts from its control plane when it comes back.
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
        template: planePodTemplate(plane, hosting),
        volumeClaimTemplates: [{
          metadata: { name: 'prefix' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            ...storageClass !== undefined && { storageClassName: storageClass },
            resources: { requests: { storage: `${sizeGib}Gi` } },
          },
        }],
      },
    }),
  ];
}

function autoscaler(plane: PlaneDescription): readonly KubernetesObject[] {
  const { name, replicas, scaling } = plane;
  if (!scaling) return [];
  return [native({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: name, labels: objectLabels(plane) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: plane.volume ? 'StatefulSet' : 'Deployment', name },
      minReplicas: replicas,
      maxReplicas: scaling.maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: scaling.cpuPercent } } }],
    },
  })];
}

/**
 * The Job that brings the database's schema up to date. A Job cannot be changed, so its name follows from its content:
 * a new image, setting or database is a new Job, the same content is the same one.
 *
 * @param digestOf ten digits that follow from the content, with the values that are known only after deployment
 */
export function migrationJob(plane: PlaneDescription, hosting: PlaneHosting, digestOf: (content: unknown) => string): KubernetesObject {
  const template = migrationPodTemplate(plane, hosting);
  const digest = digestOf(template);
  return native({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${plane.name}-migrations-${digest}`, namespace: plane.name, labels: migrationLabels(plane) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 900,
      // A day, so that the logs of a failed upgrade can still be read in the morning.
      ttlSecondsAfterFinished: 86_400,
      template,
    },
  });
}

function namespace(plane: PlaneDescription): KubernetesObject {
  const level = (mode: string) => ({
    [`pod-security.kubernetes.io/${mode}`]: 'restricted',
    [`pod-security.kubernetes.io/${mode}-version`]: 'latest',
  });
  return native({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: plane.name,
      labels: { ...objectLabels(plane), ...level('enforce'), ...level('audit'), ...level('warn'), ...plane.balancing?.namespaceLabels },
    },
  });
}
