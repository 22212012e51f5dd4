/** `hybridge eksa render`: the files of a synthesized cluster with their secrets filled in, on the machine that installs it. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { hasBmc } from '../../src/eksa/gitops/hardware-objects';
import { CLUSTER_FILE } from '../../src/eksa/gitops/repository';
import { HARDWARE_FILE, parseHardware } from '../../src/eksa/hardware/hardware-csv';
import type { Document } from '../../src/eksa/model/document';
import { parseClusterFile } from '../../src/eksa/yaml/parse';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText, writeOwnerOnly } from './files.ts';
import { fillableCluster, fillableHardware, plainFile } from './fillable-file.ts';
import type { FillableFile } from './fillable-file.ts';
import { licenseProblems } from './filled-license.ts';
import { nextCommands } from './next-commands.ts';
import { fillablePackages } from './package-secrets.ts';
import { fillTexts } from './placeholder-values.ts';

export const render: Command = {
  name: 'render',
  summary: 'fill the secrets into the synthesized files of a cluster, for eksctl anywhere',
  usage: [
    'Usage: hybridge eksa render --assembly-folder cdk.out/hybridge/CLUSTER --out DIR',
    '',
    'Copies cluster.yaml, hardware.csv, packages.yaml and gitops/ to DIR, with every placeholder',
    'replaced: ${env:NAME} by the environment variable, ${secretsmanager:name#key} by a key of a JSON',
    'secret of AWS Secrets Manager (region and credentials as for any AWS SDK). Files are readable by',
    'their owner only. Where one value is missing nothing is written, and place and variable are named.',
    'Values are never printed. The commands that come next are printed, with the kubeconfig that each',
    'needs.',
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
    const license = licenseProblems(join(out, 'cluster.yaml'), filled.find(({ name }) => name === 'cluster.yaml')!.text);
    if (license !== undefined) process.stderr.write(license);
    process.stdout.write(report(filled.map(({ name }) => name), from, out));
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

/** Holds no secrets, so that it is applied from where it is. */
const NAMESPACES_FILE = 'package-namespaces.yaml';

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

function report(names: readonly string[], from: string, out: string): string {
  const rendered = (name: string) => (names.includes(name) ? join(out, name) : undefined);
  const hardware = rendered(HARDWARE_FILE);
  const namespaces = join(from, NAMESPACES_FILE);
  const documents = parseClusterFile(readText(join(from, 'cluster.yaml'))).documents.map(({ content }) => content as unknown as Document);
  const commands = nextCommands(documents, {
    cluster: join(out, 'cluster.yaml'),
    hardware,
    hasBmc: hardware !== undefined && parseHardware(readText(hardware)).machines.some(hasBmc),
    packages: rendered('packages.yaml'),
    packageNamespaces: existsSync(namespaces) ? namespaces : undefined,
    repository: names.some((name) => name.startsWith(REPOSITORY)) ? join(out, REPOSITORY) : undefined,
  });
  return [...names.map((name) => `${join(out, name)}  (mode 0600)`), '', ...commands, ''].join('\n');
}
