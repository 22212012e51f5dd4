import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed } from './samples';

const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const UPGRADE = { 'Cluster.spec.kubernetesVersion': '1.36' };
const AFFINITY = { 'TinkerbellMachineConfig/site-a.spec.hardwareSelector': undefined };

function hardware(...types: readonly string[]) {
  const rows = types.map((type, at) => `n${at},x,x,x,x,x,type=${type},x`);
  return parseHardware(['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...rows, ''].join('\n'));
}

type Values = Readonly<Record<string, unknown>>;

function needs(before: Values, change: Values, machines?: ReturnType<typeof hardware>) {
  const old = changed(bareMetal(), before);
  return diffDocuments(old, changed(old, change), machines)!.machines;
}

test.each([
  ['labels', { required: [{ labelSelector: { matchLabels: { type: 'a', rack: 'r1' } } }] }, 'rack=r1, type=a'],
  ['labels and expressions', {
    required: [
      { labelSelector: { matchLabels: { type: 'a' }, matchExpressions: [{ key: 'rack', operator: 'In', values: ['r1', 'r2'] }] } },
    ],
  }, 'type=a, rack In r1 r2'],
  ['an expression without values', {
    required: [{ labelSelector: { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] } }],
  }, 'gpu Exists'],
  ['alternatives', {
    required: [{ labelSelector: { matchLabels: { type: 'a' } } }, { labelSelector: { matchLabels: { type: 'c' } } }],
  }, 'type=a or type=c'],
  ['a term without a selector', { required: [{}] }, ''],
  ['no required term', {}, ''],
])('names the affinity of a group: %s', (_, hardwareAffinity, selector) => {
  const found = needs({ ...AFFINITY, 'TinkerbellMachineConfig/site-a.spec.hardwareAffinity': hardwareAffinity }, UPGRADE);
  expect(found.map((need) => need.selector)).toEqual(['type=cp', selector, 'type=b']);
});

test('a group that is removed keeps its row, and wants none', () => {
  const other = { name: 'c', count: 2, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-b' } };
  const found = needs({}, { [A]: other }, hardware('cp', 'a', 'b', 'b', 'b'));
  expect(found).toContainEqual({ selector: 'type=a', groups: ['a'], wanted: 0, spare: 0 });
  expect(found).toContainEqual({ selector: 'type=b', groups: ['b', 'c'], wanted: 2, spare: 2 });
});

test('machines that run are not spare, and fewer machines than nodes leave none', () => {
  const spares = (...types: readonly string[]) => (
    needs({ [`${A}.count`]: 2 }, UPGRADE, hardware(...types)).find(({ selector }) => selector === 'type=a')!.spare);
  expect([spares('a'), spares('a', 'a'), spares('a', 'a', 'a', 'b')]).toEqual([0, 0, 1]);
});

test('without hardware.csv nothing is counted', () => {
  expect(needs({}, UPGRADE)[0]).toEqual({ selector: 'type=cp', groups: ['control plane'], wanted: 1 });
});

test('a group that grows while it is replaced wants both', () => {
  const found = needs({}, { [`${A}.count`]: 3, [`${A}.labels`]: { x: 'y' } });
  expect(found.find(({ selector }) => selector === 'type=a')!.wanted).toBe(3);
});

describe('a group that moves to another selector', () => {
  const MOVED = { 'TinkerbellMachineConfig/site-a.spec.hardwareSelector': { type: 'new' } };
  const of = (found: ReturnType<typeof needs>) => found.find(({ groups }) => groups.includes('a'));

  test('wants as many machines as it has nodes', () => {
    expect(of(needs({ [`${A}.count`]: 3 }, MOVED))).toEqual({ selector: 'type=new', groups: ['a'], wanted: 3 });
    expect(of(needs({ [`${A}.count`]: 3 }, MOVED, hardware('a', 'a', 'a', 'new', 'new')))).toMatchObject({ wanted: 3, spare: 2 });
  });

  test('wants only the surge where the machines in use match, too', () => {
    const csv = parseHardware([
      'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk',
      ...['n0', 'n1', 'n2', 'n3'].map((name) => `${name},x,x,x,x,x,type=a|pool=x,x`), '',
    ].join('\n'));
    const change = { 'TinkerbellMachineConfig/site-a.spec.hardwareSelector': { pool: 'x' } };
    expect(of(needs({ [`${A}.count`]: 3 }, change, csv))).toEqual({ selector: 'pool=x', groups: ['a'], wanted: 1, spare: 1 });
  });

  test('does not move where its nodes are upgraded in place, or the selector is only written as an affinity', () => {
    const inPlace = { [`${A}.upgradeRolloutStrategy`]: { type: 'InPlace' } };
    expect(of(needs({ [`${A}.count`]: 3, ...inPlace }, MOVED))!.wanted).toBe(0);
    const affinity = {
      ...AFFINITY, 'TinkerbellMachineConfig/site-a.spec.hardwareAffinity': {
        required: [{ labelSelector: { matchLabels: { type: 'a' } } }],
      },
    };
    expect(of(needs({}, affinity))).toEqual({ selector: 'type=a', groups: ['a'], wanted: 0 });
  });
});

test.each<[string, readonly object[], string]>([
  ['a term that is gone from the end replaces none', [{ labelSelector: { matchLabels: { type: 'a' } } }], 'nothing'],
  ['a term that is gone from the front moves the nodes', [{ labelSelector: { matchLabels: { type: 'c' } } }], 'rolling'],
])('%s', (_, required, action) => {
  const affinity = (terms: readonly object[]) => ({ 'TinkerbellMachineConfig/site-a.spec.hardwareAffinity': { required: terms } });
  const both = affinity(['a', 'c'].map((type) => ({ labelSelector: { matchLabels: { type } } })));
  const old = changed(bareMetal(), { ...AFFINITY, ...both });
  expect(diffDocuments(old, changed(old, affinity(required)))!.groups.find(({ name }) => name === 'a')!.action).toBe(action);
});
