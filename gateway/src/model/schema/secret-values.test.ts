/** Entities with something else in the places of their secrets. */
import { expect, it } from 'vitest';

import { SCHEMAS } from '../../plugins/schemas.ts';
import type { EntityValue } from './field.ts';
import { HIDDEN, withoutSecrets } from './secret-values.ts';

it.each<[type: string, entity: EntityValue, shown: EntityValue]>([
  ['services', { host: 'h' }, { host: 'h' }],
  ['keyauth_credentials', { key: 'plain', tags: ['a'] }, { key: HIDDEN, tags: ['a'] }],
  ['keyauth_credentials', { key: '{vault://env/key}' }, { key: '{vault://env/key}' }],
  ['plugins', { name: 'session', config: { secret: 'plain', cookie_name: 'c' } }, {
    name: 'session', config: { secret: HIDDEN, cookie_name: 'c' },
  }],
  // By the name of a member.
  ['plugins', { name: 'http-log', config: { method: 'POST', headers: { auth_token: 'plain' } } }, {
    name: 'http-log', config: { method: 'POST', headers: { auth_token: HIDDEN } },
  }],
  ['plugins', { name: 'was-removed', config: { url: 'https://user:password@host', token: 't' } }, { name: 'was-removed', config: HIDDEN }],
])('%s: %j', (type, entity, shown) => {
  const given = structuredClone(entity);
  expect(withoutSecrets(SCHEMAS.get(type)!, given)).toEqual(shown);
  expect(given).toEqual(entity);
});

it('gives each secret to what replaces it, once', () => {
  const seen: unknown[] = [];
  const replace = (secret: unknown): unknown => seen.push(secret);
  const openId = { name: 'openid-connect', config: { issuer: 'i', client_secret: ['one', '{vault://env/x}', 'two'] } };
  expect(withoutSecrets(SCHEMAS.get('plugins')!, openId, replace)).toMatchObject({ config: { client_secret: [1, '{vault://env/x}', 2] } });
  withoutSecrets(SCHEMAS.get('plugins')!, { name: 'was-removed', config: { token: 't' } }, replace);
  expect(seen).toEqual(['one', 'two', { token: 't' }]);
});
