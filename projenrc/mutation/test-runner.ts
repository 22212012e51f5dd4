/** Vitest's runner in the worker: switches mutants on and off around each test, and writes down what it saw. */
import { TestRunner } from 'vitest';
import type { RunnerTestCase, RunnerTestFile, TestRunnerConfig } from 'vitest';
import { SWITCH } from './instrument';
import type { Coverage, Plan, Verdicts } from './plan';
import { writeNotes } from './test-notes';

/** A loop that a mutant made endless ends here: so often is no mutant asked for in a test. */
const MAX_CALLS = 3_000_000;

const NONE = -1;

let active = NONE;
let calls = 0;
let reached = new Set<number>();

Object.assign(globalThis, {
  [SWITCH](mutant: number): boolean {
    if (mutant !== active) {
      reached.add(mutant);
      return false;
    }
    if (++calls > MAX_CALLS) throw new Error(`mutant ${mutant}: runs on without end`);
    return true;
  },
});

/** What one repetition of a test is for: without a mutant, with one, or nothing because all are decided. */
type Turn = { readonly kind: 'plain' | 'idle' } | { readonly kind: 'mutant'; readonly id: number };

export default class MutationRunner extends TestRunner {
  readonly #plan: Plan;
  readonly #tests: Record<string, readonly number[]> = {};
  readonly #outside = new Set<number>();
  readonly #killed: Record<string, string> = {};
  readonly #undecided = new Set<number>();
  #queue: number[] = [];
  #turn: Turn = { kind: 'plain' };
  /** The mutant whose run failed last. It counts as killed when the next run, without a mutant, passes. */
  #suspect?: number;
  #plainRuns = 0;

  public constructor(config: TestRunnerConfig) {
    super(config);
    this.#plan = this.injectValue('mutationPlan' as never);
    active = this.#plan.kind === 'whole' ? this.#plan.mutant : NONE;
  }

  public override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    await super.onBeforeRunTask(test as never);
    for (const mutant of reached) this.#outside.add(mutant);
    if (this.#plan.kind !== 'repeat') return;
    this.#queue = [...this.#plan.mutants[test.id] ?? []].filter((mutant) => !(mutant in this.#killed));
    this.#plainRuns = 0;
    this.#suspect = undefined;
    // Twice without a mutant, and once more after each failure.
    if (this.#queue.length > 0) Object.assign(test, { repeats: 1 + 2 * this.#queue.length });
    else Object.assign(test, { mode: 'skip' });
  }

  public override onBeforeTryTask(test: RunnerTestCase, options: { retry: number; repeats: number }): void {
    super.onBeforeTryTask(test as never, options);
    calls = 0;
    reached = new Set();
    if (this.#plan.kind !== 'repeat') return;
    this.#turn = this.#nextTurn();
    active = this.#turn.kind === 'mutant' ? this.#turn.id : NONE;
  }

  #nextTurn(): Turn {
    if (this.#plainRuns < 2 || this.#suspect !== undefined) return { kind: 'plain' };
    const id = this.#queue.shift();
    return id === undefined ? { kind: 'idle' } : { kind: 'mutant', id };
  }

  public async runTask(test: RunnerTestCase): Promise<void> {
    if (this.#turn.kind !== 'idle') await TestRunner.getTestFn(test as never)();
  }

  public override async onAfterRetryTask(test: RunnerTestCase, options: { retry: number; repeats: number }): Promise<void> {
    await super.onAfterRetryTask(test as never, options);
    if (this.#plan.kind === 'cover') this.#tests[test.id] = [...reached];
    if (this.#plan.kind === 'repeat') this.#judge(test);
    reached = new Set();
  }

  #judge(test: RunnerTestCase): void {
    const { result } = test;
    const hasFailed = result?.state === 'fail';
    active = NONE;
    if (this.#turn.kind === 'plain') {
      this.#plainRuns++;
      if (hasFailed) this.#giveUp();
      else if (this.#suspect !== undefined) this.#killed[this.#suspect] = test.name;
      this.#suspect = undefined;
    } else if (this.#turn.kind === 'mutant' && hasFailed) {
      this.#suspect = this.#turn.id;
    }
    if (result) Object.assign(result, { state: 'pass', errors: undefined });
  }

  /** The test does not pass a second time, or a mutant has left something behind. */
  #giveUp(): void {
    for (const mutant of [...this.#suspect === undefined ? [] : [this.#suspect], ...this.#queue]) this.#undecided.add(mutant);
    this.#queue = [];
    this.#plainRuns = 2;
  }

  public async onAfterRunFiles(files: RunnerTestFile[]): Promise<void> {
    for (const mutant of reached) this.#outside.add(mutant);
    for (const { filepath, result } of files) {
      const durationMs = result?.duration ?? 0;
      const notes: Coverage | Verdicts = this.#plan.kind === 'cover'
        ? { tests: this.#tests, outside: [...this.#outside], durationMs }
        : { killed: this.#killed, undecided: [...this.#undecided] };
      if (this.#plan.kind !== 'whole') writeNotes(this.#plan.folder, this.#plan.kind, filepath, notes);
    }
  }
}
