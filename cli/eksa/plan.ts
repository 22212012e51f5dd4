/** `hybridge eksa plan`: the steps of an upgrade, with the files of each. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HARDWARE_FILE } from '../../src/eksa/hardware/hardware-csv';
import type { Images } from '../../src/eksa/plan/images';
import { plan as planOf } from '../../src/eksa/plan/plan-text';
import type { StepFile } from '../../src/eksa/plan/plan-text';
import type { UpdatePath } from '../../src/eksa/update/rule';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText, writeOwnerOnly } from './files.ts';
import { namedAsGiven } from './given-files.ts';
import { JUDGED_BY_OPTIONS, judgedBy, judgedByUsage } from './judged-by.ts';
import { describePlan } from './plan-text.ts';

const PATHS: readonly UpdatePath[] = ['cli', 'api'];

export const plan: Command = {
  name: 'plan',
  summary: 'print the steps of an upgrade, and write the files of each',
  usage: [
    'Usage: hybridge eksa plan old.yaml new.yaml [--hardware hardware.csv] [--via cli|api] [--out DIR]',
    '                          [--image VERSION=IMAGE]... [--no-spares]',
    '                          [--release vX.Y.Z] [--today YYYY-MM-DD] [--json]',
    '',
    'Orders the changes between two files so that each step is accepted: one minor version of Kubernetes',
    'and of EKS Anywhere at a time, no scaling together with a roll-out that refuses it, as few nodes',
    'replaced as possible. For each step: what to have and to check before, the command, what is down',
    'meanwhile, what to check after, how to go back. Ends with 0 when the plan can be run as it is or',
    'there is nothing to do, with 1 when it is refused, or when images, machines or corrections are',
    'missing.',
    '',
    '  --hardware FILE        all machines of the site, those in use included: spare ones are counted',
    '  --via PATH             cli: eksctl anywhere upgrade cluster; api: kubectl, Flux, Argo CD;',
    '                         default cli',
    '  --out DIR              writes DIR/step-1/cluster.yaml and so on, mode 0600; files that differ are',
    '                         never overwritten',
    '  --image VERSION=IMAGE  image for a Kubernetes version on the way; DOCUMENT@VERSION=IMAGE where',
    '                         documents differ, such as',
    '                         TinkerbellMachineConfig/lab-cp@1.35=http://10.0.0.2/ubuntu-1-35.gz',
    '  --no-spares            replaces nodes without spare machines: old ones go before new ones come',
    '                         (maxSurge 0 meanwhile)',
    ...judgedByUsage(25),
    '  --json                 prints { outcome, path, cluster, steps, refusals, newFile, hardwareFile,',
    '                         images, notes } for machines',
  ].join('\n'),
  async run(args) {
    const { options, files: [oldFile, newFile] } = parseArguments('plan', args, {
      'hardware': { type: 'string' }, 'via': { type: 'string', default: 'cli' }, 'out': { type: 'string' },
      'image': { type: 'string', multiple: true, default: [] }, 'no-spares': { type: 'boolean', default: false },
      ...JUDGED_BY_OPTIONS, 'json': { type: 'boolean', default: false },
    }, { min: 2, max: 2, names: 'old.yaml and new.yaml' });
    const path = PATHS.find((each) => each === options.via);
    if (!path) throw new CommandFailure(`--via: '${options.via}' is not valid; expected ${PATHS.join(', ')}`);
    const hardware = options.hardware === undefined ? undefined : readText(options.hardware);
    const hardwareName = namedAsGiven(HARDWARE_FILE, { cluster: newFile!, hardware: options.hardware });
    const { plan: found, files } = planOf(readText(oldFile!), readText(newFile!), hardware, {
      path, images: imagesFrom(options.image), withoutSpares: options['no-spares'],
      names: { folder: options.out?.replace(/\/+$/, ''), hardware: hardwareName },
      ...judgedBy(options),
    });
    const written = options.out === undefined ? undefined : { folder: options.out, names: files.map(({ name }) => name) };
    if (written) writeFiles(written.folder, files);
    process.stdout.write(options.json
      ? `${JSON.stringify(found, null, 2)}\n`
      : describePlan(found, { old: oldFile!, new: newFile!, hardware: options.hardware, written }));
    return found.outcome === 'ready' || found.outcome === 'nothing to do' ? 0 : 1;
  },
};

function imagesFrom(args: readonly string[]): Images {
  return Object.fromEntries(args.map((arg) => {
    const [, version, image] = /^((?:\w+\/[^@=]+@)?1\.\d+)=(.+)$/.exec(arg) ?? [];
    if (!version) {
      throw new CommandFailure(`--image: '${arg}' is not valid; expected VERSION=IMAGE, such as 1.35=http://10.0.0.2/ubuntu-1-35.gz`);
    }
    return [version, image];
  }));
}

/** All or nothing: what is there already may be the record of a step that was run. */
function writeFiles(folder: string, files: readonly StepFile[]): void {
  const planned = new Set(files.map(({ name }) => name.split('/')[0]));
  const stray = existsSync(folder) ? readdirSync(folder).filter((name) => /^step-\d+$/.test(name) && !planned.has(name)) : [];
  const differing = files.filter(({ name, text }) => existsSync(join(folder, name)) && readText(join(folder, name)) !== text);
  const problem = differing.length > 0
    ? `${join(folder, differing[0].name)} is there and differs`
    : files.length > 0 && stray.length > 0 ? `${join(folder, stray[0])} is of another plan` : undefined;
  if (problem) throw new CommandFailure(`${problem}; nothing was written: remove it, or choose another folder with --out`, 'io');
  for (const { name, text } of files) writeOwnerOnly(join(folder, name), text);
}
