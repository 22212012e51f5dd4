/**
 * How long synthesis and checks take, and how much memory: `npm run bench:synth`. Each line is the median of five processes, after the library
 * has been loaded; the peak of memory is that of the process.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const RUNS = 5;

/** [what, what bench/one.ts runs, whether templates are validated] */
const SUBJECTS: readonly (readonly [string, string, boolean])[] = [
  ['synthesize examples/hybrid', 'hybrid', false],
  ['synthesize examples/hybrid, validated', 'hybrid', true],
  ['synthesize 50 clusters of 1,000 machines', 'fifty-clusters', false],
  ['check one cluster.yaml with hardware.csv', 'check', false],
];

function run(subject: string, isValidated: boolean): { ms: number; mebibytes: number } {
  const output = execFileSync(process.execPath, [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--tsconfig', 'examples/tsconfig.json', join(__dirname, 'one.ts'), subject], {
    cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, CDK_VALIDATION: String(isValidated) },
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

for (const [title, subject, isValidated] of SUBJECTS) {
  const results = Array.from({ length: RUNS }, () => run(subject, isValidated));
  const ms = median(results.map((each) => each.ms));
  const peak = Math.max(...results.map(({ mebibytes }) => mebibytes));
  process.stdout.write(`${title.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms ${peak.toFixed(0).padStart(6)} MB\n`);
}
