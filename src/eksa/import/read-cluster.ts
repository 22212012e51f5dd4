/** From documents back to what they were built from, as far as the constructs can say it; what is lost shows when they are built again. */
import type { ClusterInput } from '../documents/cluster';
import { encryption, readEncryption } from '../documents/encryption';
import type { ControlPlaneInput, NodeGroupInput, WorkerGroupInput } from '../documents/node-groups';
import type { Cilium, ClusterSpec, HealthCheck, NodeGroup, PackageSwitches, WorkerGroup } from '../model/cluster';
import type { Document } from '../model/document';
import { formatDuration, parseDurationMs } from '../syntax/duration';
import type { Contents } from '../update/pair';
import type { Companions } from './read-companions';
import { readCompanions } from './read-companions';

/** @param contents with defaults filled in */
export function readCluster(contents: Contents): ClusterInput {
  const { cluster } = contents;
  const spec = cluster.spec ?? {};
  const companions = readCompanions(contents);
  const network = spec.clusterNetwork;
  return {
    clusterName: cluster.metadata?.name ?? '',
    metadata: metadata(cluster),
    datacenterConfigName: spec.datacenterRef?.name === cluster.metadata?.name ? undefined : spec.datacenterRef?.name,
    kubernetesVersion: spec.kubernetesVersion ?? '',
    endpoint: spec.controlPlaneConfiguration?.endpoint?.host,
    podsCidr: network?.pods?.cidrBlocks?.[0] ?? '',
    servicesCidr: network?.services?.cidrBlocks?.[0] ?? '',
    nodeCidrMaskSize: network?.nodes?.cidrMaskSize,
    dnsResolvConf: network?.dns?.resolvConf?.path,
    cilium: cilium(network?.cniConfig?.cilium),
    kindnetd: network?.cniConfig?.kindnetd ? true : undefined,
    controlPlaneNodes: readControlPlane(spec),
    workerNodes: (spec.workerNodeGroupConfigurations ?? []).map(readGroup),
    etcdNodes: spec.externalEtcdConfiguration && { count: spec.externalEtcdConfiguration.count ?? 0 },
    upgradeInPlace: spec.controlPlaneConfiguration?.upgradeRolloutStrategy?.type === 'InPlace' || undefined,
    managementClusterName: spec.managementCluster?.name || undefined,
    extra: extra(spec, companions),
    companions: companions.documents,
  };
}

function metadata({ metadata: given }: Document): ClusterInput['metadata'] {
  return { namespace: given?.namespace, labels: given?.labels, annotations: given?.annotations };
}

/** What the properties can say; with values for the chart the tools ignore the other fields. */
function cilium(given: Cilium | undefined): Cilium | undefined {
  if (!given) return undefined;
  const { policyEnforcementMode, routingMode, ipv4NativeRoutingCIDR, egressMasqueradeInterfaces, skipUpgrade } = given;
  const { ipv6NativeRoutingCIDR, cniExclusive, helmValues } = given;
  if (helmValues) return { helmValues };
  return {
    policyEnforcementMode,
    // A file with a network and no mode means the default, which the property has to name there.
    routingMode: routingMode || (ipv4NativeRoutingCIDR ? 'overlay' : undefined),
    ipv4NativeRoutingCIDR: ipv4NativeRoutingCIDR || undefined,
    ipv6NativeRoutingCIDR: ipv6NativeRoutingCIDR || undefined,
    egressMasqueradeInterfaces,
    skipUpgrade,
    cniExclusive,
  };
}

function extra(spec: ClusterSpec, { identities, gitOps }: Companions): Partial<ClusterSpec> {
  const { proxyConfiguration: proxy, registryMirrorConfiguration: mirror, podIamConfig, packages, machineHealthCheck } = spec;
  return {
    identityProviderRefs: identities.length > 0 ? identities : undefined,
    gitOpsRef: gitOps,
    proxyConfiguration: proxy && { httpProxy: proxy.httpProxy, httpsProxy: proxy.httpsProxy, noProxy: proxy.noProxy },
    registryMirrorConfiguration: mirror && { ...mirror, port: String(Number(mirror.port)) },
    licenseToken: spec.licenseToken,
    etcdEncryption: spec.etcdEncryption && etcdEncryption(spec.etcdEncryption),
    podIamConfig,
    eksaVersion: spec.eksaVersion,
    packages: packages && packageSwitches(packages),
    machineHealthCheck: healthCheck(machineHealthCheck),
  };
}

function packageSwitches({ disable, controller, cronjob }: PackageSwitches): PackageSwitches {
  return {
    disable,
    controller: controller && {
      ...controller,
      env: controller.env && Object.entries(environment(controller.env)).map(([name, value]) => `${name}=${value}`),
    },
    cronjob,
  };
}

/** A property holds one value under each name; what is lost by that shows when it is written again. */
export function environment(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split('=');
    return [name, value.join('=')];
  }));
}

function readControlPlane(spec: ClusterSpec): ControlPlaneInput {
  const given = spec.controlPlaneConfiguration ?? {};
  return {
    count: given.count ?? 1,
    ...readNodes(given),
    certificateNames: given.certSans,
    auditPolicy: given.auditPolicyContent,
    apiServerExtraArgs: given.apiServerExtraArgs,
    skipLoadBalancer: given.skipLoadBalancerDeployment || undefined,
    skipAdmissionForSystemResources: given.skipAdmissionForSystemResources,
  };
}

function readGroup(given: WorkerGroup): WorkerGroupInput {
  const scaling = given.autoscalingConfiguration;
  return {
    ...readNodes(given),
    name: given.name ?? '',
    count: scaling && given.count === scaling.minCount ? undefined : given.count,
    maxUnavailable: given.upgradeRolloutStrategy?.rollingUpdate?.maxUnavailable,
    autoscaling: scaling && { minCount: scaling.minCount ?? 0, maxCount: scaling.maxCount ?? 0 },
    kubernetesVersion: given.kubernetesVersion,
    failureDomain: given.failureDomains?.[0],
  };
}

function readNodes(given: NodeGroup): NodeGroupInput {
  return {
    labels: given.labels,
    taints: given.taints?.map(({ key, value, effect, timeAdded }) => ({ key, value, effect, timeAdded })),
    maxSurge: given.upgradeRolloutStrategy?.rollingUpdate?.maxSurge,
    kubeletConfiguration: kubelet(given.kubeletConfiguration),
    healthCheck: healthCheck(given.machineHealthCheck),
  };
}

/** The header is written by the constructs. */
function kubelet(given: unknown): Record<string, unknown> | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { kind: _kind, apiVersion: _apiVersion, ...settings } = given as Record<string, unknown>;
  return settings;
}

function etcdEncryption(given: readonly object[]): readonly object[] {
  const read = readEncryption(given);
  return encryption({ ...read, timeout: wholeSeconds(read.timeout) });
}

function wholeSeconds(text: string | undefined): string | undefined {
  return text === undefined ? undefined : formatDuration(Math.floor((parseDurationMs(text) ?? 0) / 1000));
}

/** Times in whole seconds, as the properties take them. */
function healthCheck(given: HealthCheck | undefined): HealthCheck | undefined {
  return given && {
    maxUnhealthy: given.maxUnhealthy,
    nodeStartupTimeout: wholeSeconds(given.nodeStartupTimeout),
    unhealthyMachineTimeout: wholeSeconds(given.unhealthyMachineTimeout),
  };
}
