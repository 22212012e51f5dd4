/** Packages whose settings a method of `Package` can say in full: settings → options. Everything else is said by `Package.of()`. */
import type { PackageCluster } from '../packages/curated-package';
import { isSame } from '../update/compare';
import type { Value } from './typescript';

export type Settings = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, Value>>;

export interface PackageMethod {
  readonly packageName: string;
  /** Name of the method. */
  readonly name: string;
  readonly targetNamespace: string;
  /** Name that the method gives the object by itself. */
  readonly objectName: (cluster: PackageCluster) => string;
  /** Whether it installs on the management cluster of a workload cluster. */
  readonly isOnManagementCluster?: boolean;
  /** @returns undefined where the method would write other settings */
  readonly read: (settings: Settings | undefined, cluster: PackageCluster, targetNamespace: string) => Options | undefined;
}

export const PACKAGE_METHODS: readonly PackageMethod[] = [
  method('cert-manager', 'certManager', 'cert-manager', certManager),
  method('emissary', 'emissary', 'emissary', emissary),
  method('emissary-crds', 'emissaryCrds', 'emissary', (settings) => (settings === undefined ? {} : undefined)),
  method('hello-eks-anywhere', 'helloEksAnywhere', 'default', hello),
  method('metallb', 'metalLb', 'metallb-system', metalLb),
  method('metrics-server', 'metricsServer', 'kube-system', metricsServer),
  {
    ...method('cluster-autoscaler', 'clusterAutoscaler', 'eksa-system', clusterAutoscaler),
    objectName: ({ clusterName }) => `autoscaler-${clusterName}`,
    isOnManagementCluster: true,
  },
];

function method(packageName: string, name: string, targetNamespace: string, read: PackageMethod['read']): PackageMethod {
  return { packageName, name, targetNamespace, objectName: () => packageName, read };
}

function emissary(settings: Settings = {}): Options | undefined {
  const { replicaCount: replicas, daemonSet, hostNetwork, createDefaultListeners, ...rest } = settings;
  const isSayable = Object.keys(rest).length === 0
    && (replicas === undefined || (Number.isInteger(replicas) && Number(replicas) > 0 && daemonSet !== true))
    && [daemonSet, hostNetwork, createDefaultListeners].every((value) => value === undefined || typeof value === 'boolean');
  return isSayable ? { replicas, daemonSet, hostNetwork, createDefaultListeners } as Options : undefined;
}

function hello({ title, subtitle, ...rest }: Settings = {}): Options | undefined {
  const isSayable = Object.keys(rest).length === 0 && [title, subtitle].every((value) => value === undefined || typeof value === 'string');
  return isSayable ? { title, subtitle } as Options : undefined;
}

function certManager(settings: Settings | undefined, _cluster: PackageCluster, namespace: string): Options | undefined {
  const logLevel = (settings?.global as Settings | undefined)?.logLevel;
  if (logLevel !== undefined && !(Number.isInteger(logLevel) && Number(logLevel) >= 0 && Number(logLevel) <= 6)) return undefined;
  return onlyIf(settings, { namespace, ...logLevel !== undefined && { global: { logLevel } } }, { logLevel } as Options);
}

function metricsServer(settings: Settings | undefined): Options | undefined {
  if (settings === undefined) return { verifyKubelets: true };
  return onlyIf(settings, { args: ['--kubelet-insecure-tls'] }, {});
}

function clusterAutoscaler(settings: Settings | undefined, { clusterName, managementClusterName }: PackageCluster): Options | undefined {
  const remote = { clusterAPIMode: 'kubeconfig-incluster', clusterAPIKubeconfigSecret: `${clusterName}-kubeconfig` };
  const written = { cloudProvider: 'clusterapi', autoDiscovery: { clusterName }, ...managementClusterName !== clusterName && remote };
  return onlyIf(settings, written, {});
}

/** Pools that are announced on the local network, each on all of it. */
function metalLb(settings: Settings | undefined, { hasWorkers }: PackageCluster): Options | undefined {
  const pools = settings?.IPAddressPools;
  if (!Array.isArray(pools) || pools.length === 0) return undefined;
  const given = pools.map((pool: Settings) => ({ name: pool?.name, addresses: pool?.addresses, autoAssign: pool?.autoAssign }));
  const isSayable = given.every(({ name, addresses, autoAssign }) => typeof name === 'string' && Array.isArray(addresses)
    && addresses.every((range) => typeof range === 'string' && !/\s/.test(range)) && ['undefined', 'boolean'].includes(typeof autoAssign));
  const announced = (settings?.speaker as Settings | undefined)?.ignoreExcludeLB as boolean | undefined;
  // Without workers the method announces from the control plane by itself.
  if (!isSayable || (announced === undefined && !hasWorkers)) return undefined;
  const written = {
    IPAddressPools: given.map(({ autoAssign, ...pool }) => ({ ...pool, ...autoAssign !== undefined && { autoAssign } })),
    L2Advertisements: [{ ipAddressPools: given.map(({ name }) => name) }],
    ...announced !== undefined && { speaker: { ignoreExcludeLB: announced } },
  };
  const announceFromControlPlane = announced === true && !hasWorkers ? undefined : announced;
  return onlyIf(settings, written, { pools: given as unknown as Value, announceFromControlPlane });
}

/** The options, where the settings are just what they make the method write. */
function onlyIf(settings: Settings | undefined, written: Settings, options: Options): Options | undefined {
  return isSame(settings, written) ? options : undefined;
}
