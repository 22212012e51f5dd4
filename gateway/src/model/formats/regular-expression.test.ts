import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';

import { programSizeOf } from './program-size.ts';
import { regularExpression, regularExpressionViolation } from './regular-expression.ts';

describe('a regular expression', () => {
  interface Case {
    readonly pattern: string;
    readonly text: string;
    readonly matched?: string;
    readonly groups?: Readonly<Record<string, unknown>>;
  }
  const CASES: readonly Case[] = [
    { pattern: '^/(?P<name>[[:alpha:]]+)$', text: '/abc', matched: '/abc', groups: { name: 'abc' } },
    { pattern: '^/t/(?<id>\\d+)(?<rest>/.*)?', text: '/t/12', matched: '/t/12', groups: { id: '12', rest: undefined } },
    { pattern: '^/(?i)abc', text: '/ABC/d', matched: '/ABC' },
    { pattern: '^/a(?:(?i)b)c', text: '/aBC' },
    { pattern: '^/v\\d+', text: '/v12/x', matched: '/v12' },
    { pattern: '^/a|/b', text: '/x/b', matched: '/b' },
    { pattern: '^/a.c$', text: '/a\u2028c', matched: '/a\u2028c' },
    { pattern: '^/.$', text: '/\u{1F600}', matched: '/\u{1F600}' },
    { pattern: '^/日本+', text: '/日本本', matched: '/日本本' },
    { pattern: '^/(a|ab)(c|bcd)', text: '/abcd', matched: '/abcd' },
    { pattern: '\\A/a\\z', text: '/a', matched: '/a' },
    { pattern: '^/a{', text: '/a{', matched: '/a{' },
    { pattern: '^/(?<name>[^/]+)/x', text: '/日本/x/y', matched: '/日本/x', groups: { name: '日本' } },
    { pattern: '^/[^/]{2}/x', text: '/\u{1F600}a/x', matched: '/\u{1F600}a/x' },
  ];

  it.each(CASES)('$pattern in $text', ({ pattern, text, matched, groups }) => {
    const expression = regularExpression(pattern);
    expect(expression.test(text)).toBe(matched !== undefined);
    const match = expression.match(text);
    expect(match?.matched).toBe(matched);
    expect(match?.groups && { ...match.groups }).toEqual(groups);
  });

  it('takes time linear in the text', () => {
    const text = 'a'.repeat(40_000);
    expect(regularExpression('^/(a+)+$').match(`/${text}!`)).toBeUndefined();
    expect(regularExpression('^/(?<n>(a|a)*)*$').match(`/${text}!`)).toBeUndefined();
  });

  it('is compiled once while it is in use', () => {
    const first = regularExpression('^/once$');
    expect(regularExpression('^/once$')).toBe(first);
  });
});

describe('a regular expression that is refused', () => {
  it.each([
    ['(?=a)b', 'look-around'], ['(?!a)b', 'look-around'], ['(?<=a)b', 'look-around'], ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'a back-reference'], ['(?<n>a)\\k<n>', 'a back-reference'], ['(?P<n>a)(?P=n)', 'a back-reference'],
    ['(?>a)', 'an atomic group'], ['a++', 'an atomic group'], ['(a(?R)?)', 'recursion'], ['(a(?1)?)', 'recursion'],
  ])('%s: %s', (pattern, construct) => {
    expect(regularExpressionViolation(pattern)).toContain(construct);
    expect(regularExpressionViolation(pattern)).toContain('is not supported, since it cannot be matched in linear time');
  });

  it.each([
    ['an open group', '(', 'missing closing )'],
    ['an open class', '/[', 'missing closing ]'],
    ['an escape of PCRE only', '\\h', 'invalid escape sequence'],
    ['a name twice', '(?<n>a)(?<n>b)', 'duplicate capture group name'],
    ['a count above 1000', 'a{1001}', 'invalid repeat count'],
    ['a count of a count', 'a{1000}{1000}', 'too large: got about 1000003 instructions, expected at most 2000'],
    ['a count of a group with a count', '(?:a{1000}){2}', 'too large'],
    ['counts in depth', '(?:(?:a{10}){10}){30}', 'too large'],
    ['optional repetitions', '[a-z]{1,1000}b{1,100}', 'too large'],
    ['a long text', 'a'.repeat(9_000), 'too long: got 9000 characters, expected at most 8192'],
  ])('%s', (_, pattern, reason) => {
    expect(regularExpressionViolation(pattern)).toContain(reason);
    expect(() => regularExpression(pattern)).toThrow(SyntaxError);
  });
});

describe('the estimated size of a program', () => {
  const atom = fc.constantFrom(
    'a', '.', '\\d', '[a-z]', '[]a]', '[^\\]{3}]', '\\{', '\\x{41}', '\\pL', '[[:alpha:]_]', '\\Qa.b\\E', '^', '日',
  );
  const count = fc.constantFrom('', '', '*', '+?', '?', '{3}', '{0,4}', '{2,}', '{1,5}?', '{0}');
  const { expression } = fc.letrec<{ expression: string; item: string; group: string }>((tie) => ({
    expression: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
    item: fc.tuple(fc.oneof({ maxDepth: 3 }, atom, tie('group')), count).map((parts) => parts.join('')),
    group: fc.tuple(fc.constantFrom('(', '(?:', '(?i:'), tie('expression'), fc.constantFrom(')', '|b)')).map((parts) => parts.join('')),
  }));

  it('is never below the real one', () => {
    fc.assert(fc.property(expression, (pattern) => {
      expect(programSizeOf(pattern), pattern).toBeGreaterThanOrEqual(RE2JS.compile(pattern).programSize());
    }), { numRuns: 1_000 });
  });

  it('is near the real one for an expression that people write', () => {
    const pattern = '^/[a-z]{1,63}(?:\\.[a-z]{1,63}){1,8}/(?<id>\\d+)$';
    expect(programSizeOf(pattern)).toBeLessThan(RE2JS.compile(pattern).programSize() * 1.1);
  });
});

describe('texts that every match contains', () => {
  it.each<readonly [string, readonly string[]]>([
    ['^/users/\\d+/orders$', ['/users/', '/orders']],
    ['^/a(b|c)/lit[0-9]+x', ['/a', '/lit', 'x']],
    ['^/(?:long/)?rest', ['/', 'rest']],
    ['^/caf\u00e9/\\d', ['/caf\u00e9/']],
    ['(?i)/abc', []],
    ['/one|/other', ['/o']],
    ['\\d+', []],
  ])('%s', (pattern, literals) => {
    expect(regularExpression(pattern).literals).toEqual(literals);
  });
});
