/**
 * Settings of kubelets and of Bottlerocket as properties of the constructs: which fields have one, and in which unit it is. The names
 * and types of the fields are in schema/: a property is called as its field, in camel case.
 */
import { BOTTLEROCKET_KUBERNETES } from '../schema/host-os';
import { KUBELET_CONFIGURATION } from '../schema/kubelet';
import type { ObjectShape } from '../schema/shape';

/** What a property holds where the field has a text or a number: `durations` are a map of them, `seconds` a duration in whole seconds. */
export type SettingUnit = 'duration' | 'durations' | 'seconds' | 'size' | 'plain';

export interface Setting {
  readonly prop: string;
  readonly field: string;
  readonly unit: SettingUnit;
  /** The enum of its values, where there is one. */
  readonly choices?: Choices;
}

interface Choices {
  readonly name: string;
  readonly values: readonly string[];
}

/** Settings that both kubelets and Bottlerocket have. */
const SHARED = [
  'allowedUnsafeSysctls', 'clusterDomain', 'containerLogMaxFiles', 'containerLogMaxSize', 'cpuCfsQuota', 'cpuManagerPolicy',
  'cpuManagerPolicyOptions', 'cpuManagerReconcilePeriod', 'eventBurst', 'eventRecordQps', 'evictionHard', 'evictionMaxPodGracePeriod',
  'evictionSoft', 'evictionSoftGracePeriod', 'imageGcHighThresholdPercent', 'imageGcLowThresholdPercent', 'kubeApiBurst', 'kubeApiQps',
  'kubeReserved', 'maxPods', 'memoryManagerPolicy', 'podPidsLimit', 'registryBurst', 'registryPullQps', 'shutdownGracePeriod',
  'shutdownGracePeriodCriticalPods', 'systemReserved', 'topologyManagerPolicy', 'topologyManagerScope',
] as const;

const CHOICES: Readonly<Record<string, Choices | undefined>> = {
  cpuManagerPolicy: { name: 'CpuManagerPolicy', values: ['none', 'static'] },
  memoryManagerPolicy: { name: 'MemoryManagerPolicy', values: ['None', 'Static'] },
  topologyManagerPolicy: { name: 'TopologyManagerPolicy', values: ['none', 'best-effort', 'restricted', 'single-numa-node'] },
  topologyManagerScope: { name: 'TopologyManagerScope', values: ['container', 'pod'] },
};

/** Where the type of the field does not tell. */
const UNITS: Readonly<Record<string, SettingUnit | undefined>> = {
  containerLogMaxSize: 'size',
  evictionMaxPodGracePeriod: 'seconds',
  evictionSoftGracePeriod: 'durations',
};

/** Settings of a group's kubelets that have a property of their own. */
export const KUBELET_SETTINGS: readonly Setting[] = settings(KUBELET_CONFIGURATION, [
  ...SHARED, 'clusterDns', 'cpuCfsQuotaPeriod', 'enforceNodeAllocatable', 'evictionMinimumReclaim', 'evictionPressureTransitionPeriod',
  'failSwapOn', 'featureGates', 'imageMaximumGcAge', 'imageMinimumGcAge', 'kubeReservedCgroup', 'maxOpenFiles', 'maxParallelImagePulls',
  'nodeStatusReportFrequency', 'nodeStatusUpdateFrequency', 'podsPerCore', 'protectKernelDefaults', 'readOnlyPort', 'reservedMemory',
  'reservedSystemCpus', 'resolvConf', 'rotateCertificates', 'runtimeRequestTimeout', 'seccompDefault', 'serializeImagePulls',
  'serverTlsBootstrap', 'streamingConnectionIdleTimeout', 'systemReservedCgroup', 'tlsCipherSuites', 'tlsMinVersion',
  'topologyManagerPolicyOptions',
]);

/** Kubernetes settings of Bottlerocket: every field has a property. */
export const BOTTLEROCKET_SETTINGS: readonly Setting[] = settings(BOTTLEROCKET_KUBERNETES, [...SHARED, 'clusterDnsIps', 'providerId']);

function settings(shape: ObjectShape, props: readonly string[]): readonly Setting[] {
  const fields = new Map(Object.keys(shape.fields).map((field) => [field.toLowerCase(), field]));
  return props.map((prop) => {
    const field = fields.get(prop.toLowerCase());
    if (field === undefined) throw new Error(`${prop} is no field in another case`);
    return { prop, field, unit: UNITS[field] ?? (isDuration(field) ? 'duration' : 'plain'), choices: CHOICES[field] };
  });
}

/** In Bottlerocket's settings durations are texts; the kubelet, which gets them, says which are. */
function isDuration(field: string): boolean {
  const shape = KUBELET_CONFIGURATION.fields[field];
  return shape?.type === 'text' && shape.format === 'duration';
}

/** The property of a field; of one without a property of its own the place in `additional`. */
export function propOfSetting(all: readonly Setting[], field: string): string {
  return all.find((setting) => setting.field === field)?.prop ?? `additional.${field}`;
}

/** A number of one unit; the unit is called as the method of aws-cdk-lib that makes such a value. */
interface Amount<Unit extends string> {
  readonly amount: number;
  readonly unit: Unit;
}

export type DurationAmount = Amount<keyof typeof SUFFIXES>;

/** The longer suffix first: `ms` ends with `s`. */
const SUFFIXES = { millis: 'ms', seconds: 's', minutes: 'm', hours: 'h' } as const;

/** The text of a duration in its own unit: `90s` stays what it is, because the same duration in other words replaces the nodes. */
export function durationText({ amount, unit }: DurationAmount): string {
  return `${amount}${SUFFIXES[unit]}`;
}

/** @returns undefined for a text that is not a whole number of one unit, such as `1m30s` */
export function durationAmount(text: string): DurationAmount | undefined {
  const unit = (Object.keys(SUFFIXES) as DurationAmount['unit'][]).find((candidate) => text.endsWith(SUFFIXES[candidate]));
  const amount = Number.parseInt(text, 10);
  return unit !== undefined && Number.isSafeInteger(amount) && durationText({ amount, unit }) === text ? { amount, unit } : undefined;
}

export type SizeAmount = Amount<'kibibytes' | 'mebibytes' | 'gibibytes'>;

const SIZES: Readonly<Record<SizeAmount['unit'], { readonly suffix: string; readonly kibibytes: number }>> = {
  gibibytes: { suffix: 'Gi', kibibytes: 1024 ** 2 },
  mebibytes: { suffix: 'Mi', kibibytes: 1024 },
  kibibytes: { suffix: 'Ki', kibibytes: 1 },
};

/** In the largest unit of which it is a whole number. */
export function sizeText(kibibytes: number): string {
  const { suffix, kibibytes: each } = Object.values(SIZES).find((size) => kibibytes % size.kibibytes === 0) ?? SIZES.kibibytes;
  return `${kibibytes / each}${suffix}`;
}

/** @returns undefined for a text that `sizeText` never writes, such as `10M` or `1024Ki` */
export function sizeAmount(text: string): SizeAmount | undefined {
  const unit = (Object.keys(SIZES) as SizeAmount['unit'][]).find((candidate) => text.endsWith(SIZES[candidate].suffix));
  const amount = Number.parseInt(text, 10);
  return unit !== undefined && amount > 0 && sizeText(amount * SIZES[unit].kibibytes) === text ? { amount, unit } : undefined;
}
