#!/usr/bin/env node
/** The command line: finds the command, runs it, turns failures into one line and an exit code. */
import { EXIT_CODES, GatewayError, messageOf } from '../gateway/src/base/errors.ts';
import { HYBRIDGE_VERSION } from '../gateway/src/base/version.ts';
import { COMMANDS } from './command-table.ts';
import { CommandFailure } from './command.ts';

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview());
    return name === undefined ? EXIT_CODES.usage : 0;
  }
  if (name === 'version' || name === '--version') {
    process.stdout.write(`${HYBRIDGE_VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`hybridge: there is no command '${name}'; commands: ${COMMANDS.map((known) => known.name).join(', ')}\n`);
    return EXIT_CODES.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    const subcommand = command.subcommands?.find((candidate) => candidate.name === rest[0]);
    process.stdout.write(`${(subcommand ?? command).usage}\n`);
    return 0;
  }
  return command.run(rest);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return ['Usage: hybridge <command> [options]', '', ...lines, '', 'hybridge <command> --help prints its options.', ''].join('\n');
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  const expected = error instanceof CommandFailure || error instanceof GatewayError;
  process.stderr.write(
    expected ? `hybridge: ${messageOf(error)}\n` : `hybridge: defect: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = expected ? EXIT_CODES[error.reason] : EXIT_CODES.defect;
});
