import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { corsHandler } from './handler.ts';
import type { CorsConfig } from './schema.ts';

const CONFIG: CorsConfig = {
  origins: null, headers: null, exposed_headers: null, methods: ['GET', 'POST'], max_age: null,
  credentials: false, private_network: false, preflight_continue: false,
};

type Headers = Readonly<Record<string, string>>;

function answerHeaders(config: Partial<CorsConfig>, origin: string | undefined): Record<string, string> {
  const exchange = new FakeExchange({ headers: origin === undefined ? {} : { origin } });
  const phases = corsHandler.prepare({ ...CONFIG, ...config }, fakeContext());
  void phases.access?.(exchange);
  exchange.response = new FakeResponse();
  void phases.responseHeaders?.(exchange);
  return Object.fromEntries(exchange.response.lines.map(([name, value]) => [name.toLowerCase(), value]));
}

function preflight(config: Partial<CorsConfig>, headers: Headers = {}) {
  const asking = { 'origin': 'http://a.test', 'access-control-request-method': 'POST', ...headers };
  const exchange = new FakeExchange({ method: 'OPTIONS', headers: asking });
  const phases = corsHandler.prepare({ ...CONFIG, ...config }, fakeContext());
  void phases.access?.(exchange);
  exchange.response = new FakeResponse();
  void phases.responseHeaders?.(exchange);
  return { answer: exchange.answer, later: exchange.response.lines };
}

const TWO = ['http://a.test', 'http://b.test:8080'];
const EXPRESSION = ['^https?://(.+\\.)?re\\.test$'];

describe('cors, on an answer', () => {
  it.each<readonly [readonly string[] | null, string | undefined, string | undefined]>([
    [null, 'http://a.test', '*'],
    [[], undefined, '*'],
    [['*'], 'null', '*'],
    [['http://a.test'], 'http://b.test', 'http://a.test'],
    [['a.test'], undefined, 'a.test'],
    [TWO, 'http://a.test', 'http://a.test'],
    [TWO, 'http://a.test:80', 'http://a.test'],
    [TWO, 'http://b.test:8080', 'http://b.test:8080'],
    [TWO, 'http://b.test', undefined],
    [TWO, 'https://a.test', undefined],
    [TWO, 'http://A.test', undefined],
    [TWO, 'http://a.test.evil', undefined],
    [TWO, 'null', undefined],
    [TWO, undefined, undefined],
    [['http://a.test', '*'], 'http://c.test', '*'],
    [EXPRESSION, 'https://x.re.test', 'https://x.re.test'],
    [EXPRESSION, 'http://re.test', 'http://re.test'],
    [EXPRESSION, 'http://xre.test', undefined],
    [EXPRESSION, 'http://re.test.evil', undefined],
    [['(a|b)\\.test'], 'https://b.test:1', 'https://b.test:1'],
    [['(a|b)\\.test'], 'https://cb.test', undefined],
  ])('of origins %j, %s gets %s', (origins, origin, allowed) => {
    const { vary, 'access-control-allow-origin': answer } = answerHeaders({ origins: origins as string[] | null }, origin);
    expect(answer).toBe(allowed);
    expect(vary).toBe(allowed === '*' ? undefined : 'Origin');
  });

  it('repeats the origin where credentials may come from everywhere', () => {
    expect(answerHeaders({ credentials: true }, 'http://x.test')).toEqual({
      'vary': 'Origin', 'access-control-allow-origin': 'http://x.test', 'access-control-allow-credentials': 'true',
    });
    expect(answerHeaders({ credentials: true }, undefined)).toEqual({ 'access-control-allow-origin': '*' });
  });

  it("takes the place of what the upstream says, and keeps the upstream's Vary", () => {
    const upstream = { 'access-control-allow-origin': 'http://evil.test', 'vary': 'Accept' };
    const exchange = new FakeExchange({ headers: { origin: 'http://c.test' } });
    exchange.response = new FakeResponse(200, upstream);
    void corsHandler.prepare({ ...CONFIG, origins: TWO, exposed_headers: ['X-A', 'X-B'] }, fakeContext()).responseHeaders?.(exchange);
    expect(exchange.response.lines).toEqual([['vary', 'Accept'], ['Vary', 'Origin'], ['Access-Control-Expose-Headers', 'X-A,X-B']]);
  });
});

describe('cors, on a preflight request', () => {
  it('answers in place of the upstream, once', () => {
    const { answer, later } = preflight({ origins: ['http://a.test'], max_age: 60, headers: ['X-One', 'X-Two'], credentials: true });
    expect(answer).toEqual({
      status: 200,
      headers: {
        'Vary': 'Origin', 'Access-Control-Allow-Origin': 'http://a.test', 'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': 'GET,POST', 'Access-Control-Allow-Headers': 'X-One,X-Two', 'Access-Control-Max-Age': '60',
      },
    });
    expect(later).toEqual([]);
  });

  it('allows the headers that it asks for, where none are configured', () => {
    expect(preflight({}, { 'access-control-request-headers': 'X-A,X-B' }).answer?.headers).toMatchObject({
      'Access-Control-Allow-Headers': 'X-A,X-B', 'Access-Control-Allow-Origin': '*',
    });
    expect(preflight({}).answer?.headers).not.toHaveProperty('Access-Control-Allow-Headers');
  });

  it('allows private networks where it is asked', () => {
    const asking = { 'access-control-request-private-network': 'true' };
    expect(preflight({ private_network: true }, asking).answer?.headers).toHaveProperty('Access-Control-Allow-Private-Network');
    expect(preflight({ private_network: true }).answer?.headers).not.toHaveProperty('Access-Control-Allow-Private-Network');
    expect(preflight({}, asking).answer?.headers).not.toHaveProperty('Access-Control-Allow-Private-Network');
  });

  it('is the matter of the upstream with preflight_continue', () => {
    expect(preflight({ preflight_continue: true })).toEqual({ answer: undefined, later: [] });
  });

  it('is no preflight without a method', () => {
    const exchange = new FakeExchange({ method: 'OPTIONS', headers: { origin: 'http://a.test' } });
    void corsHandler.prepare(CONFIG, fakeContext()).access?.(exchange);
    expect(exchange.answer).toBeUndefined();
  });
});
