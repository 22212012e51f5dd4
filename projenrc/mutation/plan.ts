/** What main.ts and the test runner in the workers tell each other. */

/** What a run of suites is for. */
export type Plan =
  /** No change: which test reaches which mutant. */
  | { readonly kind: 'cover'; readonly folder: string }
  /** Each test once for each of its mutants, in one process. */
  | { readonly kind: 'repeat'; readonly folder: string; readonly mutants: Readonly<Record<string, readonly number[]>> }
  /** One mutant, active from the first line on. */
  | { readonly kind: 'whole'; readonly mutant: number };

export interface Coverage {
  /** By id of the test. */
  readonly tests: Readonly<Record<string, readonly number[]>>;
  /** Reached outside of tests: while the modules are loaded, and in the hooks around all tests. */
  readonly outside: readonly number[];
  readonly durationMs: number;
}

export interface Verdicts {
  /** Mutant → name of the test that noticed it. */
  readonly killed: Readonly<Record<string, string>>;
  /** Mutants of tests that fail when they run a second time: a run of their own has to decide. */
  readonly undecided: readonly number[];
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly mutationPlan: Plan;
  }
}
