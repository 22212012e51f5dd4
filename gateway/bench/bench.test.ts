/** Every scenario of the measurements runs, on a small scale. What it measures is no subject of a test. */
import { describe, expect, it } from 'vitest';

import { SMOKE, lineOf } from './measured.ts';
import { SCENARIOS } from './scenarios.ts';

describe('a measurement', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('of %s gives lines of results', async (_, scenario) => {
    const measured = await scenario.run(SMOKE);
    expect(measured.length).toBeGreaterThan(0);
    expect(new Set(measured.map(({ subject }) => subject)).size).toBe(measured.length);
    for (const each of measured) expect(lineOf(each).split('|').length).toBe(7);
  }, 180_000);
});
