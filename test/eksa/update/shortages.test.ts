/** Missing machines: which road counts them and refuses, and where a change is taken and its roll-out waits. */
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed } from './samples';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
const VERSION = 'Cluster.spec.kubernetesVersion';
const DATACENTER = 'TinkerbellDatacenterConfig/site.spec';
const A = 'TinkerbellMachineConfig/site-a.spec';
const AUDIT = { [`${CP}.auditPolicyContent`]: 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n' };
const IN_PLACE = { type: 'InPlace' };
const surge = (maxSurge: number) => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge } });
const group = (name: string, machine: string, count = 1) => (
  { name, count, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: `site-${machine}` } });

type Values = Readonly<Record<string, unknown>>;

function hardware(...types: readonly string[]) {
  const rows = types.map((type, at) => `n${at},x,x,x,x,x,type=${type},x`);
  return parseHardware(['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...rows, ''].join('\n'));
}

function compare(change: Values, before: Values, machines: readonly string[]) {
  const old = changed(bareMetal(), before);
  return diffDocuments(old, changed(old, change), hardware(...machines))!;
}

/** `type=cp: cli api` where both refuse, `type=cp: cli, api waits` where only one does. */
function shortages(change: Values, before: Values = {}, machines: readonly string[] = ['cp', 'a', 'b']): string[] {
  return compare(change, before, machines).refusals.filter(({ ruleId }) => ruleId === 'T31').map(({ message, paths, waits = [] }) => {
    const refusing = paths.filter((by) => !waits.includes(by));
    const roads = [refusing.join(' '), waits.length > 0 ? `${waits.join(' ')} waits` : ''].filter((text) => text !== '');
    return `${/type=\w+/.exec(message)}: ${roads.join(', ')}`;
  });
}

const ALL = ['cp', 'a', 'b'];
const each = (answer: string) => ALL.map((type) => `type=${type}: ${answer}`);

test.each<[string, Values, readonly string[], Values?]>([
  ['another Kubernetes', { [VERSION]: '1.36' }, each('cli api')],
  ['another release', { 'Cluster.spec.eksaVersion': 'v0.26.1' }, each('cli api'), { 'Cluster.spec.eksaVersion': 'v0.26.0' }],
  ['another image of the datacenter', { [`${DATACENTER}.osImageURL`]: 'http://images.example/new-1-35.gz' }, each('cli api')],
  ['more nodes', { [`${GROUPS}[0].count`]: 3 }, ['type=a: cli api']],
  ['a new group', { [`${GROUPS}[2]`]: group('c', 'b') }, ['type=b: cli api']],
  ['a group with another name', { [`${GROUPS}[1].name`]: 'c' }, ['type=b: cli api']],
  ['another image of one machine configuration', { [`${A}.osImageURL`]: 'http://images.example/a-1-35.gz' }, ['type=a: api, cli waits']],
  ['machines that boot from an ISO', { [`${DATACENTER}.isoBoot`]: true }, each('api, cli waits')],
  ['another selector', { [`${A}.hardwareSelector`]: { type: 'new' } }, ['type=new: api, cli waits']],
  ['an audit policy', AUDIT, ['type=cp: cli api waits']],
  ['names in the certificate', { [`${CP}.certSans`]: ['a.example'] }, ['type=cp: cli api waits']],
  ['a registry mirror', { 'Cluster.spec.registryMirrorConfiguration': { endpoint: 'r.example', port: '443' } }, each('cli api waits')],
  ['the last groups removed', { [GROUPS]: undefined }, ['type=cp: cli api waits']],
  ['a policy and more nodes', { ...AUDIT, [`${GROUPS}[0].count`]: 2 }, ['type=cp: cli api waits', 'type=a: cli api']],
])('%s', (_, change, answers, before) => {
  expect(shortages(change, before)).toEqual(answers);
});

test('the first group: its own machine is counted, the one of the control plane is not', () => {
  const found = shortages({ [GROUPS]: [group('a', 'a')] }, { [GROUPS]: undefined }, ['cp']);
  expect(found).toEqual(['type=cp: cli api waits', 'type=a: cli api']);
});

test('where nodes are upgraded in place the CLI counts nothing, and the controllers the nodes that are added', () => {
  const strategies = Object.fromEntries([CP, `${GROUPS}[0]`, `${GROUPS}[1]`].map((at) => [`${at}.upgradeRolloutStrategy`, IN_PLACE]));
  expect(shortages({ [VERSION]: '1.36', ...strategies })).toEqual([]);
  expect(shortages({ [`${GROUPS}[0].count`]: 2 }, strategies)).toEqual(['type=a: api, cli waits']);
});

describe('a group without a version gets that of the group before it, where the tools count', () => {
  test('so its nodes stay, and the CLI asks for a machine all the same', () => {
    const version = (value: string) => ({ [`${GROUPS}[0].kubernetesVersion`]: value });
    const found = compare(version('1.35'), version('1.34'), ['cp', 'a', 'a', 'b']);
    expect(found.groups.find(({ name }) => name === 'b')!.action).toBe('nothing');
    expect(found.refusals).toEqual([expect.objectContaining({
      paths: ['cli'],
      fix: 'add or relabel machines, or write the kubernetesVersion of b: the tools give a group without one that of the group before it',
    })]);
    expect([found.cliAccepts, found.webhookAccepts]).toEqual([false, true]);
  });

  test('or its nodes are replaced, and no road asks', () => {
    const pinned = { [`${GROUPS}[0].kubernetesVersion`]: '1.35' };
    expect(shortages({ [VERSION]: '1.36' }, pinned, ['cp', 'cp', 'a', 'b'])).toEqual(['type=b: cli api waits']);
  });
});

test('of groups with one selector the tools count the last: fewer machines than wanted make the roll-out wait', () => {
  const one = Object.fromEntries(ALL.map((name) => [`TinkerbellMachineConfig/site-${name}.spec.hardwareSelector`, { type: 'x' }]));
  const answers = [3, 4, 6].map((count) => shortages({ [VERSION]: '1.36' }, one, Array<string>(count).fill('x')));
  expect(answers).toEqual([['type=x: cli api'], ['type=x: cli api waits'], []]);
});

test('a group that shrinks makes room for its own replacement', () => {
  const { machines } = compare({ ...AUDIT, [`${CP}.count`]: 1 }, { [`${CP}.count`]: 3 }, ['cp', 'cp', 'cp', 'a', 'b']);
  expect(machines[0]).toMatchObject({ selector: 'type=cp', wanted: 0 });
});

test('both verdicts stay no, and the message says what happens', () => {
  const { cliAccepts, webhookAccepts, refusals } = compare(AUDIT, {}, ALL);
  expect([cliAccepts, webhookAccepts]).toEqual([false, false]);
  expect(refusals[0]).toMatchObject({
    paths: ['cli', 'api'],
    waits: ['cli', 'api'],
    message: 'has 0 spare machines labelled type=cp; 1 more is wanted for control plane; the tools accept it, and the roll-out waits for a '
      + 'machine',
  });
});

test.each<[string, Values, Values, string]>([
  ['one node of the control plane', AUDIT, {}, '; a control plane of fewer than 3 nodes is not replaced without a spare one'],
  ['three of them', AUDIT, { [`${CP}.count`]: 3 }, '; nodes that are replaced with maxSurge 0 need no spare ones'],
  ['more nodes', { [`${GROUPS}[0].count`]: 2 }, {}, ', or lower the count'],
])('the way out fits: %s', (_, change, before, fix) => {
  const machines = ['cp', 'cp', 'cp', 'a', 'b'].slice(before[`${CP}.count`] ? 0 : 2);
  expect(compare(change, before, machines).refusals[0].fix).toBe(`add or relabel machines${fix}`);
});

test('with maxSurge 0 no machine is counted and none is missing', () => {
  const zero = { [`${CP}.upgradeRolloutStrategy`]: surge(0), [`${CP}.count`]: 3 };
  expect(shortages({ [VERSION]: '1.36' }, zero, ['cp', 'cp', 'cp', 'a', 'a', 'b', 'b'])).toEqual([]);
});
