/** `hybridge eksa import`: the program for a cluster that exists as files. */
import { importCluster } from '../../src/eksa/import/import-cluster';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText } from './files.ts';
import { describeFindings } from './finding-text.ts';
import { fileOf } from './given-files.ts';
import { JUDGED_BY_OPTIONS, judgedBy, judgedByUsage } from './judged-by.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'print the TypeScript program for an existing cluster.yaml',
  usage: [
    'Usage: hybridge eksa import cluster.yaml [hardware.csv] [--packages packages.yaml] [--new-names]',
    '                            [--release vX.Y.Z] [--today YYYY-MM-DD] > app.ts',
    '',
    'Prints a CDK app whose synthesis writes the same documents. Nothing is dropped silently: what the',
    'constructs cannot say is refused by name, with its line, and no program is printed (exit code 1).',
    'BMC credentials, licence tokens and secrets of packages never become part of the program, which',
    'names the release.',
    '',
    '  --packages FILE     curated packages of the cluster, as Package objects; the program adds them',
    '  --new-names         documents may get the names that the constructs give them, and deprecated',
    '                      forms are replaced; only for clusters that are yet to be created',
    ...judgedByUsage(22),
  ].join('\n'),
  async run(args) {
    const {
      options,
      files: [cluster, hardware],
    } = parseArguments(
      'import',
      args,
      {
        'packages': { type: 'string' },
        'new-names': { type: 'boolean', default: false },
        ...JUDGED_BY_OPTIONS,
      },
      { min: 1, max: 2, names: 'cluster.yaml and, for bare metal, hardware.csv' },
    );
    const files = { cluster: cluster!, hardware };
    const placeOf = (finding: (typeof found.findings)[number]) => finding.file === undefined ? fileOf(finding, files) : options.packages!;
    const { eksAnywhereVersion: release, today } = judgedBy(options);
    const found = importCluster({
      cluster: readText(cluster!),
      hardware: hardware === undefined ? undefined : { text: readText(hardware), path: hardware },
      packages: options.packages === undefined ? undefined : readText(options.packages),
      newNames: options['new-names'],
      release,
      today,
    });
    if (found.program !== undefined) {
      process.stdout.write(found.program);
      return 0;
    }
    const findings = found.findings.map((finding) => ({ ...finding, file: placeOf(finding) }));
    process.stderr.write(
      describeFindings(
        findings,
        `no program: ${findings.length} place${findings.length === 1 ? '' : 's'} to fix or to keep as YAML`,
        files,
      ),
    );
    return 1;
  },
};
