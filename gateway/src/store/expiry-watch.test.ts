/** When rows that expire are removed, on a clock that is set by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import type { Timer } from '../base/clock.ts';
import { ExpiryWatch } from './expiry-watch.ts';

/** Lets everything run that needs no clock. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the watch for rows that expire', () => {
  let clock: ManualClock;
  let watch: ExpiryWatch;
  /** Seconds at which rows expire. */
  let rows: number[];
  let looks: number;
  let expired: number[];
  let failures: unknown[];
  let fails: boolean;
  /** Resolves a look that is held back. */
  let held: Promise<void> | undefined;
  /** Timers that are set. */
  let timers: Set<object>;
  const seconds = () => clock.now() / 1000;
  beforeEach(() => {
    clock = new ManualClock();
    [rows, looks, expired, failures, fails, held] = [[], 0, [], [], false, undefined];
    timers = new Set();
    const after = (ms: number, run: () => void): Timer => {
      const timer = clock.after(ms, () => {
        timers.delete(timer);
        run();
      });
      timers.add(timer);
      const cancel = () => {
        timers.delete(timer);
        timer.cancel();
      };
      return { cancel };
    };
    watch = new ExpiryWatch({
      clock: { now: () => clock.now(), after, every: (ms, run) => clock.every(ms, run) },
      next: async () => {
        looks += 1;
        await held;
        if (fails) throw new Error('away');
        return rows.length === 0 ? undefined : Math.min(...rows);
      },
      expire: async () => {
        expired.push(seconds());
        rows = rows.filter((at) => at > seconds());
      },
      failed: (error) => failures.push(error),
    });
  });
  afterEach(() => watch.close());
  const look = async () => {
    watch.look();
    await settled();
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };

  it('removes rows in the millisecond in which their second begins', async () => {
    rows = [seconds() + 10];
    await look();
    await advance(9_999);
    expect(expired).toEqual([]);
    await advance(1);
    expect([expired, rows]).toEqual([[seconds()], []]);
  });

  it('removes rows at once whose time is over when it looks', async () => {
    rows = [seconds() - 5, seconds()];
    await look();
    expect([expired, rows]).toEqual([[seconds()], []]);
  });

  it('waits for the next row after it has removed one', async () => {
    rows = [seconds(), seconds() + 1, seconds() + 3];
    await look();
    await advance(1_000);
    await advance(1_999);
    expect(rows.length).toBe(1);
    await advance(1);
    expect([expired.length, rows]).toEqual([3, []]);
  });

  it('looks again only when rows change, while none expires', async () => {
    await look();
    expect(timers.size).toBe(0);
    await advance(600_000);
    expect(looks).toBe(1);
    rows = [seconds() + 1];
    await look();
    await advance(1_000);
    expect(rows).toEqual([]);
  });

  it('follows a row that expires sooner than the one it waits for, and waits for one row only', async () => {
    rows = [seconds() + 30];
    await look();
    rows.push(seconds() + 5);
    await look();
    expect(timers.size).toBe(1);
    await advance(5_000);
    expect([expired.length, looks]).toEqual([1, 4]);
    await advance(25_000);
    expect([expired.length, looks]).toEqual([2, 6]);
  });

  it('looks each minute at least, because the clock may have been set', async () => {
    rows = [seconds() + 3_600 * 24 * 365];
    await look();
    await advance(59_999);
    expect(looks).toBe(1);
    await advance(1);
    expect([looks, expired]).toEqual([2, []]);
  });

  it('looks once more for changes that came while it looked, and not at the same time', async () => {
    let release = () => undefined as void;
    held = new Promise<void>((resolve) => { release = resolve; });
    watch.look();
    watch.look();
    watch.look();
    await settled();
    expect(looks).toBe(1);
    release();
    await settled();
    expect(looks).toBe(2);
  });

  it('reports a failure and tries again', async () => {
    rows = [seconds()];
    fails = true;
    await look();
    expect(failures.map(String)).toEqual(['Error: away']);
    await advance(999);
    expect(looks).toBe(1);
    fails = false;
    await advance(1);
    expect(rows).toEqual([]);
  });

  it('does not look again once it is closed', async () => {
    rows = [seconds() + 1];
    await look();
    expect(timers.size).toBe(1);
    await watch.close();
    expect(timers.size).toBe(0);
    await advance(10_000);
    await look();
    expect([looks, expired]).toEqual([1, []]);
  });

  it('waits for a look that is under way when it closes, and schedules none after it', async () => {
    rows = [seconds() + 1];
    let release = () => undefined as void;
    held = new Promise<void>((resolve) => { release = resolve; });
    watch.look();
    watch.look();
    let isClosed = false;
    const closed = watch.close().then(() => { isClosed = true; });
    await settled();
    expect(isClosed).toBe(false);
    release();
    await closed;
    await advance(10_000);
    expect(looks).toBe(1);
  });
});
