/** What the tools make of the size of a virtual machine. */
import type { VSphereMachineSpec } from '../model/machines';

const MIN_MEMORY_MIB = 2048;
/** The disk is as large as the template's where that has more. */
const MIN_DISK_GIB = 20;

interface VirtualMachineSize {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

/** 0 stands for the default, and what is too small is raised without a word. */
export function effectiveSize({ numCPUs, memoryMiB, diskGiB }: VSphereMachineSpec): VirtualMachineSize {
  return { cpus: numCPUs || 2, memoryMiB: Math.max(MIN_MEMORY_MIB, memoryMiB || 8192), diskGiB: Math.max(MIN_DISK_GIB, diskGiB ?? 0) };
}
