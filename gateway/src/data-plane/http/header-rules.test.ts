import { describe, expect, it } from 'vitest';

import { fakeLines } from './fake-messages.testing.ts';
import { connectionOptions, NOT_TO_CLIENT, NOT_TO_UPSTREAM, withCharset } from './header-rules.ts';

describe('headers of requests that do not travel', () => {
  it('are those of a connection, those that the gateway makes itself, and those that say who a consumer is', () => {
    expect([...NOT_TO_UPSTREAM].sort()).toEqual([
      'connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade',
      'via', 'x-anonymous-consumer', 'x-authenticated-groups', 'x-authenticated-scope', 'x-authenticated-userid',
      'x-consumer-custom-id', 'x-consumer-groups',
      'x-consumer-id', 'x-consumer-username', 'x-credential-identifier', 'x-credential-username', 'x-forwarded-for', 'x-forwarded-host',
      'x-forwarded-path',
      'x-forwarded-port', 'x-forwarded-prefix', 'x-forwarded-proto', 'x-kong-request-id', 'x-real-ip',
    ]);
  });
});

describe('headers of answers that do not travel', () => {
  it('are those of a connection, those that travel by themselves, those that the gateway adds, and commands to nginx', () => {
    expect(NOT_TO_CLIENT.toSorted()).toEqual([
      'connection', 'content-length', 'content-type', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'via',
      'x-accel-buffering', 'x-accel-charset', 'x-accel-expires', 'x-accel-limit-rate', 'x-accel-redirect',
      'x-kong-proxy-latency', 'x-kong-request-id', 'x-kong-upstream-latency',
    ]);
  });
});

describe('what Connection names', () => {
  it.each([undefined, 'close', 'keep-alive', 'Keep-Alive', 'UPGRADE'])('%s: nothing', (value) => {
    expect(connectionOptions(fakeLines(value === undefined ? [] : [`Connection: ${value}`]))).toBeUndefined();
  });

  it.each<[string, string[]]>([
    ['X-A', ['x-a']],
    [' x-a , X-B,,', ['x-a', 'x-b']],
    ['close, x-a', ['close', 'x-a']],
    ['xkeep-alive', ['xkeep-alive']],
    ['keep-alivex', ['keep-alivex']],
    ['host, Content-Length, X-Forwarded-For, X-Real-IP, content-type, authorization, cookie, trailer, x-a', ['x-a']],
  ])('%s: %j', (value, names) => {
    expect([...connectionOptions(fakeLines([`Connection: ${value}`]))!]).toEqual(names);
  });

  it('in several lines counts, whichever line it is in', () => {
    expect([...connectionOptions(fakeLines(['Connection: keep-alive', 'connection: X-A']))!]).toEqual(['keep-alive', 'x-a']);
  });
});

describe('a content type', () => {
  it.each([
    'text/html', 'text/plain', 'text/xml', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml', 'Text/HTML',
  ])('%s gets a charset', (type) => {
    expect(withCharset(type)).toBe(`${type}; charset=UTF-8`);
  });

  it.each(['text/css', 'application/json', 'text/html; charset=x', 'text/html;'])('%s stays as it is', (type) => {
    expect(withCharset(type)).toBe(type);
  });
});
