/** Options that diff, sync, apply and validate share, and what they mean. */
import type { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { CommandFailure } from '../command.ts';
import type { CommandRun } from '../declarative/arguments.ts';
import { CONNECTION_OPTIONS, connectedClient } from '../declarative/connection.ts';
import type { MergedSource } from '../declarative/merged-source.ts';
import type { PlanOptions } from '../declarative/plan.ts';
import { STANDARD_INPUT, readStateFiles } from '../declarative/state-files.ts';
import { Progress } from '../terminal/progress.ts';

export const STATE_OPTIONS = {
  ...CONNECTION_OPTIONS,
  'state': { type: 'string', short: 's', multiple: true },
  'select-tag': { type: 'string', multiple: true },
  'skip-consumers': { type: 'boolean', default: false },
  'skip-ca-certificates': { type: 'boolean', default: false },
  'silence-events': { type: 'boolean', default: false },
  'no-mask-deck-env-vars-value': { type: 'boolean', default: false },
} as const;

export const STATE_USAGE: readonly string[] = [
  '  FILE                        state file, or a folder with such files (.yaml, .yml, .json); - is standard input; several are merged',
  '  --select-tag TAG            only entities with this tag, in place of _info.select_tags; repeat it for several, all of which count',
  '  --skip-consumers            leave out consumers, their groups and credentials, and plugins of consumers',
  '  --skip-ca-certificates      leave out certificates of authorities',
];

export const OUTPUT_USAGE: readonly string[] = [
  '  --silence-events            print the counts only',
  '  --json-output, --json       print the changes as JSON',
  '  --no-color                  no colours; so do NO_COLOR=1 and an output that is no terminal',
];

interface StateValues {
  readonly 'state'?: readonly string[];
  readonly 'select-tag'?: readonly string[];
  readonly 'skip-consumers'?: boolean;
  readonly 'skip-ca-certificates'?: boolean;
  readonly 'no-mask-deck-env-vars-value'?: boolean;
}

/** @throws CommandFailure when no file is given and standard input is a terminal */
export function stateOf(command: string, values: StateValues, files: readonly string[], run: CommandRun): MergedSource {
  const paths = [...files, ...values.state ?? []];
  if (paths.length === 0) {
    if (process.stdin.isTTY) {
      throw new CommandFailure(
        `${command}: expected a state file, or - for standard input; see hybridge ${command} --help`,
      );
    }
    paths.push(STANDARD_INPUT);
  }
  const { source, values: hidden } = readStateFiles(paths, process.env);
  if (!values['no-mask-deck-env-vars-value']) run.hidden.push(...hidden);
  return source;
}

export function planOptions(values: StateValues, deletes: boolean): PlanOptions {
  const tags = values['select-tag']?.flatMap((text) => text.split(',')).map((tag) => tag.trim()).filter((tag) => tag !== '');
  return {
    deletes, skipConsumers: values['skip-consumers'] ?? false, skipCaCertificates: values['skip-ca-certificates'] ?? false,
    ...tags !== undefined && tags.length > 0 && { selectTags: tags },
  };
}

export function clientOf(values: Parameters<typeof connectedClient>[0]): AdminClient {
  return connectedClient(values, process.env);
}

/** Steps that take longer than this leave a line in the log of a pipeline. Milliseconds. */
const LONG_STEP_MS = 2000;

export function progressOnStderr(): Progress {
  return new Progress({ output: process.stderr, quietMs: LONG_STEP_MS });
}
