import { describe, expect, it } from 'vitest';

import type { HttpExchange } from './http-exchange.ts';
import { RequestDebug } from './request-debug.ts';

/** A request from an address, with headers. */
function read(remoteAddress: string, headers: Readonly<Record<string, string>>) {
  const removed: string[] = [];
  const exchange = {
    incoming: { headers: { first: (name: string) => headers[name] } }, facts: { connection: { remoteAddress } },
    upstream: { removeHeader: (name: string) => removed.push(name) },
  };
  return { wish: new RequestDebug('secret').read(exchange as unknown as HttpExchange), removed: removed.length > 0 };
}

describe('who may ask how long a request takes', () => {
  it.each<readonly [string, string, Readonly<Record<string, string>>, unknown]>([
    ['a client of this machine', '127.1.2.3', { 'x-kong-request-debug': '*' }, { isLocal: true, isLogged: false }],
    ['over IPv6', '::1', { 'x-kong-request-debug': '*', 'x-kong-request-debug-log': 'true' }, { isLocal: true, isLogged: true }],
    ['another one with the token', '192.0.2.1', { 'x-kong-request-debug': '*', 'x-kong-request-debug-token': 'secret' },
      { isLocal: false, isLogged: false }],
    ['not another one without it', '192.0.2.1', { 'x-kong-request-debug': '*' }, undefined],
    ['not another one with a wrong token', '192.0.2.1', { 'x-kong-request-debug': '*', 'x-kong-request-debug-token': 'secre' }, undefined],
    ['not with the token alone', '192.0.2.1', { 'x-kong-request-debug-token': 'secret' }, undefined],
  ])('%s', (_what, address, headers, wish) => {
    expect(read(address, headers)).toEqual({ wish, removed: true });
  });

  it('leaves other requests alone', () => {
    expect(read('127.0.0.1', { host: 'a.test' })).toEqual({ wish: undefined, removed: false });
  });
});
