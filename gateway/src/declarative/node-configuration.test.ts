import { describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { describeTableErrors, validateConfigTable } from '../model/declarative.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { nodeConfiguration, readNodeTable } from './node-configuration.ts';

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

/** UUIDs of version 5 that Python computes in the namespaces of Kong: of the names, and of `plugins:key-auth::httpbin:`. */
const GENERATED_IDS = [
  '0c51a34b-17a7-54b6-968a-4a8d05539b87', '12cb9aa3-cda3-5dd0-bc60-be355e39b606', 'fe73edda-72e5-5605-917c-2de392a3b906',
  '8b30add7-a1db-5125-9e6e-a76c70b46c81',
];

function tableOf(text: string, schemas?: Schemas) {
  const { errors, table } = readNodeTable(text, schemas);
  expect(errors).toEqual([]);
  return table as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
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
    expect(validateConfigTable(tableOf(NESTED), { schemas: SCHEMAS })).toMatchObject({ ok: true, warnings: [] });
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

  it('carries types of Kong that this version does not have, nested or not', () => {
    const older: Schemas = new Map([...SCHEMAS].filter(([name]) => name !== 'acls' && name !== 'oauth2_credentials'));
    const text = '_format_version: "3.0"\noauth2_credentials: [{ name: o }]\nconsumers: [{ username: c, acls: [{ group: g }] }]';
    const { acls, oauth2_credentials: credentials } = tableOf(text, older);
    expect([acls, credentials]).toEqual([[{ group: 'g' }], [{ name: 'o' }]]);
  });

  it('takes empty objects and null for lists without rows', () => {
    expect(tableOf('{"_format_version":"3.0","services":{},"routes":null}')).toEqual({ _format_version: '3.0', _transform: true });
  });

  it('takes anchors and merge keys', () => {
    const { services } = tableOf('_format_version: "3.0"\nservices:\n- &a { name: y, host: h }\n- <<: *a\n  name: z\n');
    expect(services).toMatchObject([{ name: 'y', host: 'h' }, { name: 'z', host: 'h' }]);
  });
});

describe('a file that was sent to a Kong node', () => {
  interface Recorded {
    readonly name: string;
    readonly text: string;
    readonly status: number;
    readonly entities?: Readonly<Record<string, Readonly<Record<string, readonly EntityValue[]>>>>;
    readonly fields?: unknown;
  }
  const { cases } = recorded<{ readonly cases: readonly Recorded[] }>('declarative-files');

  it.each(cases.filter(({ entities }) => entities !== undefined))('is taken, with the same entities: $name', ({ text, entities }) => {
    const checked = validateConfigTable(tableOf(text), { schemas: SCHEMAS });
    if (!checked.ok) throw new Error(describeTableErrors(checked.errors));
    for (const [type, rows] of Object.entries(entities!)) {
      const comparable = Object.values(rows).flat().map(withoutIds);
      expect((checked.table[type] as readonly EntityValue[]).map(withoutIds)).toEqual(expect.arrayContaining(comparable));
    }
  });

  it.each(cases.filter(({ fields }) => fields !== undefined))('is refused at the same places: $name', ({ name, text, fields }) => {
    if (name === 'info-defaults') {
      // Files of decK have _info. It changes nothing that a node serves, so it is ignored.
      expect(readNodeTable(text).errors).toEqual([]);
      return;
    }
    expect(readNodeTable(text).errors.map(({ path }) => path).sort()).toEqual(pathsOf(fields).sort());
  });

  it.each(cases.filter(({ status }) => status >= 500))('and crashed it is refused: $name', ({ text }) => {
    expect(readNodeTable(text).errors).not.toEqual([]);
  });
});

/** Ids and times differ between recordings; references stay as whether there is one. */
function withoutIds(row: EntityValue): EntityValue {
  const { id: _, created_at: _created, updated_at: _updated, service, route, consumer, ...rest } = row;
  return { ...rest, ...Object.fromEntries(Object.entries({ service, route, consumer }).map(([name, value]) => [name, Boolean(value)])) };
}

/** Places of violations as errors name them: `services[1].routes[0].paths[0]`. */
function pathsOf(violations: unknown, path = ''): string[] {
  if (typeof violations === 'string') return [path];
  if (Array.isArray(violations)) return violations.flatMap((item, at) => (item === null ? [] : pathsOf(item, `${path}[${at}]`)));
  return Object.entries(violations as Readonly<Record<string, unknown>>).flatMap(([name, item]) => (
    name === '@entity' ? (item as unknown[]).map(() => path) : pathsOf(item, path === '' ? name : `${path}.${name}`)));
}

describe('a text that is refused', () => {
  it.each([
    ['a reference to nothing',
      NESTED.replace('service: httpbin', 'service: nowhere'), 22, 'plugins[0].service',
      'got "nowhere", expected the name of one of the services'],
    ['a nested field', NESTED.replace('[/httpbin]', '[httpbin]'), 8, 'services[0].routes[0].paths[0]', 'should start with: /'],
    ['a name twice',
      NESTED.replace('- host: other.test', '- host: other.test\n  name: httpbin'), 11, 'services[1]', 'the same as services[0] in line 4'],
    ['a field twice',
      NESTED.replace('paths: [/httpbin]', 'paths: [/httpbin]\n    service: httpbin'), 9,
      'services[0].routes[0].service', 'already set by nesting in services[0]: remove it'],
    ['a regular expression',
      NESTED.replace('/httpbin]', '"~/(?=x)"]'), 8, 'services[0].routes[0].paths[0]', 'look-around is not supported'],
    ['an unknown list', `${NESTED}consumer_groups: []\n`, 23, 'consumer_groups', 'expected one of'],
    ['a transformation', `${NESTED}_transform: "no"\n`, 23, '_transform', 'got "no", expected true or false'],
    ['a list of texts', '_format_version: "3.0"\nservices: [x]\n', 2, 'services[0]', 'expected a record with fields'],
  ])('%s', (_, text, line, path, message) => {
    expect(readNodeTable(text)).toEqual({ errors: [{ line, path, message: expect.stringContaining(message) as string }] });
  });

  it('is reported with the setting and the lines', () => {
    const text = NESTED.replace('[/httpbin]', '[httpbin]');
    const one = /^KONG_DECLARATIVE_CONFIG_STRING: line 8: services\[0\]\.routes\[0\]\.paths\[0\]: should start with/;
    expect(() => nodeConfiguration({ text })).toThrow(one);
    const two = /^KONG_DECLARATIVE_CONFIG_STRING: 2 errors\n {2}line 8: .*\n {2}line 22: /;
    expect(() => nodeConfiguration({ text: text.replace('service: httpbin', 'service: x') })).toThrow(two);
  });

  it('or a file that cannot be read', () => {
    const message = /^KONG_DECLARATIVE_CONFIG: cannot read \/nowhere\/kong\.yaml: ENOENT/;
    expect(() => nodeConfiguration({ file: '/nowhere/kong.yaml' })).toThrow(message);
  });
});
