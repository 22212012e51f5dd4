/** `hybridge eksa diff`: what an upgrade from one file to another would do. */
import { diff as diffOf } from '../../src/eksa/update/diff-text';
import type { FileDiff } from '../../src/eksa/update/diff-text';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { describeDiff } from './diff-text.ts';
import { readSource } from './files.ts';
import { JUDGED_BY_OPTIONS, judgedBy, judgedByUsage } from './judged-by.ts';

/** Whose answer decides how the command ends. */
const DECIDING: Readonly<Record<string, (diff: FileDiff) => boolean>> = {
  both: (diff) => diff.cliAccepts && diff.webhookAccepts,
  cli: (diff) => diff.cliAccepts,
  api: (diff) => diff.webhookAccepts,
};

export const diff: Command = {
  name: 'diff',
  summary: 'tell what an upgrade does to the nodes, and whether it is accepted',
  usage: [
    'Usage: hybridge eksa diff old.yaml new.yaml [--hardware hardware.csv] [--via both|cli|api]',
    '                          [--release vX.Y.Z] [--today YYYY-MM-DD] [--json]',
    '',
    'Compares what a cluster holds with what is to be applied: changes that are refused (with their',
    'rules), which nodes are replaced, rolling or in place, and the machines that this needs. There are',
    'two paths, which do not refuse the same: the CLI ("eksctl anywhere upgrade cluster") and the API',
    '(kubectl, Flux, Argo CD). Ends with 0 when the change is accepted and has its machines, with 1',
    'otherwise.',
    '',
    '  --hardware FILE     all machines of the site, those in use included: spare ones are counted',
    '  --via PATH          whose answer decides the exit code; default both',
    ...judgedByUsage(22),
    '  --json              prints { cliAccepts, webhookAccepts, refusals, newFile, warnings, changes,',
    '                      groups, machines } for machines',
  ].join('\n'),
  async run(args) {
    const { options, files: [oldFile, newFile] } = parseArguments('diff', args, {
      hardware: { type: 'string' },
      via: { type: 'string', default: 'both' },
      ...JUDGED_BY_OPTIONS,
      json: { type: 'boolean', default: false },
    }, { min: 2, max: 2, names: 'old.yaml and new.yaml' });
    const isAccepted = Object.hasOwn(DECIDING, options.via) ? DECIDING[options.via] : undefined;
    if (!isAccepted) throw new CommandFailure(`--via: '${options.via}' is not valid; expected ${Object.keys(DECIDING).join(', ')}`);
    const rules = judgedBy(options);
    const hardware = options.hardware === undefined ? undefined : readSource(options.hardware);
    const found = diffOf(readSource(oldFile!), readSource(newFile!), hardware, rules);
    const files = { old: oldFile!, new: newFile!, hardware: options.hardware };
    process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : describeDiff(found, files));
    return isAccepted(found) ? 0 : 1;
  },
};
