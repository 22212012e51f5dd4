/** Runs in the worker before each suite. */
import { inject } from 'vitest';

process.env.TMPDIR = inject('temporaryFolder');

// Support and licences of EKS Anywhere end on days: the suites of the command line are of 2026-11-30, whenever they run.
process.env.SOURCE_DATE_EPOCH = String(Date.UTC(2026, 10, 30) / 1000);
