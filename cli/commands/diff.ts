/** `hybridge diff`: what would change if files were applied. */
import { DIFFERENT, declarativeCommand, parseDeclarative } from '../declarative/arguments.ts';
import { CONNECTION_USAGE } from '../declarative/connection.ts';
import { printEvents, printSummary } from './changes-output.ts';
import { OUTPUT_USAGE, STATE_OPTIONS, STATE_USAGE, clientOf, planOptions, progressOnStderr, stateOf } from './declarative-options.ts';

export const diff = declarativeCommand({
  name: 'diff',
  summary: 'show what sync would change in a control plane',
  usage: [
    'Usage: hybridge diff [options] FILE...',
    '',
    'Compares state files, as decK writes them, with the entities of a control plane. Defaults count as given, sets have no order, and',
    'secrets are hidden. Exit codes: 0, 1 for an error, and with --non-zero-exit-code 2 for differences.',
    '',
    ...STATE_USAGE,
    '  --non-zero-exit-code        exit with 2 when there are differences',
    ...OUTPUT_USAGE,
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args, context) {
    const { values, positionals } = parseDeclarative('diff', args, { ...STATE_OPTIONS, 'non-zero-exit-code': { type: 'boolean' } });
    const progress = progressOnStderr();
    const source = await progress.step('read the files', async () => stateOf('diff', values, positionals, context));
    const { planned } = await import('../declarative/plan.ts');
    const plan = await planned(source, clientOf(values), planOptions(values, true), progress);
    printEvents(plan, values, context);
    printSummary(plan, values, context);
    return values['non-zero-exit-code'] && plan.changes.length > 0 ? DIFFERENT : 0;
  },
});
