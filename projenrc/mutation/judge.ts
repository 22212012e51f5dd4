/** Finds out which mutants the suites of a room notice: as many as possible in one process, the others in a run each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant';
import type { Coverage, Verdicts } from './plan';
import type { Suites } from './suites';
import { readNotes } from './test-notes';

export interface Judgement {
  readonly mutant: Mutant;
  /** What noticed it; undefined when it survived. */
  readonly killedBy?: string;
  /** Number of tests that reach it. */
  readonly tests: number;
}

interface CoveredSuite extends Coverage {
  readonly file: string;
}

export async function judge(mutants: readonly Mutant[], suites: Suites, log: (line: string) => void): Promise<Judgement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-mutation-'));
  try {
    const covered = await coverage(suites, folder, log);
    const killed = new Map<number, string>();
    const undecided = await repeatTests(mutants, suites, covered, folder, killed, log);
    await runWhole(mutants, suites, covered, undecided, killed, log);
    return mutants.map((mutant) => ({ mutant, killedBy: killed.get(mutant.id), tests: testsReaching(covered, mutant.id) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fastest suites first. */
async function coverage(suites: Suites, folder: string, log: (line: string) => void): Promise<CoveredSuite[]> {
  const covered: CoveredSuite[] = [];
  for (const file of suites.files) {
    const { failure } = await suites.run([file], { kind: 'cover', folder });
    if (failure !== undefined) log(`left out, because it fails without a mutant: ${file}: ${failure}`);
    else covered.push({ file, ...readNotes<Coverage>(folder, 'cover', file) });
  }
  const reaching = covered.filter(({ tests, outside }) => outside.length + Object.values(tests).flat().length > 0);
  return reaching.sort((a, b) => a.durationMs - b.durationMs);
}

/** @returns mutants that a run of their own has to decide */
async function repeatTests(
  mutants: readonly Mutant[], suites: Suites, covered: readonly CoveredSuite[], folder: string, killed: Map<number, string>,
  log: (line: string) => void,
): Promise<Set<number>> {
  const atTop = mutants.filter(({ isAtTop }) => isAtTop).map(({ id }) => id);
  const alone = new Set([...atTop, ...covered.flatMap(({ outside }) => outside)]);
  const undecided = new Set(alone);
  for (const { file, tests, outside } of covered) {
    // What one suite reaches in its hooks, a test of another may notice.
    const open = mutants.filter(({ id, isAtTop }) => !isAtTop && !killed.has(id) && !outside.includes(id)).map(({ id }) => id);
    const left = Object.entries(tests).map(([test, ids]) => [test, ids.filter((id) => open.includes(id))] as const);
    const plan = Object.fromEntries(left.filter(([, ids]) => ids.length > 0));
    if (Object.keys(plan).length === 0) continue;
    await suites.run([file], { kind: 'repeat', folder, mutants: plan });
    const verdicts = readNotes<Verdicts>(folder, 'repeat', file);
    for (const [id, test] of Object.entries(verdicts.killed)) killed.set(Number(id), test);
    for (const id of verdicts.undecided) undecided.add(id);
    log(`${killed.size} of ${mutants.length} killed after ${file}`);
  }
  return undecided;
}

async function runWhole(
  mutants: readonly Mutant[], suites: Suites, covered: readonly CoveredSuite[], undecided: ReadonlySet<number>, killed: Map<number, string>,
  log: (line: string) => void,
): Promise<void> {
  const left = mutants.filter(({ id }) => undecided.has(id) && !killed.has(id));
  if (left.length > 0) log(`${left.length} mutants get runs of their own`);
  for (const { id } of left) {
    const reaching = covered.filter(({ tests, outside }) => outside.includes(id) || Object.values(tests).some((ids) => ids.includes(id)));
    if (reaching.length === 0) continue;
    const { failure } = await suites.run(reaching.map(({ file }) => file), { kind: 'whole', mutant: id });
    if (failure !== undefined) killed.set(id, failure);
  }
}

function testsReaching(covered: readonly CoveredSuite[], mutant: number): number {
  return covered.flatMap(({ tests }) => Object.values(tests)).filter((ids) => ids.includes(mutant)).length;
}
