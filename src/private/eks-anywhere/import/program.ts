/** The TypeScript program that makes a site: its construct with the properties that are not the default. */
import type { BareMetalInput } from '../build/bare-metal';
import type { ClusterInput } from '../build/cluster';
import { FLUX_KIND } from '../build/identity';
import type { ControlPlaneInput, NodeGroupInput, WorkerGroupInput } from '../build/node-groups';
import type { VirtualMachineInput, VSphereInput } from '../build/vsphere';
import type { HealthCheck } from '../model/cluster';
import type { HostOs } from '../model/machines';
import { OsFamily, defaultSshUser } from '../model/os-family';
import { parseDurationMs } from '../syntax/duration';
import { KNOWN_KUBERNETES_VERSIONS } from '../syntax/version';
import { hardwareExpression } from './hardware-source';
import type { HardwareSource } from './hardware-source';
import { cilium, fluxSync, identity, packageSwitches, registryMirror } from './program-policies';
import type { Site } from './read-site';
import { CDK, LIBRARY, call, importStatements, importsOf, member, write } from './typescript';
import type { Value } from './typescript';

const OPERATING_SYSTEMS: Readonly<Record<string, string>> = { ubuntu: 'ubuntu', redhat: 'redHat', bottlerocket: 'bottlerocket' };

/**
 * @param release of EKS Anywhere, such as v0.26.0
 * @param hardware where machines come from, on bare metal
 */
export function programOf(site: Site, release: string, hardware?: HardwareSource): string {
  const id = pascalCase(site.input.clusterName);
  const props = propsOf(site, release, hardware);
  const imports = importStatements([{ from: CDK, name: 'App' }, { from: LIBRARY, name: site.construct }, ...importsOf(props)]);
  const notes = hardware?.notes.map((note) => `// ${note}\n`).join('') ?? '';
  return `${imports}\nconst app = new App();\n\n${notes}new ${site.construct}(app, '${id}', ${write(props, '')});\n\napp.synth();\n`;
}

export function pascalCase(name: string): string {
  return name.split(/[^A-Za-z0-9]+/).map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}

function propsOf(site: Site, release: string, hardware: HardwareSource | undefined): Readonly<Record<string, Value>> {
  switch (site.construct) {
    case 'BareMetalCluster': return { ...common(site.input, release), ...machines(site.input, 'TinkerbellMachineConfig'), ...bareMetal(site.input, hardware) };
    case 'VSphereCluster': return { ...common(site.input, release), ...machines(site.input, 'VSphereMachineConfig'), ...vsphere(site.input) };
    default: return { ...common(site.input, release), ...docker(site.input) };
  }
}

function docker(input: ClusterInput): Readonly<Record<string, Value>> {
  return { controlPlaneNodes: controlPlane(input.controlPlaneNodes), workerNodes: input.workerNodes.map(workers), etcdCount: input.etcdCount, kindnetd: input.kindnetd };
}

function common(input: ClusterInput, release: string): Readonly<Record<string, Value>> {
  const { extra = {}, companions = [], metadata } = input;
  const identities = companions.filter(({ kind }) => kind !== FLUX_KIND).map(identity);
  const flux = companions.find(({ kind }) => kind === FLUX_KIND);
  return {
    clusterName: input.clusterName,
    namespace: metadata?.namespace,
    clusterLabels: metadata?.labels,
    clusterAnnotations: metadata?.annotations,
    eksAnywhereVersion: release,
    kubernetesVersion: kubernetesVersion(input.kubernetesVersion),
    endpoint: input.endpoint,
    podsCidr: input.podsCidr,
    servicesCidr: input.servicesCidr,
    nodeCidrMaskSize: input.nodeCidrMaskSize,
    dnsResolvConf: input.dnsResolvConf,
    cilium: cilium(input.cilium),
    identityProviders: identities.length > 0 ? identities : undefined,
    gitOps: flux && fluxSync(flux),
    proxy: extra.proxyConfiguration as Value,
    registryMirror: extra.registryMirrorConfiguration && registryMirror(extra.registryMirrorConfiguration),
    serviceAccountIssuer: extra.podIamConfig?.serviceAccountIssuer,
    ...packageSwitches(extra.packages),
    machineHealthCheck: healthCheck(extra.machineHealthCheck),
  };
}

/** The constant of a version; `of` where there is none yet. */
function kubernetesVersion(version: string): Value {
  if (!KNOWN_KUBERNETES_VERSIONS.includes(version)) return call('EksAnywhereKubernetesVersion.of', [version], LIBRARY);
  return member(`EksAnywhereKubernetesVersion.V${version.replace('.', '_')}`, LIBRARY);
}

interface MachineInput {
  readonly hostOs?: HostOs;
  readonly osFamily: string;
  readonly osImageUrl?: string;
  readonly sshUser: string;
  readonly sshKey: string;
}

function machines(input: MachineInput, kind: Parameters<typeof defaultSshUser>[0]): Readonly<Record<string, Value>> {
  return {
    os: call(`OperatingSystem.${OPERATING_SYSTEMS[input.osFamily]}`, [osOptions(input)], LIBRARY),
    sshUser: input.sshUser === defaultSshUser(kind, input.osFamily) ? undefined : input.sshUser,
    sshKey: input.sshKey,
    timeServers: input.hostOs?.ntpConfiguration?.servers,
  };
}

function osOptions({ osFamily, osImageUrl, hostOs }: MachineInput): Value {
  const { kubernetes, kernel, boot } = hostOs?.bottlerocketConfiguration ?? {};
  const options: Readonly<Record<string, Value>> = osFamily === OsFamily.BOTTLEROCKET ? {
    kubernetes: kubernetes as Value,
    sysctl: kernel?.sysctlSettings,
    bootKernelParameters: boot?.bootKernelParameters,
    certificateAuthorities: hostOs?.certBundles && Object.fromEntries(hostOs.certBundles.map(({ name = '', data }) => [name, data])),
  } : { imageUrl: osImageUrl };
  return Object.values(options).some((option) => option !== undefined) ? options : undefined;
}

function bareMetal(input: BareMetalInput, hardware: HardwareSource | undefined): Readonly<Record<string, Value>> {
  return {
    tinkerbellIp: input.tinkerbellIp,
    upgradeInPlace: input.upgradeInPlace,
    hookImagesUrl: input.hookImagesUrl,
    isoBoot: input.isoUrl === undefined ? input.isoBoot : undefined,
    isoUrl: input.isoUrl,
    skipServiceLoadBalancer: input.skipServiceLoadBalancer,
    loadBalancerInterface: input.loadBalancerInterface,
    hardware: hardware && hardwareExpression(hardware),
    controlPlaneNodes: { ...controlPlane(input.controlPlaneNodes), ...installed(input.controlPlaneNodes) },
    workerNodes: input.workerNodes.length > 0 ? input.workerNodes.map((group) => ({ ...workers(group), ...installed(group) })) : undefined,
  };
}

type Installed = Pick<BareMetalInput['controlPlaneNodes'], 'select' | 'affinity' | 'imageUrl' | 'installationTemplate'>;

function installed({ select, affinity, imageUrl, installationTemplate }: Installed): Readonly<Record<string, Value>> {
  return {
    select,
    affinity: affinity && { required: affinity.required.map(hardwareTerm), preferred: affinity.preferred?.map((term) => ({ ...hardwareTerm(term), weight: term.weight })) },
    imageUrl,
    installationTemplate: installationTemplate as Value,
  };
}

function hardwareTerm({ labels, expressions }: NonNullable<Installed['affinity']>['required'][number]): Readonly<Record<string, Value>> {
  return { labels, expressions: expressions?.map(({ key, operator, values }) => ({ key, operator: member(`LabelOperator.${constantCase(operator)}`, LIBRARY), values })) };
}

function vsphere(input: VSphereInput): Readonly<Record<string, Value>> {
  const { datastore, folder, resourcePool, template } = input.controlPlaneNodes;
  return {
    server: input.server,
    datacenter: input.datacenter,
    network: input.network,
    datastore, folder, resourcePool, template,
    thumbprint: input.thumbprint || undefined,
    insecure: input.insecure || undefined,
    failureDomains: input.failureDomains?.map(({ name, computeCluster, resourcePool: pool, datastore: store, folder: place, network }) => ({
      name, computeCluster, resourcePool: pool, datastore: store, folder: place, network,
    })),
    storagePolicy: input.storagePolicy,
    linkedClones: input.linkedClones,
    tags: input.tags,
    controlPlaneNodes: { ...controlPlane(input.controlPlaneNodes), ...size(input.controlPlaneNodes) },
    workerNodes: input.workerNodes.map((group) => ({ ...workers(group), ...size(group), failureDomain: group.failureDomain, networks: group.networks })),
    etcdNodes: input.etcdNodes && { count: input.etcdCount, ...size(input.etcdNodes) },
  };
}

function size({ cpus, memoryMiB, diskGiB }: VirtualMachineInput): Readonly<Record<string, Value>> {
  const memory = memoryMiB % 1024 === 0 ? call('Size.gibibytes', [memoryMiB / 1024], CDK) : call('Size.mebibytes', [memoryMiB], CDK);
  return { cpus: cpus === 2 ? undefined : cpus, memory: memoryMiB === 8192 ? undefined : memory, disk: diskGiB === 25 ? undefined : call('Size.gibibytes', [diskGiB], CDK) };
}

function controlPlane(input: ControlPlaneInput): Readonly<Record<string, Value>> {
  return {
    ...nodes(input),
    certificateNames: input.certificateNames,
    auditPolicy: input.auditPolicy,
    skipLoadBalancer: input.skipLoadBalancer,
    skipAdmissionForSystemResources: input.skipAdmissionForSystemResources,
  };
}

function workers(input: WorkerGroupInput): Readonly<Record<string, Value>> {
  return {
    name: input.name,
    ...nodes(input),
    maxUnavailable: input.maxUnavailable || undefined,
    autoscaling: input.autoscaling && { minCount: input.autoscaling.minCount, maxCount: input.autoscaling.maxCount },
    kubernetesVersion: input.kubernetesVersion === undefined ? undefined : kubernetesVersion(input.kubernetesVersion),
  };
}

function nodes(input: NodeGroupInput): Readonly<Record<string, Value>> {
  return {
    count: input.count,
    labels: input.labels,
    taints: input.taints?.map(({ key, value, effect = '' }) => ({ key, value: value || undefined, effect: member(`TaintEffect.${constantCase(effect)}`, LIBRARY) })),
    maxSurge: input.maxSurge === undefined || input.maxSurge === 1 ? undefined : input.maxSurge,
    kubeletConfiguration: input.kubeletConfiguration as Value,
    machineHealthCheck: healthCheck(input.healthCheck),
  };
}

/** `NoSchedule` → `NO_SCHEDULE`. */
function constantCase(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toUpperCase();
}

function healthCheck(given: HealthCheck | undefined): Value {
  return given && {
    maxUnhealthy: given.maxUnhealthy === undefined ? undefined : String(given.maxUnhealthy),
    nodeStartupTimeout: duration(given.nodeStartupTimeout),
    unhealthyMachineTimeout: duration(given.unhealthyMachineTimeout),
  };
}

function duration(text: string | undefined): Value {
  if (text === undefined) return undefined;
  const seconds = (parseDurationMs(text) ?? 0) / 1000;
  return seconds % 60 === 0 ? call('Duration.minutes', [seconds / 60], CDK) : call('Duration.seconds', [seconds], CDK);
}
