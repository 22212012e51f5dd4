/** `hybridge eksa render`: the files of a synthesized cluster with their secrets filled in, on the machine that installs it. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { neededFlags } from '../../src/eksa/feature-flags';
import { CLUSTER_FILE } from '../../src/eksa/gitops/repository';
import type { ClusterDocument, Document } from '../../src/eksa/model/document';
import { parseClusterFile } from '../../src/eksa/yaml/parse';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText, writeOwnerOnly } from './files.ts';
import { fillableCluster, fillableHardware, plainFile } from './fillable-file.ts';
import type { FillableFile } from './fillable-file.ts';
import { fillablePackages } from './package-secrets.ts';
import { fillTexts } from './placeholder-values.ts';

export const render: Command = {
  name: 'render',
  summary: 'fill the secrets into the synthesized files of a cluster, for eksctl anywhere',
  usage: [
    'Usage: hybridge eksa render --assembly-folder cdk.out/hybridge/CLUSTER --out DIR',
    '',
    'Copies cluster.yaml, hardware.csv, packages.yaml and gitops/ to DIR, with every placeholder replaced: '
      + '${env:NAME} by the environment variable,',
    '${secretsmanager:name#key} by a key of a JSON secret of AWS Secrets Manager (region and credentials as for any AWS SDK). Files are',
    'readable by their owner only. Where one value is missing nothing is written, and place and variable are '
      + 'named. Values are never printed.',
    '',
    '  --assembly-folder DIR  what cdk synth wrote for the cluster',
    '  --out DIR              where to write; made if missing, must be outside the folder of the assembly',
  ].join('\n'),
  async run(args) {
    const { options } = parseArguments(
      'render',
      args,
      { 'assembly-folder': { type: 'string' }, 'out': { type: 'string' } },
      { min: 0, max: 0, names: '--assembly-folder and --out only' },
    );
    const { 'assembly-folder': from, out } = options;
    if (!from || !out) {
      throw new CommandFailure(`eksa render: ${from ? '--out' : '--assembly-folder'} is missing; see hybridge eksa `
      + 'render --help');
    }
    refuseInsideAssembly(from, out);
    const files = filesOf(from).map(({ name, open }) => ({ name, file: open(join(from, name)) }));
    const values = await fillTexts(
      files.flatMap(({ file }) => file.texts),
      process.env,
    );
    const filled = files.map(({ name, file }) => ({ name, text: file.fill(values.splice(0, file.texts.length)) }));
    for (const { name, text } of filled) writeOwnerOnly(join(out, name), text);
    process.stdout.write(
      report(
        out,
        filled.map(({ name }) => name),
        commandFor(join(from, 'cluster.yaml')),
      ),
    );
    return 0;
  },
};

/** What a cluster has; all of its placeholders are looked up together, so that everything that is missing is named at once. */
const FILES: readonly FileOfCluster[] = [
  { name: 'cluster.yaml', open: fillableCluster, isAlways: true },
  { name: 'hardware.csv', open: fillableHardware },
  { name: 'packages.yaml', open: fillablePackages },
];

interface FileOfCluster {
  readonly name: string;
  readonly open: (path: string) => FillableFile;
  readonly isAlways?: boolean;
}

/** What belongs into a Git repository; of its files, that of the cluster may want a licence token. */
const REPOSITORY = 'gitops';

function filesOf(folder: string): FileOfCluster[] {
  const entries = existsSync(join(folder, REPOSITORY))
    ? readdirSync(join(folder, REPOSITORY), { recursive: true, withFileTypes: true })
    : [];
  const repository = entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => relative(folder, join(parentPath, name)))
    .sort();
  return [
    ...FILES.filter(({ name, isAlways }) => isAlways || existsSync(join(folder, name))),
    ...repository.map((name) => ({ name, open: basename(name) === CLUSTER_FILE ? fillableCluster : plainFile })),
  ];
}

/** The assembly is uploaded and kept: it must contain no secret. */
function refuseInsideAssembly(from: string, out: string): void {
  const assembly = assemblyAround(real(from));
  const way = assembly === undefined ? '..' : relative(assembly, real(out));
  const isInside = way === '' || !(way.startsWith('..') || resolve(way) === way);
  if (isInside) {
    throw new CommandFailure(
      `--out: ${out} is inside the cloud assembly ${assembly}, which must contain no secret; choose a folder outside`,
    );
  }
  if (resolve(real(from)) === resolve(real(out))) throw new CommandFailure(`--out: ${out} is the folder that is read; choose another`);
}

/** Clusters of a stage lie one folder deeper than others. */
function assemblyAround(folder: string): string | undefined {
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  return dirname(folder) === folder ? undefined : assemblyAround(dirname(folder));
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** What the documents ask of the command that applies them. */
function commandFor(clusterFile: string): { readonly environment: string; readonly verb: string } {
  const documents = parseClusterFile(readText(clusterFile)).documents.map(({ content }) => content as unknown as Document);
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  return {
    environment: neededFlags(documents).map((flag) => `${flag}=true `).join(''),
    // No cluster can be created with it.
    verb: cluster?.spec?.etcdEncryption === undefined ? 'create' : 'upgrade',
  };
}

function report(out: string, names: readonly string[], { environment, verb }: ReturnType<typeof commandFor>): string {
  const paths = names.map((name) => join(out, name));
  const hardware = names.includes('hardware.csv') ? ` --hardware-csv ${join(out, 'hardware.csv')}` : '';
  const repository = names.some((name) => name.startsWith(REPOSITORY))
    ? [`for the repository that Flux follows: ${join(out, REPOSITORY)}`]
    : [];
  const packages = names.includes('packages.yaml') ? [`then: eksctl anywhere apply packages -f ${join(out, 'packages.yaml')}`] : [];
  return [
    ...paths.map((path) => `${path}  (mode 0600)`),
    '',
    `next: ${environment}eksctl anywhere ${verb} cluster -f ${join(out, 'cluster.yaml')}${hardware}`,
    ...packages,
    ...repository,
    '',
  ].join('\n');
}
