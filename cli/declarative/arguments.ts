/** Options of the commands on state files, under the names that decK gives them. */
import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { GatewayError, messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { hiding } from './secrets-in-text.ts';

/** Options of decK that name something that this gateway has not. */
const REFUSED: Readonly<Record<string, string>> = {
  'rbac-resources-only': 'this gateway has no RBAC resources',
  'tls-skip-verify': 'certificates are always verified; name the authority with --ca-cert-file',
  'konnect-addr': 'this gateway is not part of Konnect',
  'konnect-token': 'this gateway is not part of Konnect',
  'konnect-token-file': 'this gateway is not part of Konnect',
  'konnect-control-plane-name': 'this gateway is not part of Konnect',
  'all-workspaces': 'this gateway has one workspace',
  'config': 'options come from the command line and the environment',
};

/** Options of decK that change nothing here. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'parallelism': 'all changes are one transaction',
  'db-update-propagation-delay': 'a transaction needs no delay',
  'analytics': 'no usage data is sent',
  'verbose': 'errors say all that is known',
};

export const COMMON_OPTIONS = {
  'parallelism': { type: 'string' },
  'db-update-propagation-delay': { type: 'string' },
  'analytics': { type: 'string' },
  'verbose': { type: 'string' },
  'no-color': { type: 'boolean' },
  'json-output': { type: 'boolean' },
  'json': { type: 'boolean' },
  'workspace': { type: 'string', short: 'w' },
} as const;

/**
 * @throws CommandFailure for an unknown or refused option, or a missing value
 */
export function parseDeclarative<const T extends ParseArgsOptionsConfig>(command: string, args: readonly string[], options: T) {
  const refused = args.flatMap((arg) => /^--([a-z-]+)/.exec(arg)?.[1] ?? []).find(
    (name) => Object.hasOwn(REFUSED, name) && !(name in options),
  );
  if (refused !== undefined) throw new CommandFailure(`--${refused} is refused: ${REFUSED[refused]}`);
  try {
    const { values, positionals } = parseArgs(
      { args: [...args], options: { ...COMMON_OPTIONS, ...options }, strict: true, allowPositionals: true },
    );
    const { workspace } = values as { readonly workspace?: string };
    if (workspace !== undefined && workspace !== 'default') {
      throw new CommandFailure(`--workspace: got '${workspace}', expected default: this gateway has one workspace`);
    }
    for (const name of Object.keys(values)) {
      if (Object.hasOwn(WITHOUT_EFFECT, name)) process.stderr.write(`hybridge: --${name} has no effect: ${WITHOUT_EFFECT[name]}\n`);
    }
    return { values, positionals };
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${messageOf(error)}; see hybridge ${command} --help`, 'usage', { cause: error });
  }
}

export const FAILED = 1;
export const DIFFERENT = 2;

/** What a run of a command has learned. */
export interface CommandRun {
  /** Values that must not be printed; it grows. */
  readonly hidden: string[];
}

/** A command whose failures end with exit code 1, as decK's do: 2 means differences. */
export function declarativeCommand(
  { run, ...command }: Omit<Command, 'run'> & { run(args: readonly string[], context: CommandRun): Promise<number> },
): Command {
  return {
    ...command,
    async run(args) {
      const context: CommandRun = { hidden: [] };
      try {
        return await run(args, context);
      } catch (error) {
        if (!(error instanceof CommandFailure || error instanceof GatewayError)) throw error;
        process.stderr.write(`hybridge: ${hiding(context.hidden)(error.message)}\n`);
        return FAILED;
      }
    },
  };
}

/** A whole number of an option. @throws CommandFailure */
export function wholeNumber(option: string, text: string | undefined, byDefault: number, max: number): number {
  if (text === undefined) return byDefault;
  if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text);
  throw new CommandFailure(`--${option}: '${text}' is not valid; expected a whole number up to ${max}`);
}


