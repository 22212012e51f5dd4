/** What the rules say of a base with some places changed, in one short line each. */
import type { CheckOptions } from '../../../src/eksa/check';
import { checkDocuments } from '../../../src/eksa/check';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { changed } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { TODAY } from '../today';

/** `severity rule place` of each finding, in alphabetical order. */
export function findings(base: Base, changes: Changes, options: CheckOptions = {}): string[] {
  return messages(base, changes, options).map((line) => line.replace(/: .*/s, '')).sort();
}

/** `severity rule place: message` of each finding. */
export function messages(base: Base, changes: Changes, options: CheckOptions = {}): string[] {
  const { documents, csv } = changed(base, changes);
  const found = checkDocuments(documents, csv === undefined ? undefined : parseHardware(csv), { today: TODAY, ...options });
  return found.map(({ severity, ruleId, path, message }) => `${severity} ${ruleId} ${path}: ${message}`);
}
