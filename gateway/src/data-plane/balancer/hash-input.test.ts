/** What the hash of a request is made of, by the settings of its upstream. */
import { describe, expect, it } from 'vitest';

import { hashInputOf } from './hash-input.ts';
import type { HashedRequest, HashSettings } from './hash-input.ts';

const REQUEST: HashedRequest = {
  clientIp: '10.0.0.9', path: '/a/b', consumerId: undefined, credentialId: 'cred',
  headerValues: (name) => ({ 'x-key': ['one', 'two'], 'cookie': ['a=1; stick=abc', 'b=2'] })[name] ?? [],
  queryValues: (name) => ({ k: ['z', 'a'], flag: [undefined], empty: [''] })[name] ?? [],
  capture: (name) => (name === 'id' ? '77' : undefined),
};

const settings = (fields: Partial<HashSettings>): HashSettings => ({ hash_on: 'none', hash_fallback: 'none', ...fields });

describe('the hash is made of', () => {
  it.each<[string, Partial<HashSettings>, string]>([
    ['nothing', {}, ''],
    ['the credential without a consumer', { hash_on: 'consumer' }, 'cred'],
    ['the address', { hash_on: 'ip' }, '10.0.0.9'],
    ['all lines of a header, in whatever case it is configured', { hash_on: 'header', hash_on_header: 'X-Key' }, 'one, two'],
    ['the path', { hash_on: 'path' }, '/a/b'],
    ['sorted values of an argument', { hash_on: 'query_arg', hash_on_query_arg: 'k' }, 'a,z'],
    ['an argument without a value', { hash_on: 'query_arg', hash_on_query_arg: 'flag' }, 'true'],
    ['an argument with an empty value', { hash_on: 'query_arg', hash_on_query_arg: 'empty', hash_fallback: 'ip' }, ''],
    ['a group of the path', { hash_on: 'uri_capture', hash_on_uri_capture: 'id' }, '77'],
    ['the fallback', { hash_on: 'header', hash_on_header: 'x-none', hash_fallback: 'path' }, '/a/b'],
    ['the header of the fallback', { hash_on: 'consumer', hash_fallback: 'header', hash_fallback_header: 'x-key' }, 'cred'],
    ['the argument of the fallback',
      { hash_on: 'query_arg', hash_on_query_arg: 'no', hash_fallback: 'query_arg', hash_fallback_query_arg: 'k' }, 'a,z'],
    ['nothing, where neither is there',
      { hash_on: 'header', hash_on_header: 'x-none', hash_fallback: 'uri_capture', hash_fallback_uri_capture: 'no' }, ''],
    ['the cookie', { hash_on: 'cookie', hash_on_cookie: 'stick' }, 'abc'],
  ])('%s', (_title, fields, text) => {
    expect(hashInputOf(settings(fields), REQUEST)).toEqual({ text });
  });

  it('the consumer before the credential', () => {
    expect(hashInputOf(settings({ hash_on: 'consumer' }), { ...REQUEST, consumerId: 'me' })).toEqual({ text: 'me' });
  });

  it('a new cookie where there is none, also as a fallback', () => {
    for (const fields of [{ hash_on: 'cookie' }, { hash_on: 'header', hash_on_header: 'x-none', hash_fallback: 'cookie' }]) {
      const { text, cookie } = hashInputOf(settings({ ...fields, hash_on_cookie: 'new', hash_on_cookie_path: '/p' }), REQUEST);
      expect(text).toMatch(/^[0-9a-f-]{36}$/);
      expect(cookie).toEqual({ name: 'new', value: text, path: '/p' });
    }
  });
});
