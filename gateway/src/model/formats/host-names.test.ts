import { isIPv6 } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hostWithOptionalPort, sni, wildcardHost } from '../schema/typedefs.ts';
import { isIpOrCidr, normalizedAddress, parseHost } from './host-names.ts';

describe('an address as it is stored', () => {
  it.each([
    ['a', 'a:8000'],
    ['API.Example.com', 'API.Example.com:8000'],
    ['a.b.', 'a.b.:8000'],
    ['a_b:1', 'a_b:1'],
    ['-a.b:1', '-a.b:1'],
    ['a:0', 'a:0'],
    ['a:65535', 'a:65535'],
    ['a:00080', 'a:80'],
    ['1.2.3.4', '1.2.3.4:8000'],
    ['001.02.3.4:80', '1.2.3.4:80'],
    ['255.255.255.255:1', '255.255.255.255:1'],
    ['1.2.3.4a', '1.2.3.4a:8000'],
    ['::1', '[0000:0000:0000:0000:0000:0000:0000:0001]:8000'],
    ['::', '[0000:0000:0000:0000:0000:0000:0000:0000]:8000'],
    ['[::1]', '[0000:0000:0000:0000:0000:0000:0000:0001]:8000'],
    ['[2001:DB8::A]:443', '[2001:0db8:0000:0000:0000:0000:0000:000a]:443'],
    ['1:2:3:4:5:6:7:8', '[0001:0002:0003:0004:0005:0006:0007:0008]:8000'],
    ['1:2:3:4:5:6:7::', '[0001:0002:0003:0004:0005:0006:0007:0000]:8000'],
  ])('%s becomes %s', (given, stored) => expect(normalizedAddress(given, 8000)).toBe(stored));

  it.each([
    '', ' ', 'a b', 'a/b', 'http://a', 'a:', 'a:b', 'a:70000', 'a:-1', 'a-', 'a..b', '.a', '.', '1.2.3', '1.2.3.4.5', '256.1.1.1',
    '1.2.3.4:70000', '123', '1.2.3.4:', '[::1', '::1]', '[::1]x', '[::1]:',
    '[::1]:70000', '1::2::3', '::12345', '::g', 'fe80::1%eth0', '::ffff:1.2.3.4',
    'é.test', 'a\n', 'user@a',
  ])('%j is none', (given) => expect(normalizedAddress(given, 8000)).toBeUndefined());

  it('is in its normal form already when it is normalized again', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6().filter((address) => !address.includes('.')).map((address) => `[${address}]`), fc.domain());
    fc.assert(fc.property(host, fc.option(fc.integer({ min: 0, max: 65_535 })), (name, port) => {
      const given = port === null ? name : `${name}:${port}`;
      const once = normalizedAddress(given, 8000);
      expect(once, given).toMatch(port === null ? /:8000$/ : new RegExp(`:${port}$`));
      expect(normalizedAddress(once!, 1)).toBe(once);
    }));
  });

  it('is never longer than what all of its digits need, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const normalized = normalizedAddress(text, 8000);
      if (normalized?.startsWith('[')) expect(isIPv6(normalized.slice(1, normalized.indexOf(']')))).toBe(true);
    }));
  });
});

describe('a host', () => {
  it.each([
    ['a:70000', 'invalid port number'], ['1.2.3.4:70000', 'invalid port number'], ['[::1]:70000', 'invalid port number'],
    ['http://a', 'invalid hostname: http://a'], ['1.2.3', 'invalid ipv4 address: 1.2.3'], ['1:2:3', 'invalid ipv6 address: 1:2:3'],
    ['fe80::1%eth0', 'invalid ipv6 address: fe80::1%eth0'],
    [':80', 'invalid ipv4 address: :80'], ['1.2.3.4:', 'invalid ipv4 address: 1.2.3.4:'], ['80:80', 'invalid ipv4 address: 80:80'],
    ['a b:70000', 'invalid port number'], ['[::1]x', 'invalid ipv6 address'],
  ])('%s is refused: %s', (host, violation) => {
    expect(parseHost(host)).toBe(violation);
    expect(hostWithOptionalPort.check(host)).toBe(violation);
  });
});

describe('a server name', () => {
  it.each([
    ['a.test', undefined], ['*', undefined], ['*.a.test', undefined], ['a.*', undefined], ['*a.test', undefined], ['a.test*', undefined],
    ['a*b', 'wildcard must be leftmost or rightmost character'], ['a.*.b', 'wildcard must be leftmost or rightmost character'],
    ['a.*:80', 'wildcard must be leftmost or rightmost character'],
    ['*.a.*', 'only one wildcard must be specified'], ['**', 'only one wildcard must be specified'],
    ['*.a:80', 'must not have a port'], ['a.test:80', 'must not have a port'], ['a.test:70000', 'must not have a port'],
    ['*.a b', 'invalid value: wildcard.a b'], ['a:*', 'invalid value: a:wildcard'],
    ['1.2.3.4', 'must not be an IP'], ['::1', 'must not be an IP'], ['[::1]', 'must not be an IP'], ['1.2.3.4:80', 'must not be an IP'],
    ['a b', 'invalid value: a b'], ['a..b', 'invalid value: a..b'], ['1.2.3', 'invalid value: 1.2.3'],
    ['*.a b', 'invalid value: wildcard.a b'], ['a b.*', 'invalid value: a b.wildcard'],
  ])('%s with a wildcard: %s', (name, violation) => expect(wildcardHost.check(name)).toBe(violation));

  it.each([
    ['a.test', undefined], ['*.a.test', 'invalid value: *.a.test'], ['1.2.3.4', 'must not be an IP'], ['a:1', 'must not have a port'],
  ])('%s without one: %s', (name, violation) => expect(sni.check(name)).toBe(violation));
});

describe('an address or a range', () => {
  it.each(['1.2.3.4', '10.0.0.1/24', '0.0.0.0/0', '::1', '::/0', '2001:db8::/128'])('%s is one', (text) => {
    expect(isIpOrCidr(text)).toBe(true);
  });

  it.each(['10.0.0.1/08', '10.0.0.1/33', '10.0.0.1/', '::1/129', '::1/064', 'fe80::1%eth0', '10.0.0.1/8/8', 'a'])('%s is none', (text) => {
    expect(isIpOrCidr(text)).toBe(false);
  });
});
