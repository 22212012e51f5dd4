/** Rules about the Kubernetes version in the names of images and templates. */
import { kubernetesVersionsIn } from '../../../src/eksa/syntax/image-name';
import { BASES } from '../rule-bases';
import type { Changes } from '../rule-bases';
import { findings, messages } from './findings';

const { bareMetal, vsphere } = BASES;
const TEMPLATE = 'VSphereMachineConfig/prod-cp.spec.template';
const IMAGE = 'TinkerbellDatacenterConfig/lab.spec.osImageURL';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';

test.each<[string, string[]]>([
  ['ubuntu-2204-kube-v1-34', ['1.34']],
  ['ubuntu-2204-kube-v1.34.6', ['1.34']],
  ['ubuntu-v1.34.1-kubernetes-1-34-eks-12-amd64-8b1d2c3', ['1.34']],
  ['ubuntu-v1.34.1-eks-d-1-34-12-amd64', ['1.34']],
  ['bottlerocket-vmware-k8s-1.34-x86_64-v1.64.0', ['1.34']],
  ['bottlerocket-v1.34.1-kubernetes-1-34-eks-12-amd64', ['1.34']],
  ['bottlerocket-v1.64.0', []],
  ['bottlerocket-1.34.0', []],
  ['rhel-9-eks-1-33', ['1.33']],
  ['ubuntu-22.04-kubernetes-1-36-amd64.gz', ['1.36']],
  ['ubuntu-1-35.gz', ['1.35']],
  ['ubuntu-2404-1-35.gz', ['1.35']],
  ['ubuntu-24.04-v1.35.img.gz', ['1.35']],
  ['ubuntu-24.04.1-server.gz', []],
  ['k8s135.gz', ['1.35']],
  ['KUBE_1_35', ['1.35']],
  ['ubuntu-v134', ['1.34']],
  ['ubuntu-134', []],
  ['rhel-9-1-34', ['1.34']],
  ['redhat-9.4-v1.34', ['1.34']],
  ['rhel-8-10-1-31', ['1.31']],
  ['rhel-9.1-34', []],
  ['1.34.0-eksd-7', ['1.34']],
  ['v1-34-eks-a-122', ['1.34']],
  ['bottlerocket-1.34.0-eks-a-7', []],
  ['ubuntu-1-34-1-35.gz', ['1.34', '1.35']],
  ['kube-v1.34-v1.33', ['1.34', '1.33']],
  ['kube-v1.34.1-22.04', ['1.34']],
  ['kube-1-345', []],
  ['golden-image-v1.30', []],
  ['nodes-2026-11-30', []],
  ['build-20135', []],
])('%s names %j', (name, versions) => {
  expect(kubernetesVersionsIn(name)).toEqual(versions);
});

describe('templates of vSphere', () => {
  const wrong = (...names: string[]) => names.map((name) => `warning image-version VSphereMachineConfig/${name}.spec.template`);

  test.each<[string, Changes, string[]]>([
    ['of the version before', { [TEMPLATE]: '/DC1/vm/Templates/ubuntu-2204-kube-v1-34' }, wrong('prod-cp')],
    ['of the version', { [TEMPLATE]: '/DC1/vm/Templates/ubuntu-2204-kube-v1-35' }, []],
    ['without a version', { [TEMPLATE]: '/DC1/vm/Templates/golden' }, []],
    ['of the version in a folder of another', { [TEMPLATE]: '/DC1/vm/kube-1-34/ubuntu-kube-1-35' }, []],
    ['of the group before the group is upgraded', { [`${GROUP}.kubernetesVersion`]: '1.34' }, wrong('prod-md-0')],
    ['of a group with a version of its own', {
      [`${GROUP}.kubernetesVersion`]: '1.34', 'VSphereMachineConfig/prod-md-0.spec.template': '/DC1/vm/ubuntu-1-34',
    }, []],
    ['of all when the cluster is upgraded', { 'Cluster.spec.kubernetesVersion': '1.36' }, wrong('prod-cp', 'prod-md-0')],
  ])('%s', (_, change, expected) => {
    expect(findings(vsphere, change)).toEqual(expected);
  });

  test('say whose nodes get another version', () => {
    expect(messages(vsphere, { [`${GROUP}.kubernetesVersion`]: '1.34' })).toEqual([
      expect.stringContaining("which names Kubernetes 1.35; group 'md-0' gets 1.34"),
    ]);
  });
});

describe('images of bare metal', () => {
  const wrong = [`warning image-version ${IMAGE}`];

  test.each<[string, string[]]>([
    ['http://10.20.0.2/ubuntu-2204-kube-1-35.gz', []],
    ['http://10.20.0.2/ubuntu135.gz', []],
    ['http://10.20.0.2/1-35/ubuntu.gz', []],
    ['/images/ubuntu-1-35.gz', []],
    // The digits of 1.35 are there, and so the tools take it.
    ['http://10.20.0.2/build-20135/ubuntu.gz', wrong],
    ['http://10.20.0.2/ubuntu-kube-1-34-build-20135.gz', wrong],
    ['http://10.20.0.2/1-35/ubuntu-kube-1-34.gz', wrong],
    ['http://10.1.35.2/ubuntu.gz', wrong],
    ['http://images.example:8135/ubuntu.gz', wrong],
    // They are not, and the tools refuse it by a rule of their own.
    ['http://10.20.0.2/ubuntu-kube-1-34.gz', [`error T23 ${IMAGE}`]],
  ])('%s', (url, expected) => {
    expect(findings(bareMetal, { [IMAGE]: url })).toEqual(expected);
  });

  test('of machine configurations are judged by the version of each group', () => {
    const image = (name: string, url: string) => ({ [`TinkerbellMachineConfig/${name}.spec.osImageURL`]: url });
    const change = {
      [IMAGE]: undefined, [`${GROUP}.kubernetesVersion`]: '1.34',
      ...image('lab-cp', 'http://10.20.0.2/ubuntu-kube-1-35.gz'), ...image('lab-md-0', 'http://10.20.0.2/1-34/ubuntu-kube-1-35.gz'),
    };
    expect(findings(bareMetal, change)).toEqual(['warning image-version TinkerbellMachineConfig/lab-md-0.spec.osImageURL']);
  });
});
