import { expect, it } from 'vitest';

import { compareVersions, parseVersion } from './versions.ts';

it.each([
  ['3.9.1', { major: 3, minor: 9, patch: 1, build: 0 }],
  ['10.20.30', { major: 10, minor: 20, patch: 30, build: 0 }],
  ['3.8.0.5-enterprise-edition', { major: 3, minor: 8, patch: 0, build: 5 }],
  ['3.10.0.16', { major: 3, minor: 10, patch: 0, build: 16 }],
  ['3.4.0-dev', { major: 3, minor: 4, patch: 0, build: 0 }],
  ['3.9', undefined],
  ['v3.9.1', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is read as %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

it.each([
  ['3.9.1', '3.9.1', 0],
  ['2.9.9', '3.0.0', -1],
  ['3.10.0', '3.9.9', 1],
  ['3.9.2', '3.9.10', -1],
  ['3.9.1.2', '3.9.1.1', 1],
  ['3.9.1.1', '3.9.1.2', -1],
  ['3.9.1.1', '3.9.2.0', -1],
])('%s against %s: %d', (a, b, order) => {
  const compared = compareVersions(parseVersion(a)!, parseVersion(b)!);
  expect(Math.sign(compared)).toBe(order);
});
