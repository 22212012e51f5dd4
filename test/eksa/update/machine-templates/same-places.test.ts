/** Values that the tools complete, or whose removal they do not notice: the nodes stay where nothing else comes of them. */
import { diffDocuments } from '../../../../src/eksa/update/diff';
import { changed, vsphere } from '../samples';
import type { Documents } from '../samples';

type Values = Readonly<Record<string, unknown>>;

const MACHINE = 'VSphereMachineConfig/site-a.spec';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const MIRROR = 'Cluster.spec.registryMirrorConfiguration';
const PUBLIC = { registry: 'public.ecr.aws', namespace: 'eks' };
const OTHER = { registry: 'quay.io', namespace: 'quay' };

const withEtcd = changed(vsphere(), {
  'VSphereMachineConfig/site-etcd': vsphere().find(({ metadata }) => metadata?.name === 'site-a')!.spec,
  'Cluster.spec.externalEtcdConfiguration': { count: 3, machineGroupRef: { kind: 'VSphereMachineConfig', name: 'site-etcd' } },
});

const onBottlerocket = changed(vsphere(), Object.fromEntries(['cp', 'a', 'b'].map((name) => [
  `VSphereMachineConfig/site-${name}.spec.osFamily`, 'bottlerocket',
])));

function replaced(start: Documents, before: Values, after: Values): string[] {
  const old = changed(start, before);
  return diffDocuments(old, changed(old, after))!.groups.filter(({ action }) => action === 'rolling').map(({ name }) => name);
}

describe.each<[string, string, unknown, unknown, boolean]>([
  ['the end of the path of a pool', 'resourcePool', '/DC1/host/c1/Resources/eksa', 'eksa', true],
  ['any path to a pool', 'resourcePool', '/DC1/host/c1/Resources', '*/Resources', true],
  ['a pool with a longer name', 'resourcePool', '/DC1/host/c1/Resources/eksa', 'sa', false],
  ['another pool', 'resourcePool', '*/Resources', '*/Other', false],
  ['a folder without its path', 'folder', '/DC1/vm/eksa', 'eksa', true],
  ['a folder elsewhere', 'folder', '/DC1/vm/eksa', 'other/eksa', false],
  ['a datastore without its path', 'datastore', '/DC1/datastore/ds1', 'ds1', true],
  ['another datastore', 'datastore', '/DC1/datastore/ds1', 'ds2', false],
  ['the network of the datacenter', 'networks', undefined, ['/DC1/network/VM Network'], true],
  [
    'the template that the CLI imports', 'template', undefined,
    '/DC1/vm/Templates/bottlerocket-v1.35.2-kubernetes-1-35-eks-9-amd64-9ad5a4d', true,
  ],
  ['a template of their own', 'template', undefined, '/DC1/vm/Templates/bottlerocket-1-35', false],
  ['a template elsewhere', 'template', '/DC1/vm/Templates/ubuntu', '/DC1/vm/ubuntu', false],
  ['another network', 'networks', undefined, ['/DC1/network/other'], false],
  ['a second network', 'networks', ['/DC1/network/VM Network'], ['/DC1/network/VM Network', '/DC1/network/other'], false],
])('%s', (_what, field, one, other, isSame) => {
  test.each([['from', one, other], ['to', other, one]])(`%s it: ${isSame ? 'nothing' : 'the group'} is replaced`, (_way, before, after) => {
    expect(replaced(vsphere(), { [`${MACHINE}.${field}`]: before }, { [`${MACHINE}.${field}`]: after })).toEqual(isSame ? [] : ['a']);
  });
});

test.each([
  ['removed', 'fullClone', undefined, []],
  ['exchanged', 'fullClone', 'linkedClone', ['a']],
  ['set', undefined, 'fullClone', ['a']],
])('a clone mode that is %s', (_what, before, after, expected) => {
  expect(replaced(vsphere(), { [`${MACHINE}.cloneMode`]: before }, { [`${MACHINE}.cloneMode`]: after })).toEqual(expected);
});

test.each([[3, 5], [5, 3]])('machines of etcd go from %i to %i, and the control plane that knows them is replaced', (before, after) => {
  const old = changed(withEtcd, { 'Cluster.spec.externalEtcdConfiguration.count': before });
  const { groups } = diffDocuments(old, changed(old, { 'Cluster.spec.externalEtcdConfiguration.count': after }))!;
  expect(groups.map(({ name, action }) => [name, action])).toEqual([
    ['control plane', 'rolling'], ['etcd', 'scale'], ['a', 'nothing'], ['b', 'nothing'],
  ]);
  expect(groups[0].causes).toEqual([
    { path: 'Cluster.spec.externalEtcdConfiguration.count', object: 'Cluster', template: 'KubeadmControlPlane' },
  ]);
});

test.each([
  ['an entry for the public registry', [], [PUBLIC], true],
  ['an entry beside that of the public registry', [PUBLIC], [PUBLIC, OTHER], false],
  ['an entry for another registry alone: the public one has no mirror any more', [], [OTHER], true],
])('machines of etcd know the mirror of the public registry alone: %s', (_what, before, after, isReplaced) => {
  const mirror = (ociNamespaces: unknown) => ({ [MIRROR]: { endpoint: 'registry.example', ociNamespaces } });
  expect(replaced(withEtcd, mirror(before), mirror(after)).includes('etcd')).toBe(isReplaced);
});

describe('settings of workers on Bottlerocket', () => {
  const kubelet = { kind: 'KubeletConfiguration', maxPods: 50 };

  test.each([
    ['removed: workers keep them', kubelet, undefined, []],
    ['changed', kubelet, { ...kubelet, maxPods: 60 }, ['a']],
    ['added', undefined, kubelet, ['a']],
  ])('of the kubelet, %s', (_what, before, after, expected) => {
    const at = (value: unknown) => ({ [`${GROUP}.kubeletConfiguration`]: value });
    expect(replaced(onBottlerocket, at(before), at(after))).toEqual(expected);
  });

  test.each([
    ['the mirror is removed: workers keep it', { endpoint: 'registry.example' }, undefined, ['control plane']],
    ['its certificate is removed: workers keep it', { endpoint: 'registry.example', caCertContent: 'x' }, { endpoint: 'registry.example' },
      ['control plane']],
    ['a namespace is removed', { endpoint: 'registry.example', ociNamespaces: [PUBLIC, OTHER] },
      { endpoint: 'registry.example', ociNamespaces: [PUBLIC] }, ['control plane', 'a', 'b']],
    ['the mirror moves', { endpoint: 'registry.example' }, { endpoint: 'other.example' }, ['control plane', 'a', 'b']],
  ])('of the mirror: %s', (_what, before, after, expected) => {
    expect(replaced(onBottlerocket, { [MIRROR]: before }, { [MIRROR]: after })).toEqual(expected);
  });

  test('elsewhere the files of a mirror are gone, and workers are replaced', () => {
    const before = { [MIRROR]: { endpoint: 'registry.example' } };
    expect(replaced(vsphere(), before, { [MIRROR]: undefined })).toEqual(['control plane', 'a', 'b']);
  });

  test('elsewhere a file with them is gone, and workers are replaced', () => {
    const field = `${GROUP}.kubeletConfiguration`;
    expect(replaced(vsphere(), { [field]: kubelet }, { [field]: undefined })).toEqual(['a']);
  });
});

test.each([
  ['that is gone: the CLI has one, which files cannot tell', 'v0.26.0', undefined, []],
  ['that is another one', 'v0.26.0', 'v0.26.1', ['control plane', 'a', 'b']],
])('a release %s', (_what, before, after, expected) => {
  expect(replaced(vsphere(), { 'Cluster.spec.eksaVersion': before }, { 'Cluster.spec.eksaVersion': after })).toEqual(expected);
});
