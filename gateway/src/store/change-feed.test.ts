/** Which revisions listeners hear, on a clock that is set by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { createLog } from '../base/log.ts';
import { ChangeFeed } from './change-feed.ts';
import { databaseUnavailable } from './database-unavailable.ts';

/** Lets everything run that needs no clock. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the feed of changes', () => {
  let clock: ManualClock;
  let lines: string[];
  let feed: ChangeFeed;
  let heard: number[];
  beforeEach(() => {
    clock = new ManualClock();
    lines = [];
    heard = [];
    feed = new ChangeFeed(5, createLog({ write: (line) => lines.push(line) }), clock);
    feed.listen((revision) => heard.push(revision));
  });
  afterEach(() => feed.close());

  it('announces each revision once, and none that is older', () => {
    for (const revision of [4, 5, 6, 6, 5, 8, 7]) feed.advance(revision);
    expect(heard).toEqual([6, 8]);
  });

  it('calls every listener until it is removed', () => {
    const other: number[] = [];
    const stop = feed.listen((revision) => other.push(revision));
    feed.advance(6);
    stop();
    feed.advance(7);
    expect([heard, other]).toEqual([[6, 7], [6]]);
  });

  it('calls no listener once it is closed', () => {
    feed.close();
    feed.advance(6);
    expect(heard).toEqual([]);
  });

  it('looks at each interval, again and again', async () => {
    let revision = 5;
    let looks = 0;
    feed.poll(100, async () => {
      looks += 1;
      return revision;
    });
    clock.advance(99);
    await settled();
    expect(looks).toBe(0);
    clock.advance(1);
    await settled();
    expect([looks, heard]).toEqual([1, []]);
    revision = 6;
    clock.advance(100);
    await settled();
    expect([looks, heard]).toEqual([2, [6]]);
  });

  it('looks again after a failure, and logs it unless it is an outage', async () => {
    const results = [() => { throw databaseUnavailable('away', 'unavailable', undefined); }, () => { throw new Error('broken'); }, () => 6];
    feed.poll(100, async () => results.shift()!());
    for (let n = 0; n < 3; n += 1) {
      clock.advance(100);
      await settled();
    }
    expect(heard).toEqual([6]);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'error', message: 'cannot look for changes in the database', error: 'broken' }),
    ]);
  });

  it('does not look again once it is closed, even when a look was under way', async () => {
    let looks = 0;
    let finish = () => undefined as void;
    feed.poll(100, async () => {
      looks += 1;
      await new Promise<void>((resolve) => { finish = resolve; });
      return 5;
    });
    clock.advance(100);
    feed.close();
    finish();
    await settled();
    clock.advance(1_000);
    expect(looks).toBe(1);
  });

  it('drops a look that is scheduled when it closes', async () => {
    let looks = 0;
    feed.poll(100, async () => { looks += 1; return 5; });
    feed.close();
    clock.advance(1_000);
    await settled();
    expect(looks).toBe(0);
  });
});
