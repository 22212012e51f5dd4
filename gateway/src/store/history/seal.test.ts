import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { SCHEMAS } from '../../plugins/schemas.ts';
import type { Entity } from '../store.ts';
import { sealWith } from './seal.ts';
import { WITHHELD, withheldIn } from './withheld.ts';

const [key, older] = [randomBytes(32), randomBytes(32)];
const rows: readonly (readonly [string, Entity, readonly string[]])[] = [
  ['keyauth_credentials', { id: '1', key: 'SECRET-1', tags: ['a'] }, ['key']],
  ['basicauth_credentials', { id: '1', username: 'bob', password: 'SECRET-2' }, ['password']],
  ['certificates', { id: '1', cert: 'public', key: 'SECRET-3', key_alt: null }, ['key']],
  ['plugins', { id: '1', name: 'openid-connect', config: { issuer: 'i', client_secret: ['SECRET-4', '{vault://env/x}'] } }, [
    'config.client_secret.0',
  ]],
  ['plugins', { id: '1', name: 'rate-limiting', config: { minute: 5, redis: { host: 'h', password: 'SECRET-5' } } }, [
    'config.redis.password',
  ]],
  ['plugins', { id: '1', name: 'was-removed', config: { token: 'SECRET-6' } }, ['config']],
  ['services', { id: '1', host: 'h' }, []],
];

describe('secrets in the log of changes', () => {
  it.each(rows)('of %s are encrypted, and found again', (entity, row) => {
    const seal = sealWith([key], SCHEMAS);
    const text = seal.close(entity, row);
    expect(text).not.toContain('SECRET');
    expect(seal.open(entity, text)).toEqual(row);
    expect(sealWith([older, key], SCHEMAS).open(entity, text)).toEqual(row);
  });

  it.each(rows)('of %s are left out without a key, or with another one', (entity, row, places) => {
    const text = sealWith([], SCHEMAS).close(entity, row);
    expect(text).not.toContain('SECRET');
    expect(withheldIn(sealWith([key], SCHEMAS).open(entity, text))).toEqual(places);
    expect(withheldIn(sealWith([older], SCHEMAS).open(entity, sealWith([key], SCHEMAS).close(entity, row)))).toEqual(places);
  });

  it('cannot be moved to an entity of another type', () => {
    const seal = sealWith([key], SCHEMAS);
    const text = seal.close('keyauth_credentials', { id: '1', key: 'SECRET' });
    expect(withheldIn(seal.open('services', text))).toEqual(['key']);
  });

  it('that are left out are no value of an entity', () => {
    expect(sealWith([], SCHEMAS).open('keyauth_credentials', sealWith([], SCHEMAS).close('keyauth_credentials', { key: 'k' })).key)
      .toEqual(WITHHELD);
  });
});
