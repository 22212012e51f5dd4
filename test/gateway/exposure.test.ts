import { App } from 'aws-cdk-lib';
import type { BareMetalClusterProps } from '../../src';
import {
  BareMetalCluster,
  DockerCluster,
  EksAnywhereCluster,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  Exposure,
  Package,
  VSphereCluster,
} from '../../src';
import { bareMetal, vsphere } from '../eks-anywhere/sample';
import { only, testControlPlane, testStack, writtenManifests } from './sample';

const DOCKER = {
  eksAnywhereVersion: 'v0.26.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
};

it.each([
  [
    'a port below the range',
    () => Exposure.nodePort({ http: 8080 }),
    'http: got 8080, expected a port that Kubernetes gives to nodes, 30000 to 32767',
  ],
  ['a part of a port', () => Exposure.nodePort({ https: 30443.5 }), 'https: got 30443.5'],
  ['one port for both', () => Exposure.nodePort({ http: 30100, https: 30100 }), 'https: got 30100, which http has already'],
  [
    'a range that runs backwards',
    () => Exposure.metalLb('10.20.0.120-10.20.0.100'),
    'range: got "10.20.0.120-10.20.0.100", expected IPv4 addresses as first-last',
  ],
  ['one address', () => Exposure.metalLb('10.20.0.100'), 'range: got "10.20.0.100"'],
  ['three ends of a range', () => Exposure.metalLb('10.20.0.1-10.20.0.2-10.20.0.3'), 'range: got'],
  ['a network with host bits', () => Exposure.metalLb('10.20.0.100/28'), 'range: got "10.20.0.100/28"'],
  ['an invalid address', () => Exposure.metalLb('10.20.0.256-10.20.0.300'), 'range: got'],
  [
    'a range in place of one address',
    () => Exposure.kubeVip('10.20.0.100-10.20.0.101'),
    'address: got "10.20.0.100-10.20.0.101", expected an IPv4 address such as',
  ],
  ['an internet load balancer without networks', () => Exposure.internetLoadBalancer(), 'cidrs: got an empty list'],
  ['an address without prefix length', () => Exposure.internetLoadBalancer('203.0.113.7'), 'cidrs[0]: got "203.0.113.7"'],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(message);
});

it.each(['10.20.0.100-10.20.0.120', '10.20.0.96/28', '10.20.0.100 - 10.20.0.100'])('accepts the addresses %s', (range) => {
  expect(() => Exposure.metalLb(range)).not.toThrow();
});

describe('on a site', () => {
  const metal = (changes: Partial<BareMetalClusterProps> = {}) => (app: App) => new BareMetalCluster(app, 'Factory', bareMetal(changes));

  /** A control plane with one plane for each exposure on one cluster. */
  function exposed(make: (app: App) => EksAnywhereCluster, ...exposures: Exposure[]) {
    const stack = testStack();
    const cluster = make(stack.node.root as App);
    const controlPlane = testControlPlane(stack);
    for (const [at, exposure] of exposures.entries()) {
      controlPlane.addDataPlane(`Plane${at}`, {
        target: EksAnywhereTarget.cluster(cluster, { exposure, imageRepository: 'registry.acme.example/hybridge' }),
      });
    }
    return { stack, cluster };
  }

  it('asks kube-vip for the address', () => {
    const { stack } = exposed(metal(), Exposure.kubeVip('10.20.0.12'));
    expect(only(writtenManifests(stack, 'plane0'), 'Service')).toMatchObject({
      metadata: { annotations: { 'kube-vip.io/loadbalancerIPs': '10.20.0.12' } },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'kube-vip.io/kube-vip-class' },
    });
  });

  it.each([
    ['vSphere', (app: App) => new VSphereCluster(app, 'Branch', vsphere()), 'kube-vip serves the endpoint only, except on bare metal'],
    ['Docker', (app: App) => new DockerCluster(app, 'Laptop', DOCKER), 'except on bare metal'],
    ['bare metal without it', metal({ skipServiceLoadBalancer: true }), 'skipServiceLoadBalancer leaves it out'],
    [
      'a workload cluster',
      (app: App) => metal({ managementCluster: new DockerCluster(app, 'Management', DOCKER) })(app),
      'which runs on the management cluster',
    ],
  ])('refuses kube-vip on %s', (_title, make, why) => {
    expect(() => exposed(make, Exposure.kubeVip('10.20.0.12'))).toThrow(why);
  });

  it.each([
    [
      'a range that machines have',
      [Exposure.metalLb('10.20.0.20-10.20.0.22')],
      'Cloud/ControlPlane/Plane0: exposure is 10.20.0.20-10.20.0.22, which contains machine node-01 10.20.0.21',
    ],
    ['the address of the installer', [Exposure.kubeVip('10.20.0.11')], 'which contains tinkerbellIp 10.20.0.11'],
    ['an address of another network', [Exposure.kubeVip('10.30.0.12')], 'outside the network of the machines (10.20.0.0/24)'],
    [
      'one address for two planes',
      [Exposure.metalLb('10.20.0.100-10.20.0.120'), Exposure.kubeVip('10.20.0.101')],
      'Plane1: exposure is 10.20.0.101-10.20.0.101, which shares addresses with Cloud/ControlPlane/Plane0: exposure',
    ],
  ])('refuses %s', (_title, exposures, message) => {
    const { stack } = exposed(metal(), ...exposures);
    expect(() => (stack.node.root as App).synth()).toThrow(message);
  });

  it('refuses a range that a package gives out', () => {
    const { stack, cluster } = exposed(metal(), Exposure.metalLb('10.20.0.100-10.20.0.120'));
    cluster.addPackage(Package.metalLb({ pools: [{ name: 'default', addresses: ['10.20.0.96/28'] }] }));
    expect(() => (stack.node.root as App).synth()).toThrow(
      'exposure is 10.20.0.100-10.20.0.120, which shares addresses with package metallb: pools[0].addresses[0] (10.20.0.96/28)',
    );
  });
});
