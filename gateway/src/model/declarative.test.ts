import { describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { validateConfigTable } from './declarative.ts';
import type { TableResult } from './declarative.ts';
import { describeTableErrors } from './table-error.ts';

const SERVICE = '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const ROUTE = '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

type Table = Record<string, any>;

/** A small configuration, new at each call. */
function base(): Table {
  return {
    _format_version: '3.0',
    _transform: false,
    parameters: [{ created_at: null, key: 'cluster_id', value: '093ff589-e85e-4327-a1e1-79f65d573857' }],
    services: [
      {
        id: SERVICE,
        name: 'svc',
        host: 'upstream.test',
        protocol: 'http',
        port: 80,
        path: null,
        enabled: true,
        tags: ['a'],
        created_at: 1_795_249_222,
        updated_at: 1_795_249_222,
      },
    ],
    routes: [{ id: ROUTE, name: 'open', paths: ['/open'], protocols: ['http', 'https'], service: SERVICE }],
    consumers: [{ id: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa', username: 'bob' }],
    keyauth_credentials: [
      {
        id: '00000004-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
        key: 'k',
        consumer: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
        ttl: 1_800_000_000,
        tags: null,
      },
    ],
    plugins: [
      {
        id: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
        name: 'key-auth',
        service: SERVICE,
        route: null,
        consumer: null,
        config: { hide_credentials: true },
        enabled: true,
      },
    ],
  };
}

const read = (table: unknown): TableResult => validateConfigTable(table, { schemas: SCHEMAS });

function errorsOf(result: TableResult): string {
  return result.ok ? 'accepted' : describeTableErrors(result.errors);
}

describe('a table that a stock data plane takes', () => {
  const ACCEPTED: readonly (readonly [string, (table: Table) => void])[] = [
    ['as it is', () => undefined],
    ['workspaces left out', (table) => delete table.workspaces],
    ['parameters left out', (table) => delete table.parameters],
    ['an unknown field that is null', (table) => { table.services[0].new_field = null; }],
    ['references as { id }', (table) => { table.routes[0].service = { id: SERVICE }; }],
    ['a reference by name', (table) => { table.routes[0].service = 'svc'; }],
    ['entities in another order',
      (table) => {
        const { services, ...rest } = structuredClone(table);
        Object.keys(table).forEach((key) => delete table[key]);
        Object.assign(table, rest, { services });
      }],
    ['_transform left out', (table) => delete table._transform],
    ['_transform true', (table) => { table._transform = true; }],
    ['_format_version 1.1', (table) => { table._format_version = '1.1'; }],
    ['tags: {} in place of []', (table) => { table.services[0].tags = {}; }],
    ['services: {} without rows that need them', (table) => { table.services = {}; table.routes = []; table.plugins = []; }],
    ['config [] in place of {}', (table) => { table.plugins[0].config = []; }],
    ['a disabled plugin and a disabled service', (table) => { table.plugins[0].enabled = false; table.services[0].enabled = false; }],
    ['a credential whose time is over', (table) => { table.keyauth_credentials[0].ttl = 1; }],
    ['empty arrays', (table) => { table.upstreams = []; table.certificates = []; }],
  ];

  it.each(ACCEPTED)('%s', (_, change) => {
    const table = base();
    change(table);
    expect(errorsOf(read(table))).toBe('accepted');
  });

  it('comes out whole: defaults filled in, references as ids', () => {
    const table = base();
    table.routes[0].service = { name: 'svc' };
    const result = read(table);
    if (!result.ok) throw new Error(errorsOf(result));
    expect(result.table.routes).toMatchObject([{ service: SERVICE, strip_path: true, hosts: null, path_handling: 'v0' }]);
    expect(result.table.plugins).toMatchObject([{
      config: { key_names: ['apikey'], hide_credentials: true, anonymous: null }, protocols: ['grpc', 'grpcs', 'http', 'https'],
    }]);
    expect(result.table.keyauth_credentials).toMatchObject([{ ttl: 1_800_000_000, consumer: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }]);
  });

  it('makes regular expressions of old formats those of today', () => {
    const table = base();
    table._format_version = '2.1';
    table.routes[0].paths = ['/plain', '/v\\d+'];
    expect(read(table)).toMatchObject({ ok: true, table: { routes: [{ paths: ['/plain', '~/v\\d+'] }] } });
  });
});

describe('a table that a stock data plane refuses', () => {
  const REFUSED: readonly (readonly [string, (table: Table) => void, string])[] = [
    ['ws_id in a row', (table) => { table.routes[0].ws_id = SERVICE; }, 'routes: open: ws_id: unknown field'],
    ['_format_version 4.0', (table) => { table._format_version = '4.0'; }, '_format_version: expected one of: 1.1, 2.1, 3.0'],
    ['no _format_version', (table) => delete table._format_version, '_format_version: required field missing'],
    ['an unknown entity type', (table) => { table.consumer_groups = []; }, 'consumer_groups: unknown field'],
    ['an unknown key with an underscore', (table) => { table._info = {}; }, '_info: unknown field'],
    ['an unknown field', (table) => { table.services[0].new_field = 1; }, 'services: svc: new_field: unknown field'],
    ['an unknown field of a plugin', (table) => { table.plugins[0].config.new_field = 1; },
      'plugins: key-auth: config.new_field: unknown field'],
    ['an unknown plugin', (table) => { table.plugins[0].name = 'my-own'; },
      "plugins: my-own: name: plugin 'my-own' not enabled; add it to the 'plugins' configuration property"],
    ['a reference to nothing', (table) => { table.routes[0].service = '99999999-aaaa-4aaa-8aaa-aaaaaaaaaaaa'; },
      "routes: open: service: invalid reference 'service: 99999999-aaaa-4aaa-8aaa-aaaaaaaaaaaa' (no such entry in 'services')"],
    ['a name used twice', (table) => { table.routes.push({ ...table.routes[0], id: '00000012-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }); },
      "routes: open: name: name 'open' is used more than once"],
    ['an id used twice', (table) => { table.services.push({ ...table.services[0], name: 'other' }); },
      `services: other: id: id '${SERVICE}' is used more than once`],
    ['one plugin twice in one place', (table) => { table.plugins.push({ ...table.plugins[0], id: SERVICE }); },
      'plugins: key-auth: @entity: another row has the same name, route, service, consumer'],
    ['a fraction in a timestamp', (table) => { table.services[0].created_at = 1_795_249_222.5; },
      'services: svc: created_at: expected an integer'],
    ['authorities on a plain HTTP service, even none', (table) => { table.services[0].ca_certificates = []; },
      "services: svc: @entity.1: failed conditional validation given value of field 'protocol'; "
      + 'services: svc: ca_certificates: value must be null'],
    ['rows that are no array', (table) => { table.services = 'x'; }, 'services: expected an array'],
    ['a row that is no record', (table) => { table.consumers.push('x'); }, 'consumers: entry 2: expected a record'],
  ];

  it.each(REFUSED)('%s', (_, change, message) => {
    const table = base();
    change(table);
    expect(errorsOf(read(table))).toContain(message);
  });

  it.each([null, [], 'x', 5])('that is no table at all: %j', (table) => {
    expect(errorsOf(read(table))).toContain('expected a table of entities');
  });

  it('says how many more errors there are than it shows', () => {
    const table = base();
    for (let n = 0; n < 8; n += 1) table.services[0][`x${n}`] = 1;
    expect(errorsOf(read(table))).toMatch(/and 3 more$/);
  });
});

describe('recorded tables', () => {
  const tables = Object.entries(recorded<Readonly<Record<string, { readonly table: unknown }>>>('exported-tables'));

  it.each(tables)('%s is taken and comes out equal', (_, { table }) => {
    expect(read(table)).toMatchObject({ ok: true, table });
  });
});
