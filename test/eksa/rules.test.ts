import { checkDocuments } from '../../src/eksa/check';
import type { CheckOptions } from '../../src/eksa/check';
import { check } from '../../src/eksa/check-text';
import { parseHardware } from '../../src/eksa/hardware/hardware-csv';
import { RELEASES } from '../../src/eksa/releases/known';
import { ADDRESS_PLAN_RULES } from '../../src/eksa/rules/address-plan';
import { CLUSTER_RULES } from '../../src/eksa/rules/cluster';
import { CONTROL_PLANE_RULES } from '../../src/eksa/rules/control-plane';
import { HARDWARE_RULES } from '../../src/eksa/rules/hardware';
import { MACHINE_ROW_RULES } from '../../src/eksa/rules/hardware-row';
import { HELM_VALUES_RULES } from '../../src/eksa/rules/helm-values';
import { IDENTITY_RULES } from '../../src/eksa/rules/identity';
import { IMAGE_HOST_RULES } from '../../src/eksa/rules/image-host';
import { IMAGE_VERSION_RULES } from '../../src/eksa/rules/image-version';
import { IPV6_RULES } from '../../src/eksa/rules/ipv6';
import { KUBELET_RULES } from '../../src/eksa/rules/kubelet';
import { LICENSE_RULES } from '../../src/eksa/rules/license';
import { MACHINE_RULES } from '../../src/eksa/rules/machine';
import { NETWORK_RULES } from '../../src/eksa/rules/network';
import { NODE_CAPACITY_RULES } from '../../src/eksa/rules/node-capacity';
import { NODE_OS_RULES } from '../../src/eksa/rules/node-os';
import { PROXY_RULES } from '../../src/eksa/rules/proxy';
import { REFERENCE_RULES } from '../../src/eksa/rules/references';
import { REGISTRY_MIRROR_RULES } from '../../src/eksa/rules/registry-mirror';
import { RELEASE_RULES } from '../../src/eksa/rules/release';
import { TINKERBELL_DATACENTER_RULES, TINKERBELL_MACHINE_RULES } from '../../src/eksa/rules/tinkerbell';
import { TINKERBELL_CLUSTER_RULES } from '../../src/eksa/rules/tinkerbell-cluster';
import { VCENTER_RULES } from '../../src/eksa/rules/vcenter';
import { VIRTUAL_MACHINE_RULES } from '../../src/eksa/rules/virtual-machine';
import { VSPHERE_CLUSTER_RULES, VSPHERE_DATACENTER_RULES, VSPHERE_MACHINE_RULES } from '../../src/eksa/rules/vsphere';
import { WORKER_GROUP_RULES } from '../../src/eksa/rules/worker-groups';
import type { Base, Changes } from './rule-bases';
import { BASES, changed } from './rule-bases';
import { RULE_SAMPLES } from './rule-samples';
import { TODAY } from './today';

function found(base: Base, changes: Changes, options: CheckOptions = {}) {
  const { documents, csv } = changed(base, changes);
  return checkDocuments(documents, csv === undefined ? undefined : parseHardware(csv), { today: TODAY, ...options });
}

function errors(base: Base, changes: Changes) {
  return found(base, changes).filter(({ severity }) => severity === 'error');
}

test.each(Object.entries(BASES))('finds nothing in the base %s', (_name, base) => {
  expect(found(base, {})).toEqual([]);
});

describe.each(RULE_SAMPLES)('rule $rule ($base, $at)', (sample) => {
  const { rule, base, breaks, holds, at, release, holdsFrom = release, severity = 'error', also = [] } = sample;
  const options = { eksAnywhereVersion: release };

  test('refuses what breaks it, and nothing else is found', () => {
    const all = found(BASES[base], breaks, options);
    expect(all).toContainEqual(expect.objectContaining({ ruleId: rule, severity, path: at, message: expect.stringMatching(/\S{2}/) }));
    const others = all.filter(({ ruleId }) => ruleId !== rule && !also.includes(ruleId));
    expect(others.filter((one) => one.severity === 'error')).toEqual([]);
  });

  test('accepts what just satisfies it', () => {
    const all = found(BASES[base], holds, { eksAnywhereVersion: holdsFrom });
    expect(all.filter((one) => one.severity === 'error' || (severity === 'warning' && one.ruleId === rule))).toEqual([]);
  });
});

const BREAKAGES = RELEASES.flatMap(({ breakages }) => breakages.map(({ id }) => id));

test('has a sample for every rule', () => {
  const tables = [
    ADDRESS_PLAN_RULES,
    CLUSTER_RULES,
    CONTROL_PLANE_RULES,
    HARDWARE_RULES,
    IDENTITY_RULES,
    LICENSE_RULES,
    IMAGE_HOST_RULES,
    IMAGE_VERSION_RULES,
    NODE_OS_RULES,
    HELM_VALUES_RULES,
    IPV6_RULES,
    MACHINE_RULES,
    MACHINE_ROW_RULES,
    NETWORK_RULES,
    NODE_CAPACITY_RULES,
    KUBELET_RULES,
    REFERENCE_RULES,
    RELEASE_RULES,
    PROXY_RULES,
    REGISTRY_MIRROR_RULES,
    TINKERBELL_CLUSTER_RULES,
    TINKERBELL_DATACENTER_RULES,
    TINKERBELL_MACHINE_RULES,
    VCENTER_RULES,
    VIRTUAL_MACHINE_RULES,
    VSPHERE_CLUSTER_RULES,
    VSPHERE_DATACENTER_RULES,
    VSPHERE_MACHINE_RULES,
    WORKER_GROUP_RULES,
  ];
  const withSample = new Set(RULE_SAMPLES.map(({ rule }) => rule));
  // Reachable only with a feature flag of the tools: see the test below.
  const flagged = ['C68'];
  // The row of breakages; each of them has an id of its own.
  const ids = [...tables.flatMap((table) => table.map(({ id }) => id)).filter((id) => id !== 'breakage'), ...BREAKAGES];
  expect(ids.filter((id) => !withSample.has(id) && !flagged.includes(id))).toEqual([]);
});

test('considers the feature flags of the tools', () => {
  const at = 'Cluster.spec.controlPlaneConfiguration.apiServerExtraArgs';
  const withFlag = (args: object) =>
    checkDocuments(changed(BASES.bareMetal, { [at]: args }).documents, parseHardware(BASES.bareMetal.csv!), {
      flags: ['API_SERVER_EXTRA_ARGS_ENABLED'],
    }).map(({ ruleId }) => ruleId);
  expect(withFlag({ v: '2' })).toEqual([]);
  expect(withFlag({ 'oidc-issuer-url': 'https://x' })).toEqual(['C68']);
});

test('reports a wrong type once, not also as a missing value', () => {
  expect(
    errors(BASES.docker, { 'Cluster.spec.controlPlaneConfiguration.count': '1' }).map(({ ruleId, path }) => `${ruleId} ${path}`),
  ).toEqual(['S1 Cluster.spec.controlPlaneConfiguration.count']);
});

test('names a nameless document as the reference to it does', () => {
  expect(errors(BASES.bareMetal, { 'FluxConfig/flux.metadata': {} }).map(({ path }) => path)).toContain('FluxConfig/flux.metadata.name');
});

test.each([
  ['an unknown release', { eksAnywhereVersion: 'v0.99.0' }, {}, 'release'],
  ['seven control plane nodes', {}, { 'Cluster.spec.controlPlaneConfiguration.count': 7 }, 'C9'],
  [
    'a machine configuration that nothing uses',
    {},
    { '+TinkerbellMachineConfig/spare': { osFamily: 'ubuntu', hardwareSelector: { a: 'b' } } },
    'P9',
  ],
  ['machines without a user', {}, { 'VSphereMachineConfig/prod-cp.spec.users': undefined }, 'SSH'],
])('warns about %s', (_title, options, changes, rule) => {
  const base = 'VSphereMachineConfig/prod-cp.spec.users' in changes ? BASES.vsphere : BASES.docker;
  const findings = found({ documents: base.documents }, changes, options);
  expect(findings.map(({ ruleId, severity }) => `${severity} ${ruleId}`)).toEqual([`warning ${rule}`]);
});

test('says of a file that cannot be read only why', () => {
  const findings = check('kind: Cluster\nspec:\n  count: 1\n\tclusterNetwork: {}\n');
  expect(findings.map(({ path, line, message }) => `${path} ${line} ${message}`)).toEqual([
    'cluster.yaml 4 is no YAML: Tabs are not allowed as indentation',
  ]);
});

test('names a document without a kind as such', () => {
  expect(check('metadata: { name: x }\n').map(({ path, line }) => `${path} ${line}`)).toEqual([
    '(no kind)/x.apiVersion 1',
    'Cluster undefined',
  ]);
});

test('lists a thousand findings and says how many more there are', () => {
  const findings = check('a: 1\n'.repeat(1201));
  expect(findings).toHaveLength(1001);
  expect(findings[1000].message).toMatch(/^has \d+ more problems/);
});

describe('of numbers in a kubeletConfiguration', () => {
  const at = 'Cluster.spec.controlPlaneConfiguration.kubeletConfiguration';
  const kubelet = (fields: object) =>
    errors(BASES.docker, { [at]: { kind: 'KubeletConfiguration', ...fields } }).map(
      ({ ruleId, path }) => `${ruleId} ${path.slice(at.length)}`,
    );
  test.each([
    { maxPods: 2 ** 31 - 1 },
    { podPidsLimit: 2 ** 40 },
    { reservedMemory: [{ numaNode: 0, limits: { memory: '1.5Gi', cpu: 2 } }] },
  ])('%j fit', (fields) => expect(kubelet(fields)).toEqual([]));
  test.each([
    [{ maxPods: 2 ** 31 }, 'C69 .maxPods'],
    [{ podPidsLimit: 2 ** 63 }, 'C69 .podPidsLimit'],
    [{ logging: { verbosity: -1 } }, 'C69 .logging.verbosity'],
    [{ reservedMemory: [{ numaNode: 0, limits: { memory: 'lots' } }] }, 'C69 .reservedMemory[0].limits.memory'],
  ])('%j do not', (fields, finding) => expect(kubelet(fields)).toEqual([finding]));
});
