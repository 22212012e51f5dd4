import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { microsecondsAsNanoseconds, milliseconds, nanosecondsOf } from './time-texts.ts';

describe('the text of a time', () => {
  it('is that of the number', () => {
    const time = fc.oneof(
      fc.double({ min: 0, max: 4e12, noNaN: true }), fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(999.9999, 1999.99999),
    );
    fc.assert(fc.property(time, (ms) => {
      expect(milliseconds(ms)).toBe(JSON.stringify(Math.floor(ms)));
      expect(microsecondsAsNanoseconds(ms)).toBe(JSON.stringify(nanosecondsOf(ms)));
    }), { numRuns: 2_000 });
  });

  it('is exact to the microsecond', () => {
    expect(nanosecondsOf(1_700_000_000_000.125)).toBe(1_700_000_000_000_125_000);
    expect(microsecondsAsNanoseconds(1_700_000_000_000.0625)).toBe('1700000000000063000');
  });
});
