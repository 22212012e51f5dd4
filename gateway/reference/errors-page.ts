/** docs/reference/errors.md: exit codes, errors of nodes and tasks, errors of the Admin API. */
import { ERROR_CODES } from '../src/base/error-codes.ts';
import { EXIT_CODES } from '../src/base/errors.ts';
import type { ExitReason } from '../src/base/errors.ts';
import { statusOfKind } from '../src/control-plane/admin-api/failure.ts';
import { ENTITY_ERROR_KINDS } from '../src/model/entity-error.ts';
import type { EntityErrorKind } from '../src/model/entity-error.ts';
import { code, generatedBy, table } from './markdown.ts';

export function errorsPage(): string {
  return [
    generatedBy('errors-page.ts', 'the tables of exit codes and error codes'),
    '# Errors and exit codes',
    '',
    'A node or a command that cannot go on prints one line for each problem, `hybridge: <what is wrong, what was '
    + 'expected, the fix>`, and ends with one of these exit codes. They follow sysexits.h where it has one.',
    '',
    '## Exit codes',
    '',
    ...table(
      ['exit code', 'means'],
      [
        ['0', 'success; for `check`, `diff` and `--check` the answer is yes'],
        ['1', 'of the command line only: the answer is no'],
        ...Object.entries(EXIT_CODES)
          .sort(([, one], [, other]) => one - other)
          .map(([reason, exit]) => [String(exit), EXIT_MEANINGS[reason as ExitReason]]),
      ],
    ),
    '',
    'An exit code of 128 or more is a signal: 137 is SIGKILL, most often because the container had too little memory '
    + '([sizing.md](../sizing.md)).',
    '',
    '## Errors of nodes and tasks',
    '',
    'The code is the property `code` of a `GatewayError`; programs and tests can rely on it.',
    '',
    ...table(
      ['code', 'what happened', 'what to do'],
      Object.entries(ERROR_CODES).map(([name, { meaning, fix }]) => [code(name), meaning, fix]),
    ),
    '',
    '## Errors of the Admin API',
    '',
    'Bodies of rejected requests have `code`, `name` and `message`, and `fields` where the problem is in fields. The '
    + 'numbers are those of Kong Gateway.',
    '',
    ...table(
      ['code', 'name', 'status'],
      Object.entries(ENTITY_ERROR_KINDS).map(([kind, [number, name]]) => [
        String(number),
        name,
        String(statusOfKind(kind as EntityErrorKind)),
      ]),
    ),
    '',
    'Other statuses: 404 for a path that does not exist, 405 for a method that it does not have, 413 for a body of ' +
      'more than 10 MiB, 415 for another kind of body, 500 for a defect (the log has it), ' +
      '503 with `Retry-After` while the database does not answer.',
    '',
  ].join('\n');
}

const EXIT_MEANINGS: Readonly<Record<ExitReason, string>> = {
  usage: 'the command line is not valid',
  unavailable: 'a service that is needed does not answer: the database, the Admin API, AWS',
  defect: 'a defect: please report it with the stack trace that was printed',
  address: 'a port is taken or may not be opened',
  io: 'a file or folder cannot be read or written',
  configuration: 'a setting, a certificate, a file or a value in it is not valid',
};
