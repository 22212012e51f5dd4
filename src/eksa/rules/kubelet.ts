/**
 * Rules about values of kubelets: what the tools accept, and the kubelet refuses when it starts, so that its node never joins. The limits
 * are those of Kubernetes' `ValidateKubeletConfiguration` and of its eviction manager.
 */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { isRecord } from '../schema/fit';
import { parseDurationMs } from '../syntax/duration';
import { isQuantity } from '../syntax/quantity';
import type { Problem, Rule } from './rule';
import { groupsOf } from './worker-groups';

export const KUBELET_RULES: readonly Rule<ClusterDocument>[] = [{ id: 'kubelet-start', check: refusedAtStart }];

type Configuration = Readonly<Record<string, unknown>>;

/** What is wrong with one field; the message follows the path. */
interface Refusal {
  readonly field: string;
  readonly message: string;
  readonly fix?: string;
}

const CHECKS: readonly ((configuration: Configuration) => Iterable<Refusal>)[] = [
  imageThresholds, quotaPeriod, softThresholds, reservedResources, memoryOfNodes, shutdownPeriods, parallelPulls,
];

/** Warnings, because the tools create the cluster and wait. */
function* refusedAtStart(cluster: ClusterDocument): Iterable<Problem> {
  const groups = [
    { at: 'spec.controlPlaneConfiguration', group: cluster.spec?.controlPlaneConfiguration },
    ...groupsOf(cluster).map((group, index) => ({ at: `spec.workerNodeGroupConfigurations[${index}]`, group })),
  ];
  for (const { at, group } of groups) {
    const configuration: unknown = group?.kubeletConfiguration;
    if (!isRecord(configuration)) continue;
    for (const { field, message, fix } of CHECKS.flatMap((check) => [...check(configuration)])) {
      yield { at: `${at}.kubeletConfiguration.${field}`, message: `${message}: the kubelet does not start`, fix, severity: 'warning' };
    }
  }
}

const DEFAULT_HIGH_PERCENT = 85;
const DEFAULT_LOW_PERCENT = 80;

function* imageThresholds(configuration: Configuration): Iterable<Refusal> {
  const { imageGCHighThresholdPercent: high = DEFAULT_HIGH_PERCENT, imageGCLowThresholdPercent: low = DEFAULT_LOW_PERCENT } = configuration;
  if (typeof high !== 'number' || typeof low !== 'number') return;
  for (const field of ['imageGCHighThresholdPercent', 'imageGCLowThresholdPercent']) {
    const percent = configuration[field];
    if (typeof percent === 'number' && (percent < 0 || percent > 100)) {
      yield { field, message: `is ${percent}; expected 0 to 100` };
      return;
    }
  }
  if (low < high) return;
  const field = configuration.imageGCLowThresholdPercent === undefined ? 'imageGCHighThresholdPercent' : 'imageGCLowThresholdPercent';
  yield {
    field,
    message: field === 'imageGCLowThresholdPercent'
      ? `is ${low}; expected less than imageGCHighThresholdPercent, ${high}`
      : `is ${high}; expected more than imageGCLowThresholdPercent, ${low}`,
  };
}

function* quotaPeriod({ cpuCFSQuotaPeriod: text, featureGates }: Configuration): Iterable<Refusal> {
  const ms = typeof text === 'string' ? parseDurationMs(text) : undefined;
  if (ms === undefined || ms === 0) return;
  const isEnabled = isRecord(featureGates) && featureGates.CustomCPUCFSQuotaPeriod === true;
  if (isEnabled && (ms < 1 || ms > 1000)) yield { field: 'cpuCFSQuotaPeriod', message: `is ${asWritten(text)}; expected 1ms to 1s` };
  if (!isEnabled && ms !== 100) {
    yield {
      field: 'cpuCFSQuotaPeriod',
      message: `is ${asWritten(text)} without the feature gate CustomCPUCFSQuotaPeriod`,
      fix: 'set CustomCPUCFSQuotaPeriod to true in featureGates',
    };
  }
}

function* softThresholds({ evictionSoft: soft, evictionSoftGracePeriod: periods }: Configuration): Iterable<Refusal> {
  if (!isRecord(soft)) return;
  const missing = Object.keys(soft).find((signal) => !isRecord(periods) || periods[signal] === undefined);
  if (missing === undefined) return;
  yield {
    field: 'evictionSoft',
    message: `has ${asWritten(missing)}, for which evictionSoftGracePeriod has no period`,
    fix: `add ${asWritten(missing)} to evictionSoftGracePeriod`,
  };
}

/** Resources that a kubelet can reserve. */
const RESERVABLE = ['cpu', 'memory', 'ephemeral-storage', 'pid'];

function* reservedResources(configuration: Configuration): Iterable<Refusal> {
  for (const field of ['kubeReserved', 'systemReserved']) {
    const reserved = configuration[field];
    if (!isRecord(reserved)) continue;
    for (const [resource, amount] of Object.entries(reserved)) {
      if (!RESERVABLE.includes(resource)) {
        yield { field, message: `has ${asWritten(resource)}; expected ${RESERVABLE.slice(0, -1).join(', ')} or ${RESERVABLE.at(-1)}` };
      } else if (typeof amount === 'string' && !isQuantity(amount)) {
        yield { field: `${field}.${resource}`, message: `is ${asWritten(amount)}; expected an amount such as 500m or 1Gi` };
      }
    }
  }
}

/** The memory that is reserved by NUMA node has to be as much as is reserved at all, which is never none. */
function* memoryOfNodes({ memoryManagerPolicy: policy, reservedMemory: reserved = [] }: Configuration): Iterable<Refusal> {
  if (policy !== 'Static' || !Array.isArray(reserved) || reserved.length > 0) return;
  yield { field: 'memoryManagerPolicy', message: "is 'Static' without reservedMemory", fix: 'add reservedMemory' };
}

function* shutdownPeriods({ shutdownGracePeriod: all, shutdownGracePeriodCriticalPods: critical }: Configuration): Iterable<Refusal> {
  const [allMs, criticalMs] = [all, critical].map((text) => typeof text === 'string' ? parseDurationMs(text) : 0);
  if (allMs === undefined || criticalMs === undefined || criticalMs <= allMs) return;
  yield {
    field: 'shutdownGracePeriodCriticalPods',
    message: `is ${asWritten(critical)}; expected at most shutdownGracePeriod, ${all === undefined ? 'which is not set' : asWritten(all)}`,
  };
}

function* parallelPulls({ maxParallelImagePulls: pulls, serializeImagePulls: serial = true }: Configuration): Iterable<Refusal> {
  if (typeof pulls !== 'number' || pulls <= 1 || serial !== true) return;
  yield {
    field: 'maxParallelImagePulls', message: `is ${pulls}, and serializeImagePulls is not false`, fix: 'set serializeImagePulls to false',
  };
}
