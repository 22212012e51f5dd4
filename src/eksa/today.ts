/** The day on which files are judged where none is named. */

/**
 * @returns the day of the clock in UTC, such as `2026-11-30`; that of SOURCE_DATE_EPOCH (seconds since 1970) where it is set, so that
 * a program warns of the same however late it is synthesized
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 */
export function today(): string {
  const epoch = process.env.SOURCE_DATE_EPOCH ?? '';
  const now = /^\d{1,11}$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
  return now.toISOString().slice(0, 'YYYY-MM-DD'.length);
}
