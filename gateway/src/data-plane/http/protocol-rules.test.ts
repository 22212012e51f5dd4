import { afterEach, describe, expect, it } from 'vitest';

import { answerOf, ask, LocalProxy, masked, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function answer(route: Row, headers: readonly string[] = [], trusted = false): Promise<string> {
  const upstream = await new RawUpstream((peer) => peer.send(answerOf('ok'))).start();
  closing.push(() => upstream.close());
  const proxy = await new LocalProxy({ tables: rowsFor(upstream.port, {}, route), trusted: () => trusted }).start();
  closing.push(() => proxy.close());
  return masked(await ask(proxy.port, requestOf('GET /a%20b?x=1', ['Host: A.test:99', 'Connection: close', ...headers])));
}

describe('a request by http', () => {
  it.each([[['http']], [['http', 'https']]])('is served by a route for %j', async (protocols) => {
    expect(await answer({ protocols })).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('to a route for https gets 426', async () => {
    expect(await answer({ protocols: ['https'] })).toBe([
      'HTTP/1.1 426 Upgrade Required', 'Content-Type: application/json; charset=utf-8', 'Date: <date>', 'Server: <product>',
      'Upgrade: TLS/1.2, HTTP/1.1', 'X-Kong-Response-Latency: <ms>', 'X-Kong-Request-Id: <id>', 'Content-Length: 94',
      'Connection: close, Upgrade', '',
      '{\n  "message":"Please use HTTPS protocol",\n  "request_id":"<id>"\n}',
    ].join('\r\n'));
  });

  it.each([301, 302, 307, 308])('to a route for https that redirects with %d is sent there, with the status page', async (status) => {
    const text = await answer({ protocols: ['https'], https_redirect_status_code: status });
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/\r\nLocation: https:\/\/a\.test\/a%20b\?x=1\r\n[^]*\r\n\r\n<html>[^]*<\/html>\r\n$/);
    expect(/^Content-Type: .*/m.exec(text)![0].trim()).toBe(`Content-Type: text/html${status > 302 ? '; charset=UTF-8' : ''}`);
  });

  it.each([
    ['https', true, 200], ['http', true, 426], ['https', false, 426],
  ])('behind a proxy that says %s, trusted %s: %d', async (scheme, trusted, status) => {
    expect(await answer({ protocols: ['https'] }, [`X-Forwarded-Proto: ${scheme}`], trusted)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
