/**
 * Measures the gateway and writes RESULTS.md: `npx projen bench:gateway`. With words (`-- proxy plain-128`) it prints the scenarios whose
 * names have all of them.
 * `--small` runs every scenario on a small scale, to see that it works.
 * It needs the bundle (`npx projen gateway:bundle`) and speaks HTTP to it; only the validation runs in this process.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { HEAD, SMALL, WHOLE, lineOf } from './measured.ts';
import { SCENARIOS } from './scenarios.ts';

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

function machine(): string {
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `Machine: ${cpus().length} × ${cpus()[0]!.model}, ${memory}, ${process.platform} ${process.arch}, Node.js ${process.version}.`,
    `Date: ${new Date().toISOString().slice(0, 10)}. Commit: ${commit}. Command: \`npx projen bench:gateway\`.`,
  ].join('\n');
}

async function linesOf(scenario: typeof SCENARIOS[number]): Promise<readonly string[]> {
  const scale = isSmall ? SMALL : WHOLE;
  if ('table' in scenario) return scenario.table(scale);
  const measured = await scenario.run(scale);
  const subjects = new Set(measured.map(({ subject }) => subject));
  if (subjects.size === 0 || subjects.size < measured.length) {
    throw new Error(`${scenario.name}: ${measured.length} lines for ${subjects.size} subjects`);
  }
  return [HEAD, ...measured.map(lineOf)];
}

const isSmall = process.argv.includes('--small');
const wanted = process.argv.slice(2).filter((word) => word !== '--small');
const isWanted = (name: string) => wanted.every((part) => name.toLowerCase().includes(part.toLowerCase()));
const chosen = SCENARIOS.filter(({ name }) => isWanted(name));
const parts: string[] = [];
for (const scenario of chosen) {
  const part = [`## ${scenario.name}`, '', scenario.about, '', ...await linesOf(scenario)].join('\n');
  console.log(`${part}\n`);
  parts.push(part);
}
if (wanted.length === 0 && !isSmall) writeFileSync(RESULTS, `${['# Speed of the gateway', machine(), ...parts].join('\n\n')}\n`);
