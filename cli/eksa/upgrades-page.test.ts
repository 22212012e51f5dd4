/** docs/eks-anywhere-upgrades.md: each command that it shows prints what the page shows below it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runEksa } from './testing.ts';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = join(import.meta.dirname, 'samples/upgrades');
const page = readFileSync(join(ROOT, 'docs/eks-anywhere-upgrades.md'), 'utf8');
const walked = [...page.matchAll(/```console\n\$ (.*)\n([^]*?)```/g)]
  .map(([, command, output]) => ({ command: command!, output: output! }));

/** Paths of the page are relative to the samples. */
async function outputOf(command: string): Promise<string> {
  if (!command.startsWith('hybridge eksa ')) return spawnSync('sh', ['-c', command], { cwd: SAMPLES, encoding: 'utf8' }).stdout;
  const args = command.split(' ').slice(2).map((arg) => /\.(yaml|csv)$/.test(arg) ? join(SAMPLES, arg) : arg);
  return (await runEksa(...args)).output.replaceAll(`${SAMPLES}/`, '');
}

it('walks through three upgrades', () => {
  expect(walked.map(({ command }) => command.split(' ')[2])).toEqual(['--no-index', 'plan', 'diff', 'plan', 'plan']);
});

it.each(walked)('$command', async ({ command, output }) => {
  expect(await outputOf(command)).toBe(output);
});
