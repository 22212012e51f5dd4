import { describe, expect, it } from 'vitest';

import { scopeInlineFlags } from './inline-flags.ts';

const SCOPED: readonly (readonly [pattern: string, scoped: string])[] = [
  ['/plain', '/plain'],
  ['/(?i)insens', '/(?i:insens)'],
  ['^(?i)a|b', '^(?i:a)|(?i:b)'],
  ['(a(?i)b)c', '(a(?i:b))c'],
  ['[(?i)]x', '[(?i)]x'],
  ['\\((?i)x', '\\((?i:x)'],
  ['(?<n>(?s).)(?i)z', '(?<n>(?s:.))(?i:z)'],
];

describe('flags in the middle of a pattern', () => {
  it.each(SCOPED)('%s reaches to the end of its group', (pattern, scoped) => {
    expect(scopeInlineFlags(pattern)).toBe(scoped);
    expect(() => new RegExp(scoped)).not.toThrow();
  });
});
