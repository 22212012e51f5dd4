/** `hybridge lint`: what is valid in state files, and does not do what its author means. */
import { atOnce } from '../../gateway/src/base/steps.ts';
import type { LintRule } from '../../gateway/src/lint/rule.ts';
import { CommandFailure } from '../command.ts';
import { declarativeCommand, FAILED, parseDeclarative } from '../declarative/arguments.ts';
import { errorLines } from '../declarative/error-lines.ts';
import { withMemberships } from '../declarative/memberships.ts';
import { routerFlavorOf } from '../declarative/router-flavor.ts';
import { hiding } from '../declarative/secrets-in-text.ts';
import { readStateFiles } from '../declarative/state-files.ts';
import { findingsText } from '../judgement/findings-text.ts';
import { coloursFor, NO_COLOURS } from '../terminal/colours.ts';
import { isJson } from './changes-output.ts';
import { stateOf } from './declarative-options.ts';

export const lint = declarativeCommand({
  name: 'lint',
  summary: 'find what is valid in state files, and does not do what its author means',
  usage: [
    'Usage: hybridge lint [options] FILE...',
    '',
    'Judges state files, in the format of Kong or of decK, as their data planes would run them: routes that no request gets to, plugins',
    'that never run, credentials that open nothing, secrets in plain text, missing rate limits. docs/reference/lint.md has every rule with',
    'an example. Exit codes: 0, and 1 for an error that was found, or files that are not valid.',
    '',
    '  FILE                        state file, or a folder with such files; - is standard input; several are merged',
    '  --strict                    exit with 1 for warnings, too',
    '  --disable RULE              leave this rule out; repeat it for several',
    '  --only RULE                 this rule alone; repeat it for several',
    '  --router-flavor NAME        that of the data planes: traditional_compatible, traditional or expressions; default the first',
    '  --no-env                    environment variables in the files need not be set',
    '  --json-output, --json       print the findings as JSON',
    '  --no-color                  no colours; so do NO_COLOR=1 and an output that is no terminal',
  ].join('\n'),
  async run(args, context) {
    const { values, positionals } = parseDeclarative('lint', args, {
      'state': { type: 'string', short: 's', multiple: true },
      'strict': { type: 'boolean', default: false },
      'disable': { type: 'string', multiple: true, default: [] },
      'only': { type: 'string', multiple: true, default: [] },
      'no-env': { type: 'boolean', default: false },
      'router-flavor': { type: 'string' },
    });
    const [{ linting }, { RULES }] = await Promise.all([
      import('../../gateway/src/lint/lint.ts'), import('../../gateway/src/lint/rules.ts'),
    ]);
    const rules = chosenRules(RULES, values.disable, values.only);
    const routerFlavor = routerFlavorOf(values['router-flavor']);
    const given = values['no-env']
      ? readStateFiles([...positionals, ...values.state ?? []], undefined).source : stateOf('lint', values, positionals, context);
    const result = atOnce(linting(withMemberships(given), { rules, routerFlavor, compatibility: 'full' }));
    const hide = hiding(context.hidden);
    if (!result.isValid) {
      if (isJson(values)) process.stdout.write(`${hide(JSON.stringify({ valid: false, errors: result.errors }, undefined, 2))}\n`);
      else for (const line of errorLines(result.errors)) process.stderr.write(`${hide(line)}\n`);
      return FAILED;
    }
    const { findings } = result;
    const colours = values['no-color'] ? NO_COLOURS : coloursFor(process.stdout, process.env);
    const text = isJson(values) ? `${JSON.stringify({ valid: true, findings }, undefined, 2)}\n` : findingsText(findings, colours);
    process.stdout.write(hide(text));
    return findings.some(({ severity }) => values.strict || severity === 'error') ? FAILED : 0;
  },
});

function chosenRules(all: readonly LintRule[], disabled: readonly string[], only: readonly string[]): readonly LintRule[] {
  const unknown = [...disabled, ...only].find((name) => !all.some(({ id }) => id === name));
  if (unknown !== undefined) throw new CommandFailure(`there is no rule '${unknown}'; rules: ${all.map(({ id }) => id).join(', ')}`);
  return all.filter(({ id }) => !disabled.includes(id) && (only.length === 0 || only.includes(id)));
}
