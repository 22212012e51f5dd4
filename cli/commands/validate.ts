/** `hybridge validate`: whether state files are valid, offline by the schemas of this version, or by a control plane. */
import { declarativeCommand, parseDeclarative } from '../declarative/arguments.ts';
import { CONNECTION_USAGE } from '../declarative/connection.ts';
import { errorLines } from '../declarative/error-lines.ts';
import { hiding } from '../declarative/secrets-in-text.ts';
import { readStateFiles } from '../declarative/state-files.ts';
import { writeChanges } from '../declarative/write-changes.ts';
import { isJson } from './changes-output.ts';
import { STATE_OPTIONS, STATE_USAGE, clientOf, planOptions, progressOnStderr, stateOf } from './declarative-options.ts';

export const validate = declarativeCommand({
  name: 'validate',
  summary: 'check state files, offline or with a control plane',
  usage: [
    'Usage: hybridge validate [--online] [options] FILE...',
    '',
    'Checks every entity by the schemas of this version: fields, values, references, names that are used twice. Prints all errors with',
    'their file and line. With --online, the control plane checks the changes that sync would make, and writes nothing.',
    'Exit codes: 0 for valid files, and 1.',
    '',
    ...STATE_USAGE,
    '  --online                    ask the control plane, too',
    '  --compatibility NAME        offline: kong-3.9.1, or full with consumer groups and partials; default full',
    '  --router-flavor NAME        offline: traditional_compatible, traditional or expressions; default the first',
    '  --no-env                    offline: environment variables in the files need not be set',
    '  --json-output, --json       print the errors as JSON',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args, context) {
    const { values, positionals } = parseDeclarative('validate', args, {
      ...STATE_OPTIONS, 'online': { type: 'boolean', default: false }, 'no-env': { type: 'boolean', default: false },
      'compatibility': { type: 'string', default: 'full' }, 'router-flavor': { type: 'string', default: 'traditional_compatible' },
    });
    if (values.online) {
      const progress = progressOnStderr();
      const client = clientOf(values);
      const { planned } = await import('../declarative/plan.ts');
      const plan = await planned(stateOf('validate', values, positionals, context), client, planOptions(values, false), progress);
      await progress.step('check', () => writeChanges(client, plan, { isDryRun: true }));
      if (isJson(values)) process.stdout.write(`${JSON.stringify({ valid: true, errors: [] })}\n`);
      return 0;
    }
    const given = values['no-env']
      ? readStateFiles([...positionals, ...values.state ?? []], undefined).source : stateOf('validate', values, positionals, context);
    const { offlineErrors } = await import('../declarative/offline-check.ts');
    const { selectTags } = planOptions(values, false);
    const errors = offlineErrors(given, {
      compatibility: values.compatibility, routerFlavor: values['router-flavor'], ...selectTags && { selectTags },
    });
    const hide = hiding(context.hidden);
    if (isJson(values)) process.stdout.write(`${hide(JSON.stringify({ valid: errors.length === 0, errors }, undefined, 2))}\n`);
    else for (const line of errorLines(errors)) process.stderr.write(`${hide(line)}\n`);
    return errors.length === 0 ? 0 : 1;
  },
});
