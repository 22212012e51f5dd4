/** `hybridge validate`: whether state files are valid, offline by the schemas of this version, or by a control plane. */
import { declarativeCommand, parseDeclarative } from '../declarative/arguments.ts';
import { CONNECTION_USAGE } from '../declarative/connection.ts';
import { desiredState, factsOf } from '../declarative/desired-state.ts';
import { errorLines } from '../declarative/error-lines.ts';
import { withMemberships } from '../declarative/memberships.ts';
import { planned } from '../declarative/plan.ts';
import { hiding } from '../declarative/secrets-in-text.ts';
import { readStateFiles } from '../declarative/state-files.ts';
import { writeChanges } from '../declarative/write-changes.ts';
import { schemasFor } from '../../gateway/src/plugins/schemas.ts';
import type { SourceError } from '../../gateway/src/declarative/source.ts';
import { CommandFailure } from '../command.ts';
import { isJson } from './changes-output.ts';
import { STATE_OPTIONS, STATE_USAGE, clientOf, planOptions, progressOnStderr, stateOf } from './declarative-options.ts';

export const validate = declarativeCommand({
  name: 'validate',
  summary: 'check state files, offline or with a control plane',
  usage: [
    'Usage: hybridge validate [--online] [options] FILE...',
    '',
    'Checks every entity by the schemas of this version: fields, values, references, names that are used twice. Prints all errors with their',
    'file and line. With --online, the control plane checks the changes that sync would make, and writes nothing.',
    'Exit codes: 0 for valid files, and 1.',
    '',
    ...STATE_USAGE,
    '  --online                    ask the control plane, too',
    '  --compatibility NAME        offline: kong-3.9.1, or full with consumer groups and partials; default full',
    '  --router-flavor NAME        offline: traditional_compatible or expressions; default traditional_compatible',
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
      const plan = await planned(stateOf('validate', values, positionals, context), client, planOptions(values, false), progress);
      await progress.step('check', () => writeChanges(client, plan, { isDryRun: true }));
      if (isJson(values)) process.stdout.write(`${JSON.stringify({ valid: true, errors: [] })}\n`);
      return 0;
    }
    const schemas = schemasOf(values.compatibility, values['router-flavor']);
    const given = values['no-env']
      ? readStateFiles([...positionals, ...values.state ?? []], undefined).source : stateOf('validate', values, positionals, context);
    const errors = errorsIn(given, schemas);
    const hide = hiding(context.hidden);
    if (isJson(values)) process.stdout.write(`${hide(JSON.stringify({ valid: errors.length === 0, errors }, undefined, 2))}\n`);
    else for (const line of errorLines(errors)) process.stderr.write(`${hide(line)}\n`);
    return errors.length === 0 ? 0 : 1;
  },
});

function errorsIn(given: Parameters<typeof factsOf>[0], schemas: ReturnType<typeof schemasOf>): readonly SourceError[] {
  if (given.errors.length > 0) return given.errors;
  const source = withMemberships(given);
  const { lookupTags } = factsOf(source);
  const { errors } = desiredState(source, { schemas, now: Date.now() });
  // Only a control plane knows the entities that lookup tags mean.
  return errors.filter(({ message }) => !Object.keys(lookupTags).some((type) => message.includes(`expected the name of one of the ${type} in this file`)));
}

function schemasOf(compatibility: string, routerFlavor: string) {
  if (compatibility !== 'full' && compatibility !== 'kong-3.9.1') {
    throw new CommandFailure(`--compatibility: '${compatibility}' is not valid; expected kong-3.9.1 or full`);
  }
  if (routerFlavor !== 'traditional_compatible' && routerFlavor !== 'expressions') {
    throw new CommandFailure(`--router-flavor: '${routerFlavor}' is not valid; expected traditional_compatible or expressions`);
  }
  return schemasFor({ compatibility, routerFlavor, role: 'control_plane' }).schemas;
}
