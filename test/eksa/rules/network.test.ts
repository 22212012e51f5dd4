/** Rules about networks, proxies and registry mirrors at their edges. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const NET = 'Cluster.spec.clusterNetwork';
const PODS = `${NET}.pods.cidrBlocks`;
const SERVICES = `${NET}.services.cidrBlocks`;
const CILIUM = `${NET}.cniConfig.cilium`;
const { bareMetal, bottlerocket, docker, vsphere } = BASES;

describe('blocks', () => {
  test.each<[string, Changes, string[]]>([
    ['no network of pods', { [`${NET}.pods`]: undefined }, [`error C31 ${PODS}`]],
    ['no network of services', { [SERVICES]: [] }, [`error C32 ${SERVICES}`]],
    ['two of services', { [SERVICES]: ['10.96.0.0/12', '10.112.0.0/12'] }, [`error C33 ${SERVICES}`]],
    ['two of pods', { [PODS]: ['192.168.0.0/16', '172.16.0.0/16'] }, [`error C33 ${PODS}`]],
    ['pods on an address', { [PODS]: ['192.168.0.0'] }, [`error C34 ${PODS}[0]`]],
    ['services on an empty text', { [SERVICES]: [''] }, [`error C34 ${SERVICES}[0]`]],
    ['services within pods', { [SERVICES]: ['192.168.4.0/24'] }, [`error S9 ${SERVICES}[0]`]],
    ['pods within services', { [PODS]: ['10.100.0.0/16'] }, [`error S9 ${SERVICES}[0]`]],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});

describe('masks of pods and nodes', () => {
  const NODE = `${NET}.nodes.cidrMaskSize`;

  test.each<[string, Changes, string[]]>([
    ['/22 and none', { [PODS]: ['192.168.0.0/22'] }, []],
    ['/24 and none', { [PODS]: ['192.168.0.0/24'] }, [`error C36 ${PODS}[0]`]],
    ['/23 and /25', { [PODS]: ['192.168.0.0/23'], [NODE]: 25 }, []],
    ['/25 and /25', { [PODS]: ['192.168.0.0/25'], [NODE]: 25 }, [`error C36 ${PODS}[0]`]],
    ['/26 and /25', { [PODS]: ['192.168.0.0/26'], [NODE]: 25 }, [`error C36 ${PODS}[0]`]],
    ['/8 and none', { [PODS]: ['192.0.0.0/8'] }, []],
    ['/7 and none', { [PODS]: ['192.0.0.0/7'] }, [`error C37 ${NODE}`]],
    ['/7 and /23', { [PODS]: ['192.0.0.0/7'], [NODE]: 23 }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});

describe('network plugins', () => {
  const only = (cni: string): Changes => ({ [`${NET}.cniConfig`]: undefined, [`${NET}.cni`]: cni });

  test.each<[string, Base, Changes, string[]]>([
    ['kindnetd by its old name on bare metal', bareMetal, only('kindnetd'), [`error C30 ${NET}.cni`]],
    ['kindnetd on Docker', docker, only('kindnetd'), []],
    ['kindnetd in full on Docker', docker, { [`${NET}.cniConfig`]: { kindnetd: {} } }, []],
    ['kindnetd in full on vSphere', vsphere, { [`${NET}.cniConfig`]: { kindnetd: {} } }, [`error C30 ${NET}.cniConfig.kindnetd`]],
    ['Cilium by its old name', vsphere, only('cilium'), []],
    ['Cilium by both', docker, { [`${NET}.cni`]: 'cilium' }, [`error C38 ${NET}.cni`]],
    ['an unknown old name beside the new', docker, { [`${NET}.cni`]: 'calico' }, [`error C38 ${NET}.cni`]],
    ['an unknown old name', docker, only('calico'), [`error C39 ${NET}.cni`]],
    ['none', docker, { [`${NET}.cniConfig`]: undefined }, [`error C41 ${CILIUM}`]],
    ['two', docker, { [`${NET}.cniConfig`]: { cilium: {}, kindnetd: {} } }, [`error C41 ${NET}.cniConfig`]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('settings of Cilium', () => {
  test.each<[object, string[]]>([
    [{ skipUpgrade: true }, []],
    [{ policyEnforcementMode: 'default' }, []],
    [{ policyEnforcementMode: 'always' }, []],
    [{ policyEnforcementMode: '' }, []],
    [{ policyEnforcementMode: 'x' }, [`error C44 ${CILIUM}.policyEnforcementMode`]],
    [{ skipUpgrade: true, policyEnforcementMode: 'never' }, [`error C42 ${CILIUM}.policyEnforcementMode`]],
    [{ routingMode: 'overlay' }, []],
    [{ routingMode: 'tunnel' }, [`error C43 ${CILIUM}.routingMode`]],
    [{ routingMode: '' }, []],
    [{ routingMode: 'direct' }, [`error C43 ${CILIUM}.ipv4NativeRoutingCIDR`]],
    [{ routingMode: 'direct', ipv4NativeRoutingCIDR: '10.0.0.0/8', ipv6NativeRoutingCIDR: 'fd00::/8' }, []],
    [{ ipv4NativeRoutingCIDR: '10.0.0.0' }, [`error C43 ${CILIUM}.ipv4NativeRoutingCIDR`]],
    [{ ipv6NativeRoutingCIDR: 'fd00::' }, [`error C43 ${CILIUM}.ipv6NativeRoutingCIDR`]],
    [{ ipv6NativeRoutingCIDR: '' }, []],
    [{ ipv6NativeRoutingCIDR: '10.0.0.0/8' }, []],
    [{ routingMode: 'direct', ipv4NativeRoutingCIDR: '10.0.0.0/8', ipv6NativeRoutingCIDR: '10.0.0.0/8' }, [
      `warning C43 ${CILIUM}.ipv6NativeRoutingCIDR`,
    ]],
    [{ routingMode: 'direct', ipv4NativeRoutingCIDR: 'fd00::/8' }, [`warning C43 ${CILIUM}.ipv4NativeRoutingCIDR`]],
  ])('%j', (cilium, expected) => {
    expect(findings(docker, { [CILIUM]: cilium })).toEqual(expected);
  });
});

describe('proxies', () => {
  const PROXY = 'Cluster.spec.proxyConfiguration';

  test.each<[string, string | undefined]>([
    ['10.0.0.4:3128', undefined], ['10.0.0.4:1', undefined], ['10.0.0.4:65535', undefined], ['10.0.0.4:+80', undefined],
    ['[fd00::1]:3128', undefined], ['http://[fd00::1]:3128', undefined], ['http://proxy.example:3128', undefined],
    ['proxy:80', undefined], ['proxy.example.:80', undefined], ['my_proxy:80', undefined],
    ['10.0.0.4', 'C51'], ['10.0.0.4:', 'C51'], ['http://10.0.0.4', 'C51'], ['http://10.0.0.4:', 'C51'], ['http://a b:80', 'C51'],
    ['a:b:80', 'C51'], ['fd00::1:80', 'C51'],
    [':80', 'C52'], ['10.0.0.4.5:80', 'C52'], ['-proxy:80', 'C52'], ['proxy.invalid:80', 'C52'], ['proxy.invalid.:80', 'C52'],
    ['10.0.0.400:80', 'C52'], ['http://-a:80', 'C52'], ['[proxy]:80', undefined],
    ['10.0.0.4:0', 'C53'], ['10.0.0.4:65536', 'C53'], ['10.0.0.4:x', 'C53'], ['10.0.0.4:8e1', 'C53'],
    ['10.0.0.4:-1', 'C53'], ['http://10.0.0.4:0', 'C53'],
  ])('%s', (text, rule) => {
    const expected = (field: string) => rule === undefined ? [] : [`error ${rule} ${PROXY}.${field}`];
    expect(findings(docker, { [PROXY]: { httpProxy: text, httpsProxy: '10.0.0.4:1' } })).toEqual(expected('httpProxy'));
    expect(findings(docker, { [PROXY]: { httpProxy: '10.0.0.4:1', httpsProxy: text } })).toEqual(expected('httpsProxy'));
  });

  test('both are needed', () => {
    expect(findings(docker, { [PROXY]: {} })).toEqual([`error C50 ${PROXY}.httpProxy`, `error C50 ${PROXY}.httpsProxy`]);
    expect(findings(docker, { [PROXY]: { httpProxy: '10.0.0.4:1' } })).toEqual([`error C50 ${PROXY}.httpsProxy`]);
  });
});

describe('registry mirrors', () => {
  const MIRROR = 'Cluster.spec.registryMirrorConfiguration';
  const PUBLIC = { registry: 'public.ecr.aws', namespace: 'x' };
  const curated = (region: string) => ({ registry: `783794618700.dkr.ecr.${region}.amazonaws.com`, namespace: 'x' });

  test.each<[string, Base, object, string[]]>([
    ['no endpoint', docker, {}, [`error C54 ${MIRROR}.endpoint`]],
    ['an empty port', docker, { endpoint: 'r', port: '' }, []],
    ['port 443', docker, { endpoint: 'r', port: '443' }, []],
    ['port 0', docker, { endpoint: 'r', port: '0' }, [`error C55 ${MIRROR}.port`]],
    ['port x', docker, { endpoint: 'r', port: 'x' }, [`error C55 ${MIRROR}.port`]],
    ['a registry without name', docker, {
      endpoint: 'r', ociNamespaces: [{ registry: 'public.ecr.aws', namespace: '' }, { registry: '', namespace: '' }],
    }, [`error C56 ${MIRROR}.ociNamespaces[1].registry`]],
    ['one registry of packages', docker, { endpoint: 'r', ociNamespaces: [curated('a'), PUBLIC] }, []],
    ['two registries of packages', docker, { endpoint: 'r', ociNamespaces: [curated('a'), curated('b'), PUBLIC] }, [
      `error C57 ${MIRROR}.ociNamespaces`,
    ]],
    ['no verification with Ubuntu on vSphere', vsphere, { endpoint: 'r', insecureSkipVerify: true }, []],
    ['no verification with Ubuntu on bare metal', bareMetal, { endpoint: 'r', insecureSkipVerify: true }, []],
    ['no verification with Bottlerocket', bottlerocket, { endpoint: 'r', insecureSkipVerify: true }, [
      `error F1 ${MIRROR}.insecureSkipVerify`,
    ]],
    ['verification with Bottlerocket', bottlerocket, { endpoint: 'r' }, []],
    ['no verification on Docker', docker, { endpoint: 'r', insecureSkipVerify: true }, []],
  ])('%s', (_, base, mirror, expected) => {
    expect(findings(base, { [MIRROR]: mirror })).toEqual(expected);
  });

  test.each([
    ['bottlerocket', vsphere, 'VSphereMachineConfig/prod-md-0'],
    ['', vsphere, 'VSphereMachineConfig/prod-md-0'],
    ['bottlerocket', bareMetal, 'TinkerbellMachineConfig/lab-md-0'],
  ] as const)('one machine of family %j is enough', (family, base, machine) => {
    const change = { [MIRROR]: { endpoint: 'r', insecureSkipVerify: true }, [`${machine}.spec.osFamily`]: family };
    expect(findings(base, change)).toContain(`error F1 ${MIRROR}.insecureSkipVerify`);
  });
});
