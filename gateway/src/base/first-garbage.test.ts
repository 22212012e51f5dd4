import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { collectFirstGarbage } from './first-garbage.ts';

describe('the garbage of a start', () => {
  it('is gone', async () => {
    const left = new WeakRef(Array.from({ length: 100_000 }, (_, n) => ({ n })));
    // What was made in the same job of the event loop stays until its end.
    await setTimeout(1);
    expect(collectFirstGarbage(2 ** 30)).toBe(true);
    expect(left.deref()).toBeUndefined();
  });

  it('stays where it is little', () => expect(collectFirstGarbage(2 ** 20)).toBe(false));
});
