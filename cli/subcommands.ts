/** Commands that consist of subcommands: the first argument chooses one. */
import { CommandFailure } from './command.ts';
import type { Command } from './command.ts';

/** @param subcommands in the order in which `--help` lists them */
export function commandOf(name: string, summary: string, subcommands: readonly Command[]): Command {
  const width = Math.max(...subcommands.map((subcommand) => subcommand.name.length));
  return {
    name,
    summary,
    usage: [
      `Usage: hybridge ${name} <subcommand> [options]`,
      '',
      ...subcommands.map((subcommand) => `  ${subcommand.name.padEnd(width)}  ${subcommand.summary}`),
      '',
      `hybridge ${name} <subcommand> --help prints its options.`,
    ].join('\n'),
    subcommands,
    async run([given, ...args]) {
      const chosen = subcommands.find((subcommand) => subcommand.name === given);
      if (chosen) return chosen.run(args);
      const problem = given === undefined ? 'a subcommand is missing' : `there is no subcommand '${given}'`;
      throw new CommandFailure(`${name}: ${problem}; subcommands: ${subcommands.map((subcommand) => subcommand.name).join(', ')}`);
    },
  };
}
