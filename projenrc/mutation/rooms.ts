/** What `npx projen mutate` knows by name: sources to change, and the suites that should notice. */
export interface Room {
  /** Folder of the sources, without its subfolders. */
  readonly sources: string;
  /** Globs of suites. */
  readonly suites: readonly string[];
}

export const ROOMS: Readonly<Record<string, Room>> = {
  http: { sources: 'gateway/src/data-plane/http', suites: ['gateway/src/data-plane/**/*.test.ts', 'gateway/src/plugins/**/*.test.ts'] },
  // Suites of the golden outcomes run in one process, unlike the others of gateway/test/system.
  sync: { sources: 'gateway/src/sync', suites: ['gateway/src/sync/*.test.ts', 'gateway/test/system/tunnel-*-golden.test.ts'] },
  // Suites of the control plane are left out: their hooks open stores, so that each mutant would get a run of its own of all of them.
  store: { sources: 'gateway/src/store', suites: ['gateway/src/store/*.test.ts'] },
  rules: {
    sources: 'src/eksa/rules',
    // cases.test.ts is left out: it is slow, and in a sample of 150 it noticed nothing that the others had not.
    suites: ['test/eksa/rules.test.ts', 'test/eksa/rules/*.test.ts', 'test/eksa/update/{judge,fixed-fields}.test.ts'],
  },
  update: { sources: 'src/eksa/update', suites: ['test/eksa/update/*.test.ts'] },
};
