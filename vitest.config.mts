/** How the suites run: those of the constructs (test/), and those of the gateway and the command line, beside the code. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Suites that wait for processes of their own start first, so that none of them runs alone at the end. */
const FIRST = ['/gateway/test/conformance/', '/gateway/test/', '/gateway/', '/cli/'];

class WaitingSuitesFirst extends BaseSequencer {
  public override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a.moduleId) - rank(b.moduleId));
  }
}

function rank(file: string): number {
  const place = FIRST.findIndex((folder) => file.includes(folder));
  return place < 0 ? FIRST.length : place;
}

export const CONSTRUCTS = {
  resolve: { alias: { 'cdk-hybridge': fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    name: 'constructs',
    include: ['test/**/*.test.ts'],
    globals: true,
    globalSetup: ['test/setup/temporary-folders.ts'],
    setupFiles: ['test/setup/environment.ts'],
    // Synthesis of a whole topology, or a thousand recorded files, on a machine that has other work too.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A worker loads the CDK once, not once a suite: that was a third of the CPU time.
    isolate: false,
  },
};

export const GATEWAY = {
  resolve: {},
  test: {
    name: 'gateway',
    include: ['gateway/**/*.test.ts', 'cli/**/*.test.ts'],
    globalSetup: ['gateway/test/setup/global.ts'],
    setupFiles: ['gateway/test/setup/environment.ts'],
    // More than conditions may take to come true (gateway/test/fixtures/eventually.ts), so that a failure names the condition.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

export default defineConfig({
  test: {
    // One more than a small CI machine has cores: system tests wait for processes of their own most of the time.
    maxWorkers: 3,
    // New snapshots are written on demand only: `npx vitest run -u`.
    update: 'none',
    sequence: { sequencer: WaitingSuitesFirst },
    projects: [CONSTRUCTS, GATEWAY],
  },
});
