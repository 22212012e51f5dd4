/** Rules about machine configurations of both providers, and about vSphere, at their edges. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const ROCK = 'VSphereMachineConfig/rock-cp.spec';
const HOST = `${ROCK}.hostOSConfiguration`;
const PROD = 'VSphereMachineConfig/prod-cp.spec';
const DATACENTER = 'VSphereDatacenterConfig/prod.spec';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const { bareMetal, bottlerocket, docker, vsphere } = BASES;
const ubuntu = (count: number, fields: Changes = {}): Changes => Object.fromEntries(['rock-cp', 'rock-md-0', 'rock-etcd'].slice(0, count)
  .flatMap((name) => Object.entries({ osFamily: 'ubuntu', template: 't', hostOSConfiguration: undefined, ...fields })
    .map(([field, value]) => [`VSphereMachineConfig/${name}.spec.${field}`, value])));

describe('SSH keys', () => {
  const USERS = `${PROD}.users`;

  test.each<[string, unknown, string[]]>([
    ['none', [], [`warning SSH ${USERS}`]],
    ['a user without keys', [{ name: 'capv', sshAuthorizedKeys: [] }], [`warning SSH ${USERS}`]],
    ['an empty key', [{ name: 'capv', sshAuthorizedKeys: [''] }], [`warning SSH ${USERS}`]],
    ['a key that is none', [{ name: 'capv', sshAuthorizedKeys: ['key'] }], [`error SSH ${USERS}[0].sshAuthorizedKeys[0]`]],
  ])('%s', (_, users, expected) => {
    expect(findings(vsphere, { [USERS]: users })).toEqual(expected);
  });
});

describe('configuration of the host', () => {
  const KUBERNETES = `${HOST}.bottlerocketConfiguration.kubernetes`;
  const SERVERS = `${HOST}.ntpConfiguration.servers`;

  test.each<[string, Changes, string[]]>([
    ['no time servers', { [`${HOST}.ntpConfiguration`]: { servers: [] } }, [`error H1 ${SERVERS}`]],
    ['no time configuration', { [`${HOST}.ntpConfiguration`]: undefined }, []],
    ['time servers by name, address and URL', { [SERVERS]: ['ntp.example', '10.0.0.1', 'fd00::a', 'udp://ntp.example:123'] }, []],
    ['an empty time server', { [SERVERS]: ['ntp.example', ''] }, [`error H2 ${SERVERS}[1]`]],
    ['a time server without host', { [SERVERS]: ['udp://'] }, [`error H2 ${SERVERS}[0]`]],
    ['certificates without name', { [`${HOST}.certBundles[0].name`]: '' }, [`error H4 ${HOST}.certBundles[0].name`]],
    ['certificates without data', { [`${HOST}.certBundles[0].data`]: '' }, [`error H4 ${HOST}.certBundles[0].data`]],
    ['no certificates', { [`${HOST}.certBundles`]: [] }, []],
    ['a name server of the cluster that is none', { [`${KUBERNETES}.clusterDNSIPs`]: ['10.96.0.10', ''] }, [
      `error H7 ${KUBERNETES}.clusterDNSIPs[1]`,
    ]],
    ['no limit of pods', { [`${KUBERNETES}.maxPods`]: undefined }, []],
    ['-1 pods', { [`${KUBERNETES}.maxPods`]: -1 }, [`error H8 ${KUBERNETES}.maxPods`]],
    ['sysctls with an empty one', { [`${KUBERNETES}.allowedUnsafeSysctls`]: ['a', ''] }, [`error H6 ${KUBERNETES}.allowedUnsafeSysctls`]],
    ['a boot parameter without name', { [`${HOST}.bottlerocketConfiguration.boot.bootKernelParameters`]: { '': ['a'] } }, [
      `error H9 ${HOST}.bottlerocketConfiguration.boot.bootKernelParameters`,
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(bottlerocket, change)).toEqual(expected);
  });

  test.each<[string, Base, Changes, string[]]>([
    ['empty certificates on Ubuntu', vsphere, { [`${PROD}.hostOSConfiguration`]: { certBundles: [] } }, []],
    ['settings of Bottlerocket on a family that is not named', bottlerocket, { [`${ROCK}.osFamily`]: '' }, []],
    ['settings of Bottlerocket on Ubuntu', vsphere, { [`${PROD}.hostOSConfiguration`]: { bottlerocketConfiguration: {} } }, [
      `error H5 ${PROD}.hostOSConfiguration.bottlerocketConfiguration`,
    ]],
    ['settings of Bottlerocket on bare metal without a family', bareMetal, {
      'TinkerbellMachineConfig/lab-cp.spec.osFamily': '',
      'TinkerbellMachineConfig/lab-cp.spec.hostOSConfiguration': { bottlerocketConfiguration: {} },
    }, [
      'error H5 TinkerbellMachineConfig/lab-cp.spec.hostOSConfiguration.bottlerocketConfiguration',
      'error T13 TinkerbellMachineConfig/lab-cp.spec.osFamily',
    ]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('datacenter of vSphere', () => {
  const domain = (fields: object) => ({
    name: 'a', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: '/DC1/network/a', ...fields,
  });

  test.each<[string, Changes, string[]]>([
    ['no server', { [`${DATACENTER}.server`]: '' }, [`error X12 ${DATACENTER}.server`]],
    ['no network', { [`${DATACENTER}.network`]: '' }, [`error X12 ${DATACENTER}.network`]],
    ['a network by name', { [`${DATACENTER}.network`]: 'net' }, []],
    ['a network that is the folder', { [`${DATACENTER}.network`]: '/DC1/network/' }, [`error X13 ${DATACENTER}.network`]],
    ['a network of one letter', { [`${DATACENTER}.network`]: '/DC1/network/n' }, []],
    ['a network elsewhere', { [`${DATACENTER}.network`]: '/DC1/vm/n' }, [`error X13 ${DATACENTER}.network`]],
    ['a network elsewhere that ends like one', { [`${DATACENTER}.network`]: '/x/DC1/network/' }, [`error X13 ${DATACENTER}.network`]],
    ['a domain\'s network by name', { [`${DATACENTER}.failureDomains`]: [domain({ network: 'a' })] }, [
      `error X14 ${DATACENTER}.failureDomains[0].network`,
    ]],
    ['a domain\'s network that is empty', { [`${DATACENTER}.failureDomains`]: [domain({ network: '' })] }, [
      `error X14 ${DATACENTER}.failureDomains[0].network`,
    ]],
    ['a domain without most', { [`${DATACENTER}.failureDomains`]: [domain({}), domain({ name: '', datastore: '' })] }, [
      `error X14 ${DATACENTER}.failureDomains[1].datastore`, `error X14 ${DATACENTER}.failureDomains[1].name`,
    ]],
    ['domains without name', { [`${DATACENTER}.failureDomains`]: [domain({}), domain({ name: '' }), domain({ name: '' })] }, [
      `error X14 ${DATACENTER}.failureDomains[1].name`, `error X14 ${DATACENTER}.failureDomains[2].name`,
    ]],
    ['domains of one name', { [`${DATACENTER}.failureDomains`]: [domain({}), domain({ name: 'b' }), domain({ name: 'b' })] }, [
      `error V5 ${DATACENTER}.failureDomains[2].name`,
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(vsphere, change)).toEqual(expected);
  });
});

describe('machines of vSphere', () => {
  const USER = `${PROD}.users[0].name`;

  test.each<[string, Changes, string[]]>([
    ['no datastore', { [`${PROD}.datastore`]: '' }, [`error X15 ${PROD}.datastore`]],
    ['no pool', { [`${PROD}.resourcePool`]: '' }, [`error X15 ${PROD}.resourcePool`]],
    ['an empty template', { [`${PROD}.template`]: '' }, [`error V7 ${PROD}.template`]],
    ['no template of Bottlerocket', { [`${PROD}.template`]: '', [`${PROD}.osFamily`]: 'bottlerocket', [USER]: 'ec2-user' }, []],
    ['another user of Bottlerocket', { [`${PROD}.osFamily`]: 'bottlerocket' }, [`error X16 ${USER}`]],
    ['another user of no family', { [`${PROD}.osFamily`]: '' }, [`error X16 ${PROD}.osFamily`, `error X16 ${USER}`]],
    ['no user of no family', { [`${PROD}.osFamily`]: '', [`${PROD}.users`]: undefined }, [`warning SSH ${PROD}.users`]],
    ['RHEL', { [`${PROD}.osFamily`]: 'redhat' }, []],
    ['Windows', { [`${PROD}.osFamily`]: 'windows' }, [`error X15 ${PROD}.osFamily`]],
  ])('%s', (_, change, expected) => {
    expect(findings(vsphere, change)).toEqual(expected);
  });
});

describe('vSphere and the Cluster', () => {
  const NETWORKS = 'spec.networks';

  test('external etcd needs machines of one family', () => {
    expect(findings(bottlerocket, { [`${ROCK}.osFamily`]: '' })).toEqual([]);
    expect(findings(bottlerocket, ubuntu(3))).toEqual([]);
    expect(findings(bottlerocket, ubuntu(2))).toEqual(['error V3 VSphereMachineConfig/rock-etcd.spec.osFamily']);
    expect(findings(bottlerocket, ubuntu(1))).toEqual([
      'error V3 VSphereMachineConfig/rock-etcd.spec.osFamily', 'error V3 VSphereMachineConfig/rock-md-0.spec.osFamily',
    ]);
    expect(findings(vsphere, { [`${PROD}.osFamily`]: 'redhat' })).toEqual([]);
  });

  test.each<[string, Base, Changes, string[]]>([
    ['a network of the control plane', vsphere, { [`VSphereMachineConfig/prod-cp.${NETWORKS}`]: ['n'] }, [
      `error V6 VSphereMachineConfig/prod-cp.${NETWORKS}`,
    ]],
    ['no network of the control plane', vsphere, { [`VSphereMachineConfig/prod-cp.${NETWORKS}`]: [] }, []],
    ['a network of etcd', bottlerocket, { [`VSphereMachineConfig/rock-etcd.${NETWORKS}`]: ['n'] }, [
      `error V6 VSphereMachineConfig/rock-etcd.${NETWORKS}`,
    ]],
    ['two domains of a group', vsphere, { [`${GROUP}.failureDomains`]: ['a', 'a'] }, [`error V4 ${GROUP}.failureDomains`]],
    ['a second domain that is not defined', vsphere, { [`${GROUP}.failureDomains`]: ['a', 'b'] }, [
      `error V4 ${GROUP}.failureDomains`, `error V5 ${GROUP}.failureDomains[1]`,
    ]],
    ['domains that no group names', vsphere, { [`${GROUP}.failureDomains`]: undefined }, []],
    ['no domains anywhere', vsphere, { [`${GROUP}.failureDomains`]: [], [`${DATACENTER}.failureDomains`]: undefined }, []],
    ['a domain where none is defined', vsphere, { [`${DATACENTER}.failureDomains`]: [] }, [
      `error V5 ${GROUP}.failureDomains[0]`, `error V5 ${DATACENTER}.failureDomains`,
    ]],
    ['a domain of one of two groups where none is defined', vsphere, {
      [`${DATACENTER}.failureDomains`]: [],
      'Cluster.spec.workerNodeGroupConfigurations[1]': {
        name: 'b', count: 1, machineGroupRef: { kind: 'VSphereMachineConfig', name: 'prod-md-0' },
      },
    }, [`error V5 ${GROUP}.failureDomains[0]`, `error V5 ${DATACENTER}.failureDomains`]],
    ['a domain on Docker', docker, { [`${GROUP}.failureDomains`]: ['a'] }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});
