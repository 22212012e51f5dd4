/** Orders of changes: what goes together, what has to be split, and in which order. */
import type { Hardware } from '../../../src/eksa/hardware/hardware-csv';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import type { PlanOptions, UpgradePlan } from '../../../src/eksa/plan/plan';
import { releaseWay } from '../../../src/eksa/plan/versions';
import { releaseFor } from '../../../src/eksa/releases/release-table';
import type { Documents } from '../update/samples';
import { bareMetal, changed, docker, vsphere } from '../update/samples';
import { brokenSteps, planned, rollouts } from './steps';

const GROUP = 'Cluster.spec.workerNodeGroupConfigurations';
const IMAGE = 'TinkerbellDatacenterConfig/site.spec.osImageURL';
const COUNT_A = `${GROUP}[0].count`;
const VERSION_A = `${GROUP}[0].kubernetesVersion`;
const PODS = 'Cluster.spec.clusterNetwork.pods.cidrBlocks';
const VERSION = 'Cluster.spec.kubernetesVersion';
const RELEASE = 'Cluster.spec.eksaVersion';

/** Of the minor version on the way, the newest patch that the table of releases knows. */
const NEWEST_025 = releaseFor('v0.25.99').version;

const imageOf = (version: string) => `http://images.example/ubuntu-${version.replace('.', '-')}.gz`;
const onVersion = (documents: Documents, version: string) => changed(documents, { [VERSION]: version });
const bareMetalOn = (version: string) => changed(bareMetal(), { [VERSION]: version, [IMAGE]: imageOf(version) });
const group = (name: string, more: object = {}) =>
  ({ name, count: 1, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-a' }, ...more });
const groups = (documents: Documents) => (documents[0].spec as { workerNodeGroupConfigurations: object[] }).workerNodeGroupConfigurations;

/** Titles of the steps, one a line. */
function titles(old: Documents, now: Documents, options: PlanOptions = {}): string[] {
  const found = planned(old, now, options);
  expect(brokenSteps(old, now, found, options)).toEqual([]);
  return found.plan.steps.map(({ title }) => title);
}

describe('what has to be split', () => {
  test.each<[string, Documents, Documents, PlanOptions, string[]]>([
    [
      'one minor version of Kubernetes a step', onVersion(vsphere(), '1.33'), onVersion(vsphere(), '1.36'), {},
      ['Kubernetes 1.33 → 1.34', 'Kubernetes 1.34 → 1.35', 'Kubernetes 1.35 → 1.36'],
    ],
    [
      'one minor version of EKS Anywhere a step',
      changed(docker(), { [RELEASE]: 'v0.24.1', [VERSION]: '1.33' }), changed(docker(), { [RELEASE]: 'v0.26.0', [VERSION]: '1.33' }), {},
      [`EKS Anywhere v0.24.1 → ${NEWEST_025}`, `EKS Anywhere ${NEWEST_025} → v0.26.0`],
    ],
    [
      'both at once, as far as each goes',
      changed(vsphere(), { [RELEASE]: 'v0.25.0', [VERSION]: '1.34' }), changed(vsphere(), { [RELEASE]: 'v0.26.0', [VERSION]: '1.36' }), {},
      ['EKS Anywhere v0.25.0 → v0.26.0; Kubernetes 1.34 → 1.35', 'Kubernetes 1.35 → 1.36'],
    ],
    [
      'a version that the old release does not have comes with the new release',
      changed(vsphere(), { [RELEASE]: 'v0.25.0' }), changed(vsphere(), { [RELEASE]: 'v0.26.0', [VERSION]: '1.36' }), {},
      ['EKS Anywhere v0.25.0 → v0.26.0; Kubernetes 1.35 → 1.36'],
    ],
    [
      'new nodes after a roll-out', bareMetalOn('1.34'), changed(bareMetalOn('1.35'), { [COUNT_A]: 3 }), { path: 'api' },
      ['Kubernetes 1.34 → 1.35; osImageURL', 'a from 1 to 3 nodes'],
    ],
    [
      'fewer nodes before a roll-out', changed(bareMetalOn('1.34'), { [COUNT_A]: 3 }), bareMetalOn('1.35'), { path: 'api' },
      ['a from 3 to 1 nodes', 'Kubernetes 1.34 → 1.35; osImageURL'],
    ],
    [
      'a new group after a roll-out', bareMetalOn('1.34'),
      changed(bareMetalOn('1.35'), { [GROUP]: [...groups(bareMetal()), group('c')] }), { path: 'api' },
      ['Kubernetes 1.34 → 1.35; osImageURL', 'add c'],
    ],
    [
      'the first group of workers after a roll-out', changed(bareMetalOn('1.34'), { [GROUP]: undefined }),
      changed(bareMetalOn('1.35'), { [GROUP]: [groups(bareMetal())[0]] }), { path: 'api' },
      ['Kubernetes 1.34 → 1.35; osImageURL', 'add a'],
    ],
    [
      'a version of a group that goes away, which cannot be while the cluster gets a new one',
      changed(onVersion(vsphere(), '1.34'), { [`${GROUP}[0].kubernetesVersion`]: '1.34' }), vsphere(), {},
      ['Kubernetes of a 1.34 → (not set)', 'Kubernetes 1.34 → 1.35'],
    ],
    [
      'a group that is two versions behind goes one by one',
      changed(vsphere(), { [VERSION_A]: '1.33' }), changed(vsphere(), { [VERSION_A]: '1.35' }), {},
      ['Kubernetes of a 1.33 → 1.34', 'Kubernetes of a 1.34 → 1.35'],
    ],
    [
      'a group that stays behind', onVersion(vsphere(), '1.34'), changed(vsphere(), { [`${GROUP}[1].kubernetesVersion`]: '1.34' }), {},
      ['Kubernetes 1.34 → 1.35; Kubernetes of b (not set) → 1.34'],
    ],
  ])('%s', (_what, old, now, options, expected) => {
    expect(titles(old, now, { eksAnywhereVersion: 'v0.26.0', ...options })).toEqual(expected);
  });
});

describe('what goes together', () => {
  test.each<[string, Documents, Documents, PlanOptions, string[]]>([
    [
      'other fields with the first version', onVersion(vsphere(), '1.34'),
      changed(onVersion(vsphere(), '1.36'), { [`${GROUP}[0].labels`]: { tier: 'web' } }), {},
      ['Kubernetes 1.34 → 1.35; labels', 'Kubernetes 1.35 → 1.36'],
    ],
    [
      'the agent of bare metal with the version', bareMetalOn('1.34'),
      changed(bareMetalOn('1.35'), { 'TinkerbellDatacenterConfig/site.spec.hookImagesURLPath': 'http://images.example/hook-2' }), {},
      ['Kubernetes 1.34 → 1.35; osImageURL, hookImagesURLPath'],
    ],
    ['more nodes with a roll-out where that is accepted', onVersion(vsphere(), '1.34'), changed(vsphere(), { [COUNT_A]: 3 }), {}, [
      'Kubernetes 1.34 → 1.35; a from 1 to 3 nodes',
    ]],
    [
      'a group in the place of another', bareMetal(),
      changed(bareMetal(), { [GROUP]: [groups(bareMetal())[0], group('c')], 'TinkerbellMachineConfig/site-b': undefined }), {},
      ['remove b; add c'],
    ],
  ])('%s', (_what, old, now, options, expected) => {
    const steps = titles(old, now, { eksAnywhereVersion: 'v0.26.0', ...options });
    expect(steps).toEqual(expected);
  });
});

describe('images of versions on the way', () => {
  const [old, now] = [bareMetalOn('1.34'), bareMetalOn('1.36')];

  test('are asked for', () => {
    const { plan } = planned(old, now);
    expect(plan.outcome).toBe('blocked');
    expect(plan.images).toEqual([{ version: '1.35', path: IMAGE, was: imageOf('1.34') }]);
  });

  test.each([['by version', '1.35'], ['by document', 'TinkerbellDatacenterConfig/site@1.35']])('are taken %s', (_how, key) => {
    const { plan, documents } = planned(old, now, { images: { [key]: imageOf('1.35') } });
    expect(plan).toMatchObject({ outcome: 'ready', images: [] });
    expect(documents.map((step) => (step[1].spec as { osImageURL: string }).osImageURL)).toEqual([imageOf('1.35'), imageOf('1.36')]);
  });

  test('are not asked for where one image serves all versions', () => {
    const shared = (version: string) => onVersion(bareMetal(), version);
    expect(planned(shared('1.34'), shared('1.36')).plan).toMatchObject({ outcome: 'ready', images: [] });
  });

  test('follow the version of the group that starts from them', () => {
    const template = 'VSphereMachineConfig/site-a.spec.template';
    const own = `${GROUP}[0].kubernetesVersion`;
    const before = changed(vsphere(), { [own]: '1.33', [template]: '/DC1/vm/ubuntu-1-33' });
    const after = changed(vsphere(), { [own]: '1.35', [template]: '/DC1/vm/ubuntu-1-35' });
    expect(planned(before, after).plan.images).toEqual([{ version: '1.34', path: template, was: '/DC1/vm/ubuntu-1-33' }]);
  });
});

describe('machines', () => {
  const csv = (...types: string[]) => parseHardware([
    'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk',
    ...types.map((type, at) => `n${at},52:54:00:00:00:${10 + at},10.0.1.${10 + at},255.255.0.0,10.0.0.1,10.0.0.1,type=${type},/dev/sda`),
  ].join('\n'));
  const newImage = changed(bareMetal(), { [IMAGE]: `${imageOf('1.35')}?2` });

  test('are counted by selector; those that miss block the plan', () => {
    const { plan } = planned(bareMetal(), newImage, {}, csv('cp', 'a', 'a', 'b', 'b'));
    expect(plan.outcome).toBe('blocked');
    expect(plan.steps[0].addMachines).toEqual([{ selector: 'type=cp', count: 1, groups: ['control plane'] }]);
    expect(planned(bareMetal(), newImage, {}, csv('cp', 'cp', 'a', 'a', 'b', 'b')).plan.outcome).toBe('ready');
  });

  test('are asked for once, whatever the number of roll-outs; what the strategy cannot save gets no advice', () => {
    const images = { 1.35: imageOf('1.35') };
    const steps = (hardware: Hardware) => planned(bareMetalOn('1.34'), bareMetalOn('1.36'), { images }, hardware).plan;
    const wanted = (plan: UpgradePlan) => plan.steps.map(({ addMachines }) => addMachines.map(({ selector }) => selector));
    expect(wanted(steps(csv('cp', 'a', 'b', 'b')))).toEqual([['type=cp', 'type=a'], []]);
    expect(steps(csv('cp', 'a', 'b', 'b')).notes).toHaveLength(1);
    expect(wanted(steps(csv('cp', 'a', 'a', 'b', 'b')))).toEqual([['type=cp'], []]);
    expect(steps(csv('cp', 'a', 'a', 'b', 'b')).notes).toEqual([]);
  });

  test('are freed first by groups that become smaller', () => {
    const [old, now] = [changed(bareMetalOn('1.34'), { [COUNT_A]: 3 }), changed(bareMetalOn('1.35'), { [COUNT_A]: 2 })];
    const { plan } = planned(old, now, { path: 'api' }, csv('cp', 'cp', 'a', 'a', 'a', 'b', 'b'));
    expect(plan.outcome).toBe('ready');
    expect(plan.steps.map(({ title }) => title)).toEqual(['a from 3 to 2 nodes', 'Kubernetes 1.34 → 1.35; osImageURL']);
  });

  test('are not wanted without spares: the strategy changes for a while, and goes back', () => {
    const cp = 'Cluster.spec.controlPlaneConfiguration.count';
    const [old, now] = [bareMetal(), newImage].map((state) => changed(state, { [cp]: 3 }));
    const { plan, documents } = planned(old, now, { withoutSpares: true }, csv('cp', 'cp', 'cp', 'a', 'b'));
    expect(plan.outcome).toBe('ready');
    expect(plan.steps.map(({ groups: each }) => each.map(({ action, surge, unavailable }) => [action, surge, unavailable]))).toEqual([
      [['rolling', 0, 0], ['rolling', 0, 1], ['rolling', 0, 1]],
      [['nothing', 0, 0], ['nothing', 0, 0], ['nothing', 0, 0]],
    ]);
    expect(documents[0]).not.toEqual(now);
    expect(documents[1]).toEqual(now);
    expect(plan.steps[0].meanwhile).toContain('control plane: etcd has 2 of 3 members meanwhile');
    expect(plan.steps[0].meanwhile.join()).toContain('a: every node is drained and replaced, its pods move (the group has no node');
  });

  test('a single control-plane node wants one all the same', () => {
    const { plan } = planned(bareMetal(), newImage, { withoutSpares: true }, csv('cp', 'a', 'b'));
    expect(plan.outcome).toBe('blocked');
    expect(plan.steps[0].addMachines).toEqual([{ selector: 'type=cp', count: 1, groups: ['control plane'] }]);
  });
});

test.each([[3, 5, 'join'], [5, 3, 'leave']])('etcd from %i to %i: members %s, and the control plane is replaced', (before, after, does) => {
  const at = (count: number) => changed(docker(), { 'Cluster.spec.externalEtcdConfiguration': { count } });
  const { plan } = planned(at(before), at(after));
  expect(plan.steps[0].meanwhile).toContain(`etcd: members ${does} one by one; the API stays up`);
  expect(plan.steps[0].meanwhile[0]).toContain('control plane: a new node joins before an old one goes');
});

describe('in place', () => {
  const strategy = { type: 'InPlace' };
  const inPlace = (documents: Documents) => changed(documents, {
    'Cluster.spec.controlPlaneConfiguration.upgradeRolloutStrategy': strategy,
    [`${GROUP}[0].upgradeRolloutStrategy`]: strategy,
    [`${GROUP}[1].upgradeRolloutStrategy`]: strategy,
  });

  test('brings a version, and says what it leaves', () => {
    const { plan } = planned(inPlace(bareMetalOn('1.34')), inPlace(bareMetalOn('1.35')));
    expect(plan.steps.map(({ groups: each }) => each.map(({ action }) => action))).toEqual([['in place', 'in place', 'in place']]);
    expect(plan.steps[0].notes[0]).toMatch(/^control plane: in place exchanges Kubernetes and containerd; osImageURL comes when/);
    expect(plan.steps[0].meanwhile[0]).toContain('the Kubernetes API is down while its only node is upgraded');
  });

  test('brings no image: such a step rolls, and the strategy of the file comes back after it', () => {
    const old = inPlace(bareMetal());
    const now = changed(old, { [IMAGE]: imageOf('1.35') });
    const { plan, documents } = planned(old, now);
    expect(plan.steps.map(({ groups: each }) => each.map(({ action }) => action))).toEqual([
      ['rolling', 'rolling', 'rolling'], ['nothing', 'nothing', 'nothing'],
    ]);
    expect(documents[1]).toEqual(now);
  });
});

describe('how a step reaches its cluster', () => {
  const managed = (documents: Documents) => changed(documents, { 'Cluster.spec.managementCluster.name': 'hq' });
  const release = (documents: Documents, version: string) => changed(documents, { [RELEASE]: version });

  test('a cluster that manages itself gets a release by the CLI alone', () => {
    const { plan } = planned(release(vsphere(), 'v0.25.0'), release(vsphere(), 'v0.26.0'), { path: 'api' });
    expect(plan.steps.map(({ path, run }) => [path, run[0].command])).toEqual([
      ['cli', 'eksctl anywhere upgrade cluster -f step-1/cluster.yaml'],
    ]);
  });

  test('the cluster that manages it is upgraded first', () => {
    const { plan } = planned(release(managed(vsphere()), 'v0.25.0'), release(managed(vsphere()), 'v0.26.0'), { path: 'api' });
    const [step] = plan.steps;
    expect(step.path).toBe('api');
    expect(step.before.map(({ what }) => what).join('\n')).toContain('the management cluster hq is at v0.26.0 already');
    expect(step.run.map(({ command }) => command)).toEqual(['kubectl apply -f step-1/cluster.yaml']);
  });

  test('by kubeconfigs of its own and of its manager', () => {
    const { plan } = planned(managed(vsphere()), changed(managed(vsphere()), { [COUNT_A]: 3 }));
    const commands = plan.steps[0].before.map(({ command }) => command);
    const { metadata } = vsphere()[0];
    expect(commands).toContain('export KUBECONFIG=$PWD/hq/hq-eks-a-cluster.kubeconfig');
    expect(commands).toContain(`kubectl get nodes --kubeconfig ${metadata!.name}/${metadata!.name}-eks-a-cluster.kubeconfig`);
    expect(commands.join('\n')).toContain(`kubectl get secret ${metadata!.name}-kubeconfig -n eksa-system`);
  });

  test('Git, where something follows it', () => {
    const followed = changed(managed(vsphere()), { 'Cluster.spec.gitOpsRef': { kind: 'FluxConfig', name: 'flux' } });
    const { plan } = planned(followed, changed(followed, { [COUNT_A]: 2 }), { path: 'api' });
    expect(plan.steps[0].run).toEqual([
      { what: "commit step-1/cluster.yaml in place of the cluster's file in the repository of FluxConfig/flux" },
    ]);
  });
});

describe('what nothing accepts', () => {
  test.each<[string, Documents, Documents, PlanOptions, RegExp]>([
    ['pods network', vsphere(), changed(vsphere(), { [PODS]: ['172.16.0.0/16'] }), {}, /create another cluster/],
    ['labels', bareMetal(), changed(bareMetal(), { [`${GROUP}[0].labels`]: { a: 'b' } }), { path: 'api' }, /add a worker group/],
    ['an older version', vsphere(), onVersion(vsphere(), '1.34'), {}, /^undefined$/],
  ])('%s: says why and what to do instead', (_what, old, now, options, instead) => {
    const { plan, documents } = planned(old, changed(now, { [COUNT_A]: 2 }), options);
    expect(plan.outcome).toBe('refused');
    expect(plan.refusals.map((refusal) => String(refusal.instead))).toEqual([expect.stringMatching(instead)]);
    expect([plan.steps, documents]).toEqual([[], []]);
  });

  test('a new file that is wrong by itself is to be corrected first', () => {
    const { plan } = planned(vsphere(), changed(vsphere(), { [COUNT_A]: 2, 'VSphereMachineConfig/site-a.spec.numCPUs': 'two' }));
    expect(plan.outcome).toBe('blocked');
    expect(plan.newFile.map(({ path }) => path)).toEqual(['VSphereMachineConfig/site-a.spec.numCPUs']);
  });
});

describe('a version that the release does not have, which the API lets through all the same', () => {
  const on = (release: string, version: string) => changed(vsphere(), { [RELEASE]: release, [VERSION]: version });

  test('is to be corrected in the new file', () => {
    const { plan } = planned(on('v0.25.0', '1.35'), on('v0.25.0', '1.36'), { path: 'api' });
    expect(plan).toMatchObject({ outcome: 'blocked', newFile: [{ ruleId: 'version', path: VERSION }] });
    expect(planned(on('v0.25.0', '1.35'), on('v0.25.0', '1.36')).plan).toMatchObject({ outcome: 'refused', newFile: [] });
  });

  test('is not on the way either: the release that has it comes first', () => {
    const managed = (documents: Documents) => changed(documents, { 'Cluster.spec.managementCluster.name': 'hq' });
    expect(titles(managed(on('v0.24.0', '1.34')), managed(on('v0.26.0', '1.36')), { path: 'api' })).toEqual([
      `EKS Anywhere v0.24.0 → ${NEWEST_025}; Kubernetes 1.34 → 1.35`, `EKS Anywhere ${NEWEST_025} → v0.26.0; Kubernetes 1.35 → 1.36`,
    ]);
  });
});

describe('the way back', () => {
  test.each<[string, Documents, Documents, boolean]>([
    ['Kubernetes', onVersion(vsphere(), '1.34'), vsphere(), false],
    ['a count', vsphere(), changed(vsphere(), { [COUNT_A]: 3 }), true],
    ['a template', vsphere(), changed(vsphere(), { 'VSphereMachineConfig/site-a.spec.template': '/DC1/vm/other' }), true],
  ])('%s', (_what, old, now, isPossible) => {
    expect(planned(old, now).plan.steps.map(({ back }) => back.isPossible)).toEqual([isPossible]);
  });
});

test('a thumbprint goes back only while vCenter shows its certificate', () => {
  const thumbprint = (value: string) => changed(vsphere(), { 'VSphereDatacenterConfig/site.spec.thumbprint': value });
  const says = (old: string, now: string) => planned(thumbprint(old), thumbprint(now)).plan.steps[0].back.says;
  expect(says('11:22', '33:44')).toContain('only while vCenter still shows the certificate of before');
  expect(says('', '33:44')).not.toContain('certificate');
});

test('a template that several machine configurations share is looked at once, whatever its name', () => {
  const template = (name: string) => changed(vsphere(), Object.fromEntries(['cp', 'a', 'b'].map((machine) => {
    return [`VSphereMachineConfig/site-${machine}.spec.template`, `/DC1/vm/${name}`];
  })));
  const { plan } = planned(template('ubuntu'), template("Ops' images/ubuntu"));
  const commands = plan.steps[0].before.map(({ command = '' }) => command).filter((command) => command.startsWith('govc'));
  expect(commands).toEqual(['govc tags.attached.ls -r \'/DC1/vm/Ops\'\\\'\' images/ubuntu\'']);
});

test('the minor version on the way is taken at its newest patch, one that is not known at its first', () => {
  expect(NEWEST_025).toMatch(/^v0\.25\.[1-9]/);
  expect(releaseWay('v0.24.0', 'v0.26.0')).toEqual(['v0.24.0', NEWEST_025, 'v0.26.0']);
  expect(releaseWay('v0.14.0', 'v0.16.3')).toEqual(['v0.14.0', 'v0.15.0', 'v0.16.3']);
  expect(releaseWay('v0.26.0', 'v0.25.0')).toEqual(['v0.26.0', 'v0.25.0']);
});

test('equal states have no step', () => {
  for (const state of [bareMetal(), vsphere(), docker()]) {
    expect(planned(state, structuredClone(state) as Documents).plan).toMatchObject({ outcome: 'nothing to do', steps: [] });
  }
});

test.each([1, 2, 3])('%i minor versions are as many roll-outs, whatever else changes', (versions) => {
  const now = changed(onVersion(vsphere(), `1.${33 + versions}`), {
    [`${GROUP}[0].labels`]: { tier: 'web' }, [`${GROUP}[1].count`]: 4, 'VSphereMachineConfig/site-b.spec.memoryMiB': 16384,
  });
  expect(rollouts(planned(onVersion(vsphere(), '1.33'), now))).toBe(versions);
});
