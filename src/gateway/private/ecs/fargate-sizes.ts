interface MemoryRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const GIB = 1024;

/** CPU units → memory in MiB. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const SIZES: Readonly<Record<number, MemoryRange>> = {
  256: { min: 512, max: 2 * GIB, step: 512 },
  512: { min: GIB, max: 4 * GIB, step: GIB },
  1024: { min: 2 * GIB, max: 8 * GIB, step: GIB },
  2048: { min: 4 * GIB, max: 16 * GIB, step: GIB },
  4096: { min: 8 * GIB, max: 30 * GIB, step: GIB },
  8192: { min: 16 * GIB, max: 60 * GIB, step: 4 * GIB },
  16384: { min: 32 * GIB, max: 120 * GIB, step: 8 * GIB },
};

/**
 * Checks the size of a task on Fargate, which a deployment would find out minutes later.
 *
 * @throws Error that names the property
 */
export function requireFargateSize(cpu: number, memoryMib: number): void {
  const range = SIZES[cpu];
  if (!range) throw new Error(`cpu: got ${cpu}, expected one of the sizes of Fargate: ${Object.keys(SIZES).join(', ')}`);
  const { min, max, step } = range;
  const odd = cpu === 256 && memoryMib === 1536;
  if (memoryMib >= min && memoryMib <= max && memoryMib % step === 0 && !odd) return;
  throw new Error(
    `memoryMib: got ${memoryMib}, expected `
      + `${cpu === 256 ? '512, 1024 or 2048' : `a multiple of ${step} from ${min} to ${max}`}, which Fargate has beside cpu ${cpu}`,
  );
}
