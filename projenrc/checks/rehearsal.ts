/**
 * Rehearses deployments without AWS: walks the synthesized templates of every example in the order of CloudFormation,
 * with stated durations, for create, update of one property at a time, rollback and delete. `tsx
 * projenrc/checks/rehearsal.ts` for the examples and test/setup/variants, or with folders of `cdk synth`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCEPTED, acceptedBy } from './rehearsal/accepted';
import type { Accepted } from './rehearsal/accepted';
import { compare } from './rehearsal/changes/compare';
import { CHANGES, CHANGE_KEY } from './rehearsal/changes/names';
import { distinct, shown } from './rehearsal/finding';
import type { Finding } from './rehearsal/finding';
import { rehearseProgram } from './rehearsal/program';
import { World } from './rehearsal/world/world';

const ROOT = join(__dirname, '..', '..');
const CONTEXT = { 'aws:cdk:disable-asset-staging': true };
/** As docs/when-a-deployment-fails.md has it for a first deployment. */
const UNPROTECTED = { ...CONTEXT, 'cdk-hybridge:deletionProtection': false };

/** @param programs paths from the root of the project; @returns what is not accepted, as text */
export function rehearsalFindings(programs: readonly string[]): readonly string[] {
  const outputs = mkdtempSync(join(tmpdir(), 'rehearsed-'));
  const folderOf = (program: string, variant: string) => join(outputs, `${program.replace(/\W/g, '-')}-${variant}`);
  try {
    synthesize(programs.flatMap((program) => [
      { program: join(ROOT, program), outdir: folderOf(program, 'protected'), context: CONTEXT, isValidated: false },
      { program: join(ROOT, program), outdir: folderOf(program, 'unprotected'), context: UNPROTECTED, isValidated: false },
    ]));
    const used = new Set<Accepted>();
    const texts = [
      ...programs.flatMap((program) => judged(program, folderOf(program, 'protected'), folderOf(program, 'unprotected'), used)),
      ...changeFindings(join(outputs, 'changes'), used),
    ];
    const unused = ACCEPTED.filter((entry) => !used.has(entry));
    return [
      ...texts,
      ...unused.map(({ rule, path }) => `rehearsal/accepted.ts: no program has ${rule} at ${path} any more: remove the entry`),
    ];
  } finally {
    rmSync(outputs, { recursive: true, force: true });
  }
}

/** Each change of `changes/program.ts`, made and taken back. */
function changeFindings(outputs: string, used: Set<Accepted>): readonly string[] {
  const folders = new Map<string | undefined, string>([undefined, ...CHANGES].map((change, at) => [change, join(outputs, String(at))]));
  synthesize([...folders].map(([change, outdir]) => ({
    program: join(__dirname, 'rehearsal', 'changes', 'program.ts'),
    outdir,
    context: { ...CONTEXT, [CHANGE_KEY]: change },
    isValidated: false,
  })));
  const before = World.read(folders.get(undefined)!);
  return CHANGES.flatMap((change) => {
    const after = World.read(folders.get(change)!);
    const findings = distinct([...compare(before, after), ...compare(after, before)]);
    return opened(`another ${change}`, findings, `another ${change}: ${changedBetween(before, after)} resources changed`, used);
  });
}

function changedBetween(before: World, after: World): number {
  return after.resources.filter(({ key, properties }) => JSON.stringify(before.get(key)?.properties) !== JSON.stringify(properties)).length;
}

function judged(title: string, assembly: string, unprotected: string, used: Set<Accepted>): readonly string[] {
  const { findings, summary } = rehearseProgram(title, assembly, unprotected);
  return opened(title, findings, summary, used);
}

/** Prints what was walked. @returns findings that are not accepted */
function opened(title: string, findings: readonly Finding[], summary: string, used: Set<Accepted>): readonly string[] {
  const open = findings.filter((finding) => {
    const entry = acceptedBy(finding);
    if (entry) used.add(entry);
    return !entry;
  });
  process.stdout.write(`${summary}, ${findings.length} findings, ${findings.length - open.length} of them accepted\n`);
  return open.map((finding) => `${title}: ${shown(finding)}`);
}

function synthesize(jobs: readonly object[]): void {
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'],
    { cwd: ROOT, input: JSON.stringify(jobs), stdio: ['pipe', 'ignore', 'pipe'] },
  );
}

function main(folders: readonly string[]): void {
  const examples = readdirSync(join(ROOT, 'examples'))
    .map((name) => join('examples', name, 'app.ts'))
    .filter((file) => existsSync(join(ROOT, file)));
  const others = readdirSync(join(ROOT, 'test', 'setup', 'variants')).map((file) => join('test', 'setup', 'variants', file));
  const texts = folders.length > 0
    ? folders.flatMap((folder) => judged(folder, folder, folder, new Set()))
    : rehearsalFindings([...examples.sort(), ...others.sort()]);
  process.stdout.write([...texts, `${texts.length} findings`, ''].join('\n'));
  if (texts.length > 0) process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));
