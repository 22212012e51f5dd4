import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { parseJsonText } from './json-text.ts';

it.each([
  ['{oops', 'Expected object key string but found invalid token at character 2'],
  ['{"a" 1}', 'Expected colon but found T_NUMBER at character 6'],
  ['{"a":}', 'Expected value but found T_OBJ_END at character 6'],
  ['{"a":1 "b"', 'Expected comma or object end but found T_STRING at character 8'],
  ['{"a":1,}', 'Expected object key string but found T_OBJ_END at character 8'],
  ['[1 2]', 'Expected comma or array end but found T_NUMBER at character 4'],
  ['[1,]', 'Expected value but found T_ARR_END at character 4'],
  ['{"a":[true', 'Expected comma or array end but found T_END at character 11'],
  ['{} {}', 'Expected the end but found T_OBJ_BEGIN at character 4'],
  ['nul', 'Expected value but found invalid token at character 1'],
  ['[01]', 'Expected value but found invalid number at character 2'],
  ['', 'Expected value but found T_END at character 1'],
  ['"ab', 'Expected value but found unexpected end of string at character 4'],
  ['"\\x"', 'Expected value but found invalid escape code at character 2'],
  ['"\\u12g4"', 'Expected value but found invalid unicode escape code at character 2'],
  ['"a\nb"', 'Expected value but found invalid token at character 3'],
])('says what is wrong with %j', (text, message) => {
  expect(() => parseJsonText(text)).toThrow(message);
});

it('refuses what is nested too deeply, without an overflow of the stack', () => {
  expect(() => parseJsonText(`${'['.repeat(100_000)}x`)).toThrow('Found too many nested data structures (1001)');
});

it('finds a place in each text that is none', () => {
  const damaged = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '\0', 'e', '-', '.'));
  fc.assert(fc.property(damaged, ([text, place, piece]) => {
    const at = place % (text.length + 1);
    const changed = text.slice(0, at) + piece + text.slice(at + 1);
    let isJson = true;
    try {
      JSON.parse(changed);
    } catch {
      isJson = false;
    }
    if (!isJson) expect(() => parseJsonText(changed)).toThrow(/^Expected .+ but found .+ at character \d+$/);
  }), { numRuns: 1_000 });
});
