import { Duration } from 'aws-cdk-lib';
import { DockerCluster, DockerClusterProps, EksAnywhereKubernetesVersion } from '../../src';
import { newApp, synthesized } from './sample';

function synth(changes: Partial<DockerClusterProps> = {}): string {
  const app = newApp();
  new DockerCluster(app, 'Laptop', {
    eksAnywhereVersion: 'v0.26.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
    ...changes,
  });
  return synthesized(app, 'Laptop/cluster.yaml');
}

test('writes a cluster of two containers by default', () => {
  expect(synth()).toMatchSnapshot();
});

test('writes groups and etcd of their own', () => {
  expect(
    synth({
      controlPlaneNodes: { count: 2, labels: { a: 'b' } },
      workerNodes: [
        { name: 'a', count: 2, autoscaling: { minCount: 1, maxCount: 3 }, kubernetesVersion: EksAnywhereKubernetesVersion.V1_34 },
      ],
      etcdCount: 3,
      machineHealthCheck: { maxUnhealthy: '2', nodeStartupTimeout: Duration.minutes(15), unhealthyMachineTimeout: Duration.seconds(90) },
    }),
  ).toMatchSnapshot();
});

const refused: [string, Partial<DockerClusterProps>, RegExp][] = [
  ['no workers', { workerNodes: [] }, /workerNodes is empty.*\[rule C10\]/],
  ['an even number of etcd containers', { etcdCount: 2 }, /etcdCount is 2; expected an odd number.*\[rule C47\]/],
  ['two network plugins', { kindnetd: true, cilium: {} }, /Laptop: kindnetd: got true together with cilium, expected one of the two/],
  ['an even control plane with etcd on it', { controlPlaneNodes: { count: 2 } }, /controlPlaneNodes.count is 2.*\[rule C9\]/],
];
test.each(refused)('fails on %s', (_title, changes, message) => {
  expect(() => synth(changes)).toThrow(message);
});
