/** Prints the changes of a plan, for people or programs. */
import type { CommandRun } from '../declarative/arguments.ts';
import { changesDocument } from '../declarative/changes-json.ts';
import { changeText, countsOf, labelsOf, summaryText } from '../declarative/changes-text.ts';
import type { Plan } from '../declarative/plan.ts';
import { hiding } from '../declarative/secrets-in-text.ts';
import { NO_COLOURS, coloursFor } from '../terminal/colours.ts';

interface OutputValues {
  readonly 'json'?: boolean;
  readonly 'json-output'?: boolean;
  readonly 'no-color'?: boolean;
  readonly 'silence-events'?: boolean;
}

export function isJson(values: OutputValues): boolean {
  return values.json === true || values['json-output'] === true;
}

export function printEvents({ changes, state }: Plan, values: OutputValues, { hidden }: CommandRun): void {
  if (isJson(values) || values['silence-events']) return;
  const labels = labelsOf(changes, state.present);
  const colours = values['no-color'] ? NO_COLOURS : coloursFor(process.stdout, process.env);
  const hide = hiding(hidden);
  for (const change of changes) process.stdout.write(`${hide(changeText(change, labels, colours))}\n`);
}

/** @param revision that has the changes */
export function printSummary({ changes, state }: Plan, values: OutputValues, { hidden }: CommandRun, revision?: number): void {
  if (isJson(values)) {
    const document = changesDocument(changes, labelsOf(changes, state.present), revision ?? state.revision);
    process.stdout.write(`${hiding(hidden)(JSON.stringify(document, undefined, 2))}\n`);
    return;
  }
  process.stdout.write(summaryText(countsOf(changes)));
  if (revision !== undefined) process.stdout.write(`Revision: ${revision}\n`);
}
