/** Rules about the addresses of a site: what is wrong, and what looks like it and is right. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings, messages } from './findings';

const NET = 'Cluster.spec.clusterNetwork';
const PODS = `${NET}.pods.cidrBlocks`;
const SERVICES = `${NET}.services.cidrBlocks`;
const CP = 'Cluster.spec.controlPlaneConfiguration';
const ENDPOINT = `${CP}.endpoint.host`;
const DATACENTER = 'TinkerbellDatacenterConfig/lab.spec';
const TINKERBELL = `${DATACENTER}.tinkerbellIP`;
const { affinity, bareMetal, bottlerocket, docker, vsphere } = BASES;

/** Rows as short as they can be: hostname, address, netmask length 24 unless given, and the label. */
function csv(...rows: [string, string, 'cp' | 'worker' | 'other', string?][]): Changes {
  const lines = rows.map(([hostname, address, type, netmask = '255.255.255.0'], at) => {
    const gateway = address.replace(/\.\d+$/, '.1');
    return `${hostname},52:54:00:aa:00:${(at + 16).toString(16)},${address},${netmask},${gateway},1.1.1.1,type=${type},/dev/sda`;
  });
  return { csv: ['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...lines, ''].join('\n') };
}

describe('machines beside the networks of the cluster', () => {
  test.each<[string, Changes, string[]]>([
    ['pods around them', { [PODS]: ['10.16.0.0/12'] }, [`error machines-in-network ${PODS}[0]`]],
    ['Services around them', { [SERVICES]: ['10.16.0.0/12'] }, [`error machines-in-network ${SERVICES}[0]`]],
    ['pods around one of them', {
      [PODS]: ['10.20.0.22/23'], [`${NET}.nodes`]: { cidrMaskSize: 26 }, ...csv(
        ['node-01', '10.20.2.21', 'cp', '255.255.252.0'], ['node-02', '10.20.0.22', 'worker', '255.255.252.0']),
    }, [
      `error machines-in-network ${PODS}[0]`, `warning max-pods ${NET}.nodes.cidrMaskSize`,
    ]],
    ['pods in a part of their network that none has', {
      [PODS]: ['10.20.64.0/18'], 'csv:node-01.netmask': '255.255.0.0', 'csv:node-02.netmask': '255.255.0.0',
    }, [`warning machines-in-network ${PODS}[0]`]],
    ['pods beside their network', { [PODS]: ['10.20.64.0/18'] }, []],
    ['pods around a machine of another cluster', {
      ...csv(['node-01', '10.20.0.21', 'cp'], ['node-02', '10.20.0.22', 'worker'], ['node-03', '192.168.7.3', 'other']),
    }, []],
    ['pods around machines whose netmask is none', { [PODS]: ['10.20.0.0/20'], 'csv:node-01.netmask': '24', 'csv:node-02.netmask': '24' }, [
      'error S8 hardware.csv/node-01.netmask', 'error S8 hardware.csv/node-02.netmask',
      `error machines-in-network ${PODS}[0]`,
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual([...expected].sort());
  });

  test('are named once for the file, with both networks and the first of them', () => {
    const machines = Array.from({ length: 7 }, (_, at): [string, string, 'cp' | 'worker'] => [
      `node-${at}`, `10.20.0.${at + 21}`, at < 1 ? 'cp' : 'worker',
    ]);
    const all = messages(bareMetal, { [PODS]: ['10.20.0.0/16'], ...csv(...machines) });
    const found = all.filter((line) => line.includes('machines-in-network'));
    expect(found).toEqual([expect.stringContaining(
      'is 10.20.0.0/16, which contains 7 machines of hardware.csv (node-0 10.20.0.21, node-1 10.20.0.22, node-2 10.20.0.23 and 4 more) '
      + 'of the network 10.20.0.0/24',
    )]);
  });

  test('chosen by affinity count as well', () => {
    expect(findings(affinity, { [PODS]: ['10.20.0.0/20'] })).toContain(`error machines-in-network ${PODS}[0]`);
  });

  test('keep what is said of tinkerbellIP to one finding', () => {
    expect(findings(bareMetal, { [PODS]: ['10.20.0.0/20'] }).filter((line) => line.includes('tinkerbellIP'))).toEqual([]);
    expect(findings(bareMetal, { [TINKERBELL]: '192.168.0.11' })).toEqual([
      `error S9 ${TINKERBELL}`, `warning tinkerbell-subnet ${TINKERBELL}`,
    ]);
  });
});

describe('hosts beside the networks of the cluster', () => {
  const inside = (network: string) => [`warning host-in-network ${network}[0]`];

  test.each<[string, typeof bareMetal | typeof vsphere, Changes, string[]]>([
    ['a name server among pods', bareMetal, { 'csv:node-01.nameservers': '1.1.1.1|192.168.0.2' }, inside(PODS)],
    ['BMCs among pods', bareMetal, { 'csv:node-01.bmc_ip': '192.168.1.21', 'csv:node-02.bmc_ip': '192.168.1.22' }, inside(PODS)],
    ['the mirror among Services', docker, { 'Cluster.spec.registryMirrorConfiguration': { endpoint: '10.100.0.5' } }, inside(SERVICES)],
    ['the mirror by name', docker, { 'Cluster.spec.registryMirrorConfiguration': { endpoint: 'registry.example' } }, []],
    ['a proxy among Services', docker, {
      'Cluster.spec.proxyConfiguration': { httpProxy: '10.100.0.4:3128', httpsProxy: 'http://10.100.0.4:3128' },
    }, inside(SERVICES)],
    ['a proxy elsewhere', docker, {
      'Cluster.spec.proxyConfiguration': { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128' },
    }, []],
    ['vCenter among pods', vsphere, { 'VSphereDatacenterConfig/prod.spec.server': '192.168.10.5' }, inside(PODS)],
    ['vCenter elsewhere', vsphere, { 'VSphereDatacenterConfig/prod.spec.server': '192.169.10.5' }, []],
    ['the server of images among Services', bareMetal, {
      [`${DATACENTER}.osImageURL`]: 'http://10.97.0.2:8080/ubuntu-1-35.gz',
    }, inside(SERVICES)],
    ['a time server among pods', bottlerocket, {
      'VSphereMachineConfig/rock-cp.spec.hostOSConfiguration.ntpConfiguration.servers': ['192.168.0.123'],
    }, inside(PODS)],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });

  test('are counted, and a host of many machines is named once', () => {
    const change = { 'csv:node-01.nameservers': '192.168.0.2|192.168.0.3', 'csv:node-02.nameservers': '192.168.0.2' };
    expect(messages(bareMetal, change)).toEqual([expect.stringContaining(
      'contains the name server of node-01 (192.168.0.2), the name server of node-01 (192.168.0.3): ',
    )]);
  });
});

describe('the endpoint and the networks of the control plane', () => {
  const outside = `warning endpoint-subnet ${ENDPOINT}`;

  test.each<[string, Changes, string[]]>([
    ['another network', { [ENDPOINT]: '10.21.0.10' }, [outside]],
    ['the network of the workers only', {
      [ENDPOINT]: '10.30.0.10', ...csv(
        ['node-01', '10.20.0.21', 'cp'], ['node-02', '10.30.0.22', 'worker']),
    }, [outside]],
    ['workers in a network of their own', csv(['node-01', '10.20.0.21', 'cp'], ['node-02', '10.30.0.22', 'worker']), []],
    ['one of two networks of the control plane', csv(
      ['node-01', '10.20.0.21', 'cp'], ['node-02', '10.30.0.22', 'worker'], ['node-03', '10.30.0.23', 'cp']), [outside]],
    ['a load balancer of the user', { [ENDPOINT]: '10.21.0.10', [`${CP}.skipLoadBalancerDeployment`]: true }, []],
    ['machines that routers reach one by one', {
      'csv:node-01.netmask': '255.255.255.254', 'csv:node-01.gateway': '10.20.0.20',
    }, []],
    ['a machine whose netmask leaves its gateway outside', {
      'csv:node-01.netmask': '255.255.255.252', 'csv:node-01.gateway': '10.20.0.1',
    }, ['error S8 hardware.csv/node-01.gateway']],
    ['an address of IPv6', { [ENDPOINT]: 'fd00::10' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });

  test('names the machines that could not carry it', () => {
    const rows = csv(['node-01', '10.20.0.21', 'cp'], ['node-02', '10.20.0.22', 'worker'], ['node-03', '10.30.0.23', 'cp']);
    expect(messages(bareMetal, rows)).toEqual([
      expect.stringMatching(/some of the control plane's machines, 10\.30\.0\.0\/24 \(node-03 10\.30/),
    ]);
  });
});

describe('tinkerbellIP and the networks of machines', () => {
  const outside = `warning tinkerbell-subnet ${TINKERBELL}`;
  const managed: Changes = { 'Cluster.spec.managementCluster.name': 'management' };

  test.each<[string, Changes, string[]]>([
    ['another network', { [TINKERBELL]: '10.21.0.11' }, [outside]],
    ['the network of the workers', {
      [TINKERBELL]: '10.30.0.11', ...csv(
        ['node-01', '10.20.0.21', 'cp'], ['node-02', '10.30.0.22', 'worker']),
    }, []],
    ['a workload cluster, whose machines boot through a router', { [TINKERBELL]: '10.21.0.11', ...managed }, []],
    ['a load balancer of the user', { [TINKERBELL]: '10.21.0.11', [`${DATACENTER}.skipLoadBalancerDeployment`]: true }, []],
    ['a network of its own', { [TINKERBELL]: '10.21.0.11', [`${DATACENTER}.loadBalancerInterface`]: 'eth1' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

describe('addresses that hosts have', () => {
  test.each<[string, typeof bareMetal | typeof vsphere, Changes, string]>([
    ['the gateway', bareMetal, { [ENDPOINT]: '10.20.0.1' }, "is '10.20.0.1', which is the gateway of node-01"],
    ['a name server', bareMetal, { [TINKERBELL]: '10.20.0.2' }, "is '10.20.0.2', which is the name server of node-01"],
    ['a BMC', bareMetal, { 'csv:node-02.bmc_ip': '10.20.0.10' }, "is '10.20.0.10', which is the BMC of node-02"],
    ['vCenter', vsphere, { 'VSphereDatacenterConfig/prod.spec.server': '10.30.0.10' }, "is '10.30.0.10', which is the vCenter server"],
    ['the network itself', bareMetal, { [ENDPOINT]: '10.20.0.0' }, "is '10.20.0.0', the address of the network itself"],
    ['the broadcast address', bareMetal, { [TINKERBELL]: '10.20.0.255' }, "is '10.20.0.255', the broadcast address of the network"],
  ])('%s', (_, base, change, expected) => {
    expect(messages(base, change)).toEqual([expect.stringMatching(/^error address-taken /)]);
    expect(messages(base, change)[0]).toContain(expected);
  });

  test.each<[string, Changes]>([
    ['the server of images, which may be on any port', { [`${DATACENTER}.osImageURL`]: 'http://10.20.0.11:8080/ubuntu-1-35.gz' }],
    ['the last address but one', { [ENDPOINT]: '10.20.0.254' }],
    ['the last address of a smaller network', { [ENDPOINT]: '10.20.0.127' }],
  ])('are free: %s', (_, change) => {
    expect(findings(bareMetal, change)).toEqual([]);
  });
});

test.each<[string, Base, Changes, string]>([
  ['the server of images', bareMetal, { [`${DATACENTER}.osImageURL`]: 'http://10.20.0.10/ubuntu-1-35.gz' }, 'the server of osImageURL'],
  ['the registry mirror', vsphere, { 'Cluster.spec.registryMirrorConfiguration': { endpoint: '10.30.0.10' } }, 'the registry mirror'],
  ['the proxy', vsphere, {
    'Cluster.spec.proxyConfiguration': { httpProxy: '10.30.0.10:3128', httpsProxy: '10.30.0.10:3128' },
  }, 'the proxy'],
])('the endpoint is not %s', (_, base, change, owner) => {
  expect(messages(base, change)).toEqual([expect.stringMatching(/^warning address-taken /)]);
  expect(messages(base, change)[0]).toContain(`which is ${owner} as well`);
});

describe('servers on machines whose disk is overwritten', () => {
  const found = (hostname: string) => [`warning host-is-machine hardware.csv/${hostname}.ip_address`];

  test.each<[string, Changes, string[]]>([
    ['a name server', { 'csv:node-01.nameservers': '10.20.0.22' }, found('node-02')],
    ['the server of images', { [`${DATACENTER}.osImageURL`]: 'http://10.20.0.21/ubuntu-1-35.gz' }, found('node-01')],
    ['the mirror', { 'Cluster.spec.registryMirrorConfiguration': { endpoint: '10.20.0.21' } }, found('node-01')],
    ['the gateway, which another rule is about', { 'csv:node-01.gateway': '10.20.0.22' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

describe('netmasks', () => {
  test.each<[string, Changes, string[]]>([
    ['two in one network', { 'csv:node-02.netmask': '255.255.0.0' }, ['warning netmasks-differ hardware.csv']],
    ['two in two networks', csv(['node-01', '10.20.0.21', 'cp'], ['node-02', '10.30.0.22', 'worker', '255.255.0.0']), []],
    ['of a network beside', csv(['node-01', '10.20.0.21', 'cp'], ['node-02', '10.20.1.22', 'worker', '255.255.255.128']), []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});
