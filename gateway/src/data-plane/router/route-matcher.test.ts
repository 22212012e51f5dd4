/** Which of two routes that both match comes first. */
import { describe, expect, it } from 'vitest';

import type { Route } from '../../model/snapshot.ts';
import { compileRoute } from './route-matcher.ts';
import { byPrecedence } from './route-precedence.ts';
import type { Ranked } from './route-precedence.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const HIGHER_ID = '10000000-0000-4000-8000-000000000000';

function route(conditions: Partial<Route>): Route {
  return {
    id: ID, name: null, protocols: ['http'], methods: [], hosts: [], paths: [], snis: [], headers: {},
    httpsRedirectStatus: 426, regexPriority: 0, stripPath: true, preserveHost: false, createdAt: 0, service: undefined, row: {},
    ...conditions,
  };
}

describe('of two routes, the first comes first', () => {
  const cases: readonly (readonly [string, Partial<Route>, Partial<Route>])[] = [
    ['more conditions before fewer', { paths: ['/a'], methods: ['GET'] }, { paths: ['/a/longer'] }],
    ['plain hosts before more conditions', { hosts: ['a.test'] }, { paths: ['/a'], methods: ['GET'], headers: { v: ['1'] } }],
    ['plain hosts before a wildcard with more conditions', { hosts: ['a.b.test'] }, { hosts: ['*.b.test'], paths: ['/a'] }],
    ['a regular expression before more conditions',
      { paths: ['~/a/\\d'], hosts: ['a.test'] }, { paths: ['/a'], hosts: ['a.test'], headers: { v: ['1'] } }],
    ['plain hosts before a regular expression', { hosts: ['a.test'], paths: ['/a'] }, { paths: ['~/a.*'], methods: ['GET'] }],
    ['four conditions before all else',
      { methods: ['GET'], paths: ['/a'], headers: { v: ['1'] }, snis: ['a.test'] },
      { hosts: ['a.test'], paths: ['~/a'], regexPriority: 100 }],
    ['a negative priority of regular expressions before zero', { paths: ['~/a.*'], regexPriority: -5 }, { paths: ['~/a/.*'] }],
    ['the higher priority of two regular expressions', { paths: ['~/a.*'], regexPriority: 10 }, { paths: ['~/a/.*'], regexPriority: 5 }],
    ['more headers before a longer path',
      { paths: ['/a'], headers: { v: ['1'], w: ['2'] } }, { paths: ['/a/longer'], headers: { v: ['1'] } }],
    ['the longer path', { paths: ['/a/b'] }, { paths: ['/a'] }],
    ['the higher id, when all else is equal', { id: HIGHER_ID, paths: ['/a'] }, { paths: ['/b'] }],
  ];

  it.each(cases)('%s', (_, first, second) => {
    const ranked = (conditions: Partial<Route>): Ranked => compileRoute(route(conditions), 'traditional_compatible')[0]!;
    const [one, other] = [ranked(first), ranked(second)];
    expect(byPrecedence(one, other)).toBeLessThan(0);
    expect(byPrecedence(other, one)).toBeGreaterThan(0);
  });
});
