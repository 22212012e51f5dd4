import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import { redirectHandler } from './handler.ts';

function answerOf(location: string, keepsPath: boolean, path: string, query = '', status = 301) {
  const exchange = new FakeExchange({ path, query });
  const config = { status_code: status, location, keep_incoming_path: keepsPath };
  void redirectHandler.prepare(config, fakeContext()).access?.(exchange);
  return exchange.answer;
}

describe('redirect', () => {
  it('answers with the configured address and status', () => {
    expect(answerOf('http://to.test/x?y=z', false, '/a', 'b=c', 302)).toEqual({
      status: 302, headers: { Location: 'http://to.test/x?y=z' }, body: 'redirecting',
    });
  });

  it.each([
    ['http://to.test/x?y=z', '/a/b', '', 'http://to.test/a/b'],
    ['http://to.test/x?y=z', '/a', 'b=c', 'http://to.test/a?b=c'],
    ['https://to.test:8443', '/a%20b', 'c=%2f', 'https://to.test:8443/a%20b?c=%2f'],
    ['https://to.test', '/', '', 'https://to.test/'],
    ['https://user:word@to.test/x', '/a', '', 'https://to.test/a'],
    ['https://to.test', '//evil.test/', '', 'https://to.test//evil.test/'],
  ])('to %s keeps %s?%s', (location, path, query, target) => {
    expect(answerOf(location, true, path, query)?.headers).toEqual({ Location: target });
  });
});
