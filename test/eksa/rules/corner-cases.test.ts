/** In addition to the one sample that each rule has in rule-samples.ts: other values that break it, or just satisfy it. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const ROW = 'hardware.csv/node-01';
/** Gateway and address that fill a network of two (/31). */
const SMALL = { 'csv:node-01.gateway': '10.20.0.20', 'csv:node-01.ip_address': '10.20.0.21' };

describe('machines of hardware.csv', () => {
  test.each<[string, Changes, string[]]>([
    ['a name server that is no address', { 'csv:node-01.nameservers': '10.20.0.2|dns' }, [`error S8 ${ROW}.nameservers`]],
    ['a label twice with one value', { 'csv:node-01.labels': 'type=cp|type=cp' }, []],
    ['a label twice with two values', { 'csv:node-01.labels': 'type=cp|type=x' }, expect.arrayContaining([`error R8 ${ROW}.labels`])],
    ['both addresses of a network of two', { ...SMALL, 'csv:node-01.netmask': '255.255.255.254' }, []],
    ['the broadcast address of a network of four', { 'csv:node-01.ip_address': '10.20.0.3', 'csv:node-01.netmask': '255.255.255.252' }, [
      `error S8 ${ROW}.ip_address`, 'warning netmasks-differ hardware.csv',
    ]],
    ['the address of tinkerbellIP', { 'csv:node-01.ip_address': '10.20.0.11' }, [`error S8 ${ROW}.ip_address`]],
    ['the address of the endpoint', { 'csv:node-01.ip_address': '10.20.0.10' }, [`error S8 ${ROW}.ip_address`]],
    ['the address of another machine as its BMC', { 'csv:node-01.bmc_ip': '10.20.0.22' }, [`error S8 ${ROW}.bmc_ip`]],
    ['a BMC without a user', { 'csv:node-01.bmc_username': '' }, [`error R10 ${ROW}.bmc_username`]],
    ['a BMC without a password', { 'csv:node-01.bmc_password': '' }, [`error R10 ${ROW}.bmc_password`]],
    ['VLAN 0', { 'csv:node-01.vlan_id': '0' }, [`error R11 ${ROW}.vlan_id`]],
    ['VLAN 1', { 'csv:node-01.vlan_id': '1' }, []],
    ['a VLAN that is no number', { 'csv:node-01.vlan_id': '1.5' }, [`error R11 ${ROW}.vlan_id`]],
  ])('%s', (_, change, expected) => {
    expect(findings(BASES.bareMetal, change)).toEqual(expected);
  });

  test('all powered on by hand is fine, one of them is not', () => {
    const columns = ['bmc_ip', 'bmc_username', 'bmc_password'];
    const byHand = (name: string) => Object.fromEntries(columns.map((column) => [`csv:${name}.${column}`, '']));
    expect(findings(BASES.bareMetal, { ...byHand('node-01'), ...byHand('node-02') })).toEqual([]);
    expect(findings(BASES.bareMetal, byHand('node-01'))).toEqual([`error S8 ${ROW}.bmc_ip`]);
  });
});

describe('health checks', () => {
  const at = 'Cluster.spec.machineHealthCheck.maxUnhealthy';

  test.each<[unknown, string]>([
    [-1, 'warning'], ['-1', 'error'], ['forty', 'error'], ['40', 'error'],
  ])('a limit of %j', (limit, severity) => {
    expect(findings(BASES.docker, { [at]: limit })).toEqual([expect.stringMatching(new RegExp(`^${severity} .* ${at}$`))]);
  });

  test.each([0, 1, '0%', '100%'])('accept a limit of %j', (limit) => {
    expect(findings(BASES.docker, { [at]: limit })).toEqual([]);
  });
});

describe('encryption of etcd', () => {
  const KMS = { kms: { name: 'vault', socketListenAddress: 'unix:///run/kms.sock' } };
  const encryption = (...entries: unknown[]) => ({ 'Cluster.spec.etcdEncryption': entries });

  test('cannot be asked for when the cluster is created', () => {
    expect(findings(BASES.vsphere, encryption({ providers: [KMS], resources: ['secrets'] }))).toHaveLength(1);
  });

  test('is accepted on a cluster that exists', () => {
    expect(findings(BASES.vsphere, encryption({ providers: [KMS], resources: ['secrets'] }), { isExisting: true })).toEqual([]);
  });

  test.each<[string, unknown[]]>([
    ['two entries', [{ providers: [KMS], resources: ['a'] }, { providers: [KMS], resources: ['b'] }]],
    ['a provider without kms', [{ providers: [{}], resources: ['a'] }]],
    ['a plugin without a name', [{ providers: [{ kms: { ...KMS.kms, name: '' } }], resources: ['a'] }]],
    ['a socket that is none', [{ providers: [{ kms: { ...KMS.kms, socketListenAddress: '/run/kms.sock' } }], resources: ['a'] }]],
    ['no resources', [{ providers: [KMS], resources: [] }]],
  ])('is rejected on a cluster that exists with %s', (_, entries) => {
    expect(findings(BASES.vsphere, encryption(...entries), { isExisting: true })).toHaveLength(1);
  });
});

describe('counts of the control plane', () => {
  test.each<[string, Base, number | undefined, number]>([
    ['none', BASES.docker, undefined, 1], ['0', BASES.docker, 0, 1], ['2', BASES.docker, 2, 1], ['3', BASES.docker, 3, 0],
    ['an even number with etcd elsewhere', BASES.bottlerocket, 2, 0],
  ])('%s', (_, base, count, expected) => {
    expect(findings(base, { [`${CP}.count`]: count })).toHaveLength(expected);
  });
});

test('a role or user of IAM needs a name', () => {
  const role = 'AWSIamConfig/iam.spec.mapRoles[0].username';
  const user = 'AWSIamConfig/iam.spec.mapUsers[0].username';
  for (const at of [role, user]) expect(findings(BASES.bareMetal, { [at]: '' })).toEqual([expect.stringMatching(/^error .*username$/)]);
});

describe('machines of bare metal', () => {
  const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
  const image = (control: string, workers: string) => ({
    'TinkerbellDatacenterConfig/lab.spec.osImageURL': undefined,
    'TinkerbellMachineConfig/lab-cp.spec.osImageURL': `http://10.20.0.2/ubuntu-${control}.gz`,
    'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': `http://10.20.0.2/ubuntu-${workers}.gz`,
  });
  const IN_PLACE = { type: 'InPlace' };
  const SCALED = { [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 2 } };

  test.each<[string, Changes, string[]]>([
    ['an image for each group\'s own version', { ...image('1-35', '1-34'), [`${GROUP}.kubernetesVersion`]: '1.34' }, []],
    ['an image of another version than the cluster\'s', image('1-35', '1-34'), [
      'error T24 TinkerbellMachineConfig/lab-md-0.spec.osImageURL',
    ]],
    ['an image of another version than the group\'s', { ...image('1-35', '1-35'), [`${GROUP}.kubernetesVersion`]: '1.34' }, [
      'error T24 TinkerbellMachineConfig/lab-md-0.spec.osImageURL',
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(BASES.bareMetal, change)).toEqual(expected);
  });

  test.each<[string, Changes, boolean]>([
    ['a group that is upgraded in place', { [`${GROUP}.upgradeRolloutStrategy`]: IN_PLACE }, true],
    ['a control plane that is', { [`${CP}.upgradeRolloutStrategy`]: IN_PLACE }, true],
    ['nodes that are replaced', {}, false],
  ])('autoscaling beside %s', (_, change, isRejected) => {
    const found = findings(BASES.bareMetal, { ...SCALED, ...change });
    expect(found.filter((finding) => finding.endsWith(`${GROUP}.autoscalingConfiguration`))).toHaveLength(Number(isRejected));
  });

  test('an affinity that no machine of hardware.csv matches is a warning', () => {
    const at = 'TinkerbellMachineConfig/lab-cp.spec.hardwareAffinity';
    const terms = (type: string) => ({ [`${at}.required[0].labelSelector.matchLabels`]: { type } });
    const found = findings(BASES.affinity, terms('nothing'));
    expect(found.filter((finding) => finding.endsWith(at))).toEqual([expect.stringMatching(/^warning /)]);
    expect(findings(BASES.affinity, terms('cp'))).toEqual([]);
  });
});

test.each<[string, Base, Changes, string]>([
  ['two network plugins', BASES.docker, {
    'Cluster.spec.clusterNetwork.cniConfig': { cilium: {}, kindnetd: {} },
  }, 'C41 Cluster.spec.clusterNetwork.cniConfig'],
  ['the address of the network itself', BASES.bareMetal, { 'csv:node-01.ip_address': '10.20.0.0' }, `S8 ${ROW}.ip_address`],
  ['two failure domains of one name', BASES.vsphere, {
    'VSphereDatacenterConfig/prod.spec.failureDomains[1]': {
      name: 'a', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: '/DC1/network/a',
    },
  }, 'VSphereDatacenterConfig/prod.spec.failureDomains[1].name'],
])('%s are rejected', (_, base, change, expected) => {
  expect(findings(base, change)).toContainEqual(expect.stringContaining(expected));
});

test('the old name of an enterprise plugin is accepted', () => {
  const change = { 'Cluster.spec.clusterNetwork.cniConfig': undefined, 'Cluster.spec.clusterNetwork.cni': 'cilium-enterprise' };
  expect(findings(BASES.docker, change)).toEqual([]);
});
