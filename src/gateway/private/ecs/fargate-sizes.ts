interface MemoryRange {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

const GIB = 1024;

/** CPU units → memory in MiB. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const SIZES: Readonly<Record<number, MemoryRange>> = {
  256: { least: 512, most: 2 * GIB, step: 512 },
  512: { least: GIB, most: 4 * GIB, step: GIB },
  1024: { least: 2 * GIB, most: 8 * GIB, step: GIB },
  2048: { least: 4 * GIB, most: 16 * GIB, step: GIB },
  4096: { least: 8 * GIB, most: 30 * GIB, step: GIB },
  8192: { least: 16 * GIB, most: 60 * GIB, step: 4 * GIB },
  16384: { least: 32 * GIB, most: 120 * GIB, step: 8 * GIB },
};

/**
 * Checks the size of a task on Fargate, which a deployment would find out minutes later.
 *
 * @throws Error that names the property
 */
export function requireFargateSize(cpu: number, memoryMib: number): void {
  const range = SIZES[cpu];
  if (!range) throw new Error(`cpu: got ${cpu}, expected one of the sizes of Fargate: ${Object.keys(SIZES).join(', ')}`);
  const { least, most, step } = range;
  const odd = cpu === 256 && memoryMib === 1536;
  if (memoryMib >= least && memoryMib <= most && memoryMib % step === 0 && !odd) return;
  throw new Error(`memoryMib: got ${memoryMib}, expected ${cpu === 256 ? '512, 1024 or 2048' : `a multiple of ${step} from ${least} to ${most}`}, which Fargate has beside cpu ${cpu}`);
}
