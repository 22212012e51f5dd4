/** What the tools make of the size of a virtual machine. */
import type { VSphereMachineSpec } from '../model/machines';

const DEFAULT_CPUS = 2;
const DEFAULT_MEMORY_MIB = 8192;
const MIN_MEMORY_MIB = 2048;
/** Machines of etcd are raised to more than others. */
const MIN_ETCD_MEMORY_MIB = 8192;
/** The disk is as large as the template's where that has more. */
const MIN_DISK_GIB = 20;

type VirtualMachineSize = Required<Pick<VSphereMachineSpec, 'numCPUs' | 'memoryMiB' | 'diskGiB'>>;

/** 0 stands for the default, and what is too small is raised without a word. */
export function effectiveSize({ numCPUs = 0, memoryMiB = 0, diskGiB = 0 }: VSphereMachineSpec, isEtcd = false): VirtualMachineSize {
  return {
    numCPUs: numCPUs > 0 ? numCPUs : DEFAULT_CPUS,
    memoryMiB: Math.max(isEtcd ? MIN_ETCD_MEMORY_MIB : MIN_MEMORY_MIB, memoryMiB > 0 ? memoryMiB : DEFAULT_MEMORY_MIB),
    diskGiB: Math.max(MIN_DISK_GIB, diskGiB),
  };
}
