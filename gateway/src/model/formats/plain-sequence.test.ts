import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';

import { UNKNOWN, plainSequence } from './plain-sequence.ts';

describe('a plain sequence', () => {
  it.each([
    '^/users/\\d+/orders$', '^^/users/(?<id>[^/]+)/orders',
    '^/v1\\.[0-9]{1,3}/.*', '^/(?P<a>\\w+)-(?<b>\\d*)', '^/(a)(?:b[c-e]?)/', '^/x{3}y{2,}$', '^',
  ])('is %s', (pattern) => expect(plainSequence(pattern)).toBeDefined());

  it.each([
    ['begins anywhere', '/users'],
    ['alternatives', '^/a|/b'],
    ['a lazy repetition', '^/.*?/a'],
    ['a possessive repetition', '^/a++'],
    ['a flag', '^/(?i)a'],
    ['a repeated group', '^/(a)+'],
    ['what follows has characters of the repetition', '^/.*/orders'],
    ['the same behind what may be missing', '^/\\d+x?\\d'],
    ['a class by name', '^/[[:alpha:]]'],
    ['a bound that RE2 does not take', '^/a{1001}'],
    ['an open group', '^/(a'],
    ['a closed one', '^/a)'],
    ['two groups of one name', '^/(?<n>a)(?<n>b)'],
    ['another escape', '^/\\b'],
    ['characters that are not ASCII', '^/日'],
    ['a brace alone', '^/a{'],
    ['a range backwards', '^/[z-a]'],
    ['an anchor inside', '^/a$b'],
  ])('is not: %s', (_, pattern) => expect(plainSequence(pattern)).toBeUndefined());

  it('leaves characters of classes that are not ASCII to others', () => {
    expect(plainSequence('^/[^/]+/a')!.end('/é/a')).toBe(UNKNOWN);
  });

  const character = fc.constantFrom(
    'a', 'b', '1', '-', '/', '_', '.', '\\.', '\\-', '\\/', '\\d', '\\w', ']',
    '[ab]', '[^/]', '[a-c]', '[^a1]', '[\\w.-]', '[/-]', '[+--]',
  );
  const count = fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{1,}', '{0,2}');
  const item = fc.tuple(character, count).map((parts) => parts.join(''));
  const items = fc.array(item, { maxLength: 4 }).map((parts) => parts.join(''));
  const group = fc.tuple(fc.constantFrom('(', '(?:', '(?<x>', '(?P<y>'), items).map(([open, inside]) => `${open}${inside})`);
  const part = fc.oneof({ weight: 3, arbitrary: item }, { weight: 1, arbitrary: group });
  const pattern = fc.tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom('', '$')).map(([parts, end]) => `^${parts.join('')}${end}`);
  const text = fc.array(fc.constantFrom(...'ab1-/_.\né]+,'), { maxLength: 8 }).map((parts) => parts.join(''));

  it('matches what RE2 matches', () => {
    let compared = 0;
    fc.assert(fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 20 }), (given, texts) => {
      const sequence = plainSequence(given);
      if (sequence === undefined) return;
      const re2 = RE2JS.compile(given);
      for (const one of texts) {
        const end = sequence.end(one);
        if (end === UNKNOWN) continue;
        const match = re2.exec(one) as RegExpExecArray | null;
        expect([given, one, end < 0 ? undefined : one.slice(0, end)]).toEqual([given, one, match?.[0]]);
        if (match !== null && sequence.hasNames) expect(sequence.groups(one)).toEqual({ ...match.groups });
        if (match !== null) expect(sequence.literals.every((literal) => one.includes(literal))).toBe(true);
        compared += 1;
      }
    }), { numRuns: 1_000 });
    expect(compared).toBeGreaterThan(1_500);
  });
});
