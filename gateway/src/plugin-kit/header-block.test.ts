import { describe, expect, it } from 'vitest';

import { HeaderBlock, HeaderNames } from './header-block.ts';

const NUMBERS = new HeaderNames(['X-Limit', 'X-Left'], { arePlain: true });

describe('a block of headers', () => {
  it.each<[what: string, names: HeaderNames, values: string[], lines: string, members: object]>([
    ['of numbers', NUMBERS, ['10', '9'], 'X-Limit: 10\r\nX-Left: 9\r\n', { 'x-limit': '10', 'x-left': '9' }],
    ['of any values', new HeaderNames(['A', 'B']), ['a"\\', 'b'], 'A: a"\\\r\nB: b\r\n', { a: 'a"\\', b: 'b' }],
    ['of UTF-8', new HeaderNames(['A']), ['\xc3\xbc'], 'A: \xc3\xbc\r\n', { a: 'ü' }],
    ['of bytes that are no UTF-8', new HeaderNames(['A']), ['\xfc'], 'A: \xfc\r\n', { a: 'ü' }],
    ['without headers', new HeaderNames([]), [], '', {}],
  ])('%s is lines of a head, and members of an object', (_what, names, values, lines, members) => {
    const block = new HeaderBlock(names, values);
    expect(block.lines).toBe(lines);
    expect(JSON.parse(`{${block.members}}`)).toEqual(members);
  });

  it.each([
    [['Content-Length']], [['authorization']], [['DATE']], [['A', 'a']], [['a b']], [['']],
  ])('takes no names such as %j', (names) => {
    expect(() => new HeaderNames(names)).toThrow('cannot be in a block of headers');
  });
});
