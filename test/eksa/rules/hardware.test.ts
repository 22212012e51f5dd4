/** Rules about hardware.csv at their edges: each machine, the machines among themselves, and the numbers that the cluster wants. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings, messages } from './findings';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
const CONTROL = 'TinkerbellMachineConfig/lab-cp.spec';
const WORKER = 'TinkerbellMachineConfig/lab-md-0.spec';
const WORKER_REF = { kind: 'TinkerbellMachineConfig', name: 'lab-md-0' };
const ROW = 'hardware.csv/node-01';
const { affinity, bareMetal, vsphere } = BASES;

describe('cells', () => {
  const cell = (column: string, value: string): Changes => ({ [`csv:node-01.${column}`]: value });

  test.each<[string, string, string[]]>([
    ['ip_address', '', ['R1']],
    ['gateway', 'x', ['R2']],
    ['gateway', '10.20.0.21', ['S8']],
    ['gateway', '10.20.1.1', ['S8']],
    ['gateway', 'fd00::1', ['S8']],
    ['nameservers', '', ['R3']],
    ['nameservers', '10.20.0.2||1.1.1.1', ['R3']],
    ['nameservers', '10.20.0.2| 1.1.1.1', ['S8']],
    ['netmask', '255.0.255.0', ['S8']],
    ['netmask', '24', ['S8']],
    ['mac', '', ['R5']],
    ['mac', '52-54-00-aa-00-01', ['S8']],
    ['disk', '', ['R7']],
    ['disk', '/dev/', ['R7']],
    ['disk', '/dev/sda', []],
    ['disk', '/dev/sda1', ['partition']],
    ['disk', '/dev/vdb12', ['partition']],
    ['disk', '/dev/xvda1', ['partition']],
    ['disk', '/dev/sdap', []],
    ['disk', '/dev/nvme0n1', []],
    ['disk', '/dev/nvme0n1p1', ['partition']],
    ['disk', '/dev/nvme1', ['partition']],
    ['disk', '/dev/mmcblk0', []],
    ['disk', '/dev/mmcblk0p2', ['partition']],
    ['disk', '/dev/md0', []],
    ['disk', '/dev/md127', []],
    ['disk', '/dev/md0p1', ['partition']],
    ['disk', '/dev/dm-0', []],
    ['disk', '/dev/disk1', []],
    ['labels', 'type=cp|rack', ['R8']],
    ['labels', 'type=cp|a=-', ['R8']],
    ['labels', 'type=cp|a/b/c=d', ['R8']],
    ['labels', 'type=cp|a=1|a=1', []],
    ['labels', 'type=cp|a=1|a=2', ['R8']],
    ['bmc_ip', 'bmc', ['R9']],
    ['vlan_id', '-1', ['R11']],
    ['vlan_id', '+7', []],
    ['vlan_id', 'x', ['R11']],
    ['vlan_id', '4094', []],
    ['vlan_id', '4095', ['R11']],
  ])('%s of %j', (column, value, rules) => {
    const found = findings(bareMetal, cell(column, value)).filter((line) => line.startsWith('error') && line.includes(`.${column}`));
    expect(found).toEqual(rules.map((rule) => `error ${rule} ${ROW}.${column}`));
  });
});

describe('a partition where templates choose the disk', () => {
  const template = (environment: object): Changes => ({
    'csv:node-01.disk': '/dev/sda1',
    [`${CONTROL}.templateRef`]: { kind: 'TinkerbellTemplateConfig', name: 'own' },
    [`${WORKER}.templateRef`]: { kind: 'TinkerbellTemplateConfig', name: 'own' },
    '+TinkerbellTemplateConfig/own': {
      template: {
        version: '0.1', name: 'own', id: '', global_timeout: 600,
        tasks: [{ name: 'own', worker: '{{.device_1}}', actions: [{ name: 'stream', image: 'image2disk', timeout: 60, environment }] }],
      },
    },
  });

  test.each<[string, Changes, string[]]>([
    ['by themselves', template({ DEST_DISK: '/dev/sda' }), []],
    ['from the row', template({ DEST_DISK: '{{ index .Hardware.Disks 0 }}' }), [`error partition ${ROW}.disk`]],
    ['in one group only', { ...template({ DEST_DISK: '/dev/sda' }), [`${WORKER}.templateRef`]: undefined }, [
      `error partition ${ROW}.disk`,
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

test.each([['', 'is empty'], ['x', "is 'x'"]])('an address of %j is named as what it is', (value, expected) => {
  const found = messages(bareMetal, { 'csv:node-01.ip_address': value });
  expect(found).toContain(`error R1 ${ROW}.ip_address: ${expected}; expected an IP address`);
});

describe('addresses', () => {
  const at = (address: string, netmask: string, gateway: string): Changes => ({
    'csv:node-01.ip_address': address, 'csv:node-01.netmask': netmask, 'csv:node-01.gateway': gateway,
  });

  test.each<[string, Changes, string[]]>([
    ['the first host of a /30', at('10.20.9.1', '255.255.255.252', '10.20.9.2'), []],
    ['the network of a /30', at('10.20.9.0', '255.255.255.252', '10.20.9.2'), [`error S8 ${ROW}.ip_address`]],
    ['the broadcast address of a /30', at('10.20.9.3', '255.255.255.252', '10.20.9.2'), [`error S8 ${ROW}.ip_address`]],
    ['the first of a /31', at('10.20.9.0', '255.255.255.254', '10.20.9.1'), []],
    ['a gateway outside a /30', at('10.20.9.1', '255.255.255.252', '10.20.9.4'), [`error S8 ${ROW}.gateway`]],
    ['of IPv6', at('fd00::21', '255.255.255.0', 'fd00::1'), []],
    ['of IPv6, gateway the same', at('fd00::21', '255.255.255.0', 'fd00::21'), []],
    ['the endpoint, written otherwise', { [`${CP}.endpoint.host`]: '::ffff:10.20.0.21' }, [`error S8 ${ROW}.ip_address`]],
    ['the BMC of the same machine', { 'csv:node-01.bmc_ip': '10.20.0.21' }, [`error S8 ${ROW}.bmc_ip`]],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change).filter((line) => line.startsWith('error'))).toEqual(expected);
  });

  test('no address is reserved where the datacenter has none', () => {
    const change = { 'TinkerbellDatacenterConfig/lab.spec.tinkerbellIP': '', [`${CP}.endpoint.host`]: '', 'csv:node-01.ip_address': '' };
    expect(findings(bareMetal, change).filter((line) => line.includes(ROW))).toEqual([`error R1 ${ROW}.ip_address`]);
  });
});

describe('values that another machine has', () => {
  const BMC = ['bmc_ip', 'bmc_username', 'bmc_password'];
  const withoutBmc = (machine: string, kept?: string): Changes => (
    Object.fromEntries(BMC.map((column) => [`csv:${machine}.${column}`, column === kept ? '10.20.1.9' : ''])));

  test.each<[string, Changes, string]>([
    ['an address', { 'csv:node-02.ip_address': '10.20.0.21' }, "R12 hardware.csv/node-02.ip_address: is '10.20.0.21', which machine"],
    ['an address of IPv6, written otherwise', { 'csv:node-01.ip_address': 'fd00::1:0', 'csv:node-02.ip_address': 'FD00:0::1:0' }, 'R12'],
    ['a MAC address', { 'csv:node-02.mac': '52:54:00:AA:00:01' }, 'R13 hardware.csv/node-02.mac'],
    ['a hostname', { 'csv:node-02.hostname': 'node-01' }, "R14 hardware.csv/node-01.hostname: is 'node-01', the hostname of another"],
    ['a BMC', { 'csv:node-02.bmc_ip': '10.20.1.21' }, 'R15 hardware.csv/node-02.bmc_ip'],
  ])('%s', (_, change, expected) => {
    expect(messages(bareMetal, change).filter((line) => /R1[2-5]/.test(line))).toEqual([expect.stringContaining(expected)]);
  });

  test('empty cells are no values', () => {
    expect(findings(bareMetal, { ...withoutBmc('node-01'), ...withoutBmc('node-02') })).toEqual([]);
  });

  test('a BMC on one machine only is missing on the others', () => {
    expect(findings(bareMetal, withoutBmc('node-02'))).toEqual(['error S8 hardware.csv/node-02.bmc_ip']);
  });

  test.each(BMC)('a machine with only %s has a BMC', (column) => {
    expect(findings(bareMetal, withoutBmc('node-01', column))).toHaveLength(2);
  });
});

describe('the file', () => {
  const WORKLOAD = { 'Cluster.spec.managementCluster.name': 'other' };

  test('is needed on bare metal, by clusters that manage themselves', () => {
    expect(findings(bareMetal, { csv: undefined })).toEqual(['error F8 hardware.csv']);
    expect(findings(bareMetal, { csv: undefined, ...WORKLOAD })).toEqual([]);
    expect(findings(vsphere, {})).toEqual([]);
  });

  test('that cannot be read is the only finding about machines', () => {
    expect(findings(bareMetal, { csv: 'hostname,mac\n' })).toEqual(['error R-file hardware.csv']);
    expect(findings(affinity, { csv: 'hostname,mac\n' })).toEqual(['error R-file hardware.csv']);
  });
});

describe('numbers', () => {
  const both = (labels: string): Changes => ({ 'csv:node-01.labels': labels, 'csv:node-02.labels': labels });
  const second = (fields: object = {}) => ({ [`${GROUPS}[1]`]: { name: 'b', machineGroupRef: WORKER_REF, ...fields } });
  const SAME = { [`${WORKER}.hardwareSelector`]: { type: 'cp' } };

  test.each<[string, Base, Changes, string[]]>([
    ['more nodes than machines', bareMetal, { [`${GROUPS}[0].count`]: 2 }, [
      `error T31 ${GROUPS}[0].count: wants 2 machines labelled type=worker; hardware.csv has 1`,
    ]],
    ['a control plane of 3', bareMetal, { [`${CP}.count`]: 3 }, [
      `error T31 ${CP}.count: wants 3 machines labelled type=cp; hardware.csv has 1`,
    ]],
    ['a control plane of no count', bareMetal, { [`${CP}.count`]: undefined, 'csv:node-01.labels': '' }, [
      `error C8 ${CP}.count: is 0; expected 1, 3 or 5`,
    ]],
    ['a group that scales up from 2', bareMetal, {
      [`${GROUPS}[0].count`]: undefined, [`${GROUPS}[0].autoscalingConfiguration`]: { minCount: 2, maxCount: 3 },
    }, [`error T31 ${GROUPS}[0].count: wants 2 machines labelled type=worker; hardware.csv has 1`]],
    ['no machine of a label', bareMetal, { 'csv:node-02.labels': '' }, [
      "error T31 hardware.csv: has no machine labelled type=worker; wanted are 1 for group 'md-0'",
    ]],
    ['no machine for two groups', bareMetal, { ...second(), 'csv:node-02.labels': '' }, [
      "error T31 hardware.csv: has no machine labelled type=worker; wanted are 1 for group 'md-0', 1 for group 'b'",
    ]],
    ['no machine for a group of none', bareMetal, {
      [`${GROUPS}[0].count`]: 0, 'csv:node-02.labels': '', 'Cluster.spec.managementCluster': { name: 'other' },
    }, []],
    ['a second group on one machine', bareMetal, second(), [
      "error S7 hardware.csv: has 1 of the 2 machines labelled type=worker that are wanted: 1 for group 'md-0', 1 for group 'b'",
    ]],
    ['a second group of none', bareMetal, second({ count: 0 }), []],
    ['a second group of -1', bareMetal, { ...second({ count: -1 }), [`${GROUPS}[0].count`]: 2 }, [
      `error C13 ${GROUPS}[1].count: is -1; expected 0 or more`,
      "error S7 hardware.csv: has 1 of the 2 machines labelled type=worker that are wanted: 2 for group 'md-0', 0 for group 'b'",
    ]],
    ['one label for all, and a machine for each', bareMetal, { ...SAME, ...both('type=cp') }, []],
    ['machines of two selectors', bareMetal, { [`${WORKER}.hardwareSelector`]: { rack: 'r1' }, ...both('type=cp|rack=r1') }, [
      'error T32 hardware.csv/node-01.labels: matches more than one selector: type=cp and rack=r1',
      'error T32 hardware.csv/node-02.labels: matches more than one selector: type=cp and rack=r1',
    ]],
  ])('%s', (_, base, change, expected) => {
    expect(messages(base, change)).toEqual(expected);
  });

  describe('by affinity', () => {
    const term = (matchLabels: object | undefined, matchExpressions?: object[]) => ({ labelSelector: { matchLabels, matchExpressions } });
    const AFFINITY = `${CONTROL}.hardwareAffinity`;
    const TOO_FEW = 'error S7 hardware.csv: has';
    const LABELS = `${AFFINITY}.required[0].labelSelector.matchLabels`;
    const shared = (...required: object[]): Changes => ({
      [AFFINITY]: { required }, [`${WORKER}.hardwareSelector`]: undefined, [`${WORKER}.hardwareAffinity`]: { required },
    });

    test.each<[string, Changes, string[]]>([
      ['fewer machines than nodes', { [`${CP}.count`]: 3 }, [
        `error T31 ${LABELS}: must match 3 machines; hardware.csv has 1 labelled type=cp`,
      ]],
      ['no machine', { [LABELS]: { type: 'x' } }, [
        `error T31 ${LABELS}: must match 1 machine; hardware.csv has 0 labelled type=x`,
        `warning T31 ${AFFINITY}: matches no machine of hardware.csv`,
      ]],
      ['no labels', { [`${AFFINITY}.required`]: [term({})] }, []],
      ['no machine that an expression takes', { [`${AFFINITY}.required`]: [term({ type: 'cp' }, [{ key: 'rack', operator: 'Exists' }])] }, [
        `warning T31 ${AFFINITY}: matches no machine of hardware.csv`,
      ]],
      ['one machine for two groups of the same terms', shared(term({ type: 'cp' })), [
        `${TOO_FEW} 1 of the 2 machines that are wanted by the same affinity terms: 1 for the control plane, 1 for group 'md-0'`,
      ]],
      ['two machines for two groups of the same terms', { ...shared(term({ type: 'cp' })), ...both('type=cp') }, []],
      ['one machine for groups of which one wants more', { ...shared(term(undefined)), ...both('type=cp'), [`${GROUPS}[0].count`]: 3 }, []],
      ['three nodes of two groups on two machines', { ...shared(term({ type: 'cp' })), ...both('type=cp'), [`${GROUPS}[0].count`]: 2 }, [
        `${TOO_FEW} 2 of the 3 machines that are wanted by the same affinity terms: 1 for the control plane, 2 for group 'md-0'`,
      ]],
      ['no machine for two groups of the same terms', shared(term({ type: 'x' })), [
        `error T31 ${LABELS}: must match 1 machine; hardware.csv has 0 labelled type=x`,
        `error T31 ${LABELS.replace('lab-cp', 'lab-md-0')}: must match 1 machine; hardware.csv has 0 labelled type=x`,
        `warning T31 ${AFFINITY}: matches no machine of hardware.csv`,
        `warning T31 ${AFFINITY.replace('lab-cp', 'lab-md-0')}: matches no machine of hardware.csv`,
      ]],
      ['the same terms without a file', { ...shared(term({ type: 'cp' })), csv: undefined }, [
        'error F8 hardware.csv: is missing; bare metal needs the list of its machines',
      ]],
      ['no terms at all', { ...shared() }, [
        `error T9 ${AFFINITY}.required: is empty; expected at least one term`,
        `error T9 ${AFFINITY.replace('lab-cp', 'lab-md-0')}.required: is empty; expected at least one term`,
        `warning T31 ${AFFINITY}: matches no machine of hardware.csv`,
        `warning T31 ${AFFINITY.replace('lab-cp', 'lab-md-0')}: matches no machine of hardware.csv`,
      ]],
      ['terms that differ', {
        ...shared(term({ type: 'cp' })), [`${WORKER}.hardwareAffinity`]: { required: [term({ type: 'worker' })] },
      }, []],
    ])('%s', (_, change, expected) => {
      expect(messages(affinity, change).sort()).toEqual(expected);
    });
  });
});

test.each([
  ['24', '255.255.255.0'], ['/23', '255.255.254.0'], ['32', '255.255.255.255'], ['255.0.255.0', 'a contiguous mask such as 255.255.255.0'],
  ['33', 'a contiguous mask such as 255.255.255.0'],
])('the netmask %s is meant as %s', (netmask, meant) => {
  expect(messages(bareMetal, { 'csv:node-01.netmask': netmask })).toEqual([
    `error S8 ${ROW}.netmask: is '${netmask}'; expected ${meant}`,
  ]);
});

test('labels that cannot be read are one finding: the machine may be the one that is wanted', () => {
  expect(findings(bareMetal, { 'csv:node-01.labels': 'type:cp' })).toEqual([`error R8 ${ROW}.labels`]);
});
