import { expect, it } from 'vitest';

import { admits } from './content-types.ts';

it.each<[readonly string[], string | undefined, boolean]>([
  [['text/plain'], 'text/plain', true],
  [['text/plain'], 'TEXT/Plain', true],
  [['text/plain'], 'text/plain; charset=utf-8', false],
  [['text/plain; charset=utf-8'], 'text/plain;Charset="utf-8"', true],
  [['text/plain; charset=utf-8'], 'text/plain', false],
  [['text/plain; charset=utf-8'], 'text/plain; charset=utf-8; format=flowed', false],
  [['text/*'], 'text/html', true],
  [['text/*'], 'application/json', false],
  [['*/*'], 'application/json', true],
  [['*/*'], 'application/json; charset=utf-8', false],
  [['nothing', 'text/plain'], 'text/plain', true],
  [['*/*'], 'nothing', false],
  [['*/*'], '', false],
  [['*/*'], undefined, false],
])('%j admits %s: %s', (admitted, contentType, expected) => {
  const isAdmitted = admits(admitted);
  expect([isAdmitted(contentType), isAdmitted(contentType)]).toEqual([expected, expected]);
});
