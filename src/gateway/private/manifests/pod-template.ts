import { ARTEFACTS, PATHS, PORTS, RUN_AS, STATUS_PATHS } from '../../../private/contract';
import type { Container, PodSpec, PodTemplate, Probe } from '../../../private/kubernetes/native-object';
import type { PlaneDescription, PlaneResources } from '../plane/plane';
import { migrationLabels, objectLabels, selectorLabels } from '../plane/plane-labels';
import { graceSeconds } from './balancing';
import type { PlaneHosting } from './hosting';
import { imagePullPolicy } from './image-pull-policy';
import { metricsAnnotations } from './metrics-discovery';
import { planeCertificateSecretName } from './plane-certificate-objects';
import { streamName } from './services';

/** A port that a container declares. */
interface NamedPort {
  readonly name: string;
  readonly containerPort: number;
  /** Absent: TCP. */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Ports by role. Above 1024, so that the container needs no capability. */
const CONTAINER_PORTS: Readonly<Record<PlaneDescription['role'], readonly NamedPort[]>> = {
  control_plane: [
    { name: 'admin', containerPort: PORTS.admin },
    { name: 'cluster', containerPort: PORTS.cluster },
    { name: 'telemetry', containerPort: PORTS.telemetry },
    { name: 'status', containerPort: PORTS.status },
  ],
  data_plane: [
    { name: 'proxy', containerPort: PORTS.proxy },
    { name: 'proxy-tls', containerPort: PORTS.proxyTls },
    { name: 'status', containerPort: PORTS.status },
  ],
};

function containerPorts({ role, adminSources, streams = [] }: PlaneDescription): readonly NamedPort[] {
  return [
    ...CONTAINER_PORTS[role],
    ...adminSources ? [{ name: 'admin-tls', containerPort: PORTS.adminTls }] : [],
    ...streams.map((stream) => ({ name: streamName(stream), containerPort: stream.port, protocol: stream.transport })),
  ];
}

const MIGRATION_RESOURCES: PlaneResources = {
  cpuRequest: '100m',
  cpuLimit: '500m',
  memoryRequest: '128Mi',
  memoryLimit: '256Mi',
  storage: '64Mi',
};

/** Pods of the plane itself. */
export function planePodTemplate(plane: PlaneDescription, hosting: PlaneHosting): PodTemplate {
  const annotations = metricsAnnotations(plane);
  return {
    metadata: { labels: objectLabels(plane), ...annotations && { annotations } },
    spec: {
      ...podSpec(plane, hosting, ARTEFACTS.start, plane.resources, {
        ports: containerPorts(plane).map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })),
        ...probes(),
      }),
      terminationGracePeriodSeconds: graceSeconds(plane),
      ...spread(plane),
    },
  };
}

/** Pods of the Job that brings the database's schema up to date. */
export function migrationPodTemplate(plane: PlaneDescription, hosting: PlaneHosting): PodTemplate {
  return {
    metadata: { labels: migrationLabels(plane) },
    spec: { ...podSpec(plane, hosting, ARTEFACTS.migrate, MIGRATION_RESOURCES, {}, ['up']), restartPolicy: 'Never' },
  };
}

/** Pods of a Job that applies a configuration, which is one of the plane's files. */
export function configurationPodTemplate(
  plane: PlaneDescription,
  hosting: PlaneHosting,
  labels: Readonly<Record<string, string>>,
  args: readonly string[],
): PodTemplate {
  return {
    metadata: { labels },
    spec: { ...podSpec(plane, hosting, ARTEFACTS.applyConfiguration, MIGRATION_RESOURCES, {}, args), restartPolicy: 'Never' },
  };
}

function podSpec(
  plane: PlaneDescription,
  hosting: PlaneHosting,
  artefact: string,
  resources: PlaneResources,
  container: Partial<Container>,
  args: readonly string[] = [],
): PodSpec {
  return {
    serviceAccountName: plane.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...plane.nodeSelector },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: RUN_AS.user,
      runAsGroup: RUN_AS.group,
      fsGroup: RUN_AS.group,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(hosting.imagePullSecret && { imagePullSecrets: [{ name: hosting.imagePullSecret }] }),
    containers: [
      {
        name: 'gateway',
        image: plane.image,
        imagePullPolicy: imagePullPolicy(plane.image),
        command: ['node', artefact, ...args],
        workingDir: PATHS.application,
        env: Object.entries(plane.settings).map(([name, value]) => hosting.environmentVariable(name, value)),
        ...container,
        resources: {
          requests: { 'cpu': resources.cpuRequest, 'memory': resources.memoryRequest, 'ephemeral-storage': resources.storage },
          limits: { 'cpu': resources.cpuLimit, 'memory': resources.memoryLimit, 'ephemeral-storage': doubled(resources.storage) },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: RUN_AS.user,
          runAsGroup: RUN_AS.group,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'prefix', mountPath: PATHS.prefix },
          { name: 'tmp', mountPath: '/tmp' },
          ...[...plane.secrets, ...plane.certificates, ...plane.files].map((mount) => ({
            name: mount.name,
            mountPath: mount.path,
            readOnly: true,
          })),
        ],
      },
    ],
    volumes: [
      // The volumes of a StatefulSet have the names of its claims.
      ...plane.volume ? [] : [{ name: 'prefix', emptyDir: { sizeLimit: resources.storage } }],
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ...plane.secrets.map((mount) => ({ name: mount.name, ...hosting.secretVolume(plane, mount) })),
      ...plane.certificates.map((certificate) => ({
        name: certificate.name,
        secret: { secretName: planeCertificateSecretName(plane, certificate), defaultMode: 0o440 },
      })),
      ...plane.files.map((mount) => ({ name: mount.name, configMap: { name: `${plane.name}-${mount.name}` } })),
    ],
  };
}

/** Liveness and readiness ask different questions: a node that drains or waits for its database must not be restarted. */
function probes(): Partial<Container> {
  const probe = (path: string, numbers: Pick<Probe, 'periodSeconds' | 'failureThreshold'>): Probe => ({
    httpGet: { path, port: 'status' },
    timeoutSeconds: 5,
    ...numbers,
  });
  return {
    startupProbe: probe(STATUS_PATHS.live, { periodSeconds: 2, failureThreshold: 30 }),
    livenessProbe: probe(STATUS_PATHS.live, { periodSeconds: 10, failureThreshold: 3 }),
    readinessProbe: probe(STATUS_PATHS.ready, { periodSeconds: 5, failureThreshold: 2 }),
  };
}

/** Preferences, not demands: a site with one worker node still runs its plane. */
export function spread(plane: PlaneDescription): Pick<PodSpec, 'topologySpreadConstraints' | 'affinity'> {
  const labelSelector = { matchLabels: selectorLabels(plane) };
  return {
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector,
    })),
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } },
        ],
      },
    },
  };
}

/** The limit leaves room for /tmp and the container's own log. */
function doubled(storage: string): string {
  return storage.replace(/^\d+/, (number) => String(Number(number) * 2));
}
