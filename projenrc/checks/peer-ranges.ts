/**
 * The package as it would be published, with the oldest and with the newest versions that its peer ranges allow: every
 * program is synthesized and validated with both. Needs `npx projen compile` before.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePrograms, compiledPath } from './compiled-programs';
import { STRICT, findingsOf } from './validation-findings';
import type { Job } from './validation-findings';

const ROOT = join(__dirname, '..', '..');
const RUNNER = join('test', 'setup', 'synthesize-programs.ts');
/** Breaks a rule of ours and one of CDK's: a run that does not find them has not looked. */
const BROKEN = { program: join('test', 'setup', 'broken-program.ts'), rules: ['SSM_PLAINTEXT_SECRET', 'F3012'] };

type Versions = Readonly<Record<string, string>>;
const MANIFEST: { readonly peerDependencies: Versions; readonly devDependencies: Versions } =
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The first version of a range such as `^2.262.0`. */
export function oldest(range: string): string {
  return range.replace(/^\D+/, '');
}

/** What npm installs. */
const ENDS: Readonly<Record<string, Versions>> = {
  oldest: Object.fromEntries(Object.entries(MANIFEST.peerDependencies).map(([name, range]) => [name, oldest(range)])),
  newest: MANIFEST.peerDependencies,
};

/**
 * @param programs by their paths in the repository
 * @param folder empty
 * @returns one text for each finding
 */
export async function findingsAtBothEnds(programs: readonly string[], folder: string): Promise<string[]> {
  const tarball = pack(folder);
  const found = await Promise.all(Object.keys(ENDS).map((end) => findingsAt(end, programs, tarball, join(folder, end))));
  return found.flat();
}

/** @returns the tarball that npm would publish */
export function pack(folder: string): string {
  if (!existsSync(join(ROOT, 'lib', 'index.js'))) throw new Error('lib/index.js is missing: run npx projen compile first');
  const options = ['--ignore-scripts', '--silent', '--pack-destination', folder];
  execFileSync('npm', ['pack', ...options], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz'))!);
}

async function findingsAt(end: string, programs: readonly string[], tarball: string, folder: string): Promise<string[]> {
  mkdirSync(folder);
  const packages = await compilePrograms([RUNNER, BROKEN.program, ...programs], folder);
  const versions = install(folder, packages, { ...ENDS[end], 'cdk-hybridge': `file:${tarball}` });
  const [broken, ...jobs] = [BROKEN.program, ...programs].map((program): Job => ({
    title: `${program} with ${versions}`,
    program: compiledPath(program, folder),
    outdir: join(folder, 'out', program.replace(/\W/g, '-')),
    context: STRICT,
    isValidated: true,
  }));
  await synthesize(folder, [broken!, ...jobs]);
  process.stdout.write(`${end} versions: ${programs.length} programs with ${versions}\n`);
  const report = findingsOf(broken!).join('\n');
  return [
    ...BROKEN.rules.filter((rule) => !report.includes(rule)).map((rule) => `${broken!.title}: expected a finding of ${rule}`),
    ...jobs.flatMap(findingsOf),
  ];
}

/** @returns the versions that npm chose, as text */
export function install(folder: string, packages: readonly string[], chosen: Versions): string {
  const others = packages.filter((name) => !(name in chosen)).map((name) => [name, MANIFEST.devDependencies[name]!]);
  const dependencies = { ...Object.fromEntries(others), ...chosen };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', '--ignore-scripts'], {
    cwd: folder, stdio: ['ignore', 'inherit', 'inherit'],
  });
  const versionOf = (name: string) => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  return Object.keys(MANIFEST.peerDependencies).map((name) => `${name} ${versionOf(name)}`).join(', ');
}

async function synthesize(folder: string, jobs: readonly Job[]): Promise<void> {
  const child = spawn(process.execPath, [compiledPath(RUNNER, folder)], { cwd: folder, stdio: ['pipe', 'inherit', 'pipe'] });
  child.stdin.end(JSON.stringify(jobs));
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${jobs.length} programs in ${folder}: exit code ${code}\n${Buffer.concat(errors)}`);
}
