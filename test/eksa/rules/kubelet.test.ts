/** Values with which the kubelet of a node does not start. */
import { BASES } from '../rule-bases';
import { messages } from './findings';

const CP = 'Cluster.spec.controlPlaneConfiguration.kubeletConfiguration';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0].kubeletConfiguration';
const KIND = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };

/** `field message` of each warning. */
function refusals(configuration: object, at = GROUP): string[] {
  return messages(BASES.docker, { [at]: { ...KIND, ...configuration } })
    .filter((line) => line.includes(' kubelet-start '))
    .map((line) => line.replace(`warning kubelet-start ${at}.`, '').replace(': the kubelet does not start', ''));
}

const GATE = { featureGates: { CustomCPUCFSQuotaPeriod: true } };

test.each<[string, object, string[]]>([
  ['thresholds in their order', { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 60 }, []],
  ['a low threshold above the default high one', { imageGCLowThresholdPercent: 90 }, [
    'imageGCLowThresholdPercent: is 90; expected less than imageGCHighThresholdPercent, 85',
  ]],
  ['a high threshold below the default low one', { imageGCHighThresholdPercent: 75 }, [
    'imageGCHighThresholdPercent: is 75; expected more than imageGCLowThresholdPercent, 80',
  ]],
  ['more than everything', { imageGCHighThresholdPercent: 101 }, ['imageGCHighThresholdPercent: is 101; expected 0 to 100']],
  ['the usual period', { cpuCFSQuotaPeriod: '100ms' }, []],
  ['another period', { cpuCFSQuotaPeriod: '50ms' }, [
    "cpuCFSQuotaPeriod: is '50ms' without the feature gate CustomCPUCFSQuotaPeriod",
  ]],
  ['another period with its gate', { cpuCFSQuotaPeriod: '50ms', ...GATE }, []],
  ['a period of two seconds', { cpuCFSQuotaPeriod: '2s', ...GATE }, ["cpuCFSQuotaPeriod: is '2s'; expected 1ms to 1s"]],
  ['a soft threshold with its period', {
    evictionSoft: { 'memory.available': '1Gi' }, evictionSoftGracePeriod: { 'memory.available': '1m' },
  }, []],
  ['a soft threshold without one', { evictionSoft: { 'memory.available': '1Gi' } }, [
    "evictionSoft: has 'memory.available', for which evictionSoftGracePeriod has no period",
  ]],
  ['amounts', { kubeReserved: { 'cpu': '200m', 'memory': '1.5Gi', 'ephemeral-storage': '1Gi', 'pid': '100' } }, []],
  ['a number as an amount', { systemReserved: { cpu: 1 } }, []],
  ['a word as an amount', { kubeReserved: { cpu: 'lots' } }, ["kubeReserved.cpu: is 'lots'; expected an amount such as 500m or 1Gi"]],
  ['a unit that there is not', { systemReserved: { memory: '1GB' } }, [
    "systemReserved.memory: is '1GB'; expected an amount such as 500m or 1Gi",
  ]],
  ['a resource that cannot be reserved', { systemReserved: { 'nvidia.com/gpu': '1' } }, [
    "systemReserved: has 'nvidia.com/gpu'; expected cpu, memory, ephemeral-storage or pid",
  ]],
  ['static memory with its reserve', {
    memoryManagerPolicy: 'Static', reservedMemory: [{ numaNode: 0, limits: { memory: '1100Mi' } }],
  }, []],
  ['static memory without', { memoryManagerPolicy: 'Static' }, ["memoryManagerPolicy: is 'Static' without reservedMemory"]],
  ['periods of a shutdown', { shutdownGracePeriod: '60s', shutdownGracePeriodCriticalPods: '1m' }, []],
  ['a part that is longer than the whole', { shutdownGracePeriod: '30s', shutdownGracePeriodCriticalPods: '1m' }, [
    "shutdownGracePeriodCriticalPods: is '1m'; expected at most shutdownGracePeriod, '30s'",
  ]],
  ['a part without the whole', { shutdownGracePeriodCriticalPods: '1m' }, [
    "shutdownGracePeriodCriticalPods: is '1m'; expected at most shutdownGracePeriod, which is not set",
  ]],
  ['pulls at the same time', { maxParallelImagePulls: 3, serializeImagePulls: false }, []],
  ['pulls at the same time, one after the other', { maxParallelImagePulls: 3 }, [
    'maxParallelImagePulls: is 3, and serializeImagePulls is not false',
  ]],
  ['one pull', { maxParallelImagePulls: 1 }, []],
])('%s', (_title, configuration, expected) => {
  expect(refusals(configuration)).toEqual(expected);
  expect(refusals(configuration, CP)).toEqual(expected);
});
