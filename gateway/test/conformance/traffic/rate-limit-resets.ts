/** Judges the seconds until a limit begins again: by the unit of time at whose end they lie. */
import type { ReadMessage } from './http-reader.ts';

const HEADERS = ['ratelimit-reset', 'retry-after'];

const UNITS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;

/** The clock goes on between answer and judgement. Seconds. */
const TOLERANCE = 2;

/**
 * For each answer, the unit of each of these headers.
 * @param wanted a unit that is right is chosen in place of others that are right, too
 */
export function resetsOf(answers: readonly ReadMessage[], wanted: readonly Readonly<Record<string, string>>[]): Record<string, string>[] {
  return answers.map(({ headers }, index) => Object.fromEntries(headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => HEADERS.includes(name))
    .map(([name, value]) => [name, unitOf(Number(value), wanted[index]?.[name])])));
}

function unitOf(seconds: number, wanted: string | undefined): string {
  const fitting = UNITS.filter((unit) => Math.abs(endOf(unit) - (Date.now() / 1000 + seconds)) <= TOLERANCE);
  return wanted !== undefined && fitting.includes(wanted as typeof UNITS[number]) ? wanted : fitting[0] ?? `${seconds} s`;
}

function endOf(unit: typeof UNITS[number]): number {
  const now = new Date();
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  if (unit === 'year') return Date.UTC(year + 1, 0) / 1000;
  if (unit === 'month') return Date.UTC(year, month + 1) / 1000;
  const length = { second: 1, minute: 60, hour: 3_600, day: 86_400 }[unit];
  return (Math.floor(now.getTime() / 1000 / length) + 1) * length;
}
