import { PORTS, STATUS_PATHS } from '../../../private/contract';
import { KongEdition } from '../../kong-helm-options';
import { FINISH_SECONDS } from '../load-balancers/network-targets';
import { drainSeconds, graceSeconds, rollingUpdate } from '../manifests/balancing';
import type { PlaneHosting } from '../manifests/hosting';
import { imagePullPolicy } from '../manifests/image-pull-policy';
import { metricsAnnotations } from '../manifests/metrics-discovery';
import { planeCertificateSecretName } from '../manifests/plane-certificate-objects';
import { spread } from '../manifests/pod-template';
import { reachOf } from '../manifests/service-object';
import type { PlaneService } from '../manifests/services';
import type { KongChart } from '../plane/kong-chart';
import type { PlaneDescription } from '../plane/plane';
import { chartEnvironment, isSecretOfKubernetes, mountPath } from './environment';

type Values = Readonly<Record<string, unknown>>;

/**
 * Values of Kong's chart for a plane. The names of objects are those that the packaged gateway has, so that an engine
 * can be exchanged for the other.
 */
export function chartValues(plane: PlaneDescription, chart: KongChart, services: readonly PlaneService[], hosting: PlaneHosting): Values {
  const at = plane.image.lastIndexOf(':');
  return {
    fullnameOverride: plane.name,
    image: {
      repository: plane.image.slice(0, at),
      tag: plane.image.slice(at + 1),
      pullPolicy: imagePullPolicy(plane.image),
      ...(hosting.imagePullSecret && { pullSecrets: [hosting.imagePullSecret] }),
    },
    ...chartEnvironment(plane, hosting),
    ...serviceValues(plane, services),
    status: { enabled: true, http: { enabled: true, containerPort: PORTS.status }, tls: { enabled: false } },
    // Everything that the chart would install in addition to a plane.
    ingressController: { enabled: false },
    postgresql: { enabled: false },
    ...OFF,
    enterprise: enterpriseValues(plane, chart),
    // The stack, or the site's files, bring what the pods need before the chart comes.
    deployment: {
      serviceAccount: { create: false, name: plane.name, automountServiceAccountToken: false },
      ...mountedVolumes(plane, hosting),
    },
    ...secretVolumes(plane, hosting),
    ...(plane.files.length > 0 && {
      extraConfigMaps: plane.files.map((mount) => ({ name: `${plane.name}-${mount.name}`, mountPath: mount.path })),
    }),
    ...(plane.role === 'control_plane' && {
      migrations: { preUpgrade: true, postUpgrade: true, backoffLimit: 6, ttlSecondsAfterFinished: 86_400 },
    }),
    ...podValues(plane),
  };
}

/** Services that a plane of ours never has, and which the chart makes unless told. */
const OFF: Values = {
  manager: { enabled: false },
  portal: { enabled: false },
  portalapi: { enabled: false },
  udpProxy: { enabled: false },
};

interface ChartService {
  readonly http?: number;
  readonly tls?: number;
}

/** The container's ports behind each Service. The chart adds `ssl` to the listeners with TLS itself. */
const SERVICES: Readonly<Record<PlaneService['suffix'], ChartService>> = {
  proxy: { http: PORTS.proxy, tls: PORTS.proxyTls },
  admin: { http: PORTS.admin, tls: PORTS.adminTls },
  cluster: { tls: PORTS.cluster },
  clustertelemetry: { tls: PORTS.telemetry },
};

function serviceValues(plane: PlaneDescription, services: readonly PlaneService[]): Values {
  const suffixes = Object.keys(SERVICES) as PlaneService['suffix'][];
  return Object.fromEntries(suffixes.map((suffix) => {
    const service = services.find((each) => each.suffix === suffix);
    return [suffix, service ? { ...oneService(service), ...suffix === 'admin' && plane.adminOnLoopback && LOOPBACK } : { enabled: false }];
  }));
}

/** Addresses that a listener of the chart has. */
const LOOPBACK: Values = { addresses: ['127.0.0.1'] };

function oneService(service: PlaneService): Values {
  const { suffix, ports, reach } = service;
  const { annotations, spec } = reachOf(service);
  const { allocateLoadBalancerNodePorts, ...chosen } = spec;
  const container = SERVICES[suffix];
  const nodePorts: Readonly<Record<string, number>> = reach.kind === 'node-port' ? reach.nodePorts : {};
  const protocol = (containerPort: number | undefined) => {
    if (containerPort === undefined) return { enabled: false };
    const found = ports.find(({ targetPort }) => PORT_OF[targetPort] === containerPort);
    if (!found) return { enabled: false };
    const { name, port } = found;
    return { enabled: true, servicePort: port, containerPort, ...nodePorts[name] && { nodePort: nodePorts[name] } };
  };
  // The tunnels have no plain listener in the chart.
  const withoutHttp = container.http === undefined;
  return {
    enabled: true,
    ...chosen,
    ...(annotations && { annotations }),
    ...(!withoutHttp && { http: protocol(container.http) }),
    tls: protocol(container.tls),
  };
}

const PORT_OF: Readonly<Record<string, number>> = {
  'proxy': PORTS.proxy,
  'proxy-tls': PORTS.proxyTls,
  'admin': PORTS.admin,
  'admin-tls': PORTS.adminTls,
  'cluster': PORTS.cluster,
  'telemetry': PORTS.telemetry,
};

function enterpriseValues(plane: PlaneDescription, { edition, licence }: KongChart): Values {
  if (edition !== KongEdition.ENTERPRISE) return { enabled: false };
  return {
    enabled: true,
    license_secret: `${plane.name}-${licence!.name}`,
    portal: { enabled: false },
    rbac: { enabled: false },
    smtp: { enabled: false },
  };
}

/** On EKS the Secrets Store driver mounts, and what it mounts it makes a Secret of where that is asked. */
function mountedVolumes(plane: PlaneDescription, hosting: PlaneHosting): Values {
  const mounts = plane.secrets
    .map((mount) => ({ mount, volume: hosting.secretVolume(plane, mount) }))
    .filter(({ volume }) => !('secret' in volume));
  if (mounts.length === 0) return {};
  return {
    userDefinedVolumes: mounts.map(({ mount, volume }) => ({ name: mount.name, ...volume })),
    userDefinedVolumeMounts: mounts.map(({ mount }) => ({ name: mount.name, mountPath: mountPath(plane, mount), readOnly: true })),
  };
}

/** On sites, and of cert-manager, there are Secrets, which the chart mounts itself. */
function secretVolumes(plane: PlaneDescription, hosting: PlaneHosting): Values {
  const names = plane.secrets
    .filter((mount) => 'secret' in hosting.secretVolume(plane, mount) && !isSecretOfKubernetes(plane, mount))
    .map((mount) => `${plane.name}-${mount.name}`);
  names.push(...plane.certificates.map((certificate) => planeCertificateSecretName(plane, certificate)));
  return names.length > 0 ? { secretVolumes: names } : {};
}

function podValues(plane: PlaneDescription): Values {
  const { resources, scaling, replicas } = plane;
  const annotations = metricsAnnotations(plane);
  const probe = (path: string, numbers: Values) => ({
    httpGet: { path, port: 'status', scheme: 'HTTP' },
    timeoutSeconds: 5,
    successThreshold: 1,
    ...numbers,
  });
  return {
    ...(scaling
      ? {
        autoscaling: {
          enabled: true,
          minReplicas: replicas,
          maxReplicas: scaling.maxReplicas,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: scaling.cpuPercent } } },
          ],
        },
      }
      : { replicaCount: replicas, autoscaling: { enabled: false } }),
    podDisruptionBudget: { enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: rollingUpdate(plane) },
    resources: {
      requests: { 'cpu': resources.cpuRequest, 'memory': KONG_MEMORY, 'ephemeral-storage': resources.storage },
      limits: { 'cpu': resources.cpuLimit, 'memory': '2Gi', 'ephemeral-storage': '2Gi' },
    },
    readinessProbe: probe(STATUS_PATHS.ready, { periodSeconds: 5, failureThreshold: 2 }),
    livenessProbe: probe(STATUS_PATHS.live, { periodSeconds: 10, failureThreshold: 3 }),
    startupProbe: probe(STATUS_PATHS.live, { periodSeconds: 2, failureThreshold: 60 }),
    // Draining, then the requests that are still running, as the packaged gateway has it.
    lifecycle: { preStop: { exec: { command: ['kong', 'quit', `--wait=${drainSeconds(plane)}`, `--timeout=${FINISH_SECONDS - 5}`] } } },
    terminationGracePeriodSeconds: graceSeconds(plane),
    nodeSelector: { 'kubernetes.io/os': 'linux', ...plane.nodeSelector },
    ...spread(plane),
    ...(annotations && { podAnnotations: annotations }),
    serviceMonitor:
      plane.discovery === 'service-monitor' ? { enabled: true, trustCRDsExist: true, labels: plane.monitorLabels } : { enabled: false },
  };
}

/** Two nginx workers with Kong's shared dictionaries take more than a node of ours does. */
const KONG_MEMORY = '1Gi';
