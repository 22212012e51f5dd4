import { Size } from 'aws-cdk-lib';
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
  ['a network of another datacenter', { network: '/DC2/network/x' }, /network is '\/DC2\/network\/x'; expected a path below \/DC1\/network\/.*\[rule X13\]/],
  ['an empty datastore', { datastore: '' }, /datastore is empty.*\[rule X15\]/],
  ['an empty resource pool', { resourcePool: '' }, /resourcePool is empty.*\[rule X15\]/],
  ['no template for Ubuntu', { template: undefined }, /template is missing.*\[rule V7\]/],
  ['another user than Bottlerocket knows', { os: OperatingSystem.bottlerocket(), sshUser: 'capv' }, /sshUser is 'capv'; Bottlerocket knows only 'ec2-user'.*\[rule X16\]/],
  ['no workers', { workerNodes: [] }, /workerNodes is empty.*\[rule C10\]/],
  ['an even control plane', { controlPlaneNodes: { count: 2 } }, /controlPlaneNodes.count is 2.*\[rule C9\]/],
  ['a broken SSH key', { sshKey: 'none' }, /sshKey.*is no OpenSSH public key/],
  ['an image URL', { os: OperatingSystem.ubuntu({ imageUrl: 'http://x/ubuntu-1-35' }) }, /os has imageUrl 'http:\/\/x\/ubuntu-1-35', which is for bare metal/],
  ['too little memory', { workerNodes: [{ name: 'a', count: 1, memory: Size.gibibytes(1) }] }, /workerNodes\[0\].memory is 1024 MiB; expected at least 2048 MiB/],
  ['too small a disk', { controlPlaneNodes: { count: 1, disk: Size.gibibytes(10) } }, /controlPlaneNodes.disk is 10 GiB; expected at least 20 GiB/],
  ['no processor', { controlPlaneNodes: { count: 1, cpus: 0 } }, /controlPlaneNodes.cpus is 0; expected 1 or more/],
];
test.each(refused)('fails on %s', (_title, changes, message) => {
  expect(() => synth(changes)).toThrow(message);
});
