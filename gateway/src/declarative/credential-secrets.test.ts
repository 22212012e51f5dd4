/** Secrets of every type that plugins add: files for constructs contain references, which data planes resolve before use. */
import { expect, it } from 'vitest';

import { vaultsOf } from '../../test/fixtures/node-vaults.ts';
import { withNodeSecrets } from '../data-plane/node-secrets.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { secretFieldsOf } from '../model/schema/entity-schema.ts';
import { passwordHash } from '../plugins/basic-auth/password-hash.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { readDeclarative } from './read.ts';

const CONSUMER = '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const REFERENCE = '{vault://env/pin}';

/** What an entity needs beside its secrets. */
const REST: Readonly<Record<string, object>> = {
  keyauth_credentials: {},
  basicauth_credentials: { username: 'u' },
  hmacauth_credentials: { username: 'u' },
  jwt_secrets: { key: 'k' },
  oauth2_credentials: { name: 'n', client_id: 'c' },
};

const OF_CONSUMERS = [...SCHEMAS.values()].filter((schema) => schema.credential && secretFieldsOf(schema).length > 0);

it('covers every type of credentials with secrets', () => {
  expect(OF_CONSUMERS.map(({ name }) => name).sort()).toEqual(Object.keys(REST).sort());
});

const cases = OF_CONSUMERS.flatMap((schema) => secretFieldsOf(schema).map((field) => [schema.name, field] as const));

function file(type: string, field: string, value: string): string {
  const credential = { id: '6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11', ...REST[type], [field]: value };
  return JSON.stringify({ _format_version: '3.0', consumers: [{ username: 'partner', [type]: [credential] }] });
}

it.each(cases)('%s: %s in plain text is refused, a reference is not', (type, field) => {
  expect(readDeclarative(file(type, field, 'hunter2')).errors).toMatchObject([
    { path: `consumers[0].${type}[0].${field}`, message: expect.stringContaining('got a secret in plain text') as string },
  ]);
  expect(readDeclarative(file(type, field, REFERENCE))).toMatchObject({ errors: [], references: [{ text: REFERENCE }] });
});

function resolved(type: string, row: object) {
  const table = { _format_version: '3.0', [type]: [{ id: 'x', consumer: CONSUMER, ...row }] } as unknown as ConfigTable;
  const vault = vaultsOf({ PIN: 'hunter2' });
  const { setAside, table: usable } = withNodeSecrets(table, SCHEMAS, vault);
  expect(setAside).toEqual([]);
  return (usable as unknown as Record<string, readonly Record<string, unknown>[]>)[type]![0]!;
}

it.each(cases.filter(([type]) => type !== 'basicauth_credentials'))('%s: %s is resolved on the data plane', (type, field) => {
  expect(resolved(type, { ...REST[type], [field]: REFERENCE })[field]).toBe('hunter2');
});

it('a password is hashed once it is known', () => {
  expect(resolved('basicauth_credentials', { username: 'u', password: REFERENCE }).password).toBe(passwordHash('hunter2', CONSUMER));
  expect(resolved('basicauth_credentials', { username: 'u', password: 'a'.repeat(40) }).password).toBe('a'.repeat(40));
});

it('a secret that is to be hashed is hashed once it is known', () => {
  const row = { ...REST.oauth2_credentials, client_secret: REFERENCE, hash_secret: true };
  expect(resolved('oauth2_credentials', row).client_secret).toMatch(/^\$pbkdf2-sha512\$i=10000,l=32\$/);
});

it.each([
  ['certificates', { cert: '-----BEGIN CERTIFICATE-----', key: 'hunter2' }, 'certificates[0].key'],
  ['oauth2_tokens', { credential: 'c', expires_in: 1, access_token: 'hunter2' }, 'oauth2_tokens[0].access_token'],
  ['acme_storage', { key: 'k', value: 'hunter2' }, 'acme_storage[0].value'],
])('secrets of %s are refused in plain text, too', (type, entity, path) => {
  const { errors } = readDeclarative(JSON.stringify({ _format_version: '3.0', [type]: [entity] }));
  expect(errors.filter(({ message }) => message.startsWith('got a secret in plain text')).map((error) => error.path)).toEqual([path]);
});

it('a consumer can be in several groups: each membership has an id of its own', () => {
  const text = JSON.stringify({ _format_version: '3.0', consumers: [{ username: 'partner', acls: [{ group: 'a' }, { group: 'b' }] }] });
  const { errors, entities } = readDeclarative(text);
  expect(errors).toEqual([]);
  expect(new Set(entities.filter(({ type }) => type === 'acls').map(({ key }) => key)).size).toBe(2);
});
