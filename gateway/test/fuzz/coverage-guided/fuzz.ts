/** Mutates inputs, and keeps those that reach code, or take ways through it, which no other reached: they are mutated further. */
import type { BlockCoverage } from './block-coverage.ts';
import { mutated, randomOf } from './mutation.ts';
import type { Random } from './mutation.ts';

export interface Target {
  readonly seeds: readonly Buffer[];
  /** Pieces that the format knows. */
  readonly words: readonly Buffer[];
  /** @returns what is wrong */
  problem(bytes: Buffer, random: Random): string | undefined;
  /** Takes longer, and is asked of the inputs that are kept. */
  deepProblem?(bytes: Buffer): Promise<string | undefined>;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly corpus: number;
  /** The first that was found, its input made as short as possible. */
  readonly found: { readonly problem: string; readonly bytes: string } | undefined;
}

/** @param goesOn asked after each input, with their number */
export async function fuzz(
  target: Target, coverage: BlockCoverage, seed: number, goesOn: (inputs: number) => boolean,
): Promise<FuzzResult> {
  const random = randomOf(seed);
  const corpus: Buffer[] = [];
  let inputs = 0;
  const problemOf = async (bytes: Buffer, isDeep: boolean): Promise<string | undefined> => {
    const problem = caught(target, bytes, randomOf(seed + inputs));
    return problem === undefined && isDeep ? target.deepProblem?.(bytes) : problem;
  };
  for (; inputs < target.seeds.length || goesOn(inputs); inputs += 1) {
    const bytes = target.seeds[inputs] ?? mutated(chosen(corpus, random), target.words, corpus, random);
    const problem = caught(target, bytes, randomOf(seed + inputs));
    const isNew = coverage.hasNewWay();
    if (isNew || corpus.length === 0) corpus.push(bytes);
    const found = problem ?? (isNew ? await target.deepProblem?.(bytes) : undefined);
    if (found !== undefined) {
      const shortest = await shortened(bytes, async (shorter) => await problemOf(shorter, true) !== undefined);
      const shown = await problemOf(shortest, true) ?? found;
      return { inputs, corpus: corpus.length, found: { problem: shown, bytes: JSON.stringify(shortest.toString('latin1')) } };
    }
  }
  return { inputs, corpus: corpus.length, found: undefined };
}

/** One of the last ones as often as one of all. */
function chosen(corpus: readonly Buffer[], random: Random): Buffer {
  const from = random(2) === 0 ? Math.max(0, corpus.length - 50) : 0;
  return corpus[from + random(corpus.length - from)]!;
}

function caught(target: Target, bytes: Buffer, random: Random): string | undefined {
  try {
    return target.problem(bytes, random);
  } catch (error) {
    return (error as Error).stack;
  }
}

/** Takes parts away as long as the rest is as wrong. */
async function shortened(bytes: Buffer, isWrong: (bytes: Buffer) => Promise<boolean>): Promise<Buffer> {
  let shortest = bytes;
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length;) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (await isWrong(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}
