/** Windows of any length: what is used of them, and when they have room again. */

export interface WindowLimit {
  /** Seconds. */
  readonly size: number;
  readonly limit: number;
}

/** What was counted in a window, and in the one before it. */
export interface WindowCount {
  readonly current: number;
  readonly previous: number;
}

export interface WindowTimes {
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** How much of the window before still counts: from 1 at the start to 0 at the end; 0 for fixed windows. */
  readonly weight: number;
}

export function windowTimes({ size }: WindowLimit, isSliding: boolean, now: number): WindowTimes {
  const length = size * 1000;
  const startsAt = Math.floor(now / length) * length;
  return { startsAt, endsAt: startsAt + length, weight: isSliding ? 1 - (now - startsAt) / length : 0 };
}

export function usedOf({ current, previous }: WindowCount, { weight }: WindowTimes): number {
  return current + previous * weight;
}

/**
 * Seconds until one more request fits in; at least 1. In a sliding window the weight of the window before falls in equal steps: of
 * `previous` until this window ends, of `current` afterwards.
 */
export function secondsUntilRoom({ size, limit }: WindowLimit, count: WindowCount, times: WindowTimes, now: number): number {
  const untilEnd = (times.endsAt - now) / 1000;
  const isSliding = times.weight > 0;
  const room = limit - 1;
  let seconds = untilEnd;
  if (isSliding && count.current <= room && count.previous > 0) seconds = untilEnd - size * (room - count.current) / count.previous;
  else if (isSliding && count.current > room) seconds = untilEnd + size * (1 - Math.max(room, 0) / count.current);
  return Math.max(1, Math.ceil(seconds));
}
