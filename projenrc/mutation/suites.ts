/** Runs the suites of a room with Vitest, with the room's sources instrumented. */
import { join } from 'node:path';
import type { TestModule, Vitest } from 'vitest/node' with { 'resolution-mode': 'import' };
import { SWITCH, instrumented } from './instrument';
import type { Mutant } from './mutant';
import type { Plan } from './plan';
import type { Room } from './rooms';

const ROOT = join(__dirname, '..', '..');

/**
 * How long a condition may take to come true in suites of the gateway (gateway/test/fixtures/eventually.ts): under a mutant it often never
 * does. A test that fails is repeated without the mutant, so that a slow machine rarely counts as a kill. Milliseconds.
 */
const CONDITION_LIMIT_MS = 6_000;

export interface SuiteRun {
  /** What the first failure says; undefined when all tests passed. */
  readonly failure?: string;
}

export interface Suites {
  /** Paths of the suites. */
  readonly files: readonly string[];
  /** One process for all of these suites. */
  run(files: readonly string[], plan: Plan): Promise<SuiteRun>;
  close(): Promise<void>;
}

/** Starts what the suites of the room need (a bundle has to be there) and instruments the sources with these mutants. */
export async function openSuites(room: Room, mutants: readonly Mutant[]): Promise<Suites> {
  process.env.HYBRIDGE_TEST_BUNDLE = 'keep';
  process.env.HYBRIDGE_TEST_LIMIT_MS = String(CONDITION_LIMIT_MS);
  const { createVitest } = await import('vitest/node');
  const { CONSTRUCTS, GATEWAY } = await import('../../vitest.config.mts' as string);
  const { resolve, test } = room.sources.startsWith('src/') ? CONSTRUCTS : GATEWAY;
  const vitest: Vitest = await createVitest('test', {
    ...test,
    config: false,
    root: ROOT,
    include: room.suites,
    runner: join(__dirname, 'test-runner.ts'),
    reporters: [{}],
    watch: false,
    update: false,
    ...room.sources.startsWith('gateway/') && { testTimeout: 3 * CONDITION_LIMIT_MS },
    bail: 1,
    maxWorkers: 1,
    // One process a run, whatever the number of suites.
    isolate: false,
    silent: true,
    // Its keys know nothing of the mutants that are compiled in.
    fsModuleCache: false,
  } as never, { resolve, plugins: [instrumentation(mutants)] } as never);
  const specifications = await vitest.globTestSpecifications();
  return {
    files: specifications.map(({ moduleId }) => moduleId),
    run: async (files, plan) => {
      vitest.getRootProject().provide('mutationPlan' as never, plan as never);
      const isAmong = ({ moduleId }: { readonly moduleId: string }) => files.includes(moduleId);
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications.filter(isAmong));
      // Results of earlier runs are among them.
      const suites = testModules.filter(isAmong);
      const [error] = [...unhandledErrors as Error[], ...suites.flatMap(errorsOf)];
      return { failure: error?.message ?? (suites.every((suite) => suite.ok()) ? undefined : 'failed without an error') };
    },
    close: () => vitest.close(),
  };
}

function errorsOf(suite: TestModule): readonly { readonly message: string }[] {
  const ofTests = [...suite.children.allTests()].flatMap((test) => (
    (test.result().errors ?? []).map(({ message }) => ({ message: `${test.fullName}: ${message}` }))));
  return [...suite.errors(), ...ofTests];
}

function instrumentation(mutants: readonly Mutant[]) {
  const byFile = new Map<string, Mutant[]>();
  for (const mutant of mutants) byFile.set(join(ROOT, mutant.file), [...byFile.get(join(ROOT, mutant.file)) ?? [], mutant]);
  return {
    name: 'mutation',
    enforce: 'pre',
    transform(text: string, id: string) {
      const ofFile = byFile.get(id.replace(/\?.*$/, ''));
      return ofFile && { code: `const ${SWITCH} = globalThis.${SWITCH}; ${instrumented(text, ofFile)}`, map: null };
    },
  };
}
