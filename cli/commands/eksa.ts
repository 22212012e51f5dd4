/** `hybridge eksa`: the files of EKS Anywhere clusters, whether written by hand or synthesized. */
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { check } from '../eksa/check.ts';
import { diff } from '../eksa/diff.ts';
import { hardware } from '../eksa/hardware.ts';
import { importCommand } from '../eksa/import.ts';
import { publishKeys } from '../eksa/publish-keys.ts';
import { render } from '../eksa/render.ts';
import { show } from '../eksa/show.ts';

/** In the order of use. */
const SUBCOMMANDS: readonly Command[] = [check, diff, show, render, hardware, publishKeys, importCommand];

const WIDTH = Math.max(...SUBCOMMANDS.map(({ name }) => name.length));

export const eksa: Command = {
  name: 'eksa',
  summary: 'check, change and show EKS Anywhere clusters from their files',
  usage: [
    'Usage: hybridge eksa <subcommand> [options]',
    '',
    ...SUBCOMMANDS.map(({ name, summary }) => `  ${name.padEnd(WIDTH)}  ${summary}`),
    '',
    'hybridge eksa <subcommand> --help prints its options.',
  ].join('\n'),
  subcommands: SUBCOMMANDS,
  async run([name, ...words]) {
    const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
    const known = SUBCOMMANDS.map((candidate) => candidate.name).join(', ');
    if (!subcommand)
      throw new CommandFailure(
        `eksa: ${name === undefined ? 'a subcommand is missing' : `there is no subcommand '${name}'`}; subcommands: ${known}`,
      );
    return subcommand.run(words);
  },
};
