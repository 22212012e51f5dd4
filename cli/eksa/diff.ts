/** `hybridge eksa diff`: what an upgrade from one file to another would do. */
import { diff as diffOf } from '../../src/eksa/update/diff-text';
import type { FileDiff } from '../../src/eksa/update/diff-text';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { describeDiff } from './diff-text.ts';
import { readText } from './files.ts';
import { parseWords } from './words.ts';

/** Whose answer decides how the command ends. */
const DECIDING: Readonly<Record<string, (diff: FileDiff) => boolean>> = {
  both: (diff) => diff.cliAccepts && diff.webhookAccepts,
  cli: (diff) => diff.cliAccepts,
  api: (diff) => diff.webhookAccepts,
};

export const diff: Command = {
  name: 'diff',
  summary: 'tell what an upgrade from one cluster.yaml to another would do, and whether it is let through',
  usage: [
    'Usage: hybridge eksa diff old.yaml new.yaml [--hardware hardware.csv] [--road both|cli|api] [--json]',
    '',
    'Compares what a cluster holds with what is to be applied: changes that are refused (with their rules), which nodes are replaced,',
    'rolling or in place, and the machines that this needs. There are two roads, which do not refuse the same: the CLI ("eksctl anywhere',
    'upgrade cluster") and the API (kubectl, Flux, Argo CD). Ends with 0 when the change is accepted, with 1 otherwise.',
    '',
    '  --hardware FILE  all machines of the site, those in use included: spare ones are counted',
    '  --road ROAD      whose answer decides the exit code; default both',
    '  --json           prints { cliAccepts, webhookAccepts, refusals, newFile, changes, groups, machines } for machines',
  ].join('\n'),
  async run(words) {
    const { options, files: [oldFile, newFile] } = parseWords('diff', words, {
      hardware: { type: 'string' }, road: { type: 'string', default: 'both' }, json: { type: 'boolean', default: false },
    }, { least: 2, most: 2, names: 'old.yaml and new.yaml' });
    const isAccepted = Object.hasOwn(DECIDING, options.road) ? DECIDING[options.road] : undefined;
    if (!isAccepted) throw new CommandFailure(`--road: '${options.road}' is not valid; expected ${Object.keys(DECIDING).join(', ')}`);
    const found = diffOf(readText(oldFile!), readText(newFile!), options.hardware === undefined ? undefined : readText(options.hardware));
    process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : describeDiff(found, { old: oldFile!, new: newFile! }));
    return isAccepted(found) ? 0 : 1;
  },
};
