/** Runs in the worker before each suite. */
import { inject } from 'vitest';

process.env.TMPDIR = inject('temporaryFolder');
