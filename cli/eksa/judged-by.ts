/** `--release` and `--today`: by which release, and on which day, files are judged. */
import { NEWEST_RELEASE } from '../../src/eksa/releases/release-table';
import { parseSemanticVersion } from '../../src/eksa/syntax/version';
import { CommandFailure } from '../command.ts';

export const JUDGED_BY_OPTIONS = { release: { type: 'string' }, today: { type: 'string' } } as const;

/** Lines of `--help`, with descriptions that begin in one column. */
export function judgedByUsage(column: number): string[] {
  const line = (option: string, text: string) => `  ${option}`.padEnd(column) + text;
  return [
    line('--release vX.Y.Z', `release whose rules apply; default: eksaVersion of the file, else ${NEWEST_RELEASE.version}`),
    line('--today YYYY-MM-DD', 'day of support and licences; default: SOURCE_DATE_EPOCH, else the clock'),
  ];
}

/**
 * @throws CommandFailure for a text that is no release or no day
 */
export function judgedBy({ release, today }: { readonly release?: string; readonly today?: string }) {
  if (release !== undefined && !parseSemanticVersion(release)) {
    throw new CommandFailure(`--release: '${release}' is not valid; expected a release such as ${NEWEST_RELEASE.version}`);
  }
  if (today !== undefined && !isDay(today)) throw new CommandFailure(`--today: '${today}' is not valid; expected a day such as 2026-11-30`);
  return { eksAnywhereVersion: release, today };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
