/** What is broken in a release, Helm values of Cilium, IPv6: the same file by several releases. */
import { BASES } from '../rule-bases';
import type { Changes } from '../rule-bases';
import { findings, messages } from './findings';

const NETWORK = 'Cluster.spec.clusterNetwork';
const CILIUM = `${NETWORK}.cniConfig.cilium`;
const MIRROR = 'Cluster.spec.registryMirrorConfiguration';
const { bareMetal, bottlerocket, docker, vsphere } = BASES;

/** Findings of some rules, by one release. */
function found(base: typeof vsphere, changes: Changes, eksAnywhereVersion: string, rules: RegExp): string[] {
  return findings(base, changes, { eksAnywhereVersion }).filter((line) => rules.test(line.split(' ')[1]));
}

describe('Bottlerocket behind a registry mirror', () => {
  const mirror = { [MIRROR]: { endpoint: 'registry.example' } };
  const at = [`warning bottlerocket-mirror ${MIRROR}`];
  const old = { ...mirror, 'Cluster.spec.kubernetesVersion': '1.32' };
  test.each<[string, typeof vsphere, Changes, string, string[]]>([
    ['pulls no images on v0.26.0', bottlerocket, mirror, 'v0.26.0', at],
    ['works on v0.26.1', bottlerocket, mirror, 'v0.26.1', []],
    ['works on v0.25.6', bottlerocket, mirror, 'v0.25.6', []],
    ['works on v0.27.0', bottlerocket, mirror, 'v0.27.0', []],
    ['works with Kubernetes 1.32', bottlerocket, old, 'v0.26.0', []],
    ['does not with 1.33', bottlerocket, { ...mirror, 'Cluster.spec.kubernetesVersion': '1.33' }, 'v0.26.0', at],
    ['works without Bottlerocket', vsphere, mirror, 'v0.26.0', []],
    ['works without a mirror', bottlerocket, {}, 'v0.26.0', []],
    ['works where only the group of an older version has it', bottlerocket, {
      ...mirror,
      'VSphereMachineConfig/rock-cp.spec.osFamily': 'ubuntu',
      'Cluster.spec.workerNodeGroupConfigurations[0].kubernetesVersion': '1.32',
    }, 'v0.26.0', []],
  ])('%s', (_title, base, changes, release, expected) => {
    expect(found(base, changes, release, /^bottlerocket-mirror$/)).toEqual(expected);
  });
});

describe('Helm values of Cilium', () => {
  const values = { [CILIUM]: { helmValues: { hubble: { enabled: true } } } };
  const beside = (fields: object): Changes => ({ [CILIUM]: { helmValues: { hubble: { enabled: true } }, ...fields } });

  test.each([
    ['v0.24.0', true], ['v0.25.3', true], ['v0.25.4', false], ['v0.25.6', false], ['v0.26.0', true], ['v0.26.2', true], ['v0.26.3', false],
    ['v0.26.5', false], ['v0.27.0', false], ['v0.99.0', false],
  ])('replace the defaults on %s: %s', (release, isReplaced) => {
    expect(found(docker, values, release, /^helm-values$/)).toEqual(isReplaced ? [`warning helm-values ${CILIUM}.helmValues`] : []);
  });

  test.each<[string, object, string[]]>([
    ['a policy mode', { policyEnforcementMode: 'always' }, ['policyEnforcementMode']],
    ['direct routing', { routingMode: 'direct', ipv4NativeRoutingCIDR: '10.0.0.0/8' }, ['ipv4NativeRoutingCIDR', 'routingMode']],
    ['interfaces', { egressMasqueradeInterfaces: 'eth0' }, ['egressMasqueradeInterfaces']],
    ['other plugins', { cniExclusive: false }, ['cniExclusive']],
    ['what the chart does anyway', { policyEnforcementMode: 'default', routingMode: 'overlay', cniExclusive: true }, []],
    ['nothing', {}, []],
    ['an empty text', { egressMasqueradeInterfaces: '' }, []],
  ])('beside %s', (_title, fields, names) => {
    for (const release of ['v0.26.2', 'v0.26.3']) {
      expect(found(docker, beside(fields), release, /^helm-values-beside$/))
        .toEqual(names.map((name) => `warning helm-values-beside ${CILIUM}.${name}`));
    }
  });

  test('say of other fields what the release makes of them', () => {
    const said = (eksAnywhereVersion: string) => messages(docker, beside({ policyEnforcementMode: 'always' }), { eksAnywhereVersion })
      .find((line) => line.includes('helm-values-beside'));
    expect(said('v0.26.2')).toMatch(/is 'always' and has no effect: EKS Anywhere v0\.26\.2 ignores it beside helmValues$/);
    expect(said('v0.26.3')).toMatch(/is 'always' beside helmValues, which take precedence/);
  });
});

describe('IPv6', () => {
  const PODS = `${NETWORK}.pods.cidrBlocks[0]`;
  const SERVICES = `${NETWORK}.services.cidrBlocks[0]`;
  const MASK = `${NETWORK}.nodes.cidrMaskSize`;
  const six = { [PODS]: 'fd00:10:244::/56', [SERVICES]: 'fd00:10:96::/112' };
  const rules = /^(ipv6|C36|C37)$/;

  test.each<[string, typeof vsphere, Changes, string, string[]]>([
    ['on bare metal is refused before v0.27.0', bareMetal, six, 'v0.26.5', [`error C36 ${PODS}`]],
    ['on bare metal is a beta of v0.27.0', bareMetal, six, 'v0.27.0', [`warning ipv6 ${PODS}`]],
    ['on bare metal is a beta of newer ones', bareMetal, six, 'v0.28.0', [`warning ipv6 ${PODS}`]],
    ['with a mask for nodes, before', bareMetal, { ...six, [MASK]: 64 }, 'v0.26.5', [`warning ipv6 ${PODS}`]],
    ['with a mask for nodes, since', bareMetal, { ...six, [MASK]: 64 }, 'v0.27.0', [`warning ipv6 ${PODS}`]],
    ['with a mask that leaves no room', bareMetal, { ...six, [MASK]: 56 }, 'v0.27.0', [`error C36 ${PODS}`, `warning ipv6 ${PODS}`]],
    ['with a mask that is too far off', bareMetal, { ...six, [MASK]: 80 }, 'v0.27.0', [`error C37 ${MASK}`, `warning ipv6 ${PODS}`]],
    ['of services alone', bareMetal, { [SERVICES]: six[SERVICES] }, 'v0.27.0', [`warning ipv6 ${SERVICES}`]],
    ['of pods alone', bareMetal, { [PODS]: six[PODS] }, 'v0.27.0', [`warning ipv6 ${SERVICES}`]],
    ['on vSphere is as it was', vsphere, six, 'v0.27.0', [`error C36 ${PODS}`]],
    ['on Docker is as it was', docker, six, 'v0.27.0', [`error C36 ${PODS}`]],
    ['IPv4 is no subject', bareMetal, {}, 'v0.27.0', []],
    ['IPv4 with a mask that leaves no room stays one', bareMetal, { [PODS]: '10.128.0.0/24' }, 'v0.27.0', [`error C36 ${PODS}`]],
  ])('%s', (_title, base, changes, release, expected) => {
    expect(found(base, changes, release, rules)).toEqual(expected);
  });

  test('nothing else is said of such a cluster on v0.27.0', () => {
    expect(findings(bareMetal, six).filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('how hardware.csv names machines of IPv6 is not judged', () => {
    const machines = Object.fromEntries(['node-01', 'node-02'].flatMap((name, at) => [
      [`csv:${name}.ip_address`, `fd00:20::2${at}`], [`csv:${name}.netmask`, '64'], [`csv:${name}.gateway`, 'fd00:20::1'],
    ]));
    const errors = (eksAnywhereVersion: string) => findings(bareMetal, { ...six, ...machines }, { eksAnywhereVersion })
      .filter((line) => line.startsWith('error'));
    expect(errors('v0.27.0')).toEqual([]);
    expect(errors('v0.26.0')).toContain('error S8 hardware.csv/node-01.netmask');
    expect(findings(bareMetal, { 'csv:node-01.netmask': '24' })).toContain('error S8 hardware.csv/node-01.netmask');
  });

  test('a release that refuses it names the one that has it', () => {
    const said = messages(bareMetal, six, { eksAnywhereVersion: 'v0.26.0' }).find((line) => line.includes(' C36 '));
    expect(said).toMatch(/is an IPv6 network: EKS Anywhere v0\.26\.0 refuses its mask \/56/);
    expect(said).toMatch(/v0\.27\.0 and newer have IPv6 on bare metal, as a beta$/);
  });
});
