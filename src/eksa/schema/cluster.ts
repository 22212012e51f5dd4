/** The shape of a Cluster's spec, v1alpha1 as of EKS Anywhere v0.26; `releases/` knows which release brought a field. */
import { boolean, duration, free, integer, integerOrText, list, map, object, set, text, time, zeroCompared, zeroDiffers } from './shape';

export const REF = object({ kind: text, name: text });

const TAINT = object({ 'key!': text, 'effect!': text, 'value': text, 'timeAdded': time });

export const HEALTH_CHECK = object({
  maxUnhealthy: zeroDiffers(integerOrText),
  nodeStartupTimeout: duration,
  unhealthyMachineTimeout: duration,
});

const QUANTITIES = object({ cpu: text, memory: text });

/** An empty list or map of these is refused on bare metal where there was none: the webhook compares with `reflect.DeepEqual`. */
const LABELS = zeroCompared(map());
const TAINTS = zeroCompared(list(TAINT));

/** What a strategy leaves out is 0 to the tools, while one that says nothing at all has a surge of 1. */
const SURGE = zeroDiffers(integer);

const CONTROL_PLANE = object({
  apiServerExtraArgs: map(),
  auditPolicyContent: text,
  certSans: list(text),
  count: integer,
  endpoint: zeroCompared(object({ 'host!': text })),
  kubeletConfiguration: free,
  labels: LABELS,
  machineGroupRef: REF,
  machineHealthCheck: HEALTH_CHECK,
  skipAdmissionForSystemResources: boolean,
  skipLoadBalancerDeployment: boolean,
  taints: TAINTS,
  upgradeRolloutStrategy: zeroDiffers(object({ type: text, rollingUpdate: zeroDiffers(object({ 'maxSurge!': SURGE })) })),
});

const WORKER_GROUP = object({
  autoscalingConfiguration: zeroDiffers(object({ maxCount: integer, minCount: integer })),
  count: zeroDiffers(integer),
  failureDomains: list(text),
  kubeletConfiguration: free,
  kubernetesVersion: zeroDiffers(text),
  labels: LABELS,
  machineGroupRef: REF,
  machineHealthCheck: HEALTH_CHECK,
  name: text,
  taints: TAINTS,
  upgradeRolloutStrategy: zeroDiffers(object({
    type: text,
    rollingUpdate: zeroDiffers(object({ 'maxSurge!': SURGE, 'maxUnavailable!': integer })),
  })),
});

const NETWORK = object({
  cni: text,
  cniConfig: object({
    cilium: zeroDiffers(object({
      cniExclusive: zeroDiffers(boolean),
      egressMasqueradeInterfaces: text,
      helmValues: zeroDiffers(free),
      ipv4NativeRoutingCIDR: text,
      ipv6NativeRoutingCIDR: text,
      policyEnforcementMode: text,
      routingMode: text,
      skipUpgrade: boolean,
    })),
    kindnetd: zeroDiffers(object({})),
  }),
  dns: object({ resolvConf: zeroCompared(object({ path: text })) }),
  nodes: zeroCompared(object({ cidrMaskSize: zeroDiffers(integer) })),
  pods: object({ cidrBlocks: set(text) }),
  services: object({ cidrBlocks: set(text) }),
});

const PACKAGES = object({
  controller: object({
    digest: text,
    disableWebhooks: boolean,
    env: set(text),
    repository: text,
    resources: object({ limits: QUANTITIES, requests: QUANTITIES }),
    tag: text,
  }),
  cronjob: object({ digest: text, disable: boolean, repository: text, tag: text }),
  disable: boolean,
});

const ENCRYPTION = object({
  'providers!': list(object({
    'kms!': zeroDiffers(object({ 'cachesize': zeroDiffers(integer), 'name!': text, 'socketListenAddress!': text, 'timeout': duration })),
  })),
  'resources!': list(text),
});

export const CLUSTER_SPEC = object({
  bundlesRef: zeroDiffers(object({ 'apiVersion!': text, 'name!': text, 'namespace!': text })),
  clusterNetwork: NETWORK,
  controlPlaneConfiguration: CONTROL_PLANE,
  datacenterRef: REF,
  eksaVersion: zeroDiffers(text),
  etcdEncryption: zeroDiffers(list(ENCRYPTION)),
  externalEtcdConfiguration: zeroDiffers(object({ count: integer, machineGroupRef: REF })),
  gitOpsRef: REF,
  identityProviderRefs: set(REF),
  kubernetesVersion: text,
  licenseToken: text,
  machineHealthCheck: HEALTH_CHECK,
  managementCluster: object({ name: text }),
  packages: PACKAGES,
  podIamConfig: zeroDiffers(object({ 'serviceAccountIssuer!': text })),
  proxyConfiguration: zeroDiffers(object({ httpProxy: text, httpsProxy: text, noProxy: list(text) })),
  registryMirrorConfiguration: zeroDiffers(object({
    authenticate: boolean,
    caCertContent: text,
    endpoint: text,
    insecureSkipVerify: boolean,
    ociNamespaces: set(object({ 'namespace!': text, 'registry!': text })),
    port: text,
  })),
  workerNodeGroupConfigurations: list(WORKER_GROUP),
});
