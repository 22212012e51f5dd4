/**
 * The package in other languages. Python: the wheel is built, installed with the oldest versions that it allows, and a
 * program synthesizes a topology with it. Java, .NET, Go: the sources are generated, without the tools of those
 * languages. Needs `npx projen compile` before.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const MANIFEST: {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** By their names in npm. */
const PYTHON_NAMES = { 'aws-cdk-lib': 'aws-cdk-lib', 'constructs': 'constructs', 'cdk8s': 'cdk8s' } as const;
const KUBECTL_LAYER = '@aws-cdk/lambda-layer-kubectl-v35';
const EXPECTED = [
  'Cloud.template.json',
  'hybridge/topology.json',
  'hybridge/Laptop/cluster.yaml',
  'hybridge/laptop-plane/3-plane.k8s.yaml',
  'hybridge/control-plane/3-plane.k8s.yaml',
];

function main() {
  const folder = mkdtempSync(join(tmpdir(), 'languages-'));
  try {
    generated(join(folder, 'generated'));
    const reason = whyNoPython();
    if (reason === undefined) python(folder);
    else console.log(`skipped: the Python package: ${reason}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two names that differ in case only are one file on some disks, and one name in .NET. */
function generated(folder: string) {
  run('jsii-pacmak', ['--code-only', '--targets', 'java', 'dotnet', 'go', '--outdir', folder]);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const known = new Map<string, string>();
  for (const file of files) {
    const other = known.get(file.toLowerCase());
    if (other !== undefined) throw new Error(`${other} and ${file} differ in case only: rename one of the two in src/`);
    known.set(file.toLowerCase(), file);
  }
  for (const language of ['java', 'dotnet', 'go']) {
    const count = files.filter((file) => file.startsWith(`${language}/`)).length;
    if (count === 0) throw new Error(`nothing was generated for ${language}`);
    console.log(`${language}: ${count} files`);
  }
}

function whyNoPython(): string | undefined {
  try {
    execFileSync('python3', ['-m', 'venv', '--help'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return '`python3 -m venv` does not work here';
  }
}

function python(folder: string) {
  run('jsii-pacmak', ['--targets', 'python', '--outdir', join(folder, 'packed')]);
  const wheel = readdirSync(join(folder, 'packed', 'python')).find((name) => name.endsWith('.whl'))!;
  const venv = join(folder, 'venv');
  run('python3', ['-m', 'venv', venv]);
  const floors = Object.entries(PYTHON_NAMES).map(([npm, name]) => `${name}==${MANIFEST.peerDependencies[npm].replace(/^\D+/, '')}`);
  run(join(venv, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    join(folder, 'packed', 'python', wheel),
    ...floors,
    `aws-cdk.lambda-layer-kubectl-v35==${MANIFEST.devDependencies[KUBECTL_LAYER]}`,
  ]);
  const outdir = join(folder, 'cdk.out');
  run(join(venv, 'bin', 'python'), ['test/python/topology.py'], { CDK_OUTDIR: outdir, CDK_VALIDATION: 'false' });
  const missing = EXPECTED.filter((file) => !existsSync(join(outdir, file)));
  if (missing.length > 0) throw new Error(`test/python/topology.py did not write ${missing.join(', ')}`);
  console.log(`python: ${wheel} with ${floors.join(', ')} synthesizes ${EXPECTED.join(', ')}`);
}

function run(command: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  execFileSync(command, words, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: 'true', ...environment },
  });
}

main();
