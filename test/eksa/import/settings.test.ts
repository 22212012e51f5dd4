import { OperatingSystem, VSphereCluster } from '../../../src';
import type { VSphereClusterProps } from '../../../src';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { EVERY_BOTTLEROCKET_SETTING, EVERY_KUBELET_SETTING } from '../../eks-anywhere/every-option';
import { newApp, synthesized, vsphere } from '../../eks-anywhere/sample';
import { runProgram } from './run-program';

function written(props: Partial<VSphereClusterProps>): string {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere(props));
  return synthesized(app, 'Plant/cluster.yaml');
}

function imported(cluster: string): { program: string; again: string } {
  const { program, findings } = importCluster({ cluster });
  expect(findings).toEqual([]);
  return { program: program!, again: runProgram(program!)['cluster.yaml'] };
}

test('every setting of kubelets comes out in the same words', () => {
  const cluster = written({ workerNodes: [{ name: 'gateway', count: 2, kubeletConfiguration: EVERY_KUBELET_SETTING }] });
  const { program, again } = imported(cluster);
  expect(again).toBe(cluster);
  expect(program.slice(program.indexOf('kubeletConfiguration'), program.indexOf("volumePluginDir: '/opt/plugins'"))).toMatchSnapshot();
});

test('every setting of Bottlerocket comes out in the same words', () => {
  const os = OperatingSystem.bottlerocket({
    kubernetes: EVERY_BOTTLEROCKET_SETTING,
    sysctl: { 'vm.max_map_count': '262144' },
    bootKernelParameters: { console: ['tty0', 'ttyS0'] },
  });
  const cluster = written({ os, template: undefined });
  const { program, again } = imported(cluster);
  expect(again).toBe(cluster);
  expect(program).not.toContain('additional');
  expect(program).toContain('clusterDnsIps: [');
  expect(program).toContain('cpuManagerPolicy: CpuManagerPolicy.STATIC');
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a duration of two units', { shutdownGracePeriod: '1m30s' }, /additional: \{ shutdownGracePeriod: '1m30s' \}/],
  [
    'a duration as Go prints it',
    { streamingConnectionIdleTimeout: '4h0m0s' },
    /additional: \{ streamingConnectionIdleTimeout: '4h0m0s' \}/,
  ],
  ['a duration of one unit', { streamingConnectionIdleTimeout: '240m' }, /\{ streamingConnectionIdleTimeout: Duration.minutes\(240\) \}/],
  [
    'a map of durations of which one has two units',
    { evictionSoftGracePeriod: { 'memory.available': '1m30s', 'nodefs.available': '2m' } },
    /additional: \{\s*evictionSoftGracePeriod: \{ 'memory.available': '1m30s', 'nodefs.available': '2m' \},?\s*\}/,
  ],
  ['a size in other units', { containerLogMaxSize: '10M' }, /additional: \{ containerLogMaxSize: '10M' \}/],
  ['a size of no whole larger unit', { containerLogMaxSize: '1500Mi' }, /\{ containerLogMaxSize: Size.mebibytes\(1500\) \}/],
  ['a policy without a constant', { topologyManagerPolicy: 'best' }, /additional: \{ topologyManagerPolicy: 'best' \}/],
  ['a policy with a constant', { memoryManagerPolicy: 'Static' }, /\{ memoryManagerPolicy: MemoryManagerPolicy.STATIC \}/],
  ['seconds as an integer', { evictionMaxPodGracePeriod: 30 }, /\{ evictionMaxPodGracePeriod: Duration.seconds\(30\) \}/],
  ['no limit as a negative integer', { evictionMaxPodGracePeriod: -1 }, /additional: \{ evictionMaxPodGracePeriod: -1 \}/],
  ['a field without a property', { maxPods: 5, volumePluginDir: '/opt' }, /\{ maxPods: 5, additional: \{ volumePluginDir: '\/opt' \} \}/],
  ['the header alone', {}, /kubeletConfiguration: \{\}/],
])('%s is read in words that are written the same', (_title, additional, expected) => {
  const cluster = written({ workerNodes: [{ name: 'gateway', count: 2, kubeletConfiguration: { additional } }] });
  const { program, again } = imported(cluster);
  expect(program).toMatch(expected);
  expect(again).toBe(cluster);
});
