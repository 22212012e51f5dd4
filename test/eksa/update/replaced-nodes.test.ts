import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, vsphere } from './samples';

const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const UPGRADE = { 'Cluster.spec.kubernetesVersion': '1.36' };

/** Machines labelled `type=<name>`, as many as wanted. */
function hardware(machines: Readonly<Record<string, number>>) {
  const rows = Object.entries(machines).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, at) => `${type}-${at},x,x,x,x,x,type=${type},x`),
  );
  return parseHardware(['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...rows, ''].join('\n'));
}

function actions(before: ReturnType<typeof bareMetal>, change: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    diffDocuments(before, changed(before, change))!.groups.map(({ name, action, reasons }) => [name, [action, ...reasons].join(' ')]),
  );
}

describe('the effect on the nodes', () => {
  const pinned = changed(vsphere(), { [`${A}.kubernetesVersion`]: '1.35' });

  test.each([
    ['nothing changes', vsphere(), {}, { 'control plane': 'nothing', 'a': 'nothing', 'b': 'nothing' }],
    [
      'all are replaced for another Kubernetes',
      vsphere(),
      UPGRADE,
      { 'control plane': 'rolling kubernetesVersion', 'a': 'rolling kubernetesVersion', 'b': 'rolling kubernetesVersion' },
    ],
    [
      'a group with a version of its own stays',
      pinned,
      UPGRADE,
      { 'control plane': 'rolling kubernetesVersion', 'a': 'nothing', 'b': 'rolling kubernetesVersion' },
    ],
    [
      'machines of one group are resized',
      vsphere(),
      { 'VSphereMachineConfig/site-b.spec.memoryMiB': 16384 },
      { 'control plane': 'nothing', 'a': 'nothing', 'b': 'rolling memoryMiB' },
    ],
    [
      'another image for all',
      bareMetal(),
      { 'TinkerbellDatacenterConfig/site.spec.osImageURL': 'http://images.example/new-1-35.gz' },
      { 'control plane': 'rolling osImageURL', 'a': 'rolling osImageURL', 'b': 'rolling osImageURL' },
    ],
    [
      'a proxy replaces all nodes',
      vsphere(),
      { 'Cluster.spec.proxyConfiguration': { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128' } },
      { 'control plane': 'rolling proxyConfiguration', 'a': 'rolling proxyConfiguration', 'b': 'rolling proxyConfiguration' },
    ],
    [
      'names in the certificate replace the control plane',
      vsphere(),
      { 'Cluster.spec.controlPlaneConfiguration.certSans': ['api.example.com'] },
      { 'control plane': 'rolling certSans', 'a': 'nothing', 'b': 'nothing' },
    ],
    ['counts are scaled', vsphere(), { [`${A}.count`]: 3 }, { 'control plane': 'nothing', 'a': 'scale', 'b': 'nothing' }],
    [
      'a renamed group is a new one',
      vsphere(),
      { [`${A}.name`]: 'c' },
      { 'control plane': 'nothing', 'a': 'removed', 'b': 'nothing', 'c': 'new' },
    ],
    [
      'nodes are upgraded in place where that is asked for',
      bareMetal(),
      { ...UPGRADE, [`${A}.upgradeRolloutStrategy`]: { type: 'InPlace' } },
      { 'control plane': 'rolling kubernetesVersion', 'a': 'in place kubernetesVersion', 'b': 'rolling kubernetesVersion' },
    ],
  ])('%s', (_what, before, change, expected) => {
    expect(actions(before, change)).toEqual(expected);
  });
});

describe('machines beside those in use', () => {
  const used = { cp: 1, a: 1, b: 1 };

  test.each([
    ['one a group for a rolling upgrade', UPGRADE, { cp: 1, a: 1, b: 1 }],
    ['none without a change of nodes', {}, { cp: 0, a: 0, b: 0 }],
    ['as many as a group grows', { [`${A}.count`]: 4 }, { cp: 0, a: 3, b: 0 }],
    ['none where a group shrinks', { [`${A}.count`]: 0 }, { cp: 0, a: 0, b: 0 }],
    ['none for upgrades in place', { ...UPGRADE, [`${A}.upgradeRolloutStrategy`]: { type: 'InPlace' } }, { cp: 1, a: 0, b: 1 }],
    [
      'none with a surge of 0',
      { ...UPGRADE, [`${A}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
      { cp: 1, a: 0, b: 1 },
    ],
  ])('%s', (_what, change, wanted) => {
    const { machines } = diffDocuments(bareMetal(), changed(bareMetal(), change), hardware(used))!;
    expect(Object.fromEntries(machines.map((need) => [need.selector.replace('type=', ''), need.wanted]))).toEqual(wanted);
  });

  test('are counted in hardware.csv: the change is refused where they lack, on both roads', () => {
    const short = diffDocuments(bareMetal(), changed(bareMetal(), UPGRADE), hardware({ cp: 2, a: 1, b: 2 }))!;
    expect(short.refusals).toEqual([
      expect.objectContaining({
        ruleId: 'T31',
        path: 'hardware.csv',
        message: 'has 0 spare machines labelled type=a; 1 more is wanted for a',
      }),
    ]);
    expect([short.cliAccepts, short.webhookAccepts]).toEqual([false, false]);
    expect(diffDocuments(bareMetal(), changed(bareMetal(), UPGRADE), hardware({ cp: 2, a: 2, b: 2 }))!.refusals).toEqual([]);
  });

  test('are summed where groups share a selector', () => {
    const shared = changed(bareMetal(), { 'TinkerbellMachineConfig/site-b.spec.hardwareSelector': { type: 'a' } });
    const { machines } = diffDocuments(shared, changed(shared, UPGRADE), hardware({ cp: 2, a: 3 }))!;
    expect(machines).toEqual([
      { selector: 'type=cp', groups: ['control plane'], wanted: 1, spare: 1 },
      { selector: 'type=a', groups: ['a', 'b'], wanted: 2, spare: 1 },
    ]);
  });

  test('both refuse scaling during an upgrade of Kubernetes, however many machines there are', () => {
    const both = diffDocuments(bareMetal(), changed(bareMetal(), { ...UPGRADE, [`${A}.count`]: 2 }), hardware({ cp: 9, a: 9, b: 9 }))!;
    expect(both.refusals.map(({ ruleId, paths }) => [ruleId, ...paths])).toEqual([['W6', 'cli', 'api']]);
  });

  test('no spare machines are needed on vSphere', () => {
    expect(diffDocuments(vsphere(), changed(vsphere(), UPGRADE))!.machines).toEqual([]);
  });
});
