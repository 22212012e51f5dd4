/** The TypeScript program that makes a site: its construct with the properties that are not the default. */
import type { BareMetalInput, PhysicalMachineInput } from '../documents/bare-metal';
import type { ClusterInput } from '../documents/cluster';
import { readEncryption } from '../documents/encryption';
import { FLUX_KIND, OLD_FLUX_KIND } from '../documents/identity';
import type { ControlPlaneInput, NodeGroupInput, WorkerGroupInput } from '../documents/node-groups';
import type { VirtualMachineInput, VSphereInput } from '../documents/vsphere';
import type { HealthCheck } from '../model/cluster';
import { KUBELET_SETTINGS } from '../model/node-settings';
import { KNOWN_KUBERNETES_VERSIONS } from '../releases/release-table';
import { parseDurationMs } from '../syntax/duration';
import { isSame } from '../update/compare';
import { hardwareExpression } from './hardware-source';
import type { HardwareSource } from './hardware-source';
import { licenseExpression, licenseNotes } from './license';
import { clusterLogin, groupLogin, operatingSystem, timeServers } from './program-machines';
import { cilium, fluxSync, identity, packageSwitches, registryMirror } from './program-policies';
import { settingsExpression } from './program-settings';
import { templateExpression } from './program-template';
import type { Site } from './read-site';
import { shareOut } from './shared-values';
import { CDK, LIBRARY, call, importStatements, importsOf, member, write } from './typescript';
import type { Expression, Value } from './typescript';

const GIT_OPS_KINDS = [FLUX_KIND, OLD_FLUX_KIND];
const BARE_METAL_KIND = 'TinkerbellMachineConfig';
const VSPHERE_KIND = 'VSphereMachineConfig';

interface ProgramPackages {
  /** What `addPackage()` is called with. */
  readonly packages: readonly Expression[];
  /** What the person who runs the program must know, one line each. */
  readonly notes: readonly string[];
}

/**
 * @param release of EKS Anywhere, such as v0.27.0
 * @param hardware where machines come from, on bare metal
 */
export function programOf(
  site: Site,
  release: string,
  hardware?: HardwareSource,
  { packages, notes: packageNotes }: ProgramPackages = { packages: [], notes: [] },
): string {
  const id = pascalCase(site.input.clusterName);
  const props = propsOf(site, release, hardware);
  const imports = importStatements([
    { from: CDK, name: 'App' },
    { from: LIBRARY, name: site.construct },
    ...importsOf(props),
    ...packages.flatMap(importsOf),
  ]);
  const notes = [...licenseNotes(site.input.extra?.licenseToken), ...hardware?.notes ?? [], ...packageNotes]
    .map((note) => `// ${note}\n`).join('');
  const variable = packages.length > 0 ? 'const cluster = ' : '';
  const added = packages.map((curated) => `cluster.addPackage(${write(curated, '')});\n`).join('');
  return `${imports}\nconst app = new App();\n\n${notes}${variable}new ${site.construct}(app, '${id}', ${write(props, '')});\n${added}\n`
    + 'app.synth();\n';
}

function pascalCase(name: string): string {
  return name.split(/[^A-Za-z0-9]+/).map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}

function propsOf(site: Site, release: string, hardware: HardwareSource | undefined): Readonly<Record<string, Value>> {
  switch (site.construct) {
    case 'BareMetalCluster': return { ...common(site.input, release), ...bareMetal(site.input, hardware) };
    case 'VSphereCluster': return { ...common(site.input, release), ...vsphere(site.input) };
    default: return { ...common(site.input, release), ...docker(site.input) };
  }
}

function docker(input: ClusterInput): Readonly<Record<string, Value>> {
  const controlPlaneNodes = controlPlane(input.controlPlaneNodes);
  const workerNodes = input.workerNodes.map(workers);
  return {
    controlPlaneNodes: isSame(controlPlaneNodes, { count: 1 }) ? undefined : controlPlaneNodes,
    workerNodes: isSame(workerNodes, [{ name: 'md-0', count: 1 }]) ? undefined : workerNodes,
    etcdCount: input.etcdNodes?.count,
    kindnetd: input.kindnetd,
  };
}

function common(input: ClusterInput, release: string): Readonly<Record<string, Value>> {
  const { extra = {}, companions = [], metadata } = input;
  const identities = companions
    .filter(({ kind }) => !GIT_OPS_KINDS.includes(kind))
    .map((document) => identity(document, input.clusterName));
  const flux = companions.find(({ kind }) => GIT_OPS_KINDS.includes(kind));
  return {
    clusterName: input.clusterName,
    namespace: metadata?.namespace,
    clusterLabels: metadata?.labels,
    clusterAnnotations: metadata?.annotations,
    eksAnywhereVersion: release,
    pinEksAnywhereVersion: extra.eksaVersion === undefined ? undefined : true,
    licenseToken: extra.licenseToken === undefined ? undefined : licenseExpression(extra.licenseToken),
    datacenterConfigName: input.datacenterConfigName,
    kubernetesVersion: kubernetesVersion(input.kubernetesVersion),
    endpoint: input.endpoint,
    podsCidr: input.podsCidr,
    servicesCidr: input.servicesCidr,
    nodeCidrMaskSize: input.nodeCidrMaskSize,
    dnsResolvConf: input.dnsResolvConf,
    cilium: cilium(input.cilium),
    identityProviders: identities.length > 0 ? identities : undefined,
    gitOps: flux && fluxSync(flux, input.clusterName),
    proxy: extra.proxyConfiguration as Value,
    registryMirror: extra.registryMirrorConfiguration && registryMirror(extra.registryMirrorConfiguration),
    serviceAccountIssuer: extra.podIamConfig?.serviceAccountIssuer,
    ...packageSwitches(extra.packages),
    machineHealthCheck: healthCheck(extra.machineHealthCheck),
    managementCluster:
      input.managementClusterName === undefined || input.managementClusterName === input.clusterName
        ? undefined
        : call('ManagementCluster.fromClusterName', [input.managementClusterName], LIBRARY),
    omitManagementCluster: input.managementClusterName === undefined ? true : undefined,
    furtherDocuments: input.furtherDocuments as unknown as Value,
  };
}

/** The constant of a version; `of` where there is none yet. */
function kubernetesVersion(version: string): Value {
  if (!KNOWN_KUBERNETES_VERSIONS.includes(version)) return call('EksAnywhereKubernetesVersion.of', [version], LIBRARY);
  return member(`EksAnywhereKubernetesVersion.V${version.replace('.', '_')}`, LIBRARY);
}

function bareMetal(input: BareMetalInput, hardware: HardwareSource | undefined): Readonly<Record<string, Value>> {
  const groups = [input.controlPlaneNodes, ...input.workerNodes];
  const { shared, own: [controlPlaneOwn, ...workersOwn] } = shareOut(groups.map((group) => ({ timeServers: timeServers(group) })));
  const login = clusterLogin(BARE_METAL_KIND, groups[0]);
  return {
    os: operatingSystem(groups[0], input.osImageUrl),
    ...login,
    ...shared,
    tinkerbellIp: input.tinkerbellIp,
    upgradeInPlace: input.upgradeInPlace,
    hookImagesUrl: input.hookImagesUrl,
    isoBoot: input.isoUrl === undefined ? input.isoBoot : undefined,
    isoUrl: input.isoUrl,
    skipServiceLoadBalancer: input.skipServiceLoadBalancer,
    loadBalancerInterface: input.loadBalancerInterface,
    hardware: hardware && hardwareExpression(hardware),
    controlPlaneNodes: {
      ...controlPlane(input.controlPlaneNodes),
      ...installed(input.controlPlaneNodes, input),
      ...controlPlaneOwn,
      login: groupLogin(BARE_METAL_KIND, groups[0], login),
    },
    workerNodes:
      input.workerNodes.length > 0
        ? input.workerNodes.map((group, index) => ({
          ...workers(group),
          ...installed(group, input),
          ...workersOwn[index],
          login: groupLogin(BARE_METAL_KIND, group, login),
        }))
        : undefined,
  };
}

function installed(
  group: PhysicalMachineInput,
  { clusterName, tinkerbellIp, osImageUrl }: BareMetalInput,
): Readonly<Record<string, Value>> {
  const { machineConfigName, select, affinity, imageUrl, installationTemplate, installationTemplateName, osFamily } = group;
  const context = { clusterName, osFamily, imageUrl: imageUrl ?? osImageUrl, tinkerbellIp };
  return {
    machineConfigName,
    select,
    affinity: affinity && {
      required: affinity.required.map(hardwareTerm),
      preferred: affinity.preferred?.map((term) => ({ ...hardwareTerm(term), weight: term.weight })),
    },
    imageUrl,
    installationTemplate: installationTemplate && templateExpression(installationTemplate, context),
    installationTemplateName,
  };
}

function hardwareTerm({
  labels,
  expressions,
}: NonNullable<PhysicalMachineInput['affinity']>['required'][number]): Readonly<Record<string, Value>> {
  return {
    labels,
    expressions: expressions?.map(({ key, operator, values }) => ({
      key,
      operator: member(`LabelOperator.${constantCase(operator)}`, LIBRARY),
      values,
    })),
  };
}

function vsphere(input: VSphereInput): Readonly<Record<string, Value>> {
  const { controlPlaneNodes, workerNodes, etcdNodes } = input;
  const groups = [controlPlaneNodes, ...workerNodes, ...etcdNodes ? [etcdNodes] : []];
  const { shared, own } = shareOut(groups.map(placed));
  const login = clusterLogin(VSPHERE_KIND, controlPlaneNodes);
  const machine = (group: VirtualMachineInput): Readonly<Record<string, Value>> => ({
    machineConfigName: group.machineConfigName,
    ...size(group),
    ...own[groups.indexOf(group as (typeof groups)[number])],
    login: groupLogin(VSPHERE_KIND, group, login),
  });
  return {
    server: input.server,
    datacenter: input.datacenter,
    network: input.network,
    ...shared,
    ...login,
    upgradeInPlace: input.upgradeInPlace,
    etcdEncryption: input.extra?.etcdEncryption && etcdEncryption(input.extra.etcdEncryption),
    thumbprint: input.thumbprint || undefined,
    insecure: input.insecure || undefined,
    failureDomains: input.failureDomains?.map(({ name, computeCluster, resourcePool: pool, datastore: store, folder: place, network }) => ({
      name,
      computeCluster,
      resourcePool: pool,
      datastore: store,
      folder: place,
      network,
    })),
    controlPlaneNodes: { ...controlPlane(controlPlaneNodes), ...machine(controlPlaneNodes) },
    workerNodes: workerNodes.map((group) => ({
      ...workers(group),
      ...machine(group),
      failureDomain: group.failureDomain,
      networks: group.networks,
    })),
    etcdNodes: etcdNodes && { count: etcdNodes.count, ...machine(etcdNodes) },
  };
}

function etcdEncryption(given: readonly object[]): Value {
  const { pluginName, socket, resources, cacheSize, timeout } = readEncryption(given);
  return { pluginName, socket, resources: resources.join() === 'secrets' ? undefined : resources, cacheSize, timeout: duration(timeout) };
}

/** What a group of virtual machines can leave to its cluster. */
function placed(group: VirtualMachineInput): Readonly<Record<string, Value>> {
  const { datastore, folder, resourcePool, template, storagePolicy, linkedClones, tags } = group;
  return {
    os: operatingSystem(group),
    timeServers: timeServers(group),
    datastore,
    folder,
    resourcePool,
    template,
    storagePolicy,
    linkedClones,
    tags,
  };
}

function size({ cpus, memoryMiB, diskGiB }: VirtualMachineInput): Readonly<Record<string, Value>> {
  const memory = memoryMiB % 1024 === 0 ? call('Size.gibibytes', [memoryMiB / 1024], CDK) : call('Size.mebibytes', [memoryMiB], CDK);
  return {
    cpus: cpus === 2 ? undefined : cpus,
    memory: memoryMiB === 8192 ? undefined : memory,
    disk: diskGiB === 25 ? undefined : call('Size.gibibytes', [diskGiB], CDK),
  };
}

function controlPlane(input: ControlPlaneInput): Readonly<Record<string, Value>> {
  return {
    count: input.count,
    ...nodes(input),
    certificateNames: input.certificateNames,
    auditPolicy: input.auditPolicy,
    apiServerExtraArgs: input.apiServerExtraArgs,
    skipLoadBalancer: input.skipLoadBalancer,
    skipAdmissionForSystemResources: input.skipAdmissionForSystemResources,
  };
}

function workers(input: WorkerGroupInput): Readonly<Record<string, Value>> {
  return {
    name: input.name,
    count: input.count,
    ...nodes(input),
    maxUnavailable: input.maxUnavailable || undefined,
    autoscaling: input.autoscaling && { minCount: input.autoscaling.minCount, maxCount: input.autoscaling.maxCount },
    kubernetesVersion: input.kubernetesVersion === undefined ? undefined : kubernetesVersion(input.kubernetesVersion),
  };
}

function nodes(input: NodeGroupInput): Readonly<Record<string, Value>> {
  return {
    labels: input.labels,
    taints: input.taints?.map(({ key, value, effect = '', timeAdded }) => ({
      key,
      value: value || undefined,
      effect: member(`TaintEffect.${constantCase(effect)}`, LIBRARY),
      timeAdded,
    })),
    maxSurge: input.maxSurge === undefined || input.maxSurge === 1 ? undefined : input.maxSurge,
    kubeletConfiguration: settingsExpression(KUBELET_SETTINGS, input.kubeletConfiguration),
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
