import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import { ipRestrictionHandler } from './handler.ts';
import type { IpRestrictionConfig } from './schema.ts';

function refusalOf(config: Partial<IpRestrictionConfig>, clientIp: string) {
  const exchange = new FakeExchange({ clientIp });
  void ipRestrictionHandler.prepare({ allow: null, deny: null, status: null, message: null, ...config }, fakeContext()).access?.(exchange);
  return exchange.refusal;
}

describe('ip-restriction', () => {
  it.each<readonly [string, Partial<IpRestrictionConfig>, string, boolean]>([
    ['an allowed address', { allow: ['10.0.0.1'] }, '10.0.0.1', true],
    ['an address in an allowed range', { allow: ['10.0.0.0/8'] }, '10.9.9.9', true],
    ['an address outside of all allowed ranges', { allow: ['10.0.0.0/8', '192.0.2.1'] }, '11.0.0.1', false],
    ['a denied address', { deny: ['10.0.0.1'] }, '10.0.0.1', false],
    ['an address beside a denied one', { deny: ['10.0.0.1'] }, '10.0.0.2', true],
    ['an address that is allowed and denied', { allow: ['10.0.0.1'], deny: ['10.0.0.0/8'] }, '10.0.0.1', false],
    ['any address, with empty lists', { allow: [], deny: [] }, '10.0.0.1', true],
    ['every address of IPv4', { allow: ['0.0.0.0/0'] }, '203.0.113.9', true],
    ['an address of IPv4, where all of IPv6 is allowed', { allow: ['::/0'] }, '203.0.113.9', false],
    ['an address of IPv4, where it is denied in the form of IPv6', { deny: ['::ffff:203.0.113.9'] }, '203.0.113.9', true],
    ['an address of IPv6 in a range', { deny: ['2001:db8::/32'] }, '2001:db8:1::5', false],
    ['an address of IPv6, where all of IPv4 is denied', { deny: ['0.0.0.0/0'] }, '2001:db8::5', true],
  ])('judges %s', (_what, config, address, passes) => {
    expect(refusalOf(config, address) === undefined).toBe(passes);
  });

  it('names the address, unless status and message are configured', () => {
    expect(refusalOf({ deny: ['10.0.0.1'] }, '10.0.0.1')).toEqual({ status: 403, message: 'IP address not allowed: 10.0.0.1' });
    expect(refusalOf({ deny: ['10.0.0.1'], status: 404, message: 'no' }, '10.0.0.1')).toEqual({ status: 404, message: 'no' });
  });
});
