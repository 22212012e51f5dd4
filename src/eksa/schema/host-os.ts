/** The shape of `hostOSConfiguration`, the same in both kinds of machine configurations. */
import { boolean, integer, list, map, object, text, zeroDiffers } from './shape';

/** The settings are pointers: 0 turns a limit off that would have a default. */
const count = zeroDiffers(integer);

/** What Bottlerocket takes as Kubernetes settings; a kubeletConfiguration on Bottlerocket must fit it as well. */
export const BOTTLEROCKET_KUBERNETES = object({
  allowedUnsafeSysctls: list(text),
  clusterDNSIPs: list(text),
  clusterDomain: text,
  containerLogMaxFiles: count,
  containerLogMaxSize: text,
  cpuCFSQuota: zeroDiffers(boolean),
  cpuManagerPolicy: text,
  cpuManagerPolicyOptions: map(),
  cpuManagerReconcilePeriod: text,
  eventBurst: count,
  eventRecordQPS: count,
  evictionHard: map(),
  evictionMaxPodGracePeriod: count,
  evictionSoft: map(),
  evictionSoftGracePeriod: map(),
  imageGCHighThresholdPercent: count,
  imageGCLowThresholdPercent: count,
  kubeAPIBurst: count,
  kubeAPIQPS: count,
  kubeReserved: map(),
  maxPods: count,
  memoryManagerPolicy: text,
  podPidsLimit: count,
  providerID: text,
  registryBurst: count,
  registryPullQPS: count,
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
