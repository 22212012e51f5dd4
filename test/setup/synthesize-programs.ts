/**
 * Runs CDK programs one after the other in one process, which loads the library once: [{program, outdir, context,
 * isValidated}] on standard input. An App takes its folder and its context when it is created, and is synthesized at
 * the event `beforeExit`. The caller reads the findings of the validation in its report.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Job {
  readonly program: string;
  readonly outdir: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Whether CDK's validation runs over the templates: a second and a half. */
  readonly isValidated: boolean;
}

const load = createRequire(__filename);

for (const { program, outdir, context, isValidated } of JSON.parse(readFileSync(0, 'utf8')) as Job[]) {
  process.env.CDK_OUTDIR = outdir;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  process.env.CDK_VALIDATION = String(isValidated);
  try {
    load(program);
    // Now, so that the App can go before the next one comes.
    process.emit('beforeExit', 0);
  } catch (error) {
    if (!(error as Error).message.startsWith('Validation failed. A copy of this report')) throw error;
    // A program that synthesizes by itself has left the listener of its App, which would do it again.
    process.removeAllListeners('beforeExit');
  }
  // The next run of the same program is a new App.
  delete load.cache[load.resolve(program)];
}
