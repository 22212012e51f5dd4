import { expect, it } from 'vitest';

import { controlCharacterViolation } from './control-characters.ts';

it.each([
  ['jürgen', undefined],
  ['日本', undefined],
  ['a b/c', undefined],
  ['', undefined],
  ['ab\nc', 'must not contain control characters, but character 3 is U+000A; remove it'],
  ['\0', 'must not contain control characters, but character 1 is U+0000; remove it'],
  ['a\x7f', 'must not contain control characters, but character 2 is U+007F; remove it'],
  ['a\u0085', 'must not contain control characters, but character 2 is U+0085; remove it'],
])('%j: %s', (text, violation) => {
  expect(controlCharacterViolation(text)).toBe(violation);
});
