import { PORTS } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { NetworkPolicySpec } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { PRIVATE_NETWORKS } from '../../../private/network/private-networks';
import type { PlaneDescription } from '../plane/plane';
import { CONFIGURATION, configurationLabels, migrationLabels, objectLabels, selectorLabels } from '../plane/plane-labels';

/** Pods of the plane's namespace that carry this label with the value "true" may call the Admin API. */
export const ADMIN_CLIENT_LABEL = 'hybridge/admin-client';

/** The cloud's metadata service: nothing a gateway proxies to may lead there. */
const METADATA_SERVICE = '169.254.169.254/32';

type Ingress = NonNullable<NetworkPolicySpec['ingress']>[number];
type Egress = NonNullable<NetworkPolicySpec['egress']>[number];

// Cilium, which EKS Anywhere installs, matches no pod of the cluster by its address: pods need a rule of their own.
const CLUSTER = { namespaceSelector: {} };
const ANYWHERE = [{ ipBlock: { cidr: '0.0.0.0/0' } }, CLUSTER];
const ANYWHERE_BUT_METADATA = [{ ipBlock: { cidr: '0.0.0.0/0', except: [METADATA_SERVICE] } }, CLUSTER];
const PRIVATE = [...PRIVATE_NETWORKS.map((cidr) => ({ ipBlock: { cidr } })), CLUSTER];

const DNS: Egress = { to: ANYWHERE, ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }] };
const STATUS: Ingress = { from: PRIVATE, ports: tcp(PORTS.status) };

/** The agent of EKS Pod Identity on the node, which gives the pods their role. */
const POD_IDENTITY: Egress = { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: tcp(80) };

/** S3. */
const FALLBACK: Egress = { to: ANYWHERE_BUT_METADATA, ports: tcp(443) };

/** Who may talk to the pods of a plane, and whom they may talk to. */
export function networkPolicies(plane: PlaneDescription, databasePort: number | undefined): readonly KubernetesObject[] {
  return plane.role === 'data_plane'
    ? [dataPlanePolicy(plane)]
    : [controlPlanePolicy(plane, databasePort), migrationsPolicy(plane, databasePort)];
}

function dataPlanePolicy(plane: PlaneDescription): KubernetesObject {
  return policy(plane, plane.name, { matchLabels: selectorLabels(plane) }, {
    ingress: [{ from: ANYWHERE, ports: [...tcp(PORTS.proxy, PORTS.proxyTls), ...streamPorts(plane)] }, STATUS],
    // Upstreams are configuration, known to the control plane only.
    egress: [DNS, { to: ANYWHERE_BUT_METADATA }],
  });
}

function controlPlanePolicy(plane: PlaneDescription, databasePort: number | undefined): KubernetesObject {
  return policy(plane, plane.name, { matchLabels: selectorLabels(plane) }, {
    ingress: [
      // The load balancers limit the sources; mutual TLS limits who gets further.
      { from: ANYWHERE, ports: tcp(PORTS.cluster, PORTS.telemetry) },
      { from: [{ podSelector: { matchLabels: { [ADMIN_CLIENT_LABEL]: 'true' } } }], ports: tcp(PORTS.admin) },
      ...plane.adminSources ? [{ from: plane.adminSources.map((cidr) => ({ ipBlock: { cidr } })), ports: tcp(PORTS.adminTls) }] : [],
      STATUS,
    ],
    egress: [DNS, ...databaseRule(databasePort), ...plane.writesFallback ? [FALLBACK] : [], ...identityRule(plane, plane.writesFallback)],
  });
}

function migrationsPolicy(plane: PlaneDescription, databasePort: number | undefined): KubernetesObject {
  const { 'app.kubernetes.io/instance': instance, 'app.kubernetes.io/component': component } = migrationLabels(plane);
  // The chart has a Job before and one after an upgrade, and another for the first time.
  const ofChart = {
    matchLabels: { 'app.kubernetes.io/instance': instance },
    matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['app', CONFIGURATION] }],
  };
  const ours = { matchLabels: { 'app.kubernetes.io/instance': instance, 'app.kubernetes.io/component': component } };
  return policy(plane, `${plane.name}-migrations`, plane.chart ? ofChart : ours, {
    ingress: [],
    egress: [DNS, ...databaseRule(databasePort), ...identityRule(plane)],
  });
}

/** A Job that applies a configuration talks to the Admin API only. */
export function configurationPolicy(plane: PlaneDescription, id: string): KubernetesObject {
  const { 'app.kubernetes.io/instance': instance } = configurationLabels(plane);
  const podSelector = { matchLabels: { 'app.kubernetes.io/instance': instance, 'app.kubernetes.io/component': CONFIGURATION } };
  return policy(plane, `${plane.name}-config-${id}`, podSelector, {
    ingress: [], egress: [DNS, { to: [{ podSelector: { matchLabels: selectorLabels(plane) } }], ports: tcp(PORTS.admin) }],
  });
}

function databaseRule(databasePort: number | undefined): readonly Egress[] {
  return databasePort ? [{ to: PRIVATE, ports: tcp(databasePort) }] : [];
}

/** @param needsRole for something other than the database */
function identityRule({ logsInWithIam }: PlaneDescription, needsRole?: boolean): readonly Egress[] {
  return logsInWithIam || needsRole ? [POD_IDENTITY] : [];
}

function policy(
  plane: PlaneDescription,
  name: string,
  podSelector: NetworkPolicySpec['podSelector'],
  rules: Pick<NetworkPolicySpec, 'ingress' | 'egress'>,
): KubernetesObject {
  return native({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: plane.name, labels: objectLabels(plane) },
    spec: { podSelector, policyTypes: ['Ingress', 'Egress'], ...rules },
  });
}

function streamPorts({ streams = [] }: PlaneDescription) {
  return streams.map(({ port, transport }) => ({ protocol: transport, port }));
}

function tcp(...ports: readonly number[]) {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}
