/** Refusals of a change of versions: rule, path and message. */
import { diffDocuments } from '../../../src/eksa/update/diff';
import { changed, docker } from './samples';

const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const CLUSTER = 'Cluster.spec.kubernetesVersion';
const GROUP = `${A}.kubernetesVersion`;
const RELEASE = 'Cluster.spec.eksaVersion';

function refusals(before: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>>, rule: string) {
  const old = changed(docker(), before);
  return diffDocuments(old, changed(old, change))!.refusals.filter(({ ruleId }) => ruleId === rule);
}

test.each([
  ['1.34', '1.35'], ['1.35', '1.35.9'], ['1.35.9', '1.35.1'], ['v1.34', '1.35'], ['1.9', '1.10'], ['1.35', 'v1.36.0'],
])('Kubernetes %s to %s is one step', (from, to) => {
  expect(refusals({ [CLUSTER]: from }, { [CLUSTER]: to }, 'W7')).toEqual([]);
});

test.each([
  ['1.33', '1.35', /goes from '1.33' to '1.35'/, "go to '1.34' first"],
  ['1.35', '1.34', /goes back from '1.35' to '1.34'/, "stay at '1.35'"],
  ['2.0', '1.35', /goes back/, "stay at '2.0'"],
  ['1.35', '3.0', /goes from '1.35' to '3.0'/, "go to '1.36' first"],
  ['latest', '1.35', /is '1.35' and was 'latest'/, 'give major and minor'],
  ['1.35', '1', /is '1' and was '1.35'/, 'give major and minor'],
])('Kubernetes %s to %s is refused', (from, to, message, fix) => {
  const found = refusals({ [CLUSTER]: from }, { [CLUSTER]: to }, 'W7');
  expect(found).toEqual([expect.objectContaining({ path: CLUSTER, message: expect.stringMatching(message), fix, paths: ['cli', 'api'] })]);
});

test.each([
  ['as the cluster', '1.35', '1.35'], ['two behind', '1.33', '1.33'], ['one up', '1.34', '1.35'], ['a patch', '1.35', '1.35.4'],
])('a group may be %s', (_, from, to) => {
  expect(refusals({ [GROUP]: from }, { [GROUP]: to }, 'W8')).toEqual([]);
});

test.each([
  ['three behind', {}, { [GROUP]: '1.32' }, /goes back/],
  ['a new group three behind', { [A]: undefined }, { [A]: { name: 'new', kubernetesVersion: '1.32' } }, /with the cluster at '1.35'/],
  ['a new group ahead', {}, { [A]: { name: 'new', kubernetesVersion: '1.36' } }, /with the cluster at '1.35'/],
  ['a new group of another major version', {}, { [A]: { name: 'new', kubernetesVersion: '0.35' } }, /with the cluster at '1.35'/],
  ['a new group without a version that reads', {}, { [A]: { name: 'new', kubernetesVersion: 'x' } }, /is 'x'; expected a version/],
])('a group may not be %s', (_, before, change, message) => {
  expect(refusals(before, change, 'W8')).toEqual([expect.objectContaining({ path: GROUP, message: expect.stringMatching(message) })]);
});

test('a new group two behind the cluster is accepted', () => {
  expect(refusals({}, { [A]: { name: 'new', kubernetesVersion: '1.33' } }, 'W8')).toEqual([]);
});

test.each([
  ['the cluster\'s own version', '1.35', {}, []],
  ['one behind', '1.34', {}, []],
  ['two behind', '1.33', {}, [/is gone, and so the group goes from '1.33' to '1.35'/]],
  ['while the cluster goes up', '1.34', { [CLUSTER]: '1.36' }, [/is gone and was '1.34', while the cluster goes to '1.36'/]],
  ['while the cluster takes a patch', '1.35', { [CLUSTER]: '1.35.1' }, [/while the cluster goes to '1.35.1'/]],
  ['while the cluster goes back', '1.35', { [CLUSTER]: '1.34' }, [/is gone, and so the group goes back/]],
])('a group gives up %s', (_, version, change, messages) => {
  const found = refusals({ [GROUP]: version }, { [GROUP]: undefined, ...change }, 'W9');
  expect(found).toEqual(messages.map((message) => expect.objectContaining({ path: GROUP, message: expect.stringMatching(message) })));
});

test('a group that never had a version gives up none', () => {
  expect(refusals({}, { [CLUSTER]: '1.36' }, 'W9')).toEqual([]);
});

test.each([
  ['v0.24.0', 'v0.25.9'], ['v0.25.1', 'v0.25.0'], ['v0.24.0', 'v0.0.0'], ['nonsense', 'v0.26.0'],
])('EKS Anywhere %s to %s is accepted', (from, to) => {
  expect(refusals({ [RELEASE]: from }, { [RELEASE]: to }, 'W10')).toEqual([]);
});

test.each([
  ['v0.24.0', 'v0.26.0', 'goes from \'v0.24.0\' to \'v0.26.0\'; one minor version at a time is possible', 'go to v0.25 first'],
  ['v0.24.0', 'v1.24.0', 'goes from \'v0.24.0\' to \'v1.24.0\'; one minor version at a time is possible', 'go to v0.25 first'],
  ['v0.25.0', 'v0.24.9', 'goes back from \'v0.25.0\' to \'v0.24.9\'', 'stay at \'v0.25.0\''],
  ['v0.25.0', undefined, 'is gone and was \'v0.25.0\'; once given it stays', 'set it back to \'v0.25.0\''],
])('EKS Anywhere %s to %s is refused', (from, to, message, fix) => {
  const expected = { path: RELEASE, message, fix, paths: to === undefined ? ['api'] : ['cli', 'api'] };
  expect(refusals({ [RELEASE]: from }, { [RELEASE]: to }, 'W10')).toEqual([expect.objectContaining(expected)]);
});

test('more than one minor version comes with the steps in between, a way back without', () => {
  const steps = (...[before, change, rule]: Parameters<typeof refusals>) => refusals(before, change, rule).map((found) => found.steps);
  expect(steps({ [RELEASE]: 'v0.23.2' }, { [RELEASE]: 'v0.26.1' }, 'W10')).toEqual([[
    'upgrade to EKS Anywhere v0.24, with the CLI of that release, and wait until all nodes are ready',
    'upgrade to EKS Anywhere v0.25, with the CLI of that release, and wait until all nodes are ready',
    'upgrade to EKS Anywhere v0.26, with the CLI of that release',
  ]]);
  expect(steps({ [CLUSTER]: '1.33' }, { [CLUSTER]: '1.35' }, 'W7')).toEqual([[
    'upgrade to Kubernetes \'1.34\', and wait until all nodes are ready', 'upgrade to Kubernetes \'1.35\'',
  ]]);
  expect(steps({ [RELEASE]: 'v0.26.0' }, { [RELEASE]: 'v0.25.0' }, 'W10')).toEqual([undefined]);
  expect(steps({ [CLUSTER]: '1.35' }, { [CLUSTER]: '1.34' }, 'W7')).toEqual([undefined]);
});

test.each([['0.0.1'], ['0.1.0'], ['1.0.0']])('v%s is no build of developers', (version) => {
  expect(refusals({ [RELEASE]: 'v0.24.0' }, { [RELEASE]: `v${version}` }, 'W10')).toHaveLength(1);
});

test('the annotation switches the check off only with the value true', () => {
  const annotation = 'Cluster.metadata.annotations.{anywhere.eks.amazonaws.com/skip-eksa-version-skew-check}';
  const skip = (value: string) => ({ [RELEASE]: 'v0.24.0', [annotation]: value });
  expect(refusals(skip('true'), { [RELEASE]: 'v0.26.0' }, 'W10')).toEqual([]);
  expect(refusals(skip('false'), { [RELEASE]: 'v0.26.0' }, 'W10')).toHaveLength(1);
});
