/** Operating systems of nodes, as images and releases name them. */
import { checkDocuments } from '../../../src/eksa/check';
import { operatingSystemIn } from '../../../src/eksa/syntax/image-os';
import { BASES, changed } from '../rule-bases';
import type { Changes } from '../rule-bases';
import { TODAY } from '../today';
import { findings, messages } from './findings';

const { bareMetal, vsphere } = BASES;
const CP = 'VSphereMachineConfig/prod-cp.spec';
const MD = 'VSphereMachineConfig/prod-md-0.spec';
const DATACENTER = 'TinkerbellDatacenterConfig/lab.spec';
const RED_HAT_MACHINES = {
  'TinkerbellMachineConfig/lab-cp.spec.osFamily': 'redhat', 'TinkerbellMachineConfig/lab-md-0.spec.osFamily': 'redhat',
};

test.each([
  ['/DC1/vm/Templates/rhel8-2204-kube-1-35', 'RHEL 8'],
  ['rhel-8-kube-1-35', 'RHEL 8'],
  ['RHEL_8.10-kube', 'RHEL 8'],
  ['redhat-8-1-35', 'RHEL 8'],
  ['redhat8.9.gz', 'RHEL 8'],
  ['red-hat-enterprise-linux-8', 'RHEL 8'],
  ['rhel810', 'RHEL 8'],
  ['http://images/rhel8/rhel-9-kube-1-35.gz', 'RHEL 9'],
  ['rhel-94', 'RHEL 9'],
  ['rhel10', 'RHEL 10'],
  ['ubuntu-2204-kube-1-35', 'Ubuntu 22.04'],
  ['ubuntu-24.04', 'Ubuntu 24.04'],
  ['Ubuntu_20-04-efi', 'Ubuntu 20.04'],
  ['redhat-kube-1-35', undefined],
  ['rhel-1-35', undefined],
  ['rhel-1.32', undefined],
  ['ubuntu-1-35', undefined],
  ['unrhel8', undefined],
  ['ubuntu-220415', undefined],
  ['rhel-8000', undefined],
])('%s is %s', (image, name) => {
  expect(operatingSystemIn(image)?.name).toBe(name);
});

describe('RHEL 8', () => {
  const workers = (template: string, more: Changes = {}): Changes => ({
    [`${MD}.osFamily`]: 'redhat', [`${MD}.template`]: template, ...more,
  });
  const version = (kubernetes: string): Changes => ({
    'Cluster.spec.kubernetesVersion': kubernetes, 'Cluster.spec.licenseToken': '${env:TOKEN}',
    [`${CP}.template`]: `ubuntu-2204-kube-${kubernetes}`,
  });
  test.each<[string, Changes, string[]]>([
    ['with 1.35', workers('rhel-8-kube-1-35'), [`warning os-kubernetes ${MD}.template`]],
    ['with 1.32', workers('rhel-8-kube-1-32', version('1.32')), [`warning os-kubernetes ${MD}.template`]],
    ['with 1.31', workers('rhel-8-kube-1-31', version('1.31')), []],
    ['with 1.31 of the group', {
      ...workers('rhel-8-kube-1-31', version('1.32')), 'Cluster.spec.workerNodeGroupConfigurations[0].kubernetesVersion': '1.31',
    }, []],
    ['RHEL 9 with 1.35', workers('rhel-9-kube-1-35'), []],
    ['Red Hat of no version', workers('redhat-kube-1-35'), []],
    ['a name that another family contradicts', { [`${MD}.template`]: 'rhel-8-kube-1-35' }, []],
  ])('%s', (_title, changes, expected) => {
    expect(findings(vsphere, changes)).toEqual(expected);
  });

  test.each(['v0.24.4', 'v0.25.6', 'v0.26.0', 'v0.27.0', 'v0.99.0'])('is found by %s', (eksAnywhereVersion) => {
    const changes = workers('rhel-8-kube-1-34', version('1.34'));
    expect(findings(vsphere, changes, { eksAnywhereVersion })).toContain(`warning os-kubernetes ${MD}.template`);
  });

  test('is no way out of a system that the release does not list', () => {
    const { documents } = changed(vsphere, workers('rhel-10-kube-1-35'));
    expect(checkDocuments(documents, undefined, { today: TODAY })).toMatchObject([{ ruleId: 'os-release', fix: 'use RHEL 9' }]);
  });

  test('on bare metal is found where the image is named, once', () => {
    const shared = { ...RED_HAT_MACHINES, [`${DATACENTER}.osImageURL`]: 'http://10.20.0.2/rhel-8-1-35.gz' };
    expect(findings(bareMetal, shared)).toEqual([`warning os-kubernetes ${DATACENTER}.osImageURL`]);
    const own = {
      ...RED_HAT_MACHINES,
      [`${DATACENTER}.osImageURL`]: undefined,
      'TinkerbellMachineConfig/lab-cp.spec.osImageURL': 'http://10.20.0.2/rhel-9-1-35.gz',
      'TinkerbellMachineConfig/lab-md-0.spec.osImageURL': 'http://10.20.0.2/rhel-8-1-35.gz',
    };
    expect(findings(bareMetal, own)).toEqual(['warning os-kubernetes TinkerbellMachineConfig/lab-md-0.spec.osImageURL']);
  });

  test('the message says why, and what to use', () => {
    expect(messages(vsphere, workers('rhel-8-kube-1-35'))).toEqual([
      `warning os-kubernetes ${MD}.template: is 'rhel-8-kube-1-35': RHEL 8 runs Kubernetes up to 1.31, and these nodes get 1.35 (kubeadm `
        + 'refuses its kernel 4.18 from Kubernetes 1.32 on)',
    ]);
  });
});

describe('Ubuntu', () => {
  test.each([
    ['20.04', 'v0.24.0', true], ['20.04', 'v0.25.6', true], ['20.04', 'v0.26.0', false], ['22.04', 'v0.27.0', true],
    ['24.04', 'v0.24.0', true], ['24.04', 'v0.27.0', true], ['18.04', 'v0.24.0', false],
  ])('%s is listed by %s: %s', (ubuntu, eksAnywhereVersion, isListed) => {
    const image = `ubuntu-${ubuntu.replace('.', '')}-kube-1-34`;
    const found = findings(vsphere, {
      'Cluster.spec.kubernetesVersion': '1.34', [`${CP}.template`]: 'ubuntu-2204-kube-1-34', [`${MD}.template`]: image,
    }, { eksAnywhereVersion });
    expect(found).toEqual(isListed ? [] : [`warning os-release ${MD}.template`]);
  });
});
