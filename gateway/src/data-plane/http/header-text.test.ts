import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { headerText, headerValue } from './header-text.ts';

describe('the value of a header', () => {
  it.each([
    ['bob', 'bob'],
    ['tab\tand ~', 'tab\tand ~'],
    ['', ''],
    ['j\u00fcrgen', 'j\u00c3\u00bcrgen'],
    ['\u65e5\u672c', '\u00e6\u0097\u00a5\u00e6\u009c\u00ac'],
    ['a\r\nB: c\0\x7f\x1f\x08', 'a%0D%0AB: c%00%7F%1F%08'],
  ])('of %j is %j', (text, value) => {
    expect(headerValue(text)).toBe(value);
  });
});

describe('the text of a header', () => {
  it('is the text whose value it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text)), (text) => {
      expect(headerText(headerValue(text))).toBe(text);
    }));
  });

  it('keeps a byte order mark', () => {
    expect(headerText('\u00ef\u00bb\u00bfa')).toBe('\ufeffa');
  });

  it('is one character for each byte where the bytes are no UTF-8', () => {
    expect(headerText('j\u00fcrgen')).toBe('j\u00fcrgen');
  });
});
