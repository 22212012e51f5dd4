/** `hybridge history`, `show` and `rollback`: what was changed, when and by whom, and the way back. */
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { CommandFailure } from '../command.ts';
import { declarativeCommand, parseDeclarative, wholeNumber } from '../declarative/arguments.ts';
import { CONNECTION_OPTIONS, CONNECTION_USAGE } from '../declarative/connection.ts';
import { writeResult } from '../declarative/output-file.ts';
import { changesOfRevision, newestRevisions, revisionRecord, rollBack, stateOfRevision } from '../declarative/revisions.ts';
import type { RevisionChange, RevisionRecord } from '../declarative/revisions.ts';
import { FORMATS } from '../declarative/state-text.ts';
import { NO_COLOURS, coloursFor } from '../terminal/colours.ts';
import type { Colours } from '../terminal/colours.ts';
import { renderTable } from '../terminal/table.ts';
import { isJson } from './changes-output.ts';
import { clientOf } from './declarative-options.ts';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100_000;

export const history = declarativeCommand({
  name: 'history',
  summary: 'list the newest revisions of a control plane',
  usage: [
    'Usage: hybridge history [--size N] [--json] [options]',
    '',
    'Prints the newest revisions, the newest first: when, by whom, why, and how many entities changed. Authors are what clients claim.',
    '',
    `  --size N                    how many revisions; default ${DEFAULT_SIZE}`,
    '  --json                      print them as JSON',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args) {
    const { values } = parseDeclarative('history', args, { ...CONNECTION_OPTIONS, size: { type: 'string' } });
    const records = await newestRevisions(clientOf(values), wholeNumber('size', values.size, DEFAULT_SIZE, MAX_SIZE));
    process.stdout.write(isJson(values) ? `${JSON.stringify(records, undefined, 2)}\n` : renderTable({
      headings: ['revision', 'time', 'author', 'changes', 'comment'],
      rows: records.map(({ revision, at, author, changes, comment }) => (
        [String(revision), timeText(at), printable(author), String(changes), printable(comment)])),
    }));
    return 0;
  },
});

export const show = declarativeCommand({
  name: 'show',
  summary: 'show what a revision changed, or the configuration as it was',
  usage: [
    'Usage: hybridge show REVISION [--state] [--format yaml|json] [-o FILE] [--json] [options]',
    '',
    'Prints who made the revision and each entity that it changed, with the fields that differ. Secrets are hidden.',
    '',
    '  --state                     print the configuration as it was after the revision, as a declarative file without secrets',
    '  --format yaml|json          of the state; default yaml',
    '  -o, --output-file FILE      of the state; default -, which is standard output',
    '  --json                      print the changes as JSON',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseDeclarative('show', args, {
      ...CONNECTION_OPTIONS, 'state': { type: 'boolean', default: false }, 'format': { type: 'string', default: 'yaml' },
      'output-file': { type: 'string', short: 'o', default: '-' },
    });
    const revision = revisionOf('show', positionals);
    const format = FORMATS.find((known) => known === values.format);
    if (format === undefined) throw new CommandFailure(`--format: '${values.format}' is not valid; expected ${FORMATS.join(' or ')}`);
    const client = clientOf(values);
    if (values.state) {
      writeResult(values['output-file'], await stateOfRevision(client, revision, format));
      return 0;
    }
    const record = await revisionRecord(client, revision);
    const changes = await changesOfRevision(client, revision);
    const colours = values['no-color'] ? NO_COLOURS : coloursFor(process.stdout, process.env);
    process.stdout.write(isJson(values) ? `${JSON.stringify({ ...record, data: changes }, undefined, 2)}\n`
      : `${recordText(record)}\n${changes.map((change) => changeText(change, colours)).join('')}`);
    return 0;
  },
});

export const rollback = declarativeCommand({
  name: 'rollback',
  summary: 'restore the configuration of an earlier revision, as a new revision',
  usage: [
    'Usage: hybridge rollback REVISION [--expected N] [--dry-run] [--json] [options]',
    '',
    'Makes a new revision with the entities that the given one had: all of them, or none. Refused, with the reasons, where the old state',
    'is not valid any more. Exit codes: 0, and 1.',
    '',
    '  --expected N                refuse when another revision than N is the newest one',
    '  --dry-run                   print what would change, and change nothing',
    '  --json                      print the result as JSON',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseDeclarative('rollback', args, {
      ...CONNECTION_OPTIONS, 'expected': { type: 'string' }, 'dry-run': { type: 'boolean', default: false },
    });
    const revision = revisionOf('rollback', positionals);
    const expected = values.expected === undefined ? undefined : wholeNumber('expected', values.expected, 0, Number.MAX_SAFE_INTEGER);
    const result = await rollBack(clientOf(values), revision, { isDryRun: values['dry-run'], ...expected !== undefined && { expected } });
    if (isJson(values)) {
      process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
      return 0;
    }
    const colours = values['no-color'] ? NO_COLOURS : coloursFor(process.stdout, process.env);
    for (const change of result.data ?? []) process.stdout.write(changeText(change, colours));
    process.stdout.write(values['dry-run'] ? `${result.changes} changes would restore revision ${revision}\n`
      : `revision ${result.revision} restores revision ${revision}: ${result.changes} changes\n`);
    return 0;
  },
});

function revisionOf(command: string, [given, ...others]: readonly string[]): number {
  if (given !== undefined && others.length === 0 && /^\d{1,15}$/.test(given)) return Number(given);
  throw new CommandFailure(`${command}: expected one revision, a whole number as hybridge history lists; see hybridge ${command} --help`);
}

function recordText({ revision, at, author, comment, changes }: RevisionRecord): string {
  return [
    `revision ${revision}`, `  time: ${timeText(at)}`, `  author: ${printable(author)}`,
    ...comment ? [`  comment: ${printable(comment)}`] : [],
    `  changes: ${changes}`, '',
  ].join('\n');
}

function changeText({ entity, key, name, operation, before, after }: RevisionChange, colours: Colours): string {
  const verb = before === null ? 'created' : after === null ? operation === 'expire' ? 'expired' : 'deleted' : 'updated';
  const paint = { created: colours.added, updated: colours.changed, deleted: colours.removed, expired: colours.removed }[verb];
  const headline = paint(`${verb} ${entity} ${printable(name ?? key)}`);
  const names = before === null || after === null ? [] : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = names.filter((field) => field !== 'updated_at' && text(before, field) !== text(after, field));
  const lines = differing.flatMap((field) => [
    ...text(before, field) === 'null' ? [] : [colours.removed(`  - ${field}: ${text(before, field)}`)],
    ...text(after, field) === 'null' ? [] : [colours.added(`  + ${field}: ${text(after, field)}`)],
  ]);
  return `${[headline, ...lines].join('\n')}\n`;
}

function text(row: EntityValue | null, field: string): string {
  return JSON.stringify(row?.[field] ?? null);
}

/** @param at seconds since 1970 */
function timeText(at: number): string {
  return new Date(at * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** What clients claim must not move the cursor of a terminal. */
function printable(value: string | null | undefined): string {
  return (value ?? '').replace(/\p{Cc}/gu, '?');
}
