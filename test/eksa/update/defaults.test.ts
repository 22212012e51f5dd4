import type { ClusterDocument } from '../../../src/eksa/model/document';
import { withDefaults } from '../../../src/eksa/update/defaults';
import { bareMetal, changed, docker, document, vsphere } from './samples';
import type { Documents } from './samples';

const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';

/** The spec of a document once the defaults are filled in. */
function filled(documents: Documents, kind = 'Cluster'): any {
  const [cluster, one] = ['Cluster', kind].map((each) => documents.find((candidate) => candidate.kind === each)!);
  return withDefaults(one, cluster as ClusterDocument).spec;
}

test.each([
  ['cilium', { cniConfig: { cilium: {} } }],
  ['cilium-enterprise', { cniConfig: { cilium: {} } }],
  ['kindnetd', { cniConfig: { kindnetd: {} } }],
])('the old cni: %s becomes the configuration of a plugin', (cni, expected) => {
  const before = changed(docker(), { 'Cluster.spec.clusterNetwork.cniConfig': undefined, 'Cluster.spec.clusterNetwork.cni': cni });
  const network = filled(before).clusterNetwork;
  expect(network).toMatchObject(expected);
  expect(network).not.toHaveProperty('cni');
});

test('a cni beside the configuration of a plugin stays, and a network without either', () => {
  const both = { 'Cluster.spec.clusterNetwork.cni': 'kindnetd' };
  expect(filled(changed(docker(), both)).clusterNetwork).toMatchObject({ cni: 'kindnetd', cniConfig: { cilium: {} } });
  const none = filled(changed(docker(), { 'Cluster.spec.clusterNetwork.cniConfig': undefined })).clusterNetwork;
  expect(Object.keys(none).sort()).toEqual(['pods', 'services']);
});

test('the first worker group has a name, and every one a count', () => {
  const groups = filled(changed(docker(), { [GROUPS]: [{}, {}, { name: 'c', count: 0 }] })).workerNodeGroupConfigurations;
  expect(groups).toEqual([{ name: 'md-0', count: 1 }, { name: undefined, count: 1 }, { name: 'c', count: 0 }]);
});

test('absent fields stay absent', () => {
  const spec = filled(changed(docker(), { 'Cluster.spec.clusterNetwork': undefined, [GROUPS]: undefined }));
  for (const field of ['clusterNetwork', 'workerNodeGroupConfigurations', 'registryMirrorConfiguration']) {
    expect(spec).not.toHaveProperty(field);
  }
});

test.each([[undefined, '443'], ['', '443'], ['5000', '5000']])('a registry mirror with the port %s listens on %s', (port, expected) => {
  const mirror = { endpoint: 'registry.example', ...port !== undefined && { port } };
  const { registryMirrorConfiguration } = filled(changed(docker(), { 'Cluster.spec.registryMirrorConfiguration': mirror }));
  expect(registryMirrorConfiguration).toEqual({ endpoint: 'registry.example', port: expected });
});

test.each([
  ['bare metal', bareMetal(), 'TinkerbellMachineConfig'],
  ['vSphere', vsphere(), 'VSphereMachineConfig'],
])('machines of %s run Bottlerocket where nothing else is named', (_, documents, kind) => {
  expect(filled(changed(documents, { [`${kind}/site-cp.spec.osFamily`]: undefined }), kind).osFamily).toBe('bottlerocket');
  expect(filled(documents, kind).osFamily).toBe('ubuntu');
});

test.each([
  ['VM Network', '/DC1/network/VM Network'],
  ['/DC1/network/other', '/DC1/network/other'],
  ['network/DC1', '/DC1/network/network/DC1'],
  ['', ''],
])('the network %j of vSphere is %j', (network, expected) => {
  const documents = changed(vsphere(), { 'VSphereDatacenterConfig/site.spec.network': network });
  expect(filled(documents, 'VSphereDatacenterConfig').network).toBe(expected);
});

test('a network without a datacenter stays as it is', () => {
  const documents = changed(vsphere(), { 'VSphereDatacenterConfig/site.spec.datacenter': '' });
  expect(filled(documents, 'VSphereDatacenterConfig').network).toBe('VM Network');
});

describe('Flux', () => {
  const flux = (spec: object, cluster: Readonly<Record<string, unknown>> = {}) => (
    filled([...changed(docker(), cluster), document('FluxConfig', 'flux', spec)], 'FluxConfig'));

  test('has a branch, a path below the managing cluster, and a namespace', () => {
    expect(flux({})).toMatchObject({ branch: 'main', clusterConfigPath: 'clusters/site', systemNamespace: 'flux-system' });
    expect(flux({}, { 'Cluster.spec.managementCluster.name': 'head-office' })).toMatchObject({ clusterConfigPath: 'clusters/head-office' });
    expect(flux({}, { 'Cluster.spec.managementCluster': undefined })).toMatchObject({ clusterConfigPath: 'clusters/site' });
  });

  test('keeps what is given', () => {
    const given = { branch: 'next', clusterConfigPath: 'fleet/site', systemNamespace: 'flux' };
    expect(flux(given)).toMatchObject(given);
  });
});

test('the partition of an IAM provider is aws where none is given', () => {
  const iam = (spec: object) => filled([...docker(), document('AWSIamConfig', 'iam', spec)], 'AWSIamConfig').partition;
  expect(iam({})).toBe('aws');
  expect(iam({ partition: 'aws-cn' })).toBe('aws-cn');
});

test('the first user has a name', () => {
  const named = (documents: Documents, kind: string, osFamily: string) => {
    const users = [{ sshAuthorizedKeys: ['a'] }, { name: '', sshAuthorizedKeys: ['b'] }];
    return filled(changed(documents, { [`${kind}/site-cp.spec.users`]: users, [`${kind}/site-cp.spec.osFamily`]: osFamily }), kind).users;
  };
  expect(named(bareMetal(), 'TinkerbellMachineConfig', 'ubuntu')[0].name).toBe('ec2-user');
  expect(named(vsphere(), 'VSphereMachineConfig', 'ubuntu')).toMatchObject([{ name: 'capv' }, { name: '' }]);
  expect(named(vsphere(), 'VSphereMachineConfig', '')[0].name).toBe('ec2-user');
});

test.each([
  [{ numCPUs: 0, memoryMiB: 0 }, { numCPUs: 2, memoryMiB: 8192, diskGiB: 20 }],
  [{ numCPUs: -1, memoryMiB: -1, diskGiB: 10 }, { numCPUs: 2, memoryMiB: 8192, diskGiB: 20 }],
  [{ numCPUs: 4, memoryMiB: 1024, diskGiB: 40 }, { numCPUs: 4, memoryMiB: 2048, diskGiB: 40 }],
])('a virtual machine of %j has %j', (size, expected) => {
  const values = Object.entries(size).map(([name, value]) => [`VSphereMachineConfig/site-cp.spec.${name}`, value]);
  const documents = changed(vsphere(), Object.fromEntries(values));
  expect(filled(documents, 'VSphereMachineConfig')).toMatchObject(expected);
});

test('machines of etcd are raised to 8 GiB of memory', () => {
  const machineGroupRef = { kind: 'VSphereMachineConfig', name: 'site-cp' };
  const etcd = { 'Cluster.spec.externalEtcdConfiguration': { count: 3, machineGroupRef } };
  const small = { 'VSphereMachineConfig/site-cp.spec.memoryMiB': 4096 };
  expect(filled(changed(vsphere(), { ...etcd, ...small }), 'VSphereMachineConfig').memoryMiB).toBe(8192);
  expect(filled(changed(vsphere(), small), 'VSphereMachineConfig').memoryMiB).toBe(4096);
});

test('a vCenter whose certificate is not checked has no thumbprint', () => {
  const thumbprint = (insecure: boolean) => filled(
    changed(vsphere(), { 'VSphereDatacenterConfig/site.spec.insecure': insecure, 'VSphereDatacenterConfig/site.spec.thumbprint': 'AA' }),
    'VSphereDatacenterConfig',
  ).thumbprint;
  expect([thumbprint(true), thumbprint(false)]).toEqual(['', 'AA']);
});

test('the old form of a FluxConfig has the same defaults', () => {
  const gitOps = (github: object) =>
    filled([...docker(), document('GitOpsConfig', 'flux', { flux: { github } })], 'GitOpsConfig').flux.github;
  expect(gitOps({ owner: 'o' })).toEqual({
    owner: 'o', branch: 'main', clusterConfigPath: 'clusters/site', fluxSystemNamespace: 'flux-system',
  });
  const given = { branch: 'next', clusterConfigPath: 'fleet/site', fluxSystemNamespace: 'flux' };
  expect(gitOps(given)).toEqual(given);
});
