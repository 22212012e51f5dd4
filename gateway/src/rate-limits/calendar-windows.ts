/** Windows that begin and end with the calendar, in UTC. */
import { PERIODS } from '../model/plugin-fields/limits.ts';

export type Period = typeof PERIODS[number];

/** Milliseconds since 1970. */
export interface Window {
  readonly startsAt: number;
  readonly endsAt: number;
}

export type Windows = Readonly<Record<Period, Window>>;

/** How long Redis keeps the counter of a window, from its first request on. Seconds. */
export const KEPT_SECONDS: Readonly<Record<Period, number>> = {
  second: 1, minute: 60, hour: 3600, day: 86_400, month: 2_592_000, year: 31_536_000,
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let known: Windows = windowsOf(0);

/** The windows that a time is in. Requests of one second get the same object. @param now milliseconds since 1970 */
export function windowsAt(now: number): Windows {
  if (now < known.second.startsAt || now >= known.second.endsAt) known = windowsOf(now);
  return known;
}

/** Seconds until a window ends; at least 1. */
export function secondsLeft({ endsAt }: Window, now: number): number {
  return Math.max(1, Math.ceil((endsAt - now) / SECOND));
}

function windowsOf(now: number): Windows {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const every = (length: number): Window => {
    const startsAt = now - now % length;
    return { startsAt, endsAt: startsAt + length };
  };
  return {
    second: every(SECOND),
    minute: every(MINUTE),
    hour: every(HOUR),
    day: every(DAY),
    month: { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) },
    year: { startsAt: Date.UTC(year, 0), endsAt: Date.UTC(year + 1, 0) },
  };
}
