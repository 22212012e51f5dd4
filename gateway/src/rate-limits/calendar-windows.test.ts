import { describe, expect, it } from 'vitest';

import { secondsLeft, windowsAt } from './calendar-windows.ts';

function shown(now: string) {
  return Object.fromEntries(Object.entries(windowsAt(Date.parse(now))).map(([period, { startsAt, endsAt }]) => (
    [period, `${new Date(startsAt).toISOString()} ${new Date(endsAt).toISOString()}`])));
}

describe('windows of the calendar', () => {
  it('begin and end with it, in UTC', () => {
    expect(shown('2024-02-29T23:59:59.999Z')).toEqual({
      second: '2024-02-29T23:59:59.000Z 2024-03-01T00:00:00.000Z',
      minute: '2024-02-29T23:59:00.000Z 2024-03-01T00:00:00.000Z',
      hour: '2024-02-29T23:00:00.000Z 2024-03-01T00:00:00.000Z',
      day: '2024-02-29T00:00:00.000Z 2024-03-01T00:00:00.000Z',
      month: '2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z',
      year: '2024-01-01T00:00:00.000Z 2025-01-01T00:00:00.000Z',
    });
    expect(shown('2024-03-01T00:00:00.000Z').month).toBe('2024-03-01T00:00:00.000Z 2024-04-01T00:00:00.000Z');
  });

  it('are right when a clock goes back', () => {
    windowsAt(Date.parse('2030-01-01T00:00:00Z'));
    expect(shown('2029-12-31T23:59:58Z').year).toBe('2029-01-01T00:00:00.000Z 2030-01-01T00:00:00.000Z');
  });

  it.each([[0, 60], [1, 60], [1000, 59], [59_000, 1], [59_999, 1]])('have seconds left: %i ms into a minute %i', (now, left) => {
    expect(secondsLeft({ startsAt: 0, endsAt: 60_000 }, now)).toBe(left);
  });
});
