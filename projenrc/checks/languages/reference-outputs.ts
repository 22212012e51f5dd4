/** What the same topology is in TypeScript: the output of every other language is compared with it, file by file. */
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compilePrograms, compiledPath } from '../compiled-programs';
import { install } from '../peer-ranges';
import { run, textOf } from './language';
import type { Synthesized, Versions } from './language';

const PROGRAM = join('test', 'languages', 'topology.ts');

/** Names of files that say how a run went, not what it made. */
const OF_THE_RUN = /^(?:validation-report\.json|tree\.json|manifest\.json|cdk\.out)$|\.metadata\.json$/;

/** Archives that CDK carries: each registry's copy has its own times inside. Their names tell what they are. */
const ARCHIVE = /^asset\.[0-9a-f]{64}\.zip$/;

/** Files that have to be among them: a comparison of nothing would pass. */
const EXPECTED = [
  'Cloud.template.json', 'hybridge/topology.json', 'hybridge/Laptop/cluster.yaml', 'hybridge/laptop-plane/3-plane.k8s.yaml',
  'hybridge/control-plane/3-plane.k8s.yaml',
];

/**
 * @param tarball the package as npm installs it
 * @param folder empty
 * @returns one text for each difference
 */
export async function differencesFromTypeScript(all: readonly Synthesized[], tarball: string, folder: string): Promise<readonly string[]> {
  const references = new Map<string, Promise<string>>();
  const found = await Promise.all(all.map(async (one) => {
    const key = textOf(one.versions);
    if (!references.has(key)) references.set(key, reference(one.versions, tarball, join(folder, String(references.size))));
    return differences(one, await references.get(key)!);
  }));
  return found.flat();
}

async function reference(versions: Versions, tarball: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const packages = await compilePrograms([PROGRAM], folder);
  install(folder, packages, { ...versions, 'cdk-hybridge': `file:${tarball}` });
  const outdir = join(folder, 'cdk.out');
  run(process.execPath, [compiledPath(PROGRAM, folder)], { cwd: folder, env: { CDK_OUTDIR: outdir } });
  return outdir;
}

function differences({ title, versions, outdir }: Synthesized, expected: string): readonly string[] {
  const name = `${title} with ${textOf(versions)}`;
  const [seen, wanted] = [filesOf(outdir), filesOf(expected)];
  const missing = EXPECTED.filter((file) => !wanted.has(file));
  if (missing.length > 0) throw new Error(`${PROGRAM} did not write ${missing.join(', ')}`);
  const different = [...new Set([...seen.keys(), ...wanted.keys()])].filter((file) => seen.get(file) !== wanted.get(file));
  if (different.length === 0) process.stdout.write(`${name}: ${seen.size} files are those of TypeScript, validation found nothing\n`);
  return different.map((file) => {
    const what = !seen.has(file) ? 'is missing' : !wanted.has(file) ? 'is not written in TypeScript' : 'differs from that of TypeScript';
    return `${name}: ${join(outdir, file)} ${what} (${expected})`;
  });
}

function filesOf(outdir: string): ReadonlyMap<string, string> {
  const names = readdirSync(outdir, { recursive: true, encoding: 'utf8' })
    .filter((file) => !OF_THE_RUN.test(file) && statSync(join(outdir, file)).isFile());
  return new Map(names.map((file) => [file, ARCHIVE.test(file) ? '' : readFileSync(join(outdir, file), 'utf8')]));
}
