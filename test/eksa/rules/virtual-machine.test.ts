/** Rules about the size of virtual machines and the disks of linked clones. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const { bottlerocket, vsphere } = BASES;
const CP = 'VSphereMachineConfig/prod-cp.spec';
const WORKER = 'VSphereMachineConfig/prod-md-0.spec';
const ETCD = 'VSphereMachineConfig/rock-etcd.spec';

describe('sizes', () => {
  const small = (place: string) => [`warning machine-size ${place}`];

  test.each<[string, Base, Changes, string[]]>([
    ['1 CPU on the control plane', vsphere, { [`${CP}.numCPUs`]: 1 }, small(`${CP}.numCPUs`)],
    ['0 CPUs, which means 2', vsphere, { [`${CP}.numCPUs`]: 0 }, []],
    ['1 CPU on workers', vsphere, { [`${WORKER}.numCPUs`]: 1 }, []],
    ['1 CPU on etcd', bottlerocket, { [`${ETCD}.numCPUs`]: 1 }, []],
    ['1 CPU on workers that share the configuration', vsphere, {
      'Cluster.spec.workerNodeGroupConfigurations[0].machineGroupRef.name': 'prod-cp', '-VSphereMachineConfig/prod-md-0': true,
      [`${CP}.numCPUs`]: 1,
    }, small(`${CP}.numCPUs`)],
    ['1 GiB on the control plane', vsphere, { [`${CP}.memoryMiB`]: 1024 }, small(`${CP}.memoryMiB`)],
    ['2047 MiB on workers', vsphere, { [`${WORKER}.memoryMiB`]: 2047 }, small(`${WORKER}.memoryMiB`)],
    ['2048 MiB', vsphere, { [`${CP}.memoryMiB`]: 2048 }, []],
    ['no memory, which means 8192', vsphere, { [`${CP}.memoryMiB`]: 0 }, []],
    ['4096 MiB on etcd', bottlerocket, { [`${ETCD}.memoryMiB`]: 4096 }, small(`${ETCD}.memoryMiB`)],
    ['8192 MiB on etcd', bottlerocket, { [`${ETCD}.memoryMiB`]: 8192 }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('linked clones', () => {
  const linked = (cp: number | undefined, worker: number | undefined): Changes => ({
    [`${CP}.cloneMode`]: 'linkedClone', [`${CP}.diskGiB`]: cp, [`${WORKER}.cloneMode`]: 'linkedClone', [`${WORKER}.diskGiB`]: worker,
  });

  test.each<[string, Changes, string[]]>([
    ['of the usual size', linked(25, 25), []],
    ['of no size', linked(undefined, undefined), []],
    ['of another size, as the template may be', linked(40, 40), [
      `warning linked-clone-disk ${CP}.diskGiB`, `warning linked-clone-disk ${WORKER}.diskGiB`,
    ]],
    ['of two sizes of one template', linked(25, 40), [`error linked-clone-disk ${WORKER}.diskGiB`]],
    ['of two sizes that are raised to one', linked(15, 20), [
      `warning linked-clone-disk ${CP}.diskGiB`, `warning linked-clone-disk ${WORKER}.diskGiB`,
    ]],
    ['of two sizes of two templates', { ...linked(25, 40), [`${WORKER}.template`]: '/DC1/vm/big-kube-1-35' }, [
      `warning linked-clone-disk ${WORKER}.diskGiB`,
    ]],
    ['beside full clones of another size', { ...linked(25, 40), [`${WORKER}.cloneMode`]: 'fullClone' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(vsphere, change)).toEqual(expected);
  });
});

describe('the network of vSphere', () => {
  const NETWORK = 'VSphereDatacenterConfig/prod.spec.network';

  test.each<[string, string[]]>([
    ['VM Network', []],
    ['/DC1/network/VM Network', []],
    ['vlan-10.30.0.0', []],
    ['10.30.0.0/24', [`warning port-group ${NETWORK}`]],
    ['10.30.0.1', [`warning port-group ${NETWORK}`]],
    ['/DC1/network/10.30.0.0/24', [`warning port-group ${NETWORK}`]],
  ])('%s', (network, expected) => {
    expect(findings(vsphere, { [NETWORK]: network })).toEqual(expected);
  });
});
