/** `hybridge eksa render`: the files of a synthesized cluster with their secrets filled in, on the machine that installs it. */
import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { CsvRecord } from '../../src/private/eks-anywhere/hardware/csv';
import { CsvSyntaxError, formatRecord, parseCsv } from '../../src/private/eks-anywhere/hardware/csv';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { readText, writeOwnerOnly } from './files.ts';
import { filledPackages } from './package-secrets.ts';
import { fillPlaceholders } from './placeholder-values.ts';
import { parseWords } from './words.ts';

export const render: Command = {
  name: 'render',
  summary: 'fill the secrets into the synthesized files of a cluster, for eksctl anywhere',
  usage: [
    'Usage: hybridge eksa render --assembly-folder cdk.out/hybridge/CLUSTER --out DIR',
    '',
    'Copies cluster.yaml, hardware.csv and packages.yaml to DIR, with every placeholder replaced: ${env:NAME} by the environment variable,',
    '${secretsmanager:name#key} by a key of a JSON secret of AWS Secrets Manager (region and credentials as for any AWS SDK). Files are',
    'readable by their owner only. Where one value is missing nothing is written, and machine and variable are named. Values are never printed.',
    '',
    '  --assembly-folder DIR  what cdk synth wrote for the cluster',
    '  --out DIR              where to write; made if missing, must lie outside the folder of the assembly',
  ].join('\n'),
  async run(words) {
    const { options } = parseWords('render', words, { 'assembly-folder': { type: 'string' }, 'out': { type: 'string' } }, { least: 0, most: 0, names: '--assembly-folder and --out only' });
    const { 'assembly-folder': from, out } = options;
    if (!from || !out) throw new CommandFailure(`eksa render: ${from ? '--out' : '--assembly-folder'} is missing; see hybridge eksa render --help`);
    refuseInsideAssembly(from, out);
    const cluster = readText(join(from, 'cluster.yaml'));
    const hardwareFile = join(from, 'hardware.csv');
    const packagesFile = join(from, 'packages.yaml');
    const files = {
      'cluster.yaml': cluster,
      ...(existsSync(hardwareFile) ? { 'hardware.csv': await filledHardware(hardwareFile) } : {}),
      ...(existsSync(packagesFile) ? { 'packages.yaml': await filledPackages(packagesFile, process.env) } : {}),
    };
    for (const [name, text] of Object.entries(files)) writeOwnerOnly(join(out, name), text);
    process.stdout.write(report(out, Object.keys(files)));
    return 0;
  },
};

async function filledHardware(file: string): Promise<string> {
  const [header, ...rows] = records(file);
  const filled = await fillPlaceholders(header?.cells ?? [], rows.map((row) => row.cells), process.env);
  return [header?.cells ?? [], ...filled].map((cells) => `${formatRecord(cells)}\n`).join('');
}

function records(file: string): CsvRecord[] {
  try {
    return parseCsv(readText(file));
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    throw new CommandFailure(`${file}:${error.line} ${error.message}`, 'configuration', { cause: error });
  }
}

/** The assembly is uploaded and kept: no secret may come to lie in it. */
function refuseInsideAssembly(from: string, out: string): void {
  const assembly = resolve(real(from), '..', '..');
  const way = relative(assembly, real(out));
  const isInside = way === '' || !(way.startsWith('..') || resolve(way) === way);
  if (isInside && existsSync(join(assembly, 'manifest.json'))) throw new CommandFailure(`--out: ${out} lies inside the cloud assembly ${assembly}, which must hold no secret; choose a folder outside`);
  if (resolve(real(from)) === resolve(real(out))) throw new CommandFailure(`--out: ${out} is the folder that is read; choose another`);
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

function report(out: string, names: readonly string[]): string {
  const paths = names.map((name) => join(out, name));
  const hardware = names.includes('hardware.csv') ? ` --hardware-csv ${join(out, 'hardware.csv')}` : '';
  const packages = names.includes('packages.yaml') ? [`then: eksctl anywhere apply packages -f ${join(out, 'packages.yaml')}`] : [];
  return [...paths.map((path) => `${path}  (mode 0600)`), '', `next: eksctl anywhere create cluster -f ${join(out, 'cluster.yaml')}${hardware}`, ...packages, ''].join('\n');
}
