import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cookieOf } from './cookies.ts';

const of = (lines: readonly string[], name: string) => cookieOf({ headerValues: () => lines }, name);

describe('a cookie', () => {
  it.each<readonly [readonly string[], string, string | undefined]>([
    [['a=1'], 'a', '1'],
    [['a=1; b=2'], 'b', '2'],
    [['a=1;b=2;a=3'], 'a', '1'],
    [['a=1', 'b=2'], 'b', '2'],
    [['a=x=y'], 'a', 'x=y'],
    [['a='], 'a', ''],
    [['a'], 'a', undefined],
    [['a; b=2'], 'a', undefined],
    [[' a = 1 ;b=2'], 'a', '1'],
    [['ab=1'], 'a', undefined],
    [['A=1'], 'a', undefined],
    [[';;=;a=1'], 'a', '1'],
    [[], 'a', undefined],
  ])('in %j of name %s is %s', (lines, name, expected) => {
    expect(of(lines, name)).toBe(expected);
  });

  it('is found among any others, and nothing makes it throw', () => {
    const text = fc.string({ unit: fc.constantFrom('=', ';', ' ', 'a', 'b', '"', ',', '\u00e9') });
    fc.assert(fc.property(fc.array(text), (others) => {
      expect(of([[...others, 'session=s', ...others].join(';')], 'session')).toBe('s');
      of(others, 'a');
    }));
  });
});
