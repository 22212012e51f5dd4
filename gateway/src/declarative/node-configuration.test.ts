import { describe, expect, it } from 'vitest';

import { validateConfigTable } from '../model/declarative.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { invalidConfiguration, readNodeConfiguration, textOf } from './node-configuration.ts';
import { storedRows, tableOfRows } from './stored-rows.ts';

const NESTED = `_format_version: "3.0"
_comment: made by hand
services:
- name: httpbin
  url: http://httpbin.test:8080/anything
  routes:
  - name: httpbin
    paths: [/httpbin]
    plugins:
    - name: key-auth
- host: other.test
  routes:
  - paths: [/other]
consumers:
- username: partner
  custom_id: httpbin
  _ignore: [anything]
  keyauth_credentials:
  - key: in-plain-text
plugins:
- name: key-auth
  service: httpbin
`;

/** UUIDs of version 5 that Python computes in the namespaces of Kong: of the names, and of `plugins:*:key-auth::httpbin:`. */
const GENERATED_IDS = [
  '0c51a34b-17a7-54b6-968a-4a8d05539b87', '12cb9aa3-cda3-5dd0-bc60-be355e39b606', 'fe73edda-72e5-5605-917c-2de392a3b906',
  '755cbeed-288a-5390-9a4c-6069c656285c',
];

function tableOf(text: string) {
  const reading = readNodeConfiguration(text, { takesMetadata: true, now: 1_700_000_000_000 });
  expect(reading.lines()).toEqual([]);
  const table: unknown = tableOfRows(storedRows(reading, 1_700_000_000), SCHEMAS);
  return table as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

function errorsOf(text: string) {
  return readNodeConfiguration(text, { takesMetadata: true }).lines();
}

describe('the table of a node without a store', () => {
  it('is flat, with ids and references', () => {
    const { services, routes, consumers, plugins, keyauth_credentials: credentials } = tableOf(NESTED);
    expect(services).toMatchObject([
      { name: 'httpbin', protocol: 'http', host: 'httpbin.test', port: 8080, path: '/anything' },
      { host: 'other.test' },
    ]);
    expect(routes).toMatchObject([{ paths: ['/httpbin'], service: services![0]!.id }, { paths: ['/other'], service: services![1]!.id }]);
    expect(consumers![0]).not.toHaveProperty('_ignore');
    expect(plugins).toMatchObject([{ name: 'key-auth', route: routes![0]!.id }, { name: 'key-auth', service: services![0]!.id }]);
    expect(credentials).toMatchObject([{ key: 'in-plain-text', consumer: consumers![0]!.id }]);
  });

  it('passes the check of data planes', () => {
    expect(validateConfigTable(tableOf(NESTED), { schemas: SCHEMAS })).toMatchObject({ ok: true });
  });

  it('has the ids that Kong generates, and the same each time', () => {
    expect(tableOf(NESTED)).toEqual(tableOf(NESTED));
    const { services, routes, consumers, plugins } = tableOf(NESTED);
    const rows = [services![0]!, routes![0]!, consumers![0]!, plugins![1]!];
    expect(rows.map(({ id }) => id)).toEqual(GENERATED_IDS);
  });

  it('has the paths of older formats as expressions', () => {
    const { routes } = tableOf('_format_version: "1.1"\nroutes: [{ paths: ["/plain", "/v\\\\d+"] }]');
    expect(routes).toMatchObject([{ paths: ['/plain', '~/v\\d+'] }]);
  });

  it('takes empty objects and null for lists without rows', () => {
    expect(tableOf('{"_format_version":"3.0","services":{},"routes":null}')).toEqual({ _format_version: '3.0', _transform: false });
  });

  it('takes anchors and merge keys', () => {
    const { services } = tableOf('_format_version: "3.0"\nservices:\n- &a { name: y, host: h }\n- <<: *a\n  name: z\n');
    expect(services).toMatchObject([{ name: 'y', host: 'h' }, { name: 'z', host: 'h' }]);
  });
});

describe('what decK writes about a file', () => {
  const FILE = `_format_version: "3.0"
_workspace: default
_info:
  select_tags: [team]
  defaults:
    service: { retries: 1, port: 81 }
    upstream: { healthchecks: { active: { timeout: 7 } } }
_plugin_configs:
  limits: { minute: 5, policy: local }
services:
- { name: a, host: h.test, port: 82, tags: [own] }
upstreams:
- { name: u, healthchecks: { active: { concurrency: 3 } } }
plugins:
- { name: rate-limiting, _config: limits, config: { minute: 6 } }
`;

  it('completes its entities', () => {
    const { services, upstreams, plugins } = tableOf(FILE);
    expect(services).toMatchObject([{ retries: 1, port: 82, tags: ['own', 'team'] }]);
    expect(upstreams).toMatchObject([{ healthchecks: { active: { timeout: 7, concurrency: 3 } }, tags: ['team'] }]);
    expect(plugins).toMatchObject([{ config: { minute: 6, policy: 'local' } }]);
  });

  it('is unknown to POST /config, as to Kong', () => {
    expect([...readNodeConfiguration(FILE).tree()].slice(0, 3)).toEqual([
      ['_workspace', 'unknown field'], ['_info', 'unknown field'], ['_plugin_configs', 'unknown field'],
    ]);
  });

  it.each([
    ['another workspace', FILE.replace('_workspace: default', '_workspace: mine'), 2, '_workspace', 'this gateway has one workspace'],
    ['tags that are no list', FILE.replace('[team]', 'team'), 4, '_info.select_tags', 'expected a list of texts'],
    ['an unknown configuration', FILE.replace('_config: limits', '_config: none'), 15, 'plugins[0]._config', 'got "none", expected'],
    ['a default that is invalid', FILE.replace('retries: 1', 'retries: x'), 11, 'services[0].retries', 'expected an integer'],
  ])('is refused: %s', (_, text, line, path, message) => {
    expect(errorsOf(text)).toEqual([{ line, path, message: expect.stringContaining(message) as string }]);
  });
});

describe('a text that is refused', () => {
  it.each([
    ['a reference to nothing',
      NESTED.replace('service: httpbin', 'service: nowhere'), 22, 'plugins[0].service',
      'got "nowhere", expected the name of one of the services'],
    ['a nested field', NESTED.replace('[/httpbin]', '[httpbin]'), 8, 'services[0].routes[0].paths[0]', 'should start with: /'],
    ['a name twice',
      NESTED.replace('- host: other.test', '- host: other.test\n  name: httpbin'), 11, 'services[1]', 'the same as services[0] in line 4'],
    ['a field twice',
      NESTED.replace('- paths: [/other]', '- paths: [/other]\n    service: httpbin'), 14,
      'services[1].routes[0].service', 'already set by nesting in services[1]: remove it'],
    ['a regular expression',
      NESTED.replace('/httpbin]', '"~/(?=x)"]'), 8, 'services[0].routes[0].paths[0]', 'look-around is not supported'],
    ['an unknown list', `${NESTED}consumer_groups: []\n`, 23, 'consumer_groups', 'expected one of'],
    ['a transformation', `${NESTED}_transform: "no"\n`, 23, '_transform', 'got "no", expected true or false'],
    ['a list of texts', '_format_version: "3.0"\nservices: [x]\n', 2, 'services[0]', 'expected a record with fields'],
  ])('%s', (_, text, line, path, message) => {
    expect(errorsOf(text)).toEqual([{ line, path, message: expect.stringContaining(message) as string }]);
  });

  it('is reported with the setting and the lines', () => {
    const text = NESTED.replace('[/httpbin]', '[httpbin]');
    const one = /^KONG_DECLARATIVE_CONFIG_STRING: line 8: services\[0\]\.routes\[0\]\.paths\[0\]: should start with/;
    expect(invalidConfiguration({ text }, errorsOf(text)).message).toMatch(one);
    const two = /^KONG_DECLARATIVE_CONFIG: 2 errors\n {2}f:8: .*\n {2}f:22: /;
    expect(invalidConfiguration({ file: 'f' }, errorsOf(text.replace('service: httpbin', 'service: x'))).message).toMatch(two);
  });

  it('or a file that cannot be read', () => {
    const message = /^KONG_DECLARATIVE_CONFIG: cannot read \/nowhere\/kong\.yaml: ENOENT/;
    expect(() => textOf({ file: '/nowhere/kong.yaml' })).toThrow(message);
  });
});
