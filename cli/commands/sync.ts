/** `hybridge sync` and `hybridge apply`: files become the configuration of a control plane, in one transaction. */
import type { Command } from '../command.ts';
import { declarativeCommand, parseDeclarative, wholeNumber } from '../declarative/arguments.ts';
import { CONNECTION_USAGE } from '../declarative/connection.ts';
import type { Plan } from '../declarative/plan.ts';
import { Overtaken, writeChanges } from '../declarative/write-changes.ts';
import { printEvents, printSummary } from './changes-output.ts';
import { OUTPUT_USAGE, STATE_OPTIONS, STATE_USAGE, clientOf, planOptions, progressOnStderr, stateOf } from './declarative-options.ts';

const DEFAULT_RETRIES = 3;
const MAX_RETRIES = 100;

interface Written {
  readonly plan: Plan;
  readonly revision: number | undefined;
}

function writingCommand(name: string, summary: string, deletes: boolean, about: readonly string[]): Command {
  return declarativeCommand({
    name,
    summary,
    usage: [
      `Usage: hybridge ${name} [options] FILE...`,
      '',
      ...about,
      'All changes are one transaction and one revision of the history: either all of them are made, or none. When others write at the',
      'same time, the changes are worked out again for the new state. Exit codes: 0, and 1 for an error.',
      '',
      ...STATE_USAGE,
      '  --dry-run                   let the control plane check the changes, and write nothing',
      '  --comment TEXT              why, for the history; default the names of the files',
      `  --retries N                 how often the changes are worked out again when others write; default ${DEFAULT_RETRIES}`,
      ...OUTPUT_USAGE,
      '',
      ...CONNECTION_USAGE,
    ].join('\n'),
    async run(args, context) {
      const { values, positionals } = parseDeclarative(name, args, {
        ...STATE_OPTIONS, 'dry-run': { type: 'boolean', default: false }, 'comment': { type: 'string' }, 'retries': { type: 'string' },
      });
      const retries = wholeNumber('retries', values.retries, DEFAULT_RETRIES, MAX_RETRIES);
      const progress = progressOnStderr();
      const source = await progress.step('read the files', async () => stateOf(name, values, positionals, context));
      const client = clientOf(values);
      const comment = values.comment ?? `hybridge ${name} ${[...positionals, ...values.state ?? []].join(' ')}`.trim();
      const { planned } = await import('../declarative/plan.ts');
      const plan = () => planned(source, client, planOptions(values, deletes), progress);
      const written = await withRetries(retries, async () => {
        const made = await plan();
        const revision = await progress.step('write', () => writeChanges(client, made, { comment, isDryRun: values['dry-run'] }));
        return { plan: made, revision };
      });
      printEvents(written.plan, values, context);
      printSummary(written.plan, values, context, values['dry-run'] ? undefined : written.revision);
      return 0;
    },
  });
}

async function withRetries(retries: number, work: () => Promise<Written>): Promise<Written> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt >= retries) throw error;
      process.stderr.write('hybridge: others changed the configuration meanwhile; the changes are worked out again\n');
    }
  }
}

export const sync = writingCommand('sync', 'make a control plane have exactly the entities of state files', true, [
  'Creates, updates and deletes entities until the control plane has what the state files say. With select tags, only entities that',
  'carry all of them are looked at, and each entity of the files gets them.',
]);

export const apply = writingCommand('apply', 'create and update the entities of state files in a control plane', false, [
  'Creates and updates entities until the control plane has what the state files say. Deletes nothing.',
]);

