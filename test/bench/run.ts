/**
 * How long synthesis and checks take, and how much memory: `npm run bench:synth`. Runs what users run, compiled
 * JavaScript, which is why the library has to be compiled first. Each line is the median of five processes, with the loading
 * of what the program uses of the library; the peak of memory is that of the process.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Plugin, build } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
const LIBRARY = join(ROOT, 'lib');
/** Inside node_modules, so that it finds the packages. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'bench', 'one.cjs');
const RUNS = 5;

/** [what, what bench/one.ts runs, whether templates are validated] */
const SUBJECTS: readonly (readonly [string, string, boolean])[] = [
  ['synthesize examples/hybrid', 'hybrid', false],
  ['synthesize examples/hybrid, validated', 'hybrid', true],
  ['synthesize 50 clusters of 1,000 machines', 'fifty-clusters', false],
  ['check one cluster.yaml with hardware.csv', 'check', false],
];

/** Sources of the library are taken from where they were compiled to. */
const compiledLibrary: Plugin = {
  name: 'compiled-library',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^cdk-hybridge$/ }, () => ({ path: join(LIBRARY, 'index.js'), external: true }));
    onResolve({ filter: /\/src(\/|$)/ }, ({ path, resolveDir }) => ({
      path: join(LIBRARY, relative(join(ROOT, 'src'), join(resolveDir, path)) || 'index.js'), external: true,
    }));
    // An example reads files next to it.
    onLoad({ filter: /examples.*\.ts$/ }, ({ path }) => ({
      loader: 'ts', contents: readFileSync(path, 'utf8').replaceAll('__dirname', JSON.stringify(dirname(path))),
    }));
  },
};

async function compile(): Promise<void> {
  if (!existsSync(join(LIBRARY, 'index.js'))) throw new Error('lib/index.js is missing: run npx projen compile first');
  await build({
    entryPoints: [join(__dirname, 'one.ts')],
    outfile: COMPILED,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    plugins: [compiledLibrary],
  });
}

function run(subject: string, isValidated: boolean): { ms: number; mebibytes: number } {
  const output = execFileSync(process.execPath, [COMPILED, subject], {
    cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, CDK_VALIDATION: String(isValidated) },
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(): Promise<void> {
  await compile();
  for (const [title, subject, isValidated] of SUBJECTS) {
    const results = Array.from({ length: RUNS }, () => run(subject, isValidated));
    const ms = median(results.map((each) => each.ms));
    const peak = Math.max(...results.map(({ mebibytes }) => mebibytes));
    process.stdout.write(`${title.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms ${peak.toFixed(0).padStart(6)} MB\n`);
  }
}

void main();
