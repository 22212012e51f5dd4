/** What the recordings do not show of services: the parts of a URL. */
import { describe, expect, it } from 'vitest';

import { completeEntity } from '../schema/complete.ts';
import { service } from './service.ts';

const completed = (url: string) => completeEntity(service, { url }, { schemas: new Map(), now: 0 });

describe('the URL of a service', () => {
  it.each([
    ['https://a.test', { protocol: 'https', host: 'a.test', port: 443, path: null }],
    ['//a.test', { protocol: 'http', host: 'a.test', port: 80, path: null }],
    ['//a.test:443/', { protocol: 'https', host: 'a.test', port: 443, path: '/' }],
    ['tls://a.test', { protocol: 'tls', host: 'a.test', port: 80, path: null }],
    ['http://[::1]:8080/x', { protocol: 'http', host: '::1', port: 8080, path: '/x' }],
    ['http://a.test/b;c', { protocol: 'http', host: 'a.test', port: 80, path: '/b' }],
    ['http://a.test/b;c?d#e', { protocol: 'http', host: 'a.test', port: 80, path: '/b' }],
    ['http://a.test:080', { protocol: 'http', host: 'a.test', port: 80, path: null }],
  ])('%s sets fields', (url, fields) => {
    const { entity, violations } = completed(url);
    expect(violations).toBeUndefined();
    expect(entity).toMatchObject(fields);
  });

  it.each([
    ['http://a.test:99999', { port: 'value should be between 0 and 65535' }],
    ['http://a.test:x', { port: 'expected an integer' }],
    ['http://a.test:', { port: 'expected an integer' }],
    ['http://a.test?b=c', { host: 'invalid value: a.test?b=c' }],
    ['a.test', { host: 'required field missing', path: 'should start with: /' }],
    ['http://', { host: 'required field missing' }],
  ])('%s is refused by the fields', (url, violations) => expect(completed(url).violations).toEqual(violations));
});
