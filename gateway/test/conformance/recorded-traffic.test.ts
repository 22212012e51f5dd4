/** Requests and answers recorded from Kong Gateway OSS 3.9.1, replayed through a node. The task `check:conformance` replays all groups. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEVIATIONS } from './deviations.ts';
import { startCounterparts } from './traffic/counterparts/counterparts.ts';
import type { Counterparts } from './traffic/counterparts/counterparts.ts';
import { groupOf } from './traffic/groups.ts';
import { replaySuite } from './traffic/replay-suite.ts';

/** Suites that take seconds, by group. */
const QUICK = [['router', /./], ['headers', /./], ['plugins', /\/key-auth$/]] as const;

describe.each(QUICK)('the recordings of %s', (name, wanted) => {
  const { suites: all, settings, pki } = groupOf(name);
  const suites = all.filter(({ id }) => wanted.test(id));
  let counterparts: Counterparts;

  beforeAll(async () => {
    counterparts = await startCounterparts({});
  });
  afterAll(() => counterparts.close());

  it.each(suites.map((suite) => [suite.id, suite] as const))('%s is answered as recorded, but for deviations', async (_, suite) => {
    const { cases, refusals } = await replaySuite(suite, { counterparts, settings, pki });
    expect(refusals).toEqual([]);
    const differing = cases.filter(({ differences }) => differences.length > 0);
    const decided = (id: string) => DEVIATIONS.some((deviation) => deviation.id.test(id));
    expect(differing.filter(({ id }) => !decided(id))).toEqual([]);
    expect(differing.map(({ id }) => id)).toEqual(suite.cases.map(({ id }) => id).filter(decided));
  });
});
