/**
 * Synthesizes every example, and the programs with what no example shows, with CDK's validation and our policy in
 * strict mode: as they are, with the feature flags of a new project, and at both ends of the peer ranges. Rehearses
 * their deployments. Fails on any finding that is not acknowledged. Needs `npx projen compile` before.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { findingsAtBothEnds } from './peer-ranges';
import { rehearsalFindings } from './rehearsal';
import { STRICT, findingsOf } from './validation-findings';
import type { Job } from './validation-findings';

const ROOT = join(__dirname, '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .map((name) => join('examples', name, 'app.ts'))
  .filter((file) => existsSync(join(ROOT, file)))
  .sort();
const OTHERS = readdirSync(join(ROOT, 'test', 'setup', 'variants')).map((file) => join('test', 'setup', 'variants', file)).sort();
/** Two cores are what a small CI machine has. */
const WORKERS = 2;
const VARIANTS = { 'as it is': STRICT, 'with recommended flags': { ...STRICT, ...CURRENTLY_RECOMMENDED_FLAGS } };

const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const outputs = mkdtempSync(join(tmpdir(), 'validated-'));

/** In a process of its own: CDK's validator keeps some hundred megabytes for each app that it has seen. */
function synthesize(program: string, jobs: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsx, '--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'], {
      cwd: ROOT,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.on('exit', (code) => code === 0 ? resolve() : reject(new Error(`${program} does not synthesize: exit code ${code}`)));
    child.stdin!.end(JSON.stringify(jobs));
  });
}

async function findingsHere(program: string): Promise<string[]> {
  const jobs = Object.entries(VARIANTS).map(([variant, context]): Job => ({
    title: `${program} ${variant}`,
    program: join(ROOT, program),
    outdir: join(outputs, `${program.replace(/\W/g, '-')} ${variant}`),
    context,
    isValidated: true,
  }));
  await synthesize(program, jobs);
  return jobs.flatMap(findingsOf);
}

async function main(): Promise<void> {
  const waiting = [...EXAMPLES, ...OTHERS];
  const findings: string[] = [];
  const worker = async () => {
    for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) findings.push(...await findingsHere(program));
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, worker));
    findings.push(...rehearsalFindings([...EXAMPLES, ...OTHERS]));
    const ends = join(outputs, 'ends');
    mkdirSync(ends);
    findings.push(...await findingsAtBothEnds([...EXAMPLES, ...OTHERS], ends));
  } finally {
    rmSync(outputs, { recursive: true });
  }
  process.stdout.write(
    [...findings, `${EXAMPLES.length} examples and ${OTHERS.length} other programs, ${findings.length} reports with findings`, ''].join(
      '\n',
    ),
  );
  if (findings.length > 0) process.exitCode = 1;
}

void main();
