import type { BASES, Changes } from './rule-bases';
import { CERTIFICATE } from './rule-bases';

/** For each rule one change that breaks it alone and one that just satisfies it. */
export interface RuleSample {
  readonly rule: string;
  readonly base: keyof typeof BASES;
  readonly breaks: Changes;
  readonly holds: Changes;
  /** Where the finding points. */
  readonly at: string;
  /** Other rules that the change cannot help breaking. */
  readonly also?: readonly string[];
}

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const NETWORK = 'Cluster.spec.clusterNetwork';
const DATACENTER = 'TinkerbellDatacenterConfig/lab.spec';
const MACHINE = 'TinkerbellMachineConfig/lab-cp.spec';
const AFFINITY = `${MACHINE}.hardwareAffinity`;
const HOST = 'VSphereMachineConfig/rock-cp.spec.hostOSConfiguration';
const ROLLING = (maxSurge: number, maxUnavailable: number) => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } });
const MIRROR = (fields: object) => ({ 'Cluster.spec.registryMirrorConfiguration': { endpoint: 'registry.example', ...fields } });
const PROXY = (httpProxy: string) => ({ 'Cluster.spec.proxyConfiguration': { httpProxy, httpsProxy: '10.0.0.4:3128' } });
const KUBELET = (fields: object) => ({ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', ...fields });
const EXPRESSION = (operator: string, values?: string[]) => ({ [`${AFFINITY}.required[0].labelSelector.matchExpressions[0]`]: { key: 'broken', operator, ...values ? { values } : {} } });
const RACK = 'type=cp|rack=r1';
const WORKERS_BY_AFFINITY = {
  'TinkerbellMachineConfig/lab-md-0.spec.hardwareSelector': undefined,
  'TinkerbellMachineConfig/lab-md-0.spec.hardwareAffinity': { required: [{ labelSelector: { matchLabels: { type: 'worker' } } }] },
};

export const RULE_SAMPLES: readonly RuleSample[] = [
  // Shape
  {
    rule: 'S1', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.numCPU',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.numCPU': 2 },
    holds: { 'VSphereMachineConfig/prod-cp.spec.numCPUs': 4 },
  },
  { rule: 'meta', base: 'docker', at: 'DockerDatacenterConfig/dev.metadata.labels.a b', breaks: { 'DockerDatacenterConfig/dev.metadata.labels': { 'a b': 'c' } }, holds: { 'DockerDatacenterConfig/dev.metadata.labels': { 'x.io/a': '' } } },
  { rule: 'meta', base: 'docker', at: 'Cluster.metadata.annotations.a b', breaks: { 'Cluster.metadata.annotations': { 'a b': 'c' } }, holds: { 'Cluster.metadata.annotations': { 'X.io/a': 'any text, at any length' } } },
  {
    rule: 'meta', base: 'docker', at: 'Cluster.metadata.namespace',
    breaks: { 'Cluster.metadata.namespace': 'a.b', 'DockerDatacenterConfig/dev.metadata.namespace': 'a.b' },
    holds: { 'Cluster.metadata.namespace': 'a-b', 'DockerDatacenterConfig/dev.metadata.namespace': 'a-b' },
  },
  {
    rule: 'meta', base: 'docker', at: 'DockerDatacenterConfig/Dev.metadata.name',
    breaks: { 'Cluster.spec.datacenterRef.name': 'Dev', 'DockerDatacenterConfig/dev.metadata.name': 'Dev' },
    holds: { 'Cluster.spec.datacenterRef.name': 'dev.1', 'DockerDatacenterConfig/dev.metadata.name': 'dev.1' },
  },
  { rule: 'S10', base: 'docker', at: `${GROUP}.labels.pool`, breaks: { [`${GROUP}.labels`]: { pool: 1 } }, holds: { [`${GROUP}.labels`]: { pool: '1' } } },
  { rule: 'P6', base: 'docker', at: 'DockerDatacenterConfig/dev.apiVersion', also: ['X1'], breaks: { 'DockerDatacenterConfig/dev.apiVersion': undefined }, holds: {} },
  { rule: 'P7', base: 'docker', at: 'Cluster', breaks: { '+Cluster/other': {} }, holds: { '+Secret/other': {} } },
  { rule: 'P1', base: 'docker', at: 'Cluster', breaks: { '-Cluster': true }, holds: {} },
  { rule: 'P9', base: 'docker', at: 'DockerDatacenterConfig/dev.metadata.name', breaks: { '+DockerDatacenterConfig/dev': {} }, holds: { '+DockerDatacenterConfig/other': {} } },
  // Cluster
  {
    rule: 'C1', base: 'bareMetal', at: 'Cluster.metadata.name',
    breaks: { 'Cluster.metadata.name': '1lab', 'Cluster.spec.managementCluster.name': '1lab' },
    holds: { 'Cluster.metadata.name': 'l1' },
  },
  { rule: 'C2', base: 'bareMetal', at: 'Cluster.metadata.name', breaks: { 'Cluster.metadata.name': 'a'.repeat(36) }, holds: { 'Cluster.metadata.name': 'a'.repeat(35) } },
  { rule: 'S12', base: 'bareMetal', at: 'Cluster.metadata.name', breaks: { 'Cluster.metadata.name': 'lab-' }, holds: { 'Cluster.metadata.name': 'lab-1' } },
  {
    rule: 'version', base: 'docker', at: 'Cluster.spec.kubernetesVersion',
    breaks: { 'Cluster.spec.kubernetesVersion': '1.37' },
    holds: { 'Cluster.spec.kubernetesVersion': '1.36' },
  },
  { rule: 'S16', base: 'docker', at: `${GROUP}.kubernetesVersion`, breaks: { [`${GROUP}.kubernetesVersion`]: '1.32' }, holds: { [`${GROUP}.kubernetesVersion`]: '1.33' } },
  {
    rule: 'C58', base: 'docker', at: 'Cluster.spec.podIamConfig.serviceAccountIssuer',
    breaks: { 'Cluster.spec.podIamConfig': { serviceAccountIssuer: '' } },
    holds: { 'Cluster.spec.podIamConfig': { serviceAccountIssuer: 'https://x' } },
  },
  {
    rule: 'C63', base: 'docker', at: 'Cluster.spec.packages.cronjob',
    breaks: { 'Cluster.spec.managementCluster.name': 'other', 'Cluster.spec.packages': { cronjob: {} } },
    holds: { 'Cluster.spec.packages': { cronjob: {} } },
  },
  {
    rule: 'C64', base: 'docker', at: 'Cluster.spec.bundlesRef',
    breaks: { 'Cluster.spec.bundlesRef': { apiVersion: 'a', name: 'b', namespace: 'c' }, 'Cluster.spec.eksaVersion': 'v0.26.0' },
    holds: { 'Cluster.spec.eksaVersion': 'v0.26.0' },
  },
  { rule: 'C65', base: 'docker', at: 'Cluster.spec.eksaVersion', breaks: { 'Cluster.spec.eksaVersion': 'v0.26' }, holds: { 'Cluster.spec.eksaVersion': '0.26.1' } },
  { rule: 'F9', base: 'vsphere', at: 'Cluster.spec.etcdEncryption', breaks: { 'Cluster.spec.etcdEncryption': [] }, holds: { 'Cluster.spec.etcdEncryption': undefined } },
  {
    rule: 'MHC', base: 'docker', at: 'Cluster.spec.machineHealthCheck.maxUnhealthy',
    breaks: { 'Cluster.spec.machineHealthCheck': { maxUnhealthy: '40' } },
    holds: { 'Cluster.spec.machineHealthCheck': { maxUnhealthy: '40%', nodeStartupTimeout: '0s' } },
  },
  // Control plane and etcd
  { rule: 'C3', base: 'vsphere', at: `${CP}.endpoint.host`, breaks: { [`${CP}.endpoint.host`]: '' }, holds: { [`${CP}.endpoint.host`]: '10.30.0.11' } },
  { rule: 'D1', base: 'docker', at: `${CP}.endpoint`, breaks: { [`${CP}.endpoint`]: { host: '10.0.0.1' } }, holds: { [`${CP}.endpoint`]: undefined } },
  { rule: 'S11', base: 'bareMetal', at: `${CP}.endpoint.host`, breaks: { [`${CP}.endpoint.host`]: '10.20.0.10:6443' }, holds: { [`${CP}.endpoint.host`]: 'fd00::10' } },
  { rule: 'V1', base: 'vsphere', at: `${CP}.endpoint.host`, breaks: { [`${CP}.endpoint.host`]: 'api.example' }, holds: { [`${CP}.endpoint.host`]: 'fd00::10' } },
  { rule: 'S9', base: 'vsphere', at: `${CP}.endpoint.host`, breaks: { [`${CP}.endpoint.host`]: '10.111.255.255' }, holds: { [`${CP}.endpoint.host`]: '10.112.0.0' } },
  {
    rule: 'C4', base: 'bareMetal', at: 'Cluster.spec.externalEtcdConfiguration',
    breaks: { 'Cluster.spec.externalEtcdConfiguration': { count: 1, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'lab-cp' } } },
    holds: {},
  },
  { rule: 'C5', base: 'vsphere', at: `${CP}.machineGroupRef`, breaks: { [`${CP}.machineGroupRef`]: undefined }, holds: {} },
  {
    rule: 'C7', base: 'bottlerocket', at: 'Cluster.spec.externalEtcdConfiguration.machineGroupRef',
    breaks: { 'Cluster.spec.externalEtcdConfiguration.machineGroupRef': undefined },
    holds: {},
  },
  { rule: 'C8', base: 'docker', at: `${CP}.count`, breaks: { [`${CP}.count`]: 0 }, holds: { [`${CP}.count`]: 1 } },
  { rule: 'C9', base: 'vsphere', at: `${CP}.count`, breaks: { [`${CP}.count`]: 2 }, holds: { [`${CP}.count`]: 1 } },
  {
    rule: 'C28', base: 'bareMetal', at: `${CP}.taints`,
    breaks: { 'Cluster.spec.workerNodeGroupConfigurations': [], [`${CP}.taints`]: [{ key: 'a', effect: 'NoSchedule' }] },
    holds: { 'Cluster.spec.workerNodeGroupConfigurations': [], [`${CP}.taints`]: [] },
  },
  {
    rule: 'C47', base: 'bottlerocket', at: 'Cluster.spec.externalEtcdConfiguration.count',
    breaks: { 'Cluster.spec.externalEtcdConfiguration.count': 4 },
    holds: { 'Cluster.spec.externalEtcdConfiguration.count': 5 },
  },
  {
    rule: 'C59', base: 'docker', at: `${CP}.upgradeRolloutStrategy.type`,
    breaks: { [`${CP}.upgradeRolloutStrategy`]: {} },
    holds: { [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } } },
  },
  {
    rule: 'C60', base: 'docker', at: `${CP}.upgradeRolloutStrategy.rollingUpdate.maxSurge`,
    breaks: { [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } },
    holds: { [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
  },
  { rule: 'C61', base: 'docker', at: `${CP}.upgradeRolloutStrategy.type`, breaks: { [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' } }, holds: {} },
  { rule: 'C61b', base: 'docker', at: `${CP}.upgradeRolloutStrategy.rollingUpdate`, breaks: { [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate' } }, holds: {} },
  { rule: 'C62', base: 'docker', at: `${CP}.labels.a/b/c`, breaks: { [`${CP}.labels`]: { 'a/b/c': 'd' } }, holds: { [`${CP}.labels`]: { 'a/b': '' } } },
  {
    rule: 'C66', base: 'docker', at: `${CP}.certSans[0]`,
    breaks: { [`${CP}.certSans`]: ['https://api.example'] },
    holds: { [`${CP}.certSans`]: ['api.example', '*.example.org', '10.0.0.1'] },
  },
  { rule: 'C67', base: 'docker', at: `${CP}.apiServerExtraArgs`, breaks: { [`${CP}.apiServerExtraArgs`]: {} }, holds: {} },
  {
    rule: 'C69', base: 'docker', at: `${CP}.kubeletConfiguration.maxPodz`,
    breaks: { [`${CP}.kubeletConfiguration`]: KUBELET({ maxPodz: 5 }) },
    holds: { [`${CP}.kubeletConfiguration`]: KUBELET({ maxPods: 5 }) },
  },
  {
    rule: 'C70', base: 'docker', at: `${CP}.kubeletConfiguration.providerID`,
    breaks: { [`${CP}.kubeletConfiguration`]: KUBELET({ providerID: 'x' }) },
    holds: { [`${CP}.kubeletConfiguration`]: KUBELET({ shutdownGracePeriod: '30s' }) },
  },
  { rule: 'C72', base: 'docker', at: `${CP}.auditPolicyContent`, breaks: { [`${CP}.auditPolicyContent`]: 'a: b: c' }, holds: { [`${CP}.auditPolicyContent`]: 'a: b\na: c' } },
  {
    rule: 'taint', base: 'docker', at: `${CP}.taints[0].effect`,
    breaks: { [`${CP}.taints`]: [{ key: 'a', effect: 'Never' }] },
    holds: { [`${CP}.taints`]: [{ key: 'a', value: 'b', effect: 'NoExecute' }] },
  },
  // Worker groups
  { rule: 'C6', base: 'vsphere', at: `${GROUP}.machineGroupRef`, breaks: { [`${GROUP}.machineGroupRef`]: undefined }, holds: {} },
  { rule: 'C10', base: 'docker', at: 'Cluster.spec.workerNodeGroupConfigurations', breaks: { 'Cluster.spec.workerNodeGroupConfigurations': [] }, holds: {} },
  {
    rule: 'C11', base: 'docker', at: 'Cluster.spec.workerNodeGroupConfigurations[1].name',
    breaks: { 'Cluster.spec.workerNodeGroupConfigurations': [{ count: 1 }, { count: 1 }] },
    holds: { 'Cluster.spec.workerNodeGroupConfigurations': [{ count: 1 }, { count: 1, name: 'b' }] },
  },
  { rule: 'C13', base: 'docker', at: `${GROUP}.count`, breaks: { [`${GROUP}.count`]: -1 }, holds: { [`${GROUP}.count`]: 0 } },
  {
    rule: 'C14', base: 'docker', at: `${GROUP}.autoscalingConfiguration.minCount`,
    breaks: { [`${GROUP}.autoscalingConfiguration`]: { minCount: -1, maxCount: 1 } },
    holds: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 0, maxCount: 1 } },
  },
  {
    rule: 'C15', base: 'docker', at: `${GROUP}.autoscalingConfiguration.minCount`,
    breaks: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 2, maxCount: 1 } },
    holds: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 1 } },
  },
  {
    rule: 'C16', base: 'docker', at: `${GROUP}.autoscalingConfiguration.minCount`,
    breaks: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 2, maxCount: 3 } },
    holds: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 3 } },
  },
  {
    rule: 'C17', base: 'docker', at: `${GROUP}.autoscalingConfiguration.maxCount`,
    breaks: { [`${GROUP}.count`]: 4, [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 3 } },
    holds: { [`${GROUP}.count`]: 3, [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 3 } },
  },
  {
    rule: 'C18', base: 'docker', at: `${GROUP}.upgradeRolloutStrategy.type`,
    breaks: { [`${GROUP}.upgradeRolloutStrategy`]: { type: 'rollingUpdate' } },
    holds: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(1, 0) },
  },
  {
    rule: 'C19', base: 'docker', at: `${GROUP}.upgradeRolloutStrategy.rollingUpdate`,
    breaks: { [`${GROUP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate' } },
    holds: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(0, 1) },
  },
  {
    rule: 'C20', base: 'docker', at: `${GROUP}.upgradeRolloutStrategy.rollingUpdate.maxSurge`,
    breaks: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(-1, 1) },
    holds: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(0, 1) },
  },
  {
    rule: 'C21', base: 'docker', at: `${GROUP}.upgradeRolloutStrategy.rollingUpdate`,
    breaks: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(0, 0) },
    holds: { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(5, 5) },
  },
  {
    rule: 'C22', base: 'bareMetal', at: `${GROUP}.upgradeRolloutStrategy.rollingUpdate`,
    breaks: { [`${GROUP}.upgradeRolloutStrategy`]: { ...ROLLING(1, 0), type: 'InPlace' }, [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
    holds: { [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' }, [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
  },
  { rule: 'C23', base: 'vsphere', at: `${GROUP}.upgradeRolloutStrategy.type`, breaks: { [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' } }, holds: {} },
  { rule: 'C24', base: 'docker', at: `${GROUP}.upgradeRolloutStrategy.type`, breaks: { [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' } }, holds: {} },
  {
    rule: 'C25', base: 'docker', at: 'Cluster.spec.workerNodeGroupConfigurations[1].name',
    breaks: { 'Cluster.spec.workerNodeGroupConfigurations[1]': { name: 'md-0' } },
    holds: { 'Cluster.spec.workerNodeGroupConfigurations[1]': { name: 'md-1' } },
  },
  { rule: 'C26', base: 'docker', at: `${GROUP}.labels.a`, breaks: { [`${GROUP}.labels`]: { a: 'x'.repeat(64) } }, holds: { [`${GROUP}.labels`]: { a: 'x'.repeat(63) } } },
  {
    rule: 'C27', base: 'docker', at: 'Cluster.spec.workerNodeGroupConfigurations',
    breaks: { [`${GROUP}.taints`]: [{ key: 'a', effect: 'NoSchedule' }] },
    holds: { [`${GROUP}.taints`]: [{ key: 'a', effect: 'PreferNoSchedule' }] },
  },
  {
    rule: 'C29', base: 'bareMetal', at: 'Cluster.spec.workerNodeGroupConfigurations', also: ['version', 'T23'],
    breaks: { 'Cluster.spec.workerNodeGroupConfigurations': [], 'Cluster.spec.kubernetesVersion': '1.21' },
    holds: { 'Cluster.spec.workerNodeGroupConfigurations': [] },
  },
  { rule: 'S26', base: 'docker', at: `${GROUP}.name`, breaks: { [`${GROUP}.name`]: 'a'.repeat(60) }, holds: { [`${GROUP}.name`]: 'a'.repeat(59) } },
  {
    rule: 'C71', base: 'docker', at: `${GROUP}.kubeletConfiguration.kind`,
    breaks: { [`${GROUP}.kubeletConfiguration`]: { maxPods: 5 } },
    holds: { [`${GROUP}.kubeletConfiguration`]: { kind: 'Any' } },
  },
  {
    rule: 'F6', base: 'bottlerocket', at: `${GROUP}.kubeletConfiguration.seccompDefault`,
    breaks: { [`${GROUP}.kubeletConfiguration`]: KUBELET({ seccompDefault: true }) },
    holds: { [`${GROUP}.kubeletConfiguration`]: KUBELET({ maxPods: 5 }) },
  },
  // Networks, proxies, registries
  { rule: 'C31', base: 'docker', at: `${NETWORK}.pods.cidrBlocks`, breaks: { [`${NETWORK}.pods`]: {} }, holds: {} },
  { rule: 'C32', base: 'docker', at: `${NETWORK}.services.cidrBlocks`, breaks: { [`${NETWORK}.services`]: undefined }, holds: {} },
  { rule: 'C33', base: 'docker', at: `${NETWORK}.pods.cidrBlocks`, breaks: { [`${NETWORK}.pods.cidrBlocks`]: ['192.168.0.0/16', '172.16.0.0/16'] }, holds: {} },
  {
    rule: 'C34', base: 'docker', at: `${NETWORK}.services.cidrBlocks[0]`,
    breaks: { [`${NETWORK}.services.cidrBlocks`]: ['10.96.0.0'] },
    holds: { [`${NETWORK}.services.cidrBlocks`]: ['10.96.0.1/32'] },
  },
  {
    rule: 'C36', base: 'docker', at: `${NETWORK}.pods.cidrBlocks[0]`,
    breaks: { [`${NETWORK}.pods.cidrBlocks`]: ['192.168.0.0/24'] },
    holds: { [`${NETWORK}.pods.cidrBlocks`]: ['192.168.0.0/23'] },
  },
  {
    rule: 'C37', base: 'docker', at: `${NETWORK}.nodes.cidrMaskSize`,
    breaks: { [`${NETWORK}.pods.cidrBlocks`]: ['192.0.0.0/7'] },
    holds: { [`${NETWORK}.pods.cidrBlocks`]: ['192.0.0.0/8'] },
  },
  {
    rule: 'C30', base: 'vsphere', at: `${NETWORK}.cniConfig.kindnetd`,
    breaks: { [`${NETWORK}.cniConfig`]: { kindnetd: {} } },
    holds: { [`${NETWORK}.cniConfig`]: { cilium: {} } },
  },
  { rule: 'C38', base: 'docker', at: `${NETWORK}.cni`, breaks: { [`${NETWORK}.cni`]: 'cilium' }, holds: { [`${NETWORK}.cni`]: 'cilium', [`${NETWORK}.cniConfig`]: undefined } },
  {
    rule: 'C39', base: 'docker', at: `${NETWORK}.cni`,
    breaks: { [`${NETWORK}.cni`]: 'calico', [`${NETWORK}.cniConfig`]: undefined },
    holds: { [`${NETWORK}.cni`]: 'kindnetd', [`${NETWORK}.cniConfig`]: undefined },
  },
  { rule: 'C41', base: 'docker', at: `${NETWORK}.cniConfig.cilium`, breaks: { [`${NETWORK}.cniConfig`]: {} }, holds: { [`${NETWORK}.cniConfig`]: { kindnetd: {} } } },
  {
    rule: 'C42', base: 'docker', at: `${NETWORK}.cniConfig.cilium.policyEnforcementMode`,
    breaks: { [`${NETWORK}.cniConfig.cilium`]: { skipUpgrade: true, policyEnforcementMode: 'always' } },
    holds: { [`${NETWORK}.cniConfig.cilium`]: { skipUpgrade: false, policyEnforcementMode: 'always' } },
  },
  {
    rule: 'C43', base: 'docker', at: `${NETWORK}.cniConfig.cilium.ipv4NativeRoutingCIDR`,
    breaks: { [`${NETWORK}.cniConfig.cilium`]: { routingMode: 'direct' } },
    holds: { [`${NETWORK}.cniConfig.cilium`]: { routingMode: 'direct', ipv4NativeRoutingCIDR: '10.0.0.0/8' } },
  },
  {
    rule: 'C44', base: 'docker', at: `${NETWORK}.cniConfig.cilium.policyEnforcementMode`,
    breaks: { [`${NETWORK}.cniConfig.cilium`]: { policyEnforcementMode: 'none' } },
    holds: { [`${NETWORK}.cniConfig.cilium`]: { policyEnforcementMode: 'never' } },
  },
  { rule: 'C50', base: 'docker', at: 'Cluster.spec.proxyConfiguration.httpProxy', breaks: PROXY(''), holds: PROXY('10.0.0.4:1') },
  { rule: 'C51', base: 'docker', at: 'Cluster.spec.proxyConfiguration.httpProxy', breaks: PROXY('http://10.0.0.4'), holds: PROXY('http://user:x@[fd00::1]:3128/path') },
  { rule: 'C52', base: 'docker', at: 'Cluster.spec.proxyConfiguration.httpProxy', breaks: PROXY('10.0.0.4.5:80'), holds: PROXY('proxy-1.example:80') },
  { rule: 'C53', base: 'docker', at: 'Cluster.spec.proxyConfiguration.httpProxy', breaks: PROXY('10.0.0.4:65536'), holds: PROXY('10.0.0.4:65535') },
  { rule: 'C54', base: 'docker', at: 'Cluster.spec.registryMirrorConfiguration.endpoint', breaks: MIRROR({ endpoint: '' }), holds: MIRROR({}) },
  { rule: 'C55', base: 'docker', at: 'Cluster.spec.registryMirrorConfiguration.port', breaks: MIRROR({ port: '0' }), holds: MIRROR({ port: '1' }) },
  {
    rule: 'C56', base: 'docker', at: 'Cluster.spec.registryMirrorConfiguration.ociNamespaces[0].registry',
    breaks: MIRROR({ ociNamespaces: [{ registry: '', namespace: '' }] }),
    holds: MIRROR({ ociNamespaces: [{ registry: 'public.ecr.aws', namespace: '' }] }),
  },
  {
    rule: 'C57', base: 'docker', at: 'Cluster.spec.registryMirrorConfiguration.ociNamespaces',
    breaks: MIRROR({ ociNamespaces: ['us-west-2', 'eu-west-1'].map((region) => ({ registry: `783794618700.dkr.ecr.${region}.amazonaws.com`, namespace: 'x' })) }),
    holds: MIRROR({ ociNamespaces: [{ registry: '783794618700.dkr.ecr.us-west-2.amazonaws.com', namespace: 'x' }] }),
  },
  {
    rule: 'F1', base: 'bottlerocket', at: 'Cluster.spec.registryMirrorConfiguration.insecureSkipVerify',
    breaks: MIRROR({ insecureSkipVerify: true }),
    holds: MIRROR({ insecureSkipVerify: false }),
  },
  // References and what they lead to
  {
    rule: 'X1', base: 'docker', at: 'Cluster.spec.datacenterRef.kind', also: ['C3', 'C5', 'C6'],
    breaks: { 'Cluster.spec.datacenterRef.kind': 'VSphereDatacenterConfig' }, holds: { 'Cluster.spec.datacenterRef.kind': 'DockerDatacenterConfig' },
  },
  { rule: 'X1', base: 'docker', at: 'Cluster.spec.datacenterRef.name', breaks: { 'Cluster.spec.datacenterRef.name': 'x' }, holds: {} },
  { rule: 'X2', base: 'vsphere', at: `${GROUP}.machineGroupRef.name`, breaks: { [`${GROUP}.machineGroupRef.name`]: 'x' }, holds: { [`${GROUP}.machineGroupRef.name`]: 'prod-cp' } },
  {
    rule: 'X3', base: 'docker', at: 'DockerDatacenterConfig/dev.metadata.namespace',
    breaks: { 'DockerDatacenterConfig/dev.metadata.namespace': 'default' },
    holds: { 'DockerDatacenterConfig/dev.metadata.namespace': 'default', 'Cluster.metadata.namespace': 'default' },
  },
  { rule: 'C45', base: 'docker', at: 'Cluster.spec.gitOpsRef.kind', breaks: { 'Cluster.spec.gitOpsRef': { kind: 'ArgoConfig', name: 'x' } }, holds: {} },
  { rule: 'C46', base: 'docker', at: 'Cluster.spec.gitOpsRef.name', breaks: { 'Cluster.spec.gitOpsRef': { kind: 'FluxConfig', name: '' } }, holds: {} },
  {
    rule: 'C48', base: 'docker', at: 'Cluster.spec.identityProviderRefs[0].kind',
    breaks: { 'Cluster.spec.identityProviderRefs': [{ kind: 'Ldap', name: 'x' }] },
    holds: { 'Cluster.spec.identityProviderRefs': [] },
  },
  { rule: 'C49', base: 'docker', at: 'Cluster.spec.identityProviderRefs[0].name', breaks: { 'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig' }] }, holds: {} },
  {
    rule: 'X11', base: 'bareMetal', at: 'Cluster.spec.gitOpsRef.name',
    breaks: { '-FluxConfig/flux': true },
    holds: { '-FluxConfig/flux': true, 'Cluster.spec.gitOpsRef': undefined },
  },
  {
    rule: 'S6', base: 'bareMetal', at: `${MACHINE}.templateRef.name`,
    breaks: { [`${MACHINE}.templateRef`]: { kind: 'TinkerbellTemplateConfig', name: 'x' } },
    holds: { '+TinkerbellTemplateConfig/x': { template: { version: '0.1', name: 'x', id: '', global_timeout: 1, tasks: [] } }, [`${MACHINE}.templateRef`]: { kind: 'TinkerbellTemplateConfig', name: 'x' } },
  },
  {
    rule: 'X4', base: 'bareMetal', at: 'OIDCConfig/sso.spec.issuerUrl',
    breaks: { 'OIDCConfig/sso.spec.issuerUrl': 'http://sso' },
    holds: { 'OIDCConfig/sso.spec.issuerUrl': 'HTTPS://sso' },
  },
  {
    rule: 'X5', base: 'bareMetal', at: 'AWSIamConfig/iam.spec.backendMode[0]',
    breaks: { 'AWSIamConfig/iam.spec.backendMode': ['MountedFile'] },
    holds: { 'AWSIamConfig/iam.spec.backendMode': ['CRD'] },
  },
  {
    rule: 'X6', base: 'bareMetal', at: 'FluxConfig/flux.spec.github',
    breaks: { 'FluxConfig/flux.spec.github': undefined },
    holds: {},
  },
  {
    rule: 'X6', base: 'bareMetal', at: 'FluxConfig/flux.spec.git',
    breaks: { 'FluxConfig/flux.spec.github': undefined },
    holds: {},
  },
  {
    rule: 'X6', base: 'bareMetal', at: 'FluxConfig/flux.spec.git',
    breaks: { 'FluxConfig/flux.spec.git': { repositoryUrl: 'ssh://x' } },
    holds: { 'FluxConfig/flux.spec.git': { repositoryUrl: 'ssh://x' }, 'FluxConfig/flux.spec.github': undefined },
  },
  { rule: 'X7', base: 'bareMetal', at: 'FluxConfig/flux.spec.github.owner', breaks: { 'FluxConfig/flux.spec.github.owner': '' }, holds: {} },
  {
    rule: 'X8', base: 'bareMetal', at: 'FluxConfig/flux.spec.git.repositoryUrl',
    breaks: { 'FluxConfig/flux.spec.git': { repositoryUrl: 'git@host:x' }, 'FluxConfig/flux.spec.github': undefined },
    holds: { 'FluxConfig/flux.spec.git': { repositoryUrl: 'ssh://git@host/x', sshKeyAlgorithm: 'rsa' }, 'FluxConfig/flux.spec.github': undefined },
  },
  { rule: 'X9', base: 'bareMetal', at: 'FluxConfig/flux.spec.branch', breaks: { 'FluxConfig/flux.spec.branch': 'a/b/c' }, holds: { 'FluxConfig/flux.spec.branch': 'a/b-c' } },
  {
    rule: 'X10', base: 'vsphere', at: 'GitOpsConfig/gitops.spec.flux.github.repository',
    breaks: { 'GitOpsConfig/gitops.spec.flux.github.repository': '' },
    holds: { 'GitOpsConfig/gitops.spec.flux.github.repository': 'a.b' },
  },
  // Bare metal
  {
    rule: 'T3', base: 'bareMetal', at: `${DATACENTER}.hookImagesURLPath`,
    breaks: { [`${DATACENTER}.hookImagesURLPath`]: 'hook' },
    holds: { [`${DATACENTER}.hookImagesURLPath`]: '/hook' },
  },
  { rule: 'T4', base: 'bareMetal', at: `${DATACENTER}.tinkerbellIP`, breaks: { [`${DATACENTER}.tinkerbellIP`]: 'tink' }, holds: { [`${DATACENTER}.tinkerbellIP`]: 'fd00::1' } },
  {
    rule: 'T5', base: 'bareMetal', at: `${DATACENTER}.isoBoot`,
    breaks: { [`${DATACENTER}.hookIsoURL`]: 'http://x/a.iso' },
    holds: { [`${DATACENTER}.hookIsoURL`]: 'http://x/a.iso', [`${DATACENTER}.isoBoot`]: true },
  },
  {
    rule: 'T25', base: 'bareMetal', at: `${DATACENTER}.hookIsoURL`,
    breaks: { [`${DATACENTER}.hookIsoURL`]: 'http://x/a.ISO', [`${DATACENTER}.isoBoot`]: true },
    holds: { [`${DATACENTER}.hookIsoURL`]: 'http://x/a.iso', [`${DATACENTER}.isoBoot`]: true },
  },
  {
    rule: 'T26', base: 'bareMetal', at: `${DATACENTER}.tinkerbellIP`,
    breaks: { [`${DATACENTER}.tinkerbellIP`]: '10.20.0.10' },
    holds: { [`${DATACENTER}.tinkerbellIP`]: '10.20.0.9' },
  },
  {
    rule: 'T27', base: 'bareMetal', at: `${DATACENTER}.hookImagesURLPath`,
    breaks: PROXY('10.0.0.4:1'),
    holds: { ...PROXY('10.0.0.4:1'), [`${DATACENTER}.hookImagesURLPath`]: 'http://x' },
  },
  {
    rule: 'T7', base: 'affinity', at: AFFINITY, breaks: { [AFFINITY]: undefined, ...WORKERS_BY_AFFINITY }, holds: WORKERS_BY_AFFINITY,
  },
  { rule: 'T7', base: 'bareMetal', at: `${MACHINE}.hardwareSelector`, breaks: { [`${MACHINE}.hardwareSelector`]: undefined }, holds: {} },
  {
    rule: 'T8', base: 'bareMetal', at: `${MACHINE}.hardwareSelector`,
    breaks: { [`${MACHINE}.hardwareSelector`]: { type: 'cp', rack: 'r1' }, 'csv:node-01.labels': RACK },
    holds: { [`${MACHINE}.hardwareSelector`]: { rack: 'r1' }, 'csv:node-01.labels': RACK },
  },
  { rule: 'T9', base: 'affinity', at: `${AFFINITY}.required`, breaks: { [`${AFFINITY}.required`]: [] }, holds: {} },
  {
    rule: 'S1', base: 'affinity', at: `${AFFINITY}.preferred[0].weight`,
    breaks: { [`${AFFINITY}.preferred[0].weight`]: 101 },
    holds: { [`${AFFINITY}.preferred[0].weight`]: 100 },
  },
  {
    rule: 'T11', base: 'affinity', at: `${AFFINITY}.required[0].labelSelector.matchExpressions[0].operator`,
    breaks: EXPRESSION('Equals', ['x']),
    holds: EXPRESSION('NotIn', ['x']),
  },
  { rule: 'T12', base: 'affinity', at: `${AFFINITY}.required[0].labelSelector.matchExpressions[0].values`, breaks: EXPRESSION('In'), holds: EXPRESSION('NotIn', ['x']) },
  { rule: 'T13', base: 'bareMetal', at: `${MACHINE}.osFamily`, breaks: { [`${MACHINE}.osFamily`]: 'rhel' }, holds: {} },
  {
    rule: 'T14', base: 'bareMetal', at: `${MACHINE}.osImageURL`,
    breaks: { [`${DATACENTER}.osImageURL`]: undefined, [`${MACHINE}.osImageURL`]: 'image', 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': '/1.35' },
    holds: { [`${DATACENTER}.osImageURL`]: undefined, [`${MACHINE}.osImageURL`]: 'http://x/1-35', 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': '/1.35' },
  },
  {
    rule: 'T18', base: 'bareMetal', at: `${MACHINE}.osFamily`,
    breaks: { [`${MACHINE}.osFamily`]: 'redhat' },
    holds: { [`${MACHINE}.osFamily`]: 'redhat', 'TinkerbellMachineConfig/lab-md-0.spec.osFamily': 'redhat' },
  },
  {
    rule: 'T19', base: 'bareMetal', at: `${MACHINE}.osFamily`,
    breaks: { [`${MACHINE}.osFamily`]: 'bottlerocket', 'TinkerbellMachineConfig/lab-md-0.spec.osFamily': 'bottlerocket' },
    holds: {},
  },
  { rule: 'T20', base: 'bareMetal', at: `${DATACENTER}.osImageURL`, breaks: { [`${DATACENTER}.osImageURL`]: undefined }, holds: {} },
  { rule: 'T21', base: 'bareMetal', at: `${MACHINE}.osImageURL`, breaks: { [`${MACHINE}.osImageURL`]: 'http://x/1-35' }, holds: {} },
  {
    rule: 'T22', base: 'bareMetal', at: 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL',
    breaks: { [`${DATACENTER}.osImageURL`]: undefined, [`${MACHINE}.osImageURL`]: 'http://x/1-35' },
    holds: {},
  },
  {
    rule: 'T23', base: 'bareMetal', at: `${DATACENTER}.osImageURL`,
    breaks: { [`${DATACENTER}.osImageURL`]: 'http://x/ubuntu-1-34.gz' },
    holds: { [`${DATACENTER}.osImageURL`]: 'http://x/ubuntu_1.35.gz' },
  },
  {
    rule: 'T24', base: 'bareMetal', at: 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL',
    breaks: { [`${GROUP}.kubernetesVersion`]: '1.34', [`${DATACENTER}.osImageURL`]: undefined, [`${MACHINE}.osImageURL`]: 'http://x/1-35', 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': 'http://x/1-35' },
    holds: { [`${GROUP}.kubernetesVersion`]: '1.34', [`${DATACENTER}.osImageURL`]: undefined, [`${MACHINE}.osImageURL`]: 'http://x/1-35', 'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': 'http://x/1-34' },
  },
  {
    rule: 'T28', base: 'bareMetal', at: `${MACHINE}.osFamily`, also: ['T19'],
    breaks: { [`${MACHINE}.osFamily`]: 'bottlerocket', 'TinkerbellMachineConfig/lab-md-0.spec.osFamily': 'bottlerocket', [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' }, [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
    holds: { [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' }, [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
  },
  {
    rule: 'T29', base: 'bareMetal', at: `${GROUP}.upgradeRolloutStrategy.type`,
    breaks: { [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
    holds: { [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
  },
  {
    rule: 'T30', base: 'bareMetal', at: `${GROUP}.autoscalingConfiguration`,
    breaks: { [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' }, [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' }, [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 1 } },
    holds: { [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 1 } },
  },
  { rule: 'T31', base: 'bareMetal', at: `${GROUP}.count`, breaks: { [`${GROUP}.count`]: 2 }, holds: { [`${GROUP}.count`]: 1 } },
  {
    rule: 'T31', base: 'affinity', at: `${AFFINITY}.required[0].labelSelector.matchLabels`,
    breaks: { [`${AFFINITY}.required[0].labelSelector.matchLabels`]: { type: 'x' } },
    holds: {},
  },
  {
    rule: 'T31', base: 'bareMetal', at: 'hardware.csv',
    breaks: { [`${MACHINE}.hardwareSelector`]: { type: 'CP' } },
    holds: { [`${MACHINE}.hardwareSelector`]: { type: 'CP' }, 'csv:node-01.labels': 'type=CP' },
  },
  {
    rule: 'S7', base: 'affinity', at: 'hardware.csv',
    breaks: { ...WORKERS_BY_AFFINITY, 'TinkerbellMachineConfig/lab-md-0.spec.hardwareAffinity': { required: [{ labelSelector: { matchLabels: { type: 'cp' } } }] }, [`${AFFINITY}`]: { required: [{ labelSelector: { matchLabels: { type: 'cp' } } }] } },
    holds: { ...WORKERS_BY_AFFINITY, [`${AFFINITY}`]: { required: [{ labelSelector: { matchLabels: { type: 'cp' } } }] } },
  },
  {
    rule: 'S7', base: 'bareMetal', at: 'hardware.csv',
    breaks: { 'TinkerbellMachineConfig/lab-md-0.spec.hardwareSelector': { type: 'cp' } },
    holds: { 'TinkerbellMachineConfig/lab-md-0.spec.hardwareSelector': { type: 'cp' }, 'csv:node-02.labels': 'type=cp' },
  },
  {
    rule: 'T32', base: 'bareMetal', at: 'hardware.csv/node-01.labels',
    breaks: { 'TinkerbellMachineConfig/lab-md-0.spec.hardwareSelector': { rack: 'r1' }, 'csv:node-01.labels': RACK, 'csv:node-02.labels': 'rack=r1' },
    holds: { 'csv:node-01.labels': RACK },
  },
  { rule: 'F8', base: 'bareMetal', at: 'hardware.csv', breaks: { csv: undefined }, holds: { 'csv': undefined, 'Cluster.spec.managementCluster.name': 'other' } },
  {
    rule: 'SSH', base: 'bareMetal', at: `${MACHINE}.users[0].sshAuthorizedKeys[0]`,
    breaks: { [`${MACHINE}.users[0].sshAuthorizedKeys[0]`]: 'ssh-rsa x' },
    holds: { [`${MACHINE}.users[0].sshAuthorizedKeys[0]`]: '' },
  },
  // vSphere
  { rule: 'X12', base: 'vsphere', at: 'VSphereDatacenterConfig/prod.spec.server', breaks: { 'VSphereDatacenterConfig/prod.spec.server': '' }, holds: {} },
  {
    rule: 'X13', base: 'vsphere', at: 'VSphereDatacenterConfig/prod.spec.network',
    breaks: { 'VSphereDatacenterConfig/prod.spec.network': '/DC10/network/x' },
    holds: { 'VSphereDatacenterConfig/prod.spec.network': 'x/y' },
  },
  {
    rule: 'X14', base: 'vsphere', at: 'VSphereDatacenterConfig/prod.spec.failureDomains[0].folder',
    breaks: { 'VSphereDatacenterConfig/prod.spec.failureDomains[0].folder': '' },
    holds: {},
  },
  {
    rule: 'X15', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.osFamily',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.osFamily': 'windows' },
    holds: { 'VSphereMachineConfig/prod-cp.spec.osFamily': 'redhat' },
  },
  {
    rule: 'X16', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.osFamily',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.osFamily': '' },
    holds: { 'VSphereMachineConfig/prod-cp.spec.osFamily': '', 'VSphereMachineConfig/prod-cp.spec.users[0].name': 'ec2-user' },
  },
  { rule: 'X16', base: 'bottlerocket', at: 'VSphereMachineConfig/rock-cp.spec.users[0].name', breaks: { 'VSphereMachineConfig/rock-cp.spec.users[0].name': 'capv' }, holds: {} },
  {
    rule: 'V3', base: 'bottlerocket', at: 'VSphereMachineConfig/rock-md-0.spec.osFamily',
    breaks: { 'VSphereMachineConfig/rock-md-0.spec': { datastore: 'd', folder: '', resourcePool: 'r', memoryMiB: 1, numCPUs: 1, osFamily: 'ubuntu', template: 't' } },
    holds: {},
  },
  {
    rule: 'V4', base: 'vsphere', at: `${GROUP}.failureDomains`,
    breaks: { 'VSphereDatacenterConfig/prod.spec.failureDomains[1]': { name: 'b', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: '/DC1/network/b' }, [`${GROUP}.failureDomains`]: ['a', 'b'] },
    holds: { [`${GROUP}.failureDomains`]: [] },
  },
  { rule: 'V5', base: 'vsphere', at: 'VSphereDatacenterConfig/prod.spec.failureDomains', breaks: { 'VSphereDatacenterConfig/prod.spec.failureDomains': undefined }, holds: {} },
  { rule: 'V5', base: 'vsphere', at: `${GROUP}.failureDomains[0]`, breaks: { [`${GROUP}.failureDomains`]: ['b'] }, holds: {} },
  {
    rule: 'V6', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.networks',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.networks': ['n'] },
    holds: { 'VSphereMachineConfig/prod-md-0.spec.networks': ['n'] },
  },
  { rule: 'V7', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.template', breaks: { 'VSphereMachineConfig/prod-cp.spec.template': undefined }, holds: {} },
  {
    rule: 'S1', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.cloneMode',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.cloneMode': '' },
    holds: { 'VSphereMachineConfig/prod-cp.spec.cloneMode': 'linkedClone' },
  },
  // Host configuration
  { rule: 'H1', base: 'bottlerocket', at: `${HOST}.ntpConfiguration.servers`, breaks: { [`${HOST}.ntpConfiguration.servers`]: [] }, holds: {} },
  {
    rule: 'H2', base: 'bottlerocket', at: `${HOST}.ntpConfiguration.servers[0]`,
    breaks: { [`${HOST}.ntpConfiguration.servers`]: ['ntp example'] },
    holds: { [`${HOST}.ntpConfiguration.servers`]: ['fd00::1', '10.0.0.1:123'] },
  },
  {
    rule: 'H3', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.hostOSConfiguration.certBundles',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.hostOSConfiguration': { certBundles: [{ name: 'a', data: CERTIFICATE }] } },
    holds: { 'VSphereMachineConfig/prod-cp.spec.hostOSConfiguration': {} },
  },
  { rule: 'H4', base: 'bottlerocket', at: `${HOST}.certBundles[0].data`, breaks: { [`${HOST}.certBundles[0].data`]: 'none' }, holds: {} },
  {
    rule: 'H5', base: 'vsphere', at: 'VSphereMachineConfig/prod-cp.spec.hostOSConfiguration.bottlerocketConfiguration',
    breaks: { 'VSphereMachineConfig/prod-cp.spec.hostOSConfiguration': { bottlerocketConfiguration: {} } },
    holds: {},
  },
  {
    rule: 'H6', base: 'bottlerocket', at: `${HOST}.bottlerocketConfiguration.kubernetes.allowedUnsafeSysctls`,
    breaks: { [`${HOST}.bottlerocketConfiguration.kubernetes.allowedUnsafeSysctls`]: [''] },
    holds: {},
  },
  {
    rule: 'H7', base: 'bottlerocket', at: `${HOST}.bottlerocketConfiguration.kubernetes.clusterDNSIPs[0]`,
    breaks: { [`${HOST}.bottlerocketConfiguration.kubernetes.clusterDNSIPs`]: ['dns'] },
    holds: {},
  },
  {
    rule: 'H8', base: 'bottlerocket', at: `${HOST}.bottlerocketConfiguration.kubernetes.maxPods`,
    breaks: { [`${HOST}.bottlerocketConfiguration.kubernetes.maxPods`]: -1 },
    holds: { [`${HOST}.bottlerocketConfiguration.kubernetes.maxPods`]: 0 },
  },
  {
    rule: 'H9', base: 'bottlerocket', at: `${HOST}.bottlerocketConfiguration.kernel.sysctlSettings`,
    breaks: { [`${HOST}.bottlerocketConfiguration.kernel.sysctlSettings`]: { '': '1' } },
    holds: {},
  },
  // hardware.csv
  { rule: 'R-file', base: 'bareMetal', at: 'hardware.csv', breaks: { csv: 'hostname,mac\n' }, holds: {} },
  { rule: 'R1', base: 'bareMetal', at: 'hardware.csv/node-01.ip_address', breaks: { 'csv:node-01.ip_address': '10.20.0' }, holds: { 'csv:node-01.ip_address': '10.20.0.254' } },
  { rule: 'R2', base: 'bareMetal', at: 'hardware.csv/node-01.gateway', breaks: { 'csv:node-01.gateway': '' }, holds: { 'csv:node-01.gateway': '10.20.0.254' } },
  { rule: 'R3', base: 'bareMetal', at: 'hardware.csv/node-01.nameservers', breaks: { 'csv:node-01.nameservers': '1.1.1.1|' }, holds: { 'csv:node-01.nameservers': 'fd00::1' } },
  { rule: 'R4', base: 'bareMetal', at: 'hardware.csv/node-01.netmask', breaks: { 'csv:node-01.netmask': '' }, holds: { 'csv:node-01.netmask': '255.255.0.0' } },
  { rule: 'R5', base: 'bareMetal', at: 'hardware.csv/node-01.mac', breaks: { 'csv:node-01.mac': '52:54:00:aa:00' }, holds: { 'csv:node-01.mac': '52:54:00:AA:00:01' } },
  { rule: 'R6', base: 'bareMetal', at: 'hardware.csv/Node.hostname', breaks: { 'csv:node-01.hostname': 'Node' }, holds: { 'csv:node-01.hostname': 'node.example' } },
  { rule: 'R7', base: 'bareMetal', at: 'hardware.csv/node-01.disk', breaks: { 'csv:node-01.disk': '/dev/mapper/x' }, holds: { 'csv:node-01.disk': '/dev/nvme0n1' } },
  { rule: 'R8', base: 'bareMetal', at: 'hardware.csv/node-01.labels', breaks: { 'csv:node-01.labels': 'type=cp|-a=b' }, holds: { 'csv:node-01.labels': ' type=cp | a= ' } },
  { rule: 'R9', base: 'bareMetal', at: 'hardware.csv/node-01.bmc_ip', breaks: { 'csv:node-01.bmc_ip': '' }, holds: { 'csv:node-01.bmc_ip': '10.20.1.1' } },
  { rule: 'R10', base: 'bareMetal', at: 'hardware.csv/node-01.bmc_password', breaks: { 'csv:node-01.bmc_password': '' }, holds: {} },
  { rule: 'R11', base: 'bareMetal', at: 'hardware.csv/node-01.vlan_id', breaks: { 'csv:node-01.vlan_id': '4095' }, holds: { 'csv:node-01.vlan_id': '4094' } },
  { rule: 'R12', base: 'bareMetal', at: 'hardware.csv/node-02.ip_address', breaks: { 'csv:node-02.ip_address': '10.20.0.21' }, holds: {} },
  { rule: 'R13', base: 'bareMetal', at: 'hardware.csv/node-02.mac', breaks: { 'csv:node-02.mac': '52:54:00:AA:00:01' }, holds: {} },
  { rule: 'R14', base: 'bareMetal', at: 'hardware.csv/node-01.hostname', breaks: { 'csv:node-02.hostname': 'node-01' }, holds: {} },
  { rule: 'R15', base: 'bareMetal', at: 'hardware.csv/node-02.bmc_ip', breaks: { 'csv:node-02.bmc_ip': '10.20.1.21' }, holds: {} },
  { rule: 'S8', base: 'bareMetal', at: 'hardware.csv/node-01.gateway', breaks: { 'csv:node-01.gateway': '10.20.1.1' }, holds: { 'csv:node-01.gateway': '10.20.0.254' } },
];
