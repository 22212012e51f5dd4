/** `hybridge eksa check`: every offline rule on files that people wrote. */
import { check as findingsOf } from '../../src/eksa/check-text';
import { FEATURE_FLAGS } from '../../src/eksa/feature-flags';
import { counted } from '../../src/eksa/finding';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readSource, shownPath } from './files.ts';
import { describeFindings } from './finding-text.ts';
import { fileOf, saidAsGiven } from './given-files.ts';
import { JUDGED_BY_OPTIONS, judgedBy, judgedByUsage } from './judged-by.ts';

export const check: Command = {
  name: 'check',
  summary: 'tell what the EKS Anywhere tools, the API server or the machines would refuse',
  usage: [
    'Usage: hybridge eksa check cluster.yaml [hardware.csv]',
    '                           [--existing] [--release vX.Y.Z] [--today YYYY-MM-DD] [--json]',
    '',
    'Runs every rule that needs no network on the files of one cluster and prints what breaks one, with',
    'its line and what to change. Bare metal needs hardware.csv. Ends with 0 when there is no error',
    '(warnings are fine), with 1 otherwise. Like the tools, it reads feature flags from the environment:',
    `${FEATURE_FLAGS.join(', ')}.`,
    "A file '-' is standard input.",
    '',
    '  --existing          the cluster exists already, and may have what none can be created with',
    '                      (etcdEncryption); its machines are known, so that hardware.csv may be missing',
    ...judgedByUsage(22),
    '  --json              prints { errors, warnings, findings } for machines; a finding has file, line,',
    '                      path, ruleId, severity, message, fix',
  ].join('\n'),
  async run(args) {
    const {
      options,
      files: [cluster, hardware],
    } = parseArguments(
      'check',
      args,
      { existing: { type: 'boolean', default: false }, ...JUDGED_BY_OPTIONS, json: { type: 'boolean', default: false } },
      {
        min: 1,
        max: 2,
        names: 'cluster.yaml and, for bare metal, hardware.csv',
      },
    );
    const rules = {
      ...judgedBy(options),
      isExisting: options.existing,
      flags: FEATURE_FLAGS.filter((flag) => process.env[flag] === 'true'),
    };
    const files = { cluster: cluster!, hardware };
    const findings = findingsOf(readSource(cluster!), hardware === undefined ? undefined : readSource(hardware), rules)
      .map((finding) => ({ file: fileOf(finding, files), ...saidAsGiven(finding, files) }));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const warnings = findings.length - errors;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ errors, warnings, findings }, null, 2)}\n`
        : describeFindings(findings, summary([cluster!, hardware], errors, warnings), files),
    );
    return errors === 0 ? 0 : 1;
  },
};

function summary(files: readonly (string | undefined)[], errors: number, warnings: number): string {
  const names = files.filter((file) => file !== undefined).map(shownPath).join(', ');
  const verdict = errors > 0 ? 'would be refused or would not work' : 'would be accepted';
  return `${names}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}; ${verdict}`;
}
