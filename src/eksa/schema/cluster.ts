/** The shape of a Cluster's spec, v1alpha1 as of EKS Anywhere v0.26. */
import { boolean, duration, free, integer, integerOrText, list, map, object, text, time } from './shape';

export const REF = object({ kind: text, name: text });

const TAINT = object({ 'key!': text, 'effect!': text, 'value': text, 'timeAdded': time });

const HEALTH_CHECK = object({ maxUnhealthy: integerOrText, nodeStartupTimeout: duration, unhealthyMachineTimeout: duration });

const QUANTITIES = object({ cpu: text, memory: text });

const CONTROL_PLANE = object({
  apiServerExtraArgs: map(),
  auditPolicyContent: text,
  certSans: list(text),
  count: integer,
  endpoint: object({ 'host!': text }),
  kubeletConfiguration: free,
  labels: map(),
  machineGroupRef: REF,
  machineHealthCheck: HEALTH_CHECK,
  skipAdmissionForSystemResources: boolean,
  skipLoadBalancerDeployment: boolean,
  taints: list(TAINT),
  upgradeRolloutStrategy: object({ type: text, rollingUpdate: object({ 'maxSurge!': integer }) }),
});

const WORKER_GROUP = object({
  autoscalingConfiguration: object({ maxCount: integer, minCount: integer }),
  count: integer,
  failureDomains: list(text),
  kubeletConfiguration: free,
  kubernetesVersion: text,
  labels: map(),
  machineGroupRef: REF,
  machineHealthCheck: HEALTH_CHECK,
  name: text,
  taints: list(TAINT),
  upgradeRolloutStrategy: object({ type: text, rollingUpdate: object({ 'maxSurge!': integer, 'maxUnavailable!': integer }) }),
});

const NETWORK = object({
  cni: text,
  cniConfig: object({
    cilium: object({
      cniExclusive: boolean,
      egressMasqueradeInterfaces: text,
      helmValues: free,
      ipv4NativeRoutingCIDR: text,
      ipv6NativeRoutingCIDR: text,
      policyEnforcementMode: text,
      routingMode: text,
      skipUpgrade: boolean,
    }),
    kindnetd: object({}),
  }),
  dns: object({ resolvConf: object({ path: text }) }),
  nodes: object({ cidrMaskSize: integer }),
  pods: object({ cidrBlocks: list(text) }),
  services: object({ cidrBlocks: list(text) }),
});

const PACKAGES = object({
  controller: object({
    digest: text,
    disableWebhooks: boolean,
    env: list(text),
    repository: text,
    resources: object({ limits: QUANTITIES, requests: QUANTITIES }),
    tag: text,
  }),
  cronjob: object({ digest: text, disable: boolean, repository: text, tag: text }),
  disable: boolean,
});

const ENCRYPTION = object({
  'providers!': list(object({
    'kms!': object({ 'cachesize': integer, 'name!': text, 'socketListenAddress!': text, 'timeout': duration }),
  })),
  'resources!': list(text),
});

export const CLUSTER_SPEC = object({
  bundlesRef: object({ 'apiVersion!': text, 'name!': text, 'namespace!': text }),
  clusterNetwork: NETWORK,
  controlPlaneConfiguration: CONTROL_PLANE,
  datacenterRef: REF,
  eksaVersion: text,
  etcdEncryption: list(ENCRYPTION),
  externalEtcdConfiguration: object({ count: integer, machineGroupRef: REF }),
  gitOpsRef: REF,
  identityProviderRefs: list(REF),
  kubernetesVersion: text,
  licenseToken: text,
  machineHealthCheck: HEALTH_CHECK,
  managementCluster: object({ name: text }),
  packages: PACKAGES,
  podIamConfig: object({ 'serviceAccountIssuer!': text }),
  proxyConfiguration: object({ httpProxy: text, httpsProxy: text, noProxy: list(text) }),
  registryMirrorConfiguration: object({
    authenticate: boolean,
    caCertContent: text,
    endpoint: text,
    insecureSkipVerify: boolean,
    ociNamespaces: list(object({ 'namespace!': text, 'registry!': text })),
    port: text,
  }),
  workerNodeGroupConfigurations: list(WORKER_GROUP),
});
