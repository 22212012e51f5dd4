import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

// How the constructs name files of mounted secrets: both halves must agree.
import { vaultReference } from '../../../src/private/secrets/vault-reference.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { EnvVault } from './env-vault.ts';
import { parseVaultReference } from './vault-reference.ts';

let root: string;
let folders: string[];

beforeAll(() => {
  root = temporaryFolder('vault');
  folders = ['identity', 'cache'].map((mount) => join(root, mount));
  for (const folder of [...folders, join(root, 'cluster')]) mkdirSync(folder);
  // As Kubernetes mounts a Secret: links into a folder that is swapped as a whole.
  mkdirSync(join(root, 'cache', '..data'));
  writeFileSync(join(root, 'cache', '..data', 'password'), 'of-the-file\n');
  symlinkSync(join('..data', 'password'), join(root, 'cache', 'password'));
  writeFileSync(join(root, 'identity', 'client_secret'), 'of-the-client');
  writeFileSync(join(root, 'identity', 'empty'), '');
  writeFileSync(join(root, 'cluster', 'tls.key'), 'of-the-tunnel');
  for (const [name, text] of [['partner-key', 'of-the-partner\n'], ['all', '{"user":"b"}'], ['cache-password', 'of-the-user']] as const) {
    mkdirSync(join(root, 'secrets', name), { recursive: true });
    writeFileSync(join(root, 'secrets', name, 'value'), text);
    writeFileSync(join(root, 'secrets', name, 'other'), 'not-by-this-name');
  }
  mkdirSync(join(root, 'secrets', 'coming'));
});

const read = (reference: string, environment: Record<string, string> = {}) =>
  new EnvVault({ environment, folders }).read(parseVaultReference(reference)!);

describe('references', () => {
  it.each([
    ['{vault://env/my-secret}', { vault: 'env', name: 'my-secret' }],
    ['{vault://env/my-secret/key}', { vault: 'env', name: 'my-secret', field: 'key' }],
    ['{vault://my-env/a}', { vault: 'my-env', name: 'a' }],
    ['{vault://aws/partners/acme/api-key}', { vault: 'aws', name: 'partners/acme', field: 'api-key' }],
    ['{vault://aws/partners%2Facme}', { vault: 'aws', name: 'partners/acme' }],
    ['{vault://aws/partners/acme/}', { vault: 'aws', name: 'partners/acme' }],
    ['{vault://aws/acme/key#2}', { vault: 'aws', name: 'acme', field: 'key', version: '2' }],
    ['{vault://env/a?prefix=B_&ttl=60&neg_ttl=x&host=evil}', { vault: 'env', name: 'a', options: { prefix: 'B_', ttl: 60 } }],
    ['{vault://env/a%zz}', { vault: 'env', name: 'a%zz' }],
    ['{VAULT://env/a}', undefined],
    ['{vault://env}', undefined],
    ['{vault://env/}', undefined],
    ['vault://env/a', undefined],
    ['x{vault://env/a}', undefined],
    ['{vault://env/a}{vault://env/b}', undefined],
    ['', undefined],
  ])('%s', (text, expected) => expect(parseVaultReference(text)).toEqual(expected));
});

describe('the vault env', () => {
  it.each<[string, Record<string, string>, string]>([
    ['{vault://env/my-secret}', { MY_SECRET: 'a' }, 'a'],
    ['{vault://env/MY_SECRET}', { MY_SECRET: 'a' }, 'a'],
    ['{vault://env/my-secret/user}', { MY_SECRET: '{"user":"b","n":1}' }, 'b'],
    ['{vault://env/my-secret}', { MY_SECRET: '{"user":"b"}' }, '{"user":"b"}'],
  ])('%s of %j is %s', (reference, environment, expected) => expect(read(reference, environment)).toBe(expected));

  it('puts its prefix before the name, or that of a configured vault', () => {
    const vault = new EnvVault({ environment: { SECRET: 'a', APP_SECRET: 'b', MINE_SECRET: 'c' }, prefix: 'app_' });
    expect(vault.read({ vault: 'env', name: 'secret' })).toBe('b');
    expect(vault.read({ vault: 'mine', name: 'secret' }, 'mine_')).toBe('c');
  });

  it.each([
    ['cache', 'password', 'of-the-file'],
    ['identity', 'client_secret', 'of-the-client'],
  ])('finds the mounted file that the constructs refer to: %s/%s', (name, file, expected) => {
    expect(read(vaultReference({ name }, file))).toBe(expected);
  });

  it('takes the variable before the file', () => {
    expect(read(vaultReference({ name: 'cache' }, 'password'), { CACHE_PASSWORD: 'of-the-variable' })).toBe('of-the-variable');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['{vault://env/nothing}', {}, /^the environment has no NOTHING, and no file in \S+identity, \S+cache stands for it$/],
    ['{vault://env/empty}', { EMPTY: '' }, /no EMPTY/],
    ['{vault://env/identity-empty}', {}, /no IDENTITY_EMPTY/],
    ['{vault://env/cluster-tls.key}', {}, /no CLUSTER_TLS\.KEY/],
    ['{vault://env/cache-..data}', {}, /no CACHE_\.\.DATA/],
    ['{vault://env/cache-../cluster/tls.key}', {}, /no CACHE_\.\./],
    ['{vault://env/a/b}', { A: 'hunter2' }, /^A is no JSON object, so it has no field 'b'$/],
    ['{vault://env/a/b}', { A: '{"c":"hunter2"}' }, /^the JSON object in A has no text in a field 'b'$/],
    ['{vault://env/a/b}', { A: 'null' }, /no text in a field 'b'/],
  ])('%s with %j: an error that says where was looked, and shows no secret', (reference, environment, expected) => {
    expect(() => read(reference, environment)).toThrow(expected);
    expect(() => read(reference, environment)).not.toThrow('hunter2');
  });
});

describe('secrets that a user gave by name', () => {
  const vault = (environment: Record<string, string> = {}, prefix = '') =>
    new EnvVault({ environment, prefix, folders: [join(root, 'cache')], namedSecrets: join(root, 'secrets') });
  const readNamed = (reference: string, given = vault()) => given.read(parseVaultReference(reference)!);

  it.each([
    ['{vault://env/partner-key}', 'of-the-partner'],
    ['{vault://env/PARTNER_KEY}', 'of-the-partner'],
    ['{vault://env/all/user}', 'b'],
    ['{vault://env/cache-password}', 'of-the-file'],
  ])('%s is %s', (reference, expected) => expect(readNamed(reference)).toBe(expected));

  it('have the name that settings of the vault put a prefix before', () => {
    expect(readNamed('{vault://env/key}', vault({}, 'PARTNER_'))).toBe('of-the-partner');
    expect(readNamed('{vault://env/partner-key}', vault({ PARTNER_KEY: 'of-the-environment' }))).toBe('of-the-environment');
  });

  it.each(['{vault://env/secrets-partner-key}', '{vault://env/partner-key-value}', '{vault://env/partner-key-other}', '{vault://env/..}'])(
    'are no other names: %s', (reference) => expect(() => readNamed(reference)).toThrow(/the environment has no .*, and no file in /),
  );

  it('say where their file is missing, and nothing else', () => {
    expect(() => readNamed('{vault://env/coming}')).toThrow(`cannot read ${join(root, 'secrets', 'coming', 'value')}: ENOENT`);
  });
});
