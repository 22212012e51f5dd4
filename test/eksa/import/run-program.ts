/** Runs an imported program as a person would, and reads what its synthesis wrote. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as cdk from 'aws-cdk-lib';
import * as ts from 'typescript';
import * as hybridge from '../../../src';

/** The modules that a program may import. */
const MODULES: Readonly<Record<string, unknown>> = { 'aws-cdk-lib': cdk, 'cdk-hybridge': hybridge };

/**
 * @param hardware text of the file that the program names `hardware.csv`
 * @returns text of the files of its one cluster, by name
 */
export function runProgram(program: string, hardware?: string): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-import-'));
  const file = join(folder, 'hardware.csv');
  try {
    if (hardware !== undefined) writeFileSync(file, hardware);
    const code = program
      .replace('new App()', `new App({ outdir: '${join(folder, 'cdk.out')}' })`)
      .replace("fromCsv('hardware.csv'", `fromCsv('${file}'`);
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function('require', 'exports', outputText)((name: string) => MODULES[name], {});
    const root = join(folder, 'cdk.out', 'hybridge');
    const [cluster] = readdirSync(root);
    return Object.fromEntries(
      readdirSync(join(root, cluster))
        .filter((name) => name.includes('.'))
        .map((name) => [name, readFileSync(join(root, cluster, name), 'utf8')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
