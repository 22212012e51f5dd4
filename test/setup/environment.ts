/** Runs before each suite of the constructs: environment variables, and a temporary folder that is emptied after the suite. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

// Built-in template validation costs 1.5 s a process; test/examples.test.ts turns it on where it is the subject.
process.env.CDK_VALIDATION = 'false';
// jsii prints an 11-line banner on every start with a Node that is past its end of life.
process.env.JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 'true';
// No suite asks where a construct was created; finding out takes a fifth of the time.
process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true, 'aws:cdk:disable-stack-trace': true });

// Support and licences of EKS Anywhere end on days: the suites are of 2026-11-30, whenever they run.
process.env.SOURCE_DATE_EPOCH = String(Date.UTC(2026, 10, 30) / 1000);

// One folder a worker, not one a suite: the CDK remembers where the first suite found it.
const folder = join(inject('temporaryFolders'), String(process.pid));
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;

function empty() {
  for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true, force: true });
}

// A suite that could not be loaded has left what it had written.
empty();
const before = { ...process.env };
afterAll(() => {
  empty();
  // The suites of a worker share its process.
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
