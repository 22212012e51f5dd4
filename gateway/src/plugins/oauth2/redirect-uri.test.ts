import { expect, it } from 'vitest';

import { redirectUriViolation } from './redirect-uri.ts';

it.each([
  'http://a', 'https://example.com/callback?x=1', 'https://example.com:8443/', 'com.example.app://callback', 'http://user:pw@a/b',
  'http://[::1]:8080/', 'http://a?x', 'HTTPS://EXAMPLE.COM', 'http://a/@b',
])('accepts %s', (uri) => {
  expect(redirectUriViolation(uri)).toBeUndefined();
});

it.each(['foo', '/callback', '//a/b', 'custom:scheme', 'http:///path', 'http://:80/', 'http://user@/', '://a', 'mailto:a@b.c'])(
  'cannot parse %s', (uri) => {
    expect(redirectUriViolation(uri)).toBe(`cannot parse '${uri}'`);
  });

it.each(['http://a/#b', 'http://a#', 'http://a/?x#'])('refuses the fragment of %s', (uri) => {
  expect(redirectUriViolation(uri)).toBe(`fragment not allowed in '${uri}'`);
});

it('reads a URL of a megabyte in one pass', () => {
  expect(redirectUriViolation(`http://${'a@:'.repeat(350_000)}`)).toMatch('cannot parse');
  expect(redirectUriViolation(`http://a/${'a'.repeat(1_000_000)}`)).toBeUndefined();
});
