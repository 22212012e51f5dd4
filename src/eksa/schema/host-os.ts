/** The shape of `hostOSConfiguration`, the same in both kinds of machine configurations. */
import { boolean, integer, list, map, object, text } from './shape';

/** What Bottlerocket takes as Kubernetes settings; a kubeletConfiguration on Bottlerocket must fit it as well. */
export const BOTTLEROCKET_KUBERNETES = object({
  allowedUnsafeSysctls: list(text),
  clusterDNSIPs: list(text),
  clusterDomain: text,
  containerLogMaxFiles: integer,
  containerLogMaxSize: text,
  cpuCFSQuota: boolean,
  cpuManagerPolicy: text,
  cpuManagerPolicyOptions: map(),
  cpuManagerReconcilePeriod: text,
  eventBurst: integer,
  eventRecordQPS: integer,
  evictionHard: map(),
  evictionMaxPodGracePeriod: integer,
  evictionSoft: map(),
  evictionSoftGracePeriod: map(),
  imageGCHighThresholdPercent: integer,
  imageGCLowThresholdPercent: integer,
  kubeAPIBurst: integer,
  kubeAPIQPS: integer,
  kubeReserved: map(),
  maxPods: integer,
  memoryManagerPolicy: text,
  podPidsLimit: integer,
  providerID: text,
  registryBurst: integer,
  registryPullQPS: integer,
  shutdownGracePeriod: text,
  shutdownGracePeriodCriticalPods: text,
  systemReserved: map(),
  topologyManagerPolicy: text,
  topologyManagerScope: text,
});

export const HOST_OS = object({
  bottlerocketConfiguration: object({
    boot: object({ bootKernelParameters: map(list(text)) }),
    kernel: object({ sysctlSettings: map() }),
    kubernetes: BOTTLEROCKET_KUBERNETES,
  }),
  certBundles: list(object({ 'data!': text, 'name!': text })),
  ntpConfiguration: object({ 'servers!': list(text) }),
});

export const USERS = list(object({ 'name!': text, 'sshAuthorizedKeys!': list(text) }));
