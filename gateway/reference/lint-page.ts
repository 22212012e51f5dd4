/** docs/reference/lint.md: every rule of `hybridge lint` with its examples. */
import type { LintRule } from '../src/lint/rule.ts';
import { RULES } from '../src/lint/rules.ts';
import { code, generatedBy, table } from './markdown.ts';

export function lintPage(): string {
  return [
    generatedBy('lint-page.ts', 'gateway/src/lint/rules/'),
    '# Rules of `hybridge lint`',
    '',
    'The schemas say what is valid. These rules say what is valid and does not do what its author means, or is not safe. '
    + '`hybridge lint` ends with 1 when it finds an error, and with `--strict` when it finds anything.',
    '',
    ...table(['rule', 'severity', 'what it finds'], RULES.map(({ id, severity, finds }) => [`[${code(id)}](#${id})`, severity, finds])),
    '',
    ...RULES.flatMap(section),
  ].join('\n');
}

function section({ id, severity, finds, why, fix, example }: LintRule): string[] {
  return [
    `## ${id}`, '', `${severity === 'error' ? 'Error' : 'Warning'}: ${finds}. ${why}`, '', fix, '', 'Found:', '',
    ...yaml(example.found), '', 'Not found:', '', ...yaml(example.fixed), '',
  ];
}

function yaml(text: string): string[] {
  return ['```yaml', '_format_version: "3.0"', ...text.trim().split('\n').map((line) => line.replace(/^ {6}/, '')), '```'];
}
