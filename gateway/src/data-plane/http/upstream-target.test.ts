import { expect, it } from 'vitest';

import type { Route } from '../../model/snapshot.ts';
import type { RouteMatch } from '../router/router.ts';
import { FakeRequest } from './fake-messages.testing.ts';
import type { RequestFacts } from './received-request.ts';
import { readFacts } from './request-facts.ts';
import { sentTarget, upstreamTarget } from './upstream-target.ts';

const factsOf = (target: string) => readFacts(new FakeRequest({ target, headers: ['Host: a.test'] }), () => false) as RequestFacts;

const matchOf = (matched: string, stripPath: boolean): RouteMatch => ({ route: { stripPath } as Route, matched });

it('is that of its own route and service, also for a target that went elsewhere before', () => {
  const matches = [matchOf('/a', true), matchOf('/a', false), matchOf('/a/b', true), matchOf('/', true)];
  const wanted: string[] = [];
  const got: string[] = [];
  for (const target of ['/a/b?c', '/a/b', '/a/%7Eb?c', '/a/b?c']) {
    for (const match of [...matches, ...matches.toReversed()]) {
      for (const base of [undefined, '/base', undefined, '/base/', '/base/']) {
        wanted.push(upstreamTarget(factsOf(target), undefined, match, base));
        got.push(sentTarget(factsOf(target), undefined, match, base));
      }
    }
  }
  expect(got).toEqual(wanted);
  expect(new Set(got).size).toBeGreaterThan(10);
});

it('has what plugins changed, for this request only', () => {
  const match = matchOf('/a', true);
  const [plain, changed] = [undefined, { path: '/x', query: 'y=z' }];
  expect([plain, changed, plain].map((changes) => sentTarget(factsOf('/a/b?c'), changes, match, '/base')))
    .toEqual(['/base/b?c', '/x?y=z', '/base/b?c']);
});

it.each(['/a b', '/a\n', 'a', '/ä€'])('cannot be %j: neither the first time nor again', (path) => {
  const facts = factsOf('/a/b');
  const match = matchOf('/a', true);
  for (const [changes, base] of [[{ path, query: '' }, '/'], [undefined, path], [undefined, path]] as const) {
    expect(() => sentTarget(facts, changes, match, base)).toThrow(/is no request target/);
  }
});
