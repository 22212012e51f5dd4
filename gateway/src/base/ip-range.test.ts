import { describe, expect, it } from 'vitest';

import { addressSet, plainAddress } from './ip-range.ts';

describe('sets of addresses', () => {
  it.each([
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '11.1.2.3', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8::1', true],
    [['2001:db8::/32'], '10.0.0.1', false],
    [['0.0.0.0/0', '::/0'], '2001:db8::1', true],
    [[], '10.0.0.1', false],
    [['0.0.0.0/0'], 'no address', false],
  ])('%j has %s: %s', (ranges, address, expected) => {
    expect(addressSet(ranges)(address)).toBe(expected);
  });

  it.each(['10.0.0.0/33', 'host', '10.0.0', '::/129', '10.0.0.0/x'])('refuse %s, naming it', (range) => {
    expect(() => addressSet([range])).toThrow(`"${range}" is no address and no CIDR`);
  });

  it('see IPv4 addresses behind IPv6 sockets as IPv4', () => {
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('::1')).toBe('::1');
    expect(plainAddress(undefined)).toBe('');
  });
});
