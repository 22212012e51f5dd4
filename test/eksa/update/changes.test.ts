import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, docker } from './samples';
import type { Documents } from './samples';

const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const LICENSE = 'Cluster.spec.licenseToken';

function changes(before: Documents, change: Readonly<Record<string, unknown>>) {
  return diffDocuments(before, changed(before, change))!.changes;
}

test.each([
  ['nothing', {}, []],
  ['a field', { 'Cluster.spec.kubernetesVersion': '1.36' }, [{ path: 'Cluster.spec.kubernetesVersion', old: '1.35', new: '1.36' }]],
  ['a new field', { 'Cluster.spec.eksaVersion': 'v0.26.0' }, [{ path: 'Cluster.spec.eksaVersion', old: undefined, new: 'v0.26.0' }]],
  ['a removed field', { 'Cluster.spec.managementCluster': undefined }, [
    { path: 'Cluster.spec.managementCluster', old: { name: 'site' }, new: undefined },
  ]],
  ['metadata', { 'Cluster.metadata.labels': { a: 'b' } }, [{ path: 'Cluster.metadata.labels', old: undefined, new: { a: 'b' } }]],
  ['an entry of a list with names, by its name', { [`${A}.count`]: 3 }, [
    { path: 'Cluster.spec.workerNodeGroupConfigurations[a].count', old: 1, new: 3 },
  ]],
  ['a list without names, as a whole', { 'Cluster.spec.clusterNetwork.pods.cidrBlocks': ['172.20.0.0/16'] }, [
    { path: 'Cluster.spec.clusterNetwork.pods.cidrBlocks', old: ['192.168.0.0/16'], new: ['172.20.0.0/16'] },
  ]],
  ['two groups of one name, as a whole list', { [`${A}.name`]: 'b' }, [
    expect.objectContaining({
      path: 'Cluster.spec.workerNodeGroupConfigurations',
      new: [expect.objectContaining({ name: 'b' }), expect.objectContaining({ name: 'b' })],
    }),
  ]],
  ['a list that is emptied, as a whole', { 'Cluster.spec.workerNodeGroupConfigurations': [] }, [
    expect.objectContaining({ path: 'Cluster.spec.workerNodeGroupConfigurations', new: undefined }),
  ]],
  ['a record that becomes a text', { 'Cluster.spec.managementCluster': 'site' }, [
    expect.objectContaining({ path: 'Cluster.spec.managementCluster' }),
  ]],
  ['a default that is written out: no change', { 'Cluster.spec.clusterNetwork.cniConfig': { cilium: {} } }, []],
])('lists %s', (_, change, expected) => {
  expect(changes(docker(), change)).toEqual(expected);
});

test('lists a document that is new, and one that is gone, as a whole', () => {
  const before = bareMetal();
  const spec = { hardwareSelector: { type: 'c' }, osFamily: 'ubuntu' };
  expect(changes(before, { 'TinkerbellMachineConfig/site-c': spec })).toEqual([
    { path: 'TinkerbellMachineConfig/site-c', old: undefined, new: { metadata: { name: 'site-c' }, spec } },
  ]);
  expect(changes(before, { 'TinkerbellMachineConfig/site-b': undefined })).toEqual([
    {
      path: 'TinkerbellMachineConfig/site-b',
      old: { metadata: { name: 'site-b' }, spec: expect.objectContaining({ hardwareSelector: { type: 'b' } }) },
      new: undefined,
    },
  ]);
});

test.each([
  ['a.b.c', 'd.e.f', { old: '(a token)', new: '(another token)' }],
  ['${env:LICENSE}', 'd.e.f', { old: '${env:LICENSE}', new: '(a token)' }],
  ['a.b.c', '${env:LICENSE}', { old: '(a token)', new: '${env:LICENSE}' }],
  ['a.b.c', undefined, { old: '(a token)', new: undefined }],
  [undefined, 'a.b.c', { old: undefined, new: '(a token)' }],
  [undefined, '${env:LICENSE}', { old: undefined, new: '${env:LICENSE}' }],
])('shows no licence token, but references: %s to %s', (from, to, expected) => {
  const before = changed(docker(), { [LICENSE]: from });
  expect(changes(before, { [LICENSE]: to })).toEqual([{ path: LICENSE, ...expected }]);
});

test.each([
  ['no Cluster', [{ kind: 'DockerDatacenterConfig', metadata: { name: 'site' }, spec: {} }]],
  ['two Clusters', [...docker(), ...docker()]],
])('knows nothing of states with %s', (_, documents) => {
  expect(diffDocuments(documents, docker())).toBeUndefined();
  expect(diffDocuments(docker(), documents)).toBeUndefined();
});
