import { describe, expect, it } from 'vitest';

import type { PluginAnswer } from '../../plugin-kit/exchange.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { requestTerminationHandler } from './handler.ts';
import type { RequestTerminationConfig } from './schema.ts';

const CONFIG: RequestTerminationConfig = { status_code: 503, message: null, content_type: null, body: null, echo: false, trigger: null };

async function answer(config: Partial<RequestTerminationConfig>, request: FakeRequest = {}): Promise<PluginAnswer | undefined> {
  const exchange = new FakeExchange(request);
  await requestTerminationHandler.prepare({ ...CONFIG, ...config }, fakeContext()).access?.(exchange);
  return exchange.answer;
}

describe('request-termination', () => {
  it.each<readonly [string, Partial<RequestTerminationConfig>, PluginAnswer]>([
    ['the usual message of a status', {}, { status: 503, body: { message: 'Service unavailable' } }],
    ['no message where a status has none', { status_code: 410 }, { status: 410 }],
    ['a configured message', { status_code: 403, message: 'no' }, { status: 403, body: { message: 'no' } }],
    ['a body with its type', { status_code: 200, body: '<b>', content_type: 'text/html' },
      { status: 200, body: '<b>', headers: { 'Content-Type': 'text/html' } }],
    ['a body without a type', { body: 'plain' }, { status: 503, body: 'plain' }],
  ])('answers with %s', async (_what, config, expected) => {
    expect(await answer(config)).toEqual(expected);
  });

  it('waits for its trigger, in a header or in the query', async () => {
    const trigger = { trigger: 'X-Stop' };
    expect(await answer(trigger)).toBeUndefined();
    expect(await answer(trigger, { headers: { 'x-stop': '1' } })).toBeDefined();
    expect(await answer(trigger, { query: 'X-Stop=' })).toBeDefined();
    expect(await answer(trigger, { query: 'x-stop=1' })).toBeUndefined();
  });

  it('shows the request when asked for', async () => {
    const request = { method: 'POST', path: '/a', query: 'b=1&b=2', headers: { 'x-a': ['1', '2'], 'host': 'h.test' }, body: 'text' };
    expect(await answer({ echo: true, status_code: 404 }, request)).toMatchObject({
      status: 404,
      body: {
        message: 'Not found',
        request: {
          method: 'POST', path: '/a', query: { b: ['1', '2'] }, headers: { 'x-a': ['1', '2'], 'host': 'h.test' }, raw_body: 'text',
        },
        kong: { hostname: 'node.test' },
      },
    });
  });
});
