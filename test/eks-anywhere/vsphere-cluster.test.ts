import { Duration, Size } from 'aws-cdk-lib';
import { parseAllDocuments } from 'yaml';
import { OperatingSystem, VSphereCluster, VSphereClusterProps } from '../../src';
import { newApp, synthesized, vsphere } from './sample';

function synth(changes: Partial<VSphereClusterProps>): string {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere(changes));
  return synthesized(app, 'Plant/cluster.yaml');
}

test('writes the file that the EKS Anywhere CLI takes', () => {
  expect(synth({})).toMatchSnapshot();
});

test('writes sizes, fingerprint and a network by name', () => {
  expect(synth({
    network: 'VM Network',
    thumbprint: 'AB:CD:EF',
    os: OperatingSystem.bottlerocket(),
    template: undefined,
    controlPlaneNodes: { count: 1, cpus: 4, memory: Size.gibibytes(16), disk: Size.gibibytes(50) },
  })).toMatchSnapshot();
});

const refused: [string, Partial<VSphereClusterProps>, RegExp][] = [
  ['a name as endpoint', { endpoint: 'api.example.com' }, /endpoint is 'api.example.com'; expected an IP address.*\[rule V1\]/],
  ['an empty server', { server: '' }, /server is empty.*\[rule X12\]/],
  [
    'a network of another datacenter',
    { network: '/DC2/network/x' },
    /network is '\/DC2\/network\/x'; expected a path below \/DC1\/network\/.*\[rule X13\]/,
  ],
  ['an empty datastore', { datastore: '' }, /datastore is empty.*\[rule X15\]/],
  ['an empty resource pool', { resourcePool: '' }, /resourcePool is empty.*\[rule X15\]/],
  ['no template for Ubuntu', { template: undefined }, /template is missing.*\[rule V7\]/],
  [
    'another user than Bottlerocket knows',
    { os: OperatingSystem.bottlerocket(), sshUser: 'capv' },
    /sshUser is 'capv'; Bottlerocket knows only 'ec2-user'.*\[rule X16\]/,
  ],
  ['no workers', { workerNodes: [] }, /workerNodes is empty.*\[rule C10\]/],
  ['an even control plane', { controlPlaneNodes: { count: 2 } }, /controlPlaneNodes.count is 2.*\[rule C9\]/],
  ['a broken SSH key', { sshKey: 'none' }, /sshKey.*is no OpenSSH public key/],
  [
    'an image URL',
    { os: OperatingSystem.ubuntu({ imageUrl: 'http://x/ubuntu-1-35' }) },
    /Plant: os: got imageUrl "http:\/\/x\/ubuntu-1-35", expected none, because only bare metal/,
  ],
  [
    'too little memory',
    { workerNodes: [{ name: 'a', count: 1, memory: Size.gibibytes(1) }] },
    /^Plant: workerNodes\[0\].memory: got 1024, expected a whole number of MiB, at least 2048/,
  ],
  [
    'too small a disk',
    { controlPlaneNodes: { count: 1, disk: Size.gibibytes(10) } },
    /controlPlaneNodes.disk: got 10, expected a whole number of GiB, at least 20/,
  ],
  ['no processor', { controlPlaneNodes: { count: 1, cpus: 0 } }, /controlPlaneNodes.cpus: got 0, expected a whole number, at least 1/],
];
test.each(refused)('fails on %s', (_title, changes, message) => {
  expect(() => synth(changes)).toThrow(message);
});

describe('encryption of etcd', () => {
  const ENCRYPTION = { pluginName: 'aws-kms', socket: 'unix:///var/run/kmsplugin/socket.sock' };

  test('is written for an existing cluster', () => {
    const app = newApp();
    new VSphereCluster(
      app,
      'Plant',
      vsphere({ etcdEncryption: { ...ENCRYPTION, resources: ['secrets', 'configmaps'], cacheSize: 500, timeout: Duration.seconds(5) } }),
    );
    expect(parseAllDocuments(synthesized(app, 'Plant/cluster.yaml'))[0].toJS().spec.etcdEncryption).toEqual([
      {
        providers: [
          { kms: { name: 'aws-kms', socketListenAddress: 'unix:///var/run/kmsplugin/socket.sock', cachesize: 500, timeout: '5s' } },
        ],
        resources: ['secrets', 'configmaps'],
      },
    ]);
  });

  test('encrypts Secrets by default', () => {
    const app = newApp();
    new VSphereCluster(app, 'Plant', vsphere({ etcdEncryption: ENCRYPTION }));
    expect(parseAllDocuments(synthesized(app, 'Plant/cluster.yaml'))[0].toJS().spec.etcdEncryption[0]).toEqual({
      providers: [{ kms: { name: 'aws-kms', socketListenAddress: ENCRYPTION.socket } }], resources: ['secrets'],
    });
  });

  test.each([
    ['a name', { pluginName: '' }, /etcdEncryption.pluginName is empty.*\[rule W12\]/],
    ['a Unix socket', { socket: 'tcp://127.0.0.1:1' }, /etcdEncryption.socket is 'tcp:\/\/127.0.0.1:1'.*\[rule W12\]/],
    ['something to encrypt', { resources: [] }, /etcdEncryption.resources is empty.*\[rule W12\]/],
  ])('requires %s', (_what, change, message) => {
    const app = newApp();
    new VSphereCluster(app, 'Plant', vsphere({ etcdEncryption: { ...ENCRYPTION, ...change } }));
    expect(() => app.synth()).toThrow(message);
  });
});

test('a note names the feature flag that upgrades in place need', () => {
  const app = newApp();
  const cluster = new VSphereCluster(app, 'Plant', vsphere({ upgradeInPlace: true }));
  expect(synthesized(app, 'Plant/cluster.yaml').match(/type: InPlace/g)).toHaveLength(2);
  expect(cluster.node.metadata.map(({ data }) => data)).toContainEqual(
    expect.stringContaining('VSPHERE_IN_PLACE_UPGRADE=true wherever eksctl anywhere runs'),
  );
});

test('rejects upgrades in place with etcd on separate machines', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ upgradeInPlace: true, etcdNodes: { count: 3 } }));
  expect(() => app.synth()).toThrow(/etcdNodes is set; in-place upgrades need stacked etcd \[rule C61\]/);
});
