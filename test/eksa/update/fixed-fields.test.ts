/** Which update paths refuse a change, for which place: the parts of the rules that the recorded answers do not tell apart. */
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, docker, vsphere } from './samples';
import type { Documents } from './samples';

type Values = Readonly<Record<string, unknown>>;

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
const NETWORK = 'Cluster.spec.clusterNetwork';
const annotated = (document: string, name: string) => `${document}.metadata.annotations.{anywhere.eks.amazonaws.com/${name}}`;
const PAUSED = { [annotated('Cluster', 'paused')]: 'true' };
const ETCD = 'Cluster.spec.externalEtcdConfiguration';
const awsIam = (name: string) => ({ 'Cluster.spec.identityProviderRefs': [{ kind: 'AWSIamConfig', name }] });
const UPGRADE = { 'Cluster.spec.kubernetesVersion': '1.36' };

/** `rule paths place` of each refusal that has a W in its number. */
function refusals(site: Documents, before: Values, change: Values): string[] {
  const old = changed(site, before);
  const { refusals: found } = diffDocuments(old, changed(old, change))!;
  const ofUpdates = found.filter(({ ruleId }) => ruleId.startsWith('W'));
  return ofUpdates.map(({ ruleId, paths, path }) => `${ruleId} ${paths.join('+')} ${path}`);
}

describe('a paused cluster: only the CLI refuses', () => {
  test.each<[string, Values, Values, string[]]>([
    ['another endpoint', {}, { [`${CP}.endpoint.host`]: '10.0.0.9' }, [`W3 cli ${CP}.endpoint`]],
    ['another manager', {}, { 'Cluster.spec.managementCluster.name': 'x' }, ['W3 cli Cluster.spec.managementCluster.name']],
    ['external etcd', {}, { 'Cluster.spec.externalEtcdConfiguration': { count: 3 } }, [
      'W4 cli Cluster.spec.externalEtcdConfiguration',
    ]],
    ['skipUpgrade removed', { [`${NETWORK}.cniConfig.cilium`]: { skipUpgrade: true } }, { [`${NETWORK}.cniConfig.cilium`]: {} }, [
      `W3 cli ${NETWORK}.cniConfig.cilium.skipUpgrade`,
    ]],
    ['a node mask: accepted', {}, { [`${NETWORK}.nodes`]: { cidrMaskSize: 25 } }, []],
    ['another identity provider', awsIam('a'), {
      'Cluster.spec.identityProviderRefs': [{ kind: 'AWSIamConfig', name: 'b' }],
    }, ['W3 cli Cluster.spec.identityProviderRefs']],
  ])('%s', (_, before, change, expected) => {
    expect(refusals(vsphere(), { ...before, ...PAUSED }, change)).toEqual(expected);
  });

  test.each<[string, Values, string[]]>([
    [
      'labels and taints: accepted',
      { [`${GROUPS}[0].labels`]: { a: 'b' }, [`${GROUPS}[1].taints`]: [{ key: 'a', effect: 'NoSchedule' }] },
      [],
    ],
    ['another machine configuration', { [`${GROUPS}[1].machineGroupRef.name`]: 'site-a' }, [`W19 cli ${GROUPS}[1].machineGroupRef`]],
  ])('on bare metal, %s', (_, change, expected) => {
    expect(refusals(bareMetal(), PAUSED, change)).toEqual(expected);
  });

  test('with another value of the annotation it is not paused', () => {
    const before = { [annotated('Cluster', 'paused')]: 'false' };
    expect(refusals(docker(), before, { [`${NETWORK}.nodes`]: { cidrMaskSize: 25 } })).toEqual([`W3 api ${NETWORK}.nodes`]);
  });
});

describe('names', () => {
  const manager = (name: string | undefined) => ({ 'Cluster.spec.managementCluster.name': name });

  test.each<[string, Values, Values, string[]]>([
    ['a namespace in place of the default one', { 'Cluster.metadata.namespace': 'default' }, { 'Cluster.metadata.namespace': 'x' }, [
      'W19 cli Cluster.metadata.namespace',
    ]],
    ['the default namespace, written out', {}, { 'Cluster.metadata.namespace': 'default' }, []],
    ['no namespace in place of another one', { 'Cluster.metadata.namespace': 'x' }, { 'Cluster.metadata.namespace': undefined }, [
      'W19 cli Cluster.metadata.namespace',
    ]],
    ['an empty namespace for the default one', { 'Cluster.metadata.namespace': 'default' }, { 'Cluster.metadata.namespace': '' }, []],
    ['no manager in place of itself', {}, manager(undefined), ['W3 cli Cluster.spec.managementCluster.name']],
    ['another manager in place of itself', {}, manager('x'), ['W3 cli+api Cluster.spec.managementCluster.name']],
    ['itself in place of another manager', manager('x'), manager('site'), ['W3 cli+api Cluster.spec.managementCluster.name']],
    ['another manager and another name', manager('x'), { ...manager('y'), 'Cluster.metadata.name': 'other' }, [
      'W19 cli Cluster.metadata.name', 'W3 cli+api Cluster.spec.managementCluster.name',
    ]],
  ])('%s', (_, before, change, expected) => {
    expect(refusals(docker(), before, change)).toEqual(expected);
  });
});

describe('fields of the cluster', () => {
  const PROXY = { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3129', noProxy: ['a'] };
  const proxied = { 'Cluster.spec.proxyConfiguration': PROXY };

  test.each<[string, Values, Values, string[]]>([
    ['the proxy for HTTP', proxied, { 'Cluster.spec.proxyConfiguration.httpProxy': 'x:1' }, ['W3 cli+api Cluster.spec.proxyConfiguration']],
    ['the proxy for HTTPS', proxied, { 'Cluster.spec.proxyConfiguration.httpsProxy': 'x:1' }, [
      'W3 cli+api Cluster.spec.proxyConfiguration',
    ]],
    ['its exceptions', proxied, { 'Cluster.spec.proxyConfiguration.noProxy': ['b'] }, ['W3 cli+api Cluster.spec.proxyConfiguration']],
    ['no proxy any more', proxied, { 'Cluster.spec.proxyConfiguration': undefined }, ['W3 cli+api Cluster.spec.proxyConfiguration']],
    ['another service network', {}, { [`${NETWORK}.services.cidrBlocks`]: ['10.112.0.0/12'] }, [
      `W3 cli+api ${NETWORK}.services.cidrBlocks`,
    ]],
    ['a network plugin where none was named', { [`${NETWORK}.cniConfig`]: undefined }, { [`${NETWORK}.cniConfig`]: { kindnetd: {} } }, []],
    ['no network plugin any more', {}, { [`${NETWORK}.cniConfig`]: {} }, [`W19 cli ${NETWORK}.cniConfig`]],
    ['labels of the control plane', {}, { [`${CP}.labels`]: { a: 'b' } }, []],
    ['taints of the control plane', {}, { [`${CP}.taints`]: [] }, []],
    ['another AWSIamConfig where none was named', {}, awsIam('a'), []],
    ['no AWSIamConfig any more', awsIam('a'), { 'Cluster.spec.identityProviderRefs': [] }, []],
    ['skipUpgrade for the first time', {}, { [`${NETWORK}.cniConfig.cilium`]: { skipUpgrade: true } }, []],
    ['skipUpgrade as before', { [`${NETWORK}.cniConfig.cilium`]: { skipUpgrade: true } }, { [`${CP}.count`]: 3 }, []],
    ['no worker groups any more', {}, { [GROUPS]: undefined }, []],
    ['etcd back on the control plane nodes', { [ETCD]: { count: 3 } }, { [ETCD]: undefined }, [
      'W4 cli+api Cluster.spec.externalEtcdConfiguration',
    ]],
  ])('%s', (_, before, change, expected) => {
    expect(refusals(docker(), before, change)).toEqual(expected);
  });

  test.each<[string, Values, string[]]>([
    ['taints of the control plane', { [`${CP}.taints`]: [{ key: 'a', effect: 'NoSchedule' }] }, [`W5 api ${CP}.taints`]],
    ['labels of the second group', { [`${GROUPS}[1].labels`]: { a: 'b' } }, [`W5 api ${GROUPS}[1].labels`]],
    ['labels of a group that takes the place of another', { [`${GROUPS}[1]`]: { name: 'c', count: 1, labels: { a: 'b' } } }, []],
  ])('on bare metal, %s', (_, change, expected) => {
    expect(refusals(bareMetal(), {}, change)).toEqual(expected);
  });
});

describe('scaling while Kubernetes changes, on bare metal', () => {
  const group = (name: string) => ({ name, count: 1, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-a' } });

  test.each<[string, Values, string[]]>([
    ['the control plane', { [`${CP}.count`]: 3 }, [`W6 cli+api ${CP}.count`]],
    ['the second group', { [`${GROUPS}[1].count`]: 2 }, [`W6 cli+api ${GROUPS}[1].count`]],
    ['another group', { [`${GROUPS}[2]`]: group('c') }, [`W6 cli+api ${GROUPS}`]],
    ['a group less', { [GROUPS]: [group('a')] }, [`W6 api ${GROUPS}`]],
    ['a renamed group', { [`${GROUPS}[0]`]: group('c') }, [`W6 cli+api ${GROUPS}`]],
    ['the same groups', {}, []],
  ])('%s', (_, change, expected) => {
    expect(refusals(bareMetal(), {}, { ...UPGRADE, ...change })).toEqual(expected);
  });

  test('without another version scaling is accepted, and on other providers with one', () => {
    expect(refusals(bareMetal(), {}, { [`${GROUPS}[2]`]: group('c'), [`${CP}.count`]: 3 })).toEqual([]);
    expect(refusals(vsphere(), {}, { ...UPGRADE, [`${CP}.count`]: 3 })).toEqual([]);
  });
});

describe('documents that the cluster does not name, or not on both sides', () => {
  const machine = (kind: string, spec: object) => ({ [`${kind}/spare`]: spec });
  const BARE_METAL = { hardwareSelector: { type: 'x' }, osFamily: 'ubuntu', users: [{ name: 'a', sshAuthorizedKeys: ['k'] }] };
  const VSPHERE = { datastore: 'ds', folder: 'f', resourcePool: 'r', osFamily: 'ubuntu', users: [{ name: 'a', sshAuthorizedKeys: ['k'] }] };
  const spare = (field: string, kind = 'TinkerbellMachineConfig') => `${kind}/spare.spec.${field}`;

  test.each<[string, Documents, Values, Values, string[]]>([
    ['the OS of a spare machine', bareMetal(), machine('TinkerbellMachineConfig', BARE_METAL), { [spare('osFamily')]: 'redhat' }, [
      `W15 api ${spare('osFamily')}`,
    ]],
    ['its user', bareMetal(), machine('TinkerbellMachineConfig', BARE_METAL), { [spare('users[0].name')]: 'b' }, [
      `W15 api ${spare('users[0].name')}`,
    ]],
    ['its key', bareMetal(), machine('TinkerbellMachineConfig', BARE_METAL), { [spare('users[0].sshAuthorizedKeys')]: ['l'] }, [
      `W15 api ${spare('users[0].sshAuthorizedKeys[0]')}`,
    ]],
    ['the OS of a spare machine on vSphere', vsphere(), machine('VSphereMachineConfig', VSPHERE), {
      [spare('osFamily', 'VSphereMachineConfig')]: 'redhat',
    }, [
      `W16 api ${spare('osFamily', 'VSphereMachineConfig')}`,
    ]],
    ['a spare datacenter of bare metal', bareMetal(), {
      'TinkerbellDatacenterConfig/spare': { tinkerbellIP: '10.0.0.7', hookImagesURLPath: 'http://x' },
    }, {
      'TinkerbellDatacenterConfig/spare.spec.tinkerbellIP': '10.0.0.8',
      'TinkerbellDatacenterConfig/spare.spec.hookImagesURLPath': 'http://y',
    }, ['W13 api TinkerbellDatacenterConfig/spare.spec.tinkerbellIP', 'W13 api TinkerbellDatacenterConfig/spare.spec.hookImagesURLPath']],
    ['a spare datacenter of vSphere', vsphere(), { 'VSphereDatacenterConfig/spare': { server: 'a', datacenter: 'b', network: 'c' } }, {
      'VSphereDatacenterConfig/spare.spec.server': 'x',
    }, ['W17 api VSphereDatacenterConfig/spare.spec.server']],
  ])('%s', (_, site, before, change, expected) => {
    expect(refusals(site, before, change)).toEqual(expected);
  });

  test.each<[string, Values, string[]]>([
    ['the vCenter of a paused datacenter', { 'VSphereDatacenterConfig/site.spec.server': 'x' }, [
      'W17 cli VSphereDatacenterConfig/site.spec.server',
    ]],
    ['its datacenter, and with it the path of the network', { 'VSphereDatacenterConfig/site.spec.datacenter': 'DC2' }, [
      'W17 cli VSphereDatacenterConfig/site.spec.datacenter', 'W17 cli VSphereDatacenterConfig/site.spec.network',
    ]],
    ['the OS of a paused machine', { 'VSphereMachineConfig/site-a.spec.osFamily': 'redhat' }, [
      'W16 cli VSphereMachineConfig/site-a.spec.osFamily',
    ]],
  ])('%s', (_, change, expected) => {
    const documents = ['VSphereDatacenterConfig/site', 'VSphereMachineConfig/site-a'];
    const paused = documents.map((document) => [annotated(document, 'paused'), 'true']);
    expect(refusals(vsphere(), Object.fromEntries(paused), change)).toEqual(expected);
  });

  test('the load balancer of bare metal may change where the CLI manages the datacenter', () => {
    const change = { 'TinkerbellDatacenterConfig/site.spec.skipLoadBalancerDeployment': true };
    expect(refusals(bareMetal(), { [annotated('TinkerbellDatacenterConfig/site', 'managed-by-cli')]: 'true' }, change)).toEqual([]);
  });

  test('the removal of all keys is one refusal', () => {
    const keys = 'TinkerbellMachineConfig/site-a.spec.users[0].sshAuthorizedKeys';
    expect(refusals(bareMetal(), {}, { [keys]: [] })).toEqual([`W15 api ${keys}`]);
  });

  test('a machine without a key is refused by both when the cluster uses it, and by the API alone when not', () => {
    const keyless = (name: string) =>
      diffDocuments(vsphere(), changed(vsphere(), { [`VSphereMachineConfig/${name}`]: { ...VSPHERE, users: [] } }))!;
    const paths = (name: string) => keyless(name).refusals.filter(({ ruleId }) => ruleId === 'F7').map((refusal) => refusal.paths);
    expect([paths('site-a'), paths('spare')]).toEqual([[['cli', 'api']], [['api']]]);
  });

  test('a changed number of keys and another key are different refusals', () => {
    const users = 'TinkerbellMachineConfig/site-a.spec.users';
    const another = refusals(bareMetal(), {}, { [`${users}[0].sshAuthorizedKeys`]: ['other'] });
    expect(another).toEqual([`W15 cli+api ${users}[0].sshAuthorizedKeys[0]`]);
    expect(refusals(bareMetal(), {}, { [`${users}[0].sshAuthorizedKeys[1]`]: 'other' })).toEqual([`W15 api ${users}[0].sshAuthorizedKeys`]);
    expect(refusals(bareMetal(), {}, { [`${users}[1]`]: { name: 'b', sshAuthorizedKeys: ['k'] } })).toEqual([`W15 api ${users}`]);
  });
});

describe('identity providers and GitOps objects', () => {
  const IAM = { awsRegion: 'eu-central-1', backendMode: ['EKSConfigMap', 'CRD'] };
  const FLUX = { github: { owner: 'acme', repository: 'fleet', personal: false } };
  const flux = (name: string) => ({ 'Cluster.spec.gitOpsRef': { kind: 'FluxConfig', name } });

  test.each<[string, Values, Values, string[]]>([
    ['the region of the provider in use', { ...awsIam('a'), 'AWSIamConfig/a': IAM }, { 'AWSIamConfig/a.spec.awsRegion': 'x' }, [
      'W18 cli+api AWSIamConfig/a.spec.awsRegion',
    ]],
    ['its partition', { ...awsIam('a'), 'AWSIamConfig/a': IAM }, { 'AWSIamConfig/a.spec.partition': 'aws-cn' }, [
      'W18 cli+api AWSIamConfig/a.spec.partition',
    ]],
    ['its back ends', { ...awsIam('a'), 'AWSIamConfig/a': IAM }, { 'AWSIamConfig/a.spec.backendMode': ['CRD'] }, [
      'W18 cli+api AWSIamConfig/a.spec.backendMode',
    ]],
    ['their order', { ...awsIam('a'), 'AWSIamConfig/a': IAM }, { 'AWSIamConfig/a.spec.backendMode': ['CRD', 'EKSConfigMap'] }, []],
    ['the region of one that is not used', { ...awsIam('b'), 'AWSIamConfig/a': IAM }, { 'AWSIamConfig/a.spec.awsRegion': 'x' }, [
      'W18 api AWSIamConfig/a.spec.awsRegion',
    ]],
    ['the region of one that is used from now on', { 'AWSIamConfig/a': IAM }, { ...awsIam('a'), 'AWSIamConfig/a.spec.awsRegion': 'x' }, [
      'W18 api AWSIamConfig/a.spec.awsRegion',
    ]],
    ['the branch in use', { ...flux('f'), 'FluxConfig/f': FLUX }, { 'FluxConfig/f.spec.branch': 'x' }, [
      'W18 cli+api FluxConfig/f.spec.branch',
    ]],
    ['the branch of one that is not used', { 'FluxConfig/f': FLUX }, { 'FluxConfig/f.spec.branch': 'x' }, [
      'W18 api FluxConfig/f.spec.branch',
    ]],
    ['a field that is gone', { ...flux('f'), 'FluxConfig/f': { ...FLUX, git: { repositoryUrl: 'ssh://git@example/x' } } }, {
      'FluxConfig/f.spec.git': undefined,
    }, ['W18 cli+api FluxConfig/f.spec.git']],
    ['a GitOpsConfig', { 'GitOpsConfig/f': { flux: FLUX } }, { 'GitOpsConfig/f.spec.flux.github.owner': 'x' }, [
      'W18 api GitOpsConfig/f.spec.flux',
    ]],
    ['another reference', { ...flux('f'), 'FluxConfig/f': FLUX, 'FluxConfig/g': FLUX }, flux('g'), ['W19 cli Cluster.spec.gitOpsRef']],
    ['a first reference', { 'FluxConfig/f': FLUX }, flux('f'), []],
  ])('%s', (_, before, change, expected) => {
    expect(refusals(docker(), before, change)).toEqual(expected);
  });

  test('several fields are one refusal, which names them all', () => {
    const old = changed(docker(), { ...flux('f'), 'FluxConfig/f': FLUX });
    const now = changed(old, { 'FluxConfig/f.spec.branch': 'x', 'FluxConfig/f.spec.systemNamespace': 'y' });
    const [{ message }] = diffDocuments(old, now)!.refusals;
    expect(message).toMatch(/^changes \(with systemNamespace\)|^changes \(with 'systemNamespace'\)/);
  });
});
