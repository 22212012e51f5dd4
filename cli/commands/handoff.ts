/** `hybridge handoff`: what a site gets from AWS. */
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { pull } from '../handoff/pull.ts';

const SUBCOMMANDS: readonly Command[] = [pull];

export const handoff: Command = {
  name: 'handoff',
  summary: 'fetch what a site gets from AWS: manifests, files of clusters, secrets',
  usage: [
    'Usage: hybridge handoff <subcommand> [options]',
    '',
    ...SUBCOMMANDS.map(({ name, summary }) => `  ${name}  ${summary}`),
    '',
    'hybridge handoff <subcommand> --help prints its options.',
  ].join('\n'),
  subcommands: SUBCOMMANDS,
  async run([name, ...words]) {
    const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
    if (subcommand) return subcommand.run(words);
    const known = SUBCOMMANDS.map((candidate) => candidate.name).join(', ');
    throw new CommandFailure(
      `handoff: ${name === undefined ? 'a subcommand is missing' : `there is no subcommand '${name}'`}; subcommands: ${known}`,
    );
  },
};
