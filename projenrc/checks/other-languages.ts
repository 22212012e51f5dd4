/**
 * The package in other languages. Python and Java: a program synthesizes a topology, validation on, with the oldest and
 * the newest versions that the package allows, and the output is that of TypeScript. Go and .NET: the sources compile.
 * What a machine or a registry lacks is skipped, with the reason. Needs `npx projen compile` before.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dotnet } from './languages/dotnet';
import { go } from './languages/go';
import { java } from './languages/java';
import { run } from './languages/language';
import { python } from './languages/python';
import { differencesFromTypeScript } from './languages/reference-outputs';
import { pack } from './peer-ranges';

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'languages-'));
  const room = (name: string) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  try {
    const sources = room('generated');
    generated(sources);
    const synthesized = [...python(room('python')), ...java(join(sources, 'java'), room('java'))];
    go(join(sources, 'go'));
    dotnet(join(sources, 'dotnet'));
    const differences = await differencesFromTypeScript(synthesized, pack(room('npm')), room('typescript'));
    if (differences.length > 0) throw new Error(differences.join('\n'));
  } finally {
    if (process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true });
    else process.stdout.write(`kept: ${folder}\n`);
  }
}

/** Two names that differ in case only are one file on some disks, and one name in .NET. */
function generated(folder: string) {
  run('npx', ['jsii-pacmak', '--code-only', '--targets', 'java', 'dotnet', 'go', '--outdir', folder]);
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
    process.stdout.write(`${language}: ${count} files\n`);
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
