/** Each field whose change replaces nodes, and whose nodes it replaces. */
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, docker, vsphere } from './samples';
import type { Documents } from './samples';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const ETCD = 'Cluster.spec.externalEtcdConfiguration';
const WITH_ETCD = changed(vsphere(), { [ETCD]: { count: 3, machineGroupRef: { kind: 'VSphereMachineConfig', name: 'site-cp' } } });

function groups(before: Documents, change: Readonly<Record<string, unknown>>) {
  return diffDocuments(before, changed(before, change))!.groups;
}

/** Names of the groups that are replaced, with the reasons. */
function replaced(before: Documents, change: Readonly<Record<string, unknown>>) {
  const rolling = groups(before, change).filter(({ action }) => action === 'rolling');
  return Object.fromEntries(rolling.map(({ name, reasons }) => [name, reasons.join(' ')]));
}

test.each([
  ['eksaVersion', 'v0.26.0'],
  ['bundlesRef', { apiVersion: 'v1', name: 'b', namespace: 'n' }],
  ['registryMirrorConfiguration', { endpoint: 'registry.example', port: '443' }],
  ['proxyConfiguration', { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128' }],
])('%s of the cluster replaces all nodes', (field, value) => {
  const expected = { 'control plane': field, 'etcd': field, 'a': field, 'b': field };
  expect(replaced(WITH_ETCD, { [`Cluster.spec.${field}`]: value })).toEqual(expected);
});

test.each([
  ['podIamConfig', { serviceAccountIssuer: 'https://issuer.example' }],
  ['identityProviderRefs', [{ kind: 'OIDCConfig', name: 'sso' }]],
  ['etcdEncryption', []],
])('%s of the cluster replaces the control plane only', (field, value) => {
  expect(replaced(WITH_ETCD, { [`Cluster.spec.${field}`]: value })).toEqual({ 'control plane': field });
});

test.each([
  'certSans', 'apiServerExtraArgs', 'auditPolicyContent', 'skipAdmissionForSystemResources', 'labels', 'taints', 'kubeletConfiguration',
])('%s of the control plane replaces the control plane only', (field) => {
  expect(replaced(vsphere(), { [`${CP}.${field}`]: valueOf(field) })).toEqual({ 'control plane': field });
});

test.each(['labels', 'taints', 'kubeletConfiguration', 'failureDomains'])('%s of a worker group replaces that group only', (field) => {
  expect(replaced(vsphere(), { [`${A}.${field}`]: valueOf(field) })).toEqual({ a: field });
});

test('only the templates of bare metal contain the load balancer of the control plane', () => {
  const change = { [`${CP}.skipLoadBalancerDeployment`]: true };
  expect(replaced(bareMetal(), change)).toEqual({ 'control plane': 'skipLoadBalancerDeployment' });
  expect(replaced(vsphere(), change)).toEqual({});
});

/** A value of the type that the field has. */
function valueOf(field: string): unknown {
  if (/^skip/.test(field)) return true;
  if (field === 'auditPolicyContent') return 'kind: Policy';
  if (field === 'taints') return [{ key: 'gpu', effect: 'NoSchedule' }];
  if (['certSans', 'failureDomains'].includes(field)) return ['x'];
  return { a: 'b' };
}

describe('etcd on machines of its own', () => {
  test('is replaced for another Kubernetes and for another machine configuration', () => {
    expect(replaced(WITH_ETCD, { 'Cluster.spec.kubernetesVersion': '1.36' })).toMatchObject({ etcd: 'kubernetesVersion' });
    const resized = replaced(WITH_ETCD, { 'VSphereMachineConfig/site-cp.spec.memoryMiB': 16384 });
    expect(resized).toEqual({ 'control plane': 'memoryMiB', 'etcd': 'memoryMiB' });
  });

  test('is new, or removed, without reasons', () => {
    const plan = (before: Documents, change: Readonly<Record<string, unknown>>) => (
      groups(before, change).find(({ name }) => name === 'etcd'));
    expect(plan(vsphere(), { [ETCD]: { count: 3 } })).toMatchObject({ action: 'new', reasons: [], nodesBefore: 0, nodesAfter: 3 });
    expect(plan(WITH_ETCD, { [ETCD]: undefined })).toMatchObject({ action: 'removed', reasons: [], nodesBefore: 3, nodesAfter: 0 });
    expect(plan(vsphere(), {})).toBeUndefined();
  });
});

describe('machine configurations', () => {
  const REF = { kind: 'TinkerbellTemplateConfig', name: 'site' };
  const templated = changed(bareMetal(), {
    'TinkerbellMachineConfig/site-a.spec.templateRef': REF, 'TinkerbellTemplateConfig/site': { template: { tasks: [] } },
  });

  test('another one replaces the group when its content differs', () => {
    const other = replaced(vsphere(), { 'VSphereMachineConfig/site-b.spec.numCPUs': 4, [`${A}.machineGroupRef.name`]: 'site-b' });
    expect(other).toEqual({ a: 'numCPUs', b: 'numCPUs' });
    expect(replaced(vsphere(), { [`${A}.machineGroupRef.name`]: 'site-b' })).toEqual({});
  });

  test('another content of the template replaces the group, and so does another image', () => {
    expect(replaced(templated, { 'TinkerbellTemplateConfig/site.spec.template.tasks': [{ name: 'x' }] })).toEqual({ a: 'templateRef' });
    const image = { 'TinkerbellMachineConfig/site-a.spec.osImageURL': 'http://images.example/a-1-35.gz' };
    expect(replaced(bareMetal(), image)).toEqual({ a: 'osImageURL' });
  });

  test('an image of the datacenter and one of the machines is one reason', () => {
    const all = replaced(bareMetal(), {
      'TinkerbellMachineConfig/site-a.spec.osImageURL': 'http://images.example/a-1-35.gz',
      'TinkerbellDatacenterConfig/site.spec.osImageURL': 'http://images.example/new-1-35.gz',
    });
    expect(all).toEqual({ 'control plane': 'osImageURL', 'a': 'osImageURL', 'b': 'osImageURL' });
  });

  test('a datacenter that the cluster does not name does not count', () => {
    const other = { osImageURL: 'http://images.example/old-1-35.gz', tinkerbellIP: '10.0.0.3' };
    const before = changed(bareMetal(), { 'TinkerbellDatacenterConfig/old': other });
    const change = { 'TinkerbellDatacenterConfig/old.spec.osImageURL': 'http://images.example/older-1-35.gz' };
    expect(replaced(before, change)).toEqual({});
  });
});

describe('nodes that are added and missing during a rolling upgrade', () => {
  const rolling = (maxSurge: number, maxUnavailable: number) => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } });
  const upgrade = { 'Cluster.spec.kubernetesVersion': '1.36' };
  const plan = (strategy: object | undefined, change: Readonly<Record<string, unknown>> = upgrade) => {
    const before = changed(bareMetal(), { [`${A}.upgradeRolloutStrategy`]: strategy });
    return groups(before, change).find(({ name }) => name === 'a');
  };

  test.each([
    ['one and none by default', undefined, { action: 'rolling', surge: 1, unavailable: 0 }],
    ['as the strategy says', rolling(0, 2), { action: 'rolling', surge: 0, unavailable: 2 }],
    ['none in place', { ...rolling(2, 2), type: 'InPlace' }, { action: 'in place', surge: 0, unavailable: 0 }],
  ])('%s', (_, strategy, expected) => {
    expect(plan(strategy)).toMatchObject(expected);
  });

  test('none when nodes are only scaled', () => {
    expect(plan(rolling(2, 2), { [`${A}.count`]: 3 })).toMatchObject({
      action: 'scale', surge: 0, unavailable: 0, nodesBefore: 1, nodesAfter: 3,
    });
  });
});

test('a group without a name is the first one, and a count that is absent is one', () => {
  const before = changed(docker(), { [`${A}.name`]: undefined, [`${A}.count`]: undefined });
  expect(groups(before, {}).map(({ name, nodesBefore, action }) => [name, nodesBefore, action])).toEqual([
    ['control plane', 1, 'nothing'], ['md-0', 1, 'nothing'], ['b', 1, 'nothing'],
  ]);
});

describe('what is removed', () => {
  const NTP = 'spec.hostOSConfiguration.ntpConfiguration';
  const timed = (name: string) => changed(vsphere(), { [`VSphereMachineConfig/site-${name}.${NTP}`]: { servers: ['ntp.example'] } });

  test('replaces the control plane, but not workers: the comparison of their templates ignores what is gone', () => {
    const removed = (name: string) => replaced(timed(name), { [`VSphereMachineConfig/site-${name}.spec.hostOSConfiguration`]: undefined });
    expect([removed('cp'), removed('a')]).toEqual([{ 'control plane': 'hostOSConfiguration' }, {}]);
  });

  test.each([
    ['the last server', ['a', 'b'], ['a'], {}],
    ['the first server', ['a', 'b'], ['b'], { a: 'hostOSConfiguration' }],
    ['no server, but one is added', ['a'], ['a', 'b'], { a: 'hostOSConfiguration' }],
  ])('leaves workers as they are where nothing else changes: %s', (_, servers, left, expected) => {
    const before = changed(vsphere(), { [`VSphereMachineConfig/site-a.${NTP}`]: { servers } });
    expect(replaced(before, { [`VSphereMachineConfig/site-a.${NTP}`]: { servers: left } })).toEqual(expected);
  });

  test('replaces workers where it was a file of theirs, a label or a taint', () => {
    const mirror = { 'Cluster.spec.registryMirrorConfiguration': { endpoint: 'registry.example' } };
    const before = changed(vsphere(), { [`${A}.labels`]: { zone: 'a' }, ...mirror });
    expect(replaced(before, { [`${A}.labels`]: undefined })).toEqual({ a: 'labels' });
    expect(Object.keys(replaced(before, { 'Cluster.spec.registryMirrorConfiguration': undefined }))).toEqual(['control plane', 'a', 'b']);
  });
});

describe('certificates', () => {
  const bottlerocket = changed(vsphere(), { 'VSphereMachineConfig/site-a.spec.osFamily': 'bottlerocket' });
  const CERTIFICATES = 'spec.hostOSConfiguration.certBundles';

  test('of an authority replace the nodes of Bottlerocket that get them', () => {
    const change = { [`VSphereMachineConfig/site-a.${CERTIFICATES}`]: [{ name: 'x', data: 'y' }] };
    expect(replaced(bottlerocket, change)).toEqual({ a: 'hostOSConfiguration' });
  });

  test('of a mirror replace all nodes', () => {
    const mirror = { endpoint: 'registry.example', caCertContent: 'old' };
    const before = changed(WITH_ETCD, { 'Cluster.spec.registryMirrorConfiguration': mirror });
    const change = { 'Cluster.spec.registryMirrorConfiguration.caCertContent': 'new' };
    expect(Object.keys(replaced(before, change))).toEqual(['control plane', 'etcd', 'a', 'b']);
  });
});

test('machines of etcd that are replaced take the control plane with them, and tell why', () => {
  const before = changed(WITH_ETCD, {
    'VSphereMachineConfig/site-etcd': vsphere().find(({ metadata }) => metadata?.name === 'site-cp')!.spec,
    [`${ETCD}.machineGroupRef.name`]: 'site-etcd',
  });
  const [controlPlane, etcd, ...workers] = groups(before, { 'VSphereMachineConfig/site-etcd.spec.memoryMiB': 16384 });
  const path = 'VSphereMachineConfig/site-etcd.spec.memoryMiB';
  const object = 'VSphereMachineConfig/site-etcd';
  expect(controlPlane.causes).toEqual([{ path, object, template: 'KubeadmControlPlane' }]);
  expect(etcd.causes).toEqual([{ path, object, template: 'VSphereMachineTemplate' }]);
  expect(workers.map(({ action }) => action)).toEqual(['nothing', 'nothing']);
});

test('with an autoscaler, another number of nodes scales nothing', () => {
  const scaled = changed(vsphere(), { [`${A}.autoscalingConfiguration`]: { minCount: 1, maxCount: 5 } });
  const plan = (before: Documents) => groups(before, { [`${A}.count`]: 3 }).find(({ name }) => name === 'a');
  expect(plan(scaled)).toMatchObject({ action: 'nothing', nodesBefore: 1, nodesAfter: 1 });
  expect(plan(vsphere())).toMatchObject({ action: 'scale', nodesBefore: 1, nodesAfter: 3 });
});

test('a cause names the change as the diff does, the document and the template', () => {
  const [controlPlane, a, b] = groups(vsphere(), {
    [`${A}.machineGroupRef.name`]: 'other', 'VSphereMachineConfig/other': {
      ...vsphere().find(({ metadata }) => metadata?.name === 'site-a')!.spec as object, numCPUs: 8,
    },
  });
  expect(controlPlane.causes).toEqual([]);
  expect(a).toMatchObject({
    role: 'workers', reasons: ['numCPUs'], causes: [{
      path: 'Cluster.spec.workerNodeGroupConfigurations[a].machineGroupRef.name', object: 'Cluster', template: 'VSphereMachineTemplate',
    }],
  });
  expect(b.causes).toEqual([]);
});

test('the last worker group of bare metal that goes, like the first that comes, replaces the control plane', () => {
  const without = changed(bareMetal(), { 'Cluster.spec.workerNodeGroupConfigurations': undefined });
  const one = {
    'Cluster.spec.workerNodeGroupConfigurations': [
      { name: 'a', count: 1, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-a' } },
    ],
  };
  const expected = { 'control plane': 'workerNodeGroupConfigurations' };
  expect(replaced(without, one)).toEqual(expected);
  expect(replaced(changed(without, one), { 'Cluster.spec.workerNodeGroupConfigurations': [] })).toEqual(expected);
  expect(replaced(bareMetal(), one)).toEqual({});
});
