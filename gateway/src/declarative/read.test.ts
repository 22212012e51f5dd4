import { describe, expect, it } from 'vitest';

import { coreEntities } from '../model/entities/core.ts';
import { definePlugin } from '../model/entities/plugin.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { array, map, record, string } from '../model/schema/field.ts';
import { readDeclarative } from './read.ts';

const HTTPBIN = `_format_version: "3.0"
services:
- name: httpbin
  url: http://httpbin.test:8080/anything
  routes:
  - name: httpbin
    paths: [/httpbin]
    plugins:
    - name: key-auth
      config:
        key_names: [apikey]
consumers:
- username: partner
  keyauth_credentials:
  - id: 6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11
    key: "{vault://env/partner-key}"
`;

describe('a declarative file', () => {
  it('is read as entities in writing order', () => {
    const { errors, entities, plugins } = readDeclarative(HTTPBIN);
    expect(errors).toEqual([]);
    expect(entities.map(({ type, collection, key, references }) => [type, collection, key, references])).toEqual([
      ['consumers', 'consumers', 'partner', {}],
      ['services', 'services', 'httpbin', {}],
      ['routes', 'routes', 'httpbin', { service: { type: 'services', key: 'httpbin' } }],
      ['plugins', 'plugins', expect.stringMatching(/^[0-9a-f-]{36}$/), { route: { type: 'routes', key: 'httpbin' } }],
      ['keyauth_credentials', 'key-auths', '6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11', { consumer: { type: 'consumers', key: 'partner' } }],
    ]);
    expect(entities[1]!.fields).toEqual({ name: 'httpbin', url: 'http://httpbin.test:8080/anything' });
    expect(plugins).toEqual([{ name: 'key-auth', enabled: true, path: 'services[0].routes[0].plugins[0]', line: 9 }]);
  });

  it('gives a plugin without a name the same id each time, and another one in another place', () => {
    const idOf = (text: string) => readDeclarative(text).entities.find(({ type }) => type === 'plugins')!.key;
    expect(idOf(HTTPBIN)).toBe(idOf(HTTPBIN.replace('apikey', 'key')));
    expect(idOf(HTTPBIN)).not.toBe(idOf(HTTPBIN.replace('  - name: httpbin\n', '  - name: other\n')));
  });

  it('can be flat, with references by name', () => {
    const flat = JSON.stringify({
      _format_version: '3.0',
      services: [{ name: 'a', host: 'a.test' }],
      routes: [{ name: 'r', paths: ['/'], service: 'a' }, { name: 's', paths: ['/s'], service: { name: 'a' } }],
    });
    expect(readDeclarative(flat).entities.slice(1).map(({ references }) => references)).toEqual([
      { service: { type: 'services', key: 'a' } }, { service: { type: 'services', key: 'a' } },
    ]);
  });

  it('says where it refers to secrets', () => {
    expect(readDeclarative(HTTPBIN).references).toEqual([
      {
        vault: 'env', name: 'partner-key', text: '{vault://env/partner-key}', path: 'consumers[0].keyauth_credentials[0].key', line: 16,
      },
    ]);
  });

  it('says where plugins of another gateway refer to secrets, whatever the field', () => {
    const { errors, references } = readDeclarative(JSON.stringify({
      _format_version: '3.0',
      plugins: [{
        name: 'of-another-vendor', config: { 'a.b': ['x', '{vault://env/one}'], 'redis': { password: '{vault://aws/redis/password}' } },
      }],
    }), { takesAnyPlugin: true });
    expect(errors).toEqual([]);
    expect(references).toMatchObject([
      { vault: 'env', name: 'one', path: 'plugins[0].config.a.b[1]', line: 1 },
      { vault: 'aws', name: 'redis', field: 'password', path: 'plugins[0].config.redis.password' },
    ]);
  });

  it('says where referenceable fields of its own plugins refer to secrets', () => {
    const shipper = definePlugin({
      name: 'shipper',
      priority: 1,
      fields: {
        config: record({
          headers: map(string(), string({ referenceable: true })), hosts: array(string({ referenceable: true })), comment: string(),
        }, { required: true }),
      },
    });
    const schemas = schemasByName([...coreEntities(new Map([['shipper', shipper]]))]);
    const read = (config: object) => readDeclarative(
      JSON.stringify({ _format_version: '3.0', plugins: [{ name: 'shipper', config }] }), { schemas });
    expect(read({ headers: { 'x.token': '{vault://env/a}' }, hosts: ['b', '{vault://env/c/d}'] }).references).toMatchObject([
      { text: '{vault://env/a}', path: 'plugins[0].config.headers.x.token' },
      { text: '{vault://env/c/d}', field: 'd', path: 'plugins[0].config.hosts[1]' },
    ]);
    expect(read({ comment: '{vault://env/a}' }).errors).toMatchObject([
      { path: 'plugins[0].config.comment', message: expect.stringContaining('got a reference in a field that takes none') as string },
    ]);
    expect(read({ hosts: ['https://{vault://env/a}'] }).errors).toMatchObject([
      { path: 'plugins[0].config.hosts[0]', message: expect.stringContaining('got a reference inside other text') as string },
    ]);
  });

  it('has what a control plane accepts, whose data planes reach no database', () => {
    const counting = { name: 'rate-limiting', config: { day: 1, policy: 'cluster' } };
    const limited = JSON.stringify({ _format_version: '3.0', plugins: [counting] });
    expect(readDeclarative(limited).errors).toMatchObject([
      { path: 'plugins[0].config.policy', message: 'expected one of: local, redis' },
    ]);
  });

  it('can have plugins of another gateway', () => {
    const text = HTTPBIN.replace('key-auth\n      config:\n        key_names: [apikey]', 'of-another-vendor\n      config: { minute: 5 }')
      .replace(/ {2}keyauth_credentials:[^]*/, '');
    expect(readDeclarative(text).errors).toMatchObject([{ line: 9, path: 'services[0].routes[0].plugins[0].name' }]);
    expect(readDeclarative(text, { takesAnyPlugin: true })).toMatchObject({ errors: [], plugins: [{ name: 'of-another-vendor' }] });
    const later = HTTPBIN.replace('key_names: [apikey]', 'added_in_a_later_release: 1').replace(/ {2}keyauth_credentials:[^]*/, '');
    expect(readDeclarative(later).errors).toMatchObject([{ message: expect.stringContaining('unknown field') as string }]);
    expect(readDeclarative(later, { takesAnyPlugin: true })).toMatchObject({ errors: [], plugins: [{ name: 'key-auth' }] });
  });

  it('cannot have keys of consumers for another gateway, which would use the reference as the key', () => {
    expect(readDeclarative(HTTPBIN, { takesAnyPlugin: true }).errors).toMatchObject([
      {
        line: 16,
        path: 'consumers[0].keyauth_credentials[0].key',
        message: expect.stringContaining('create it through the Admin API') as string,
      },
    ]);
  });
});

it.each([
  ['a format', HTTPBIN.replace('"3.0"', '"4.0"'), 1, '_format_version', 'got "4.0", expected one of "1.1", "2.1", "3.0"'],
  ['an unknown list', `${HTTPBIN}downstreams: []\n`, 17, 'downstreams', 'expected one of'],
  ['a path',
    HTTPBIN.replace('[/httpbin]', '[httpbin]'),
    7, 'services[0].routes[0].paths[0]', 'should start with: / (fixed path) or ~/ (regex path)'],
  ['a regular expression that backtracks',
    HTTPBIN.replace('[/httpbin]', '["~/(?=a)b"]'), 7, 'services[0].routes[0].paths[0]', 'look-around is not supported'],
  ['an unknown field',
    HTTPBIN.replace('key_names: [apikey]', 'key_name: apikey'), 11, 'services[0].routes[0].plugins[0].config.key_name', 'unknown field'],
  ['a missing field', HTTPBIN.replace('  url: http://httpbin.test:8080/anything\n', ''), 3, 'services[0].host', 'required field missing'],
  ['a missing name', HTTPBIN.replace('- name: httpbin\n  url', '- url'), 3, 'services[0]', 'expected a name: it identifies the entity'],
  ['a key in plain text',
    HTTPBIN.replace('"{vault://env/partner-key}"', 'opensesame'),
    16, 'consumers[0].keyauth_credentials[0].key', 'got a secret in plain text, expected a reference'],
  ['a reference where none is read',
    HTTPBIN.replace('- username: partner', '- username: partner\n  custom_id: "{vault://env/partner-key}"'),
    14, 'consumers[0].custom_id', 'got a reference in a field that takes none'],
  ['a reference inside a key',
    HTTPBIN.replace('"{vault://env/partner-key}"', '"key-{vault://env/partner-key}"'),
    16, 'consumers[0].keyauth_credentials[0].key', 'got a secret in plain text'],
  ['a credential without an id',
    HTTPBIN.replace('id: 6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11\n    key', 'key'),
    15, 'consumers[0].keyauth_credentials[0]', 'expected an id (a UUID)'],
  ['a reference to nothing',
    `${HTTPBIN}routes:\n- name: lost\n  paths: [/lost]\n  service: nowhere\n`,
    20, 'routes[0].service', 'got "nowhere", expected the name of one of the services in this file'],
  ['a name twice',
    `${HTTPBIN}routes:\n- name: httpbin\n  paths: [/again]\n`, 18, 'routes[0]', 'the same as services[0].routes[0] in line 6'],
  ['something else than a list', HTTPBIN.replace(/consumers:[^]*/, 'consumers: partner\n'), 12, 'consumers', 'expected a list'],
  ['something else than a file', 'hello', 1, '', 'expected a file in the declarative format'],
  ['invalid YAML', 'services: [', 1, '', ''],
])('is refused with its line and its path: %s', (_, text, line, path, message) => {
  const { errors, entities } = readDeclarative(text);
  expect(errors).toEqual([{ line, path, message: expect.stringContaining(message) }]);
  expect(entities).toEqual([]);
});

it('reports all errors in the order of the file', () => {
  const text = HTTPBIN.replace('[/httpbin]', '[httpbin]')
    .replace('"{vault://env/partner-key}"', 'opensesame').replace('key_names: [apikey]', 'key_name: x');
  expect(readDeclarative(text).errors.map(({ line }) => line)).toEqual([7, 11, 16]);
});
