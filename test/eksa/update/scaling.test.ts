/** Scaling beside an upgrade on bare metal: which of the two the CLI looks for, and which the API. */
import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, vsphere } from './samples';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
const A = `${GROUPS}[0]`;
const B = `${GROUPS}[1]`;
const IMAGE = 'TinkerbellDatacenterConfig/site.spec.osImageURL';
const RELEASE = 'Cluster.spec.eksaVersion';
const VERSION = 'Cluster.spec.kubernetesVersion';
const OTHER_IMAGE = { [IMAGE]: 'http://images.example/other-1-34-1-35-1-36.gz' };
const SCALED = { [`${A}.count`]: 2 };

type Change = Readonly<Record<string, unknown>>;

function found(change: Change, before: Change = {}, documents = bareMetal()) {
  const old = changed(documents, before);
  const { refusals, cliAccepts, webhookAccepts } = diffDocuments(old, changed(old, change))!;
  const ours = refusals.filter(({ ruleId }) => ruleId === 'W6');
  return { paths: [...new Set(ours.flatMap(({ paths }) => paths))], ours, cliAccepts, webhookAccepts };
}

describe('what counts as an upgrade', () => {
  test.each<[string, Change, Change, readonly string[]]>([
    ['another Kubernetes of the cluster', { [VERSION]: '1.36' }, {}, ['cli', 'api']],
    ['another Kubernetes of a group', { [`${B}.kubernetesVersion`]: '1.35' }, { [`${B}.kubernetesVersion`]: '1.34' }, ['cli']],
    ['another image of the datacenter', OTHER_IMAGE, {}, ['cli']],
    ['another minor release', { [RELEASE]: 'v0.26.0' }, { [RELEASE]: 'v0.25.3' }, ['cli']],
    ['another patch release', { [RELEASE]: 'v0.26.1' }, { [RELEASE]: 'v0.26.0' }, ['cli']],
    ['the same release, written otherwise', { [RELEASE]: '0.26.0' }, { [RELEASE]: 'v0.26.0' }, []],
    ['a release where none was named', { [RELEASE]: 'v0.26.0' }, {}, []],
    ['another image of machines', { 'TinkerbellMachineConfig/site-a.spec.osImageURL': 'http://images.example/a-1-35.gz' }, {}, []],
    ['another selector', { 'TinkerbellMachineConfig/site-a.spec.hardwareSelector': { type: 'x' } }, {}, []],
    ['nothing', {}, {}, []],
  ])('%s', (_, upgrade, before, paths) => {
    expect(found({ ...upgrade, ...SCALED }, before).paths).toEqual(paths);
  });

  test('a group without a version has that of the group before it, as the CLI counts', () => {
    const before = { [`${A}.kubernetesVersion`]: '1.34' };
    const both = found({ [`${A}.kubernetesVersion`]: '1.35', [`${B}.count`]: 2 }, before);
    expect(both.ours.map(({ message }) => message)).toEqual([
      "is 2 and was 1, while kubernetesVersion of the group 'a' and kubernetesVersion of the group 'b' change as well",
    ]);
  });

  test('an image of a datacenter that the cluster does not name does not count', () => {
    const other = { 'TinkerbellDatacenterConfig/other': { tinkerbellIP: '10.0.0.3', osImageURL: 'http://images.example/old-1-35.gz' } };
    const change = { 'TinkerbellDatacenterConfig/other.spec.osImageURL': 'http://images.example/older-1-35.gz', ...SCALED };
    expect(found(change, other).paths).toEqual([]);
  });
});

describe('what counts as scaling', () => {
  const bounds = (minCount: number) => ({ [`${A}.autoscalingConfiguration`]: { minCount, maxCount: 3 } });
  const group = (name: string, count = 1) => ({ name, count, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: `site-${name}` } });

  test.each<[string, Change, readonly string[]]>([
    ['the control plane', { [`${CP}.count`]: 3 }, ['cli']],
    ['a group that grows', SCALED, ['cli']],
    ['a group that shrinks', { [`${A}.count`]: 0 }, ['cli']],
    ['a new group', { [`${GROUPS}[2]`]: { ...group('c'), machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-a' } } }, ['cli']],
    ['bounds of the autoscaler that move the number', { [`${A}.count`]: undefined, ...bounds(2) }, ['cli']],
    ['bounds that do not', bounds(1), []],
    ['a group that goes', { [GROUPS]: [group('a')] }, []],
    ['groups in another order', { [GROUPS]: [group('b'), group('a')] }, []],
  ])('%s', (_, scaling, paths) => {
    expect(found({ ...OTHER_IMAGE, ...scaling }).paths).toEqual(paths);
  });
});

test('the CLI looks for nothing where the control plane is upgraded in place, whatever the strategy was before', () => {
  const strategy = (type: string) => ({ [`${CP}.upgradeRolloutStrategy`]: { type } });
  const rolling = { [`${CP}.upgradeRolloutStrategy`]: undefined };
  expect(found({ ...OTHER_IMAGE, ...SCALED }, strategy('InPlace')).paths).toEqual([]);
  expect(found({ ...OTHER_IMAGE, ...SCALED, ...strategy('InPlace') }).paths).toEqual([]);
  expect(found({ ...OTHER_IMAGE, ...SCALED, ...rolling }, strategy('InPlace')).paths).toEqual(['cli']);
  expect(found({ [VERSION]: '1.36', ...SCALED }, strategy('InPlace')).paths).toEqual(['api']);
});

test('virtual machines may be scaled while they are replaced', () => {
  expect(found({ [VERSION]: '1.36', ...SCALED }, {}, vsphere()).ours).toEqual([]);
});

test('several at once share the steps, which name each', () => {
  const { ours } = found({ [VERSION]: '1.36', [`${CP}.count`]: 3, ...SCALED });
  expect(ours).toHaveLength(2);
  expect(ours[0].steps).toBe(ours[1].steps);
  expect(ours[0].steps![0]).toBe(
    "upgrade with the new kubernetesVersion alone: leave the count of the control plane (still 1), the count of 'a' (still 1) for the "
    + 'second step',
  );
});
