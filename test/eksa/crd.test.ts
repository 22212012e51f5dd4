import { parseAllDocuments } from 'yaml';
import { BareMetalCluster, OperatingSystem, TaintEffect, VSphereCluster } from '../../src';
import { EVERY_BOTTLEROCKET_SETTING, EVERY_KUBELET_SETTING, EVERY_OPTION } from '../eks-anywhere/every-option';
import { bareMetal, newApp, synthesized, vsphere } from '../eks-anywhere/sample';
import { testWithForeignFiles } from './recorded-data';
import { crdViolations } from './strict-crd';

function violationsOf(text: string): string[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => crdViolations(document.toJS()));
}

testWithForeignFiles('synthesizes bare-metal documents that the strict schemas accept', () => {
  const app = newApp();
  new BareMetalCluster(
    app,
    'Factory',
    bareMetal({
      nodeCidrMaskSize: 25,
      controlPlaneNodes: {
        count: 1,
        select: { type: 'cp' },
        labels: { a: 'yes' },
        taints: [{ key: 'k', value: '1', effect: TaintEffect.NO_SCHEDULE }],
      },
    }),
  );
  expect(violationsOf(synthesized(app, 'Factory/cluster.yaml'))).toEqual([]);
});

testWithForeignFiles('synthesizes vSphere documents that the strict schemas accept', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ thumbprint: '12:34', insecure: true }));
  expect(violationsOf(synthesized(app, 'Plant/cluster.yaml'))).toEqual([]);
});

testWithForeignFiles('synthesizes every option so that the strict schemas accept it', () => {
  const app = newApp();
  new BareMetalCluster(
    app,
    'Factory',
    bareMetal({
      ...EVERY_OPTION,
      hookImagesUrl: 'http://10.20.0.2/hook',
      isoUrl: 'http://10.20.0.2/hook.iso',
      timeServers: ['10.20.0.5'],
      upgradeInPlace: true,
    }),
  );
  new VSphereCluster(
    app,
    'Plant',
    vsphere({
      ...EVERY_OPTION,
      etcdNodes: { count: 3 },
      linkedClones: false,
      storagePolicy: 'silver',
      tags: ['urn:x'],
      timeServers: ['10.20.0.5'],
    }),
  );
  expect([...violationsOf(synthesized(app, 'Factory/cluster.yaml')), ...violationsOf(synthesized(app, 'Plant/cluster.yaml'))]).toEqual([]);
});

testWithForeignFiles('synthesizes every setting of nodes so that the strict schemas accept it', () => {
  const app = newApp();
  const taints = [{ key: 'old', value: '', effect: TaintEffect.NO_EXECUTE, timeAdded: '2026-11-21T12:00:00Z' }];
  new VSphereCluster(
    app,
    'Plant',
    vsphere({
      os: OperatingSystem.bottlerocket({
        kubernetes: EVERY_BOTTLEROCKET_SETTING,
        sysctl: { 'vm.max_map_count': '262144' },
        bootKernelParameters: { console: ['tty0', 'ttyS0'] },
      }),
      template: undefined,
      workerNodes: [
        { name: 'plain', count: 1, os: OperatingSystem.ubuntu(), template: 'ubuntu-1-35', kubeletConfiguration: EVERY_KUBELET_SETTING },
        { name: 'old', autoscaling: { minCount: 1, maxCount: 3 }, taints },
      ],
    }),
  );
  expect(violationsOf(synthesized(app, 'Plant/cluster.yaml'))).toEqual([]);
});

testWithForeignFiles('has a strict walker that sees unknown, missing and mistyped fields', () => {
  expect(crdViolations({ kind: 'VSphereMachineConfig', spec: { datastore: 1, numCPU: 2, cloneMode: 'clone' } })).toEqual(
    expect.arrayContaining([
      'VSphereMachineConfig.spec.datastore: 1 is no string',
      'VSphereMachineConfig.spec.numCPU: unknown field',
      'VSphereMachineConfig.spec.numCPUs: required',
      expect.stringContaining('VSphereMachineConfig.spec.cloneMode'),
    ]),
  );
});
