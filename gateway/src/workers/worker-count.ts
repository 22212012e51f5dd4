/** How many processes proxy on this machine. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import type { Settings } from '../settings/settings.ts';

/** What the machine, or the container, allows. */
export interface ProcessFacts {
  /** Processors that may be used: affinity and quota of the container are taken off. */
  readonly processors: number;
  /** Limit of the container. Bytes; 0: none */
  readonly memoryBytes: number;
  /** Whether processes may listen on one port together, and the kernel spreads connections over them. */
  readonly sharesPorts: boolean;
  /** Whether this process may start others: Node's permission model may forbid it. */
  readonly mayFork: boolean;
}

/**
 * `auto` starts at most as many workers as have this much of the container's memory: with 10,000 routes a worker takes about 250 MiB.
 * Bytes.
 */
const MEMORY_OF_WORKER = 384 * 1_048_576;

export function processFacts(): ProcessFacts {
  return {
    // Node 24 ignores a quota of less than one processor.
    processors: Math.max(1, Math.min(availableParallelism(), Math.floor(processorQuota()))),
    memoryBytes: constrainedMemory(),
    sharesPorts: process.platform === 'linux',
    mayFork: (process as { permission?: { has(scope: string): boolean } }).permission?.has('child') ?? true,
  };
}

/** @returns how many, and why it is fewer than the settings say, where the operator should know */
export function workerCount(
  workers: Settings['workers'], { processors, memoryBytes, sharesPorts, mayFork }: ProcessFacts,
): { readonly count: number; readonly warning?: string } {
  const impossible = !mayFork ? 'Node\'s permission model does not allow child processes'
    : !sharesPorts ? 'processes cannot share ports on this system' : undefined;
  if (impossible !== undefined) {
    if (workers === 'auto' || workers === 1) return { count: 1 };
    return { count: 1, warning: `KONG_NGINX_WORKER_PROCESSES=${workers} has no effect: ${impossible}; this node is one process` };
  }
  if (workers !== 'auto') return { count: workers };
  const affordable = memoryBytes === 0 ? processors : Math.floor(memoryBytes / MEMORY_OF_WORKER);
  return { count: Math.max(1, Math.min(processors, affordable)) };
}

/** How many processors' time the container may use. `Infinity` where nothing is limited. */
export function processorQuota(read = readGroupFile): number {
  const [unified = '', unifiedPeriod = ''] = read('cpu.max')?.trim().split(' ') ?? [];
  const [quota, period] = unified === '' ? [read('cpu/cpu.cfs_quota_us'), read('cpu/cpu.cfs_period_us')] : [unified, unifiedPeriod];
  const processors = Number(quota) / Number(period);
  return processors > 0 ? processors : Infinity;
}

/** As a container sees its own control group. */
function readGroupFile(name: string): string | undefined {
  try {
    return readFileSync(`/sys/fs/cgroup/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Node reports 2^64 - 1, or more than any machine has, where nothing is limited. */
function constrainedMemory(): number {
  const bytes = process.constrainedMemory();
  return bytes > 2 ** 50 ? 0 : bytes;
}
