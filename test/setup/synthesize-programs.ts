/**
 * Runs CDK programs in one process, which loads the library and CDK's validator once: [{program, outdir, context}] on standard input.
 * An App takes its folder and its context when it is created, and is synthesized when the process has nothing left to do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Job {
  readonly program: string;
  readonly outdir: string;
  readonly context: Readonly<Record<string, unknown>>;
}

// Every App listens for the end of the process.
process.setMaxListeners(0);

const load = createRequire(__filename);

for (const { program, outdir, context } of JSON.parse(readFileSync(0, 'utf8')) as Job[]) {
  process.env.CDK_OUTDIR = outdir;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  load(program);
  // The next run of the same program is a new App.
  delete load.cache[load.resolve(program)];
}
