/** Entities that a node cannot use: each of them is not served, requests that need it are held back, and everything else is served. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { EnvVault } from '../base/env-vault.ts';
import { createLog } from '../base/log.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { coreEntities } from '../model/entities/core.ts';
import { definePlugin } from '../model/entities/plugin.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { record, string } from '../model/schema/field.ts';
import { HANDLERS as OWN_HANDLERS } from '../plugins/handlers.ts';
import { keyAuthCredential } from '../plugins/key-auth/entities.ts';
import { keyAuthHandler } from '../plugins/key-auth/handler.ts';
import { keyAuth } from '../plugins/key-auth/schema.ts';
import { isServed, PLUGINS as PLUGINS_OF_THIS_GATEWAY, SERVED_PLUGINS } from '../plugins/schemas.ts';
import { readSettings } from '../settings/read.ts';
import type { Handlers } from './compiled-configuration.ts';
import { DataPlane } from './data-plane.ts';
import type { DataPlaneOptions } from './data-plane.ts';

const SECRET = 'hunter2-of-the-guard';

/** Marks requests, and fails to be prepared when its configuration says so. */
const guard = definePlugin({
  name: 'guard', priority: 1, fields: { config: record({ token: string({ referenceable: true }), mood: string() }, { required: true }) },
});
/** Runs before consumers are known, and has no code here. */
const codeless = definePlugin({ name: 'codeless', priority: 5_000, fields: { config: record({}, { required: true }) } });

const PLUGINS = new Map([[keyAuth.name, keyAuth], [guard.name, guard], [codeless.name, codeless]]);
const SCHEMAS = schemasByName([...coreEntities(PLUGINS as never), keyAuthCredential]);

const HANDLERS = {
  'key-auth': keyAuthHandler,
  'guard': {
    name: 'guard',
    priority: 1,
    prepare: ({ mood, token }: { readonly mood?: string | null; readonly token?: string | null }) => {
      if (mood === 'bad') throw new Error(`cannot connect to redis://:${token}@cache`);
      return {};
    },
  },
} as unknown as Handlers;

const id = (n: number): string => `0000000${n}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;
const [SERVICE, OTHER, OPEN, SHUT, ALICE, BOB] = [1, 2, 3, 4, 5, 6].map(id) as [string, string, string, string, string, string];

let folder: string;
let logged: string[];
let close: (() => Promise<void> | void)[];
let clock: ManualClock;
let upstreamPort: number;
let environment: Record<string, string>;

beforeEach(async () => {
  [folder, logged, close, clock, environment] = [temporaryFolder('quarantine'), [], [], new ManualClock(), {}];
  const upstream = createServer((_, response) => void response.end('served'));
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  upstreamPort = (upstream.address() as AddressInfo).port;
  close.push(() => void upstream.close());
});

afterEach(async () => {
  for (const end of close.reverse()) await end();
});

interface Node {
  readonly dataPlane: DataPlane;
  get(path: string, headers?: Record<string, string>): Promise<number>;
  status(path: string): Promise<{ readonly status: number; readonly text: string }>;
}

/** @param plugins absent: those of this gateway */
async function start(plugins: DataPlaneOptions['plugins'] | undefined = { schemas: SCHEMAS, handlers: HANDLERS }): Promise<Node> {
  const { settings } = readSettings({ KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: '127.0.0.1:0' });
  const dataPlane = new DataPlane({
    settings, clock, log: createLog({ level: 'notice', write: (line) => void logged.push(line) }),
    vault: new EnvVault({ environment }), plugins,
  });
  const { proxy, status } = await dataPlane.start();
  close.push(() => dataPlane.close(0));
  const get = (port: number, path: string, headers: Record<string, string> = {}) => (
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => { text += String(chunk); });
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      }).on('error', reject).end();
    }));
  return {
    dataPlane,
    get: async (path, headers) => (await get(proxy[0]!.port, path, headers)).status,
    status: (path) => get(status[0]!.port, path),
  };
}

/** Two services with a route each; `change` makes one thing wrong. */
function table(change: (rows: Record<string, Row[]>) => void = () => undefined): ConfigTable {
  const rows: Record<string, Row[]> = {
    services: [
      { id: SERVICE, name: 'main', host: '127.0.0.1', port: upstreamPort },
      { id: OTHER, name: 'other', host: '127.0.0.1', port: upstreamPort },
    ],
    routes: [
      { id: OPEN, name: 'open', paths: ['/open'], service: SERVICE },
      { id: SHUT, name: 'shut', paths: ['/open/shut'], service: OTHER },
    ],
    consumers: [{ id: ALICE, username: 'alice' }, { id: BOB, username: 'bob' }],
    plugins: [],
    keyauth_credentials: [],
  };
  change(rows);
  return { _format_version: '3.0', ...rows };
}

const plugin = (row: Row): Row => ({ id: id(7), name: 'guard', config: {}, ...row });
const HASH = 'a'.repeat(32);

describe('an entity in quarantine', () => {
  const CASES: readonly (readonly [
    string, (rows: Record<string, Row[]>) => void, { readonly open: number; readonly shut: number; readonly entity: object },
  ])[] = [
    ['a plugin without its secret', ({ plugins }) => plugins!.push(plugin({ route: SHUT, config: { token: '{vault://env/gone}' } })),
      { open: 200, shut: 500, entity: { id: id(7), name: 'guard', reason: expect.stringMatching(/config\.token: .*GONE/) } }],
    ['a service whose client certificate is not there', (rows) => {
      Object.assign(rows.services![1]!, { protocol: 'https', client_certificate: id(8) });
    }, { open: 200, shut: 503, entity: { entity: 'services', reason: expect.stringMatching(/^client_certificate: /) } }],
    ['a plugin that this version does not know', ({ plugins }) => plugins!.push(plugin({ route: SHUT, name: 'from-tomorrow' })),
      { open: 200, shut: 500, entity: { entity: 'plugins', name: 'from-tomorrow' } }],
    ['a plugin with a field that this version does not know',
      ({ plugins }) => plugins!.push(plugin({ service: OTHER, config: { new: 1 } })),
      { open: 200, shut: 500, entity: { entity: 'plugins', reason: 'config.new: unknown field' } }],
    ['a plugin that rejects its configuration', ({ plugins }) => plugins!.push(plugin({ route: SHUT, config: { mood: 'bad' } })),
      { open: 200, shut: 500, entity: { entity: 'plugins', reason: expect.stringContaining('cannot connect') } }],
    ['a plugin without code', ({ plugins }) => plugins!.push(plugin({ route: SHUT, name: 'codeless' })),
      { open: 200, shut: 500, entity: { entity: 'plugins', name: 'codeless' } }],
    ['a plugin for one route, in the place of one that runs everywhere',
      ({ plugins }) => plugins!.push(plugin({ id: id(8) }), plugin({ route: SHUT, config: { token: '{vault://env/gone}' } })),
      { open: 200, shut: 500, entity: { entity: 'plugins' } }],
    ['a service with a wrong value', ({ services }) => { services![1] = { ...services![1], port: 'eighty' }; },
      { open: 200, shut: 503, entity: { entity: 'services', name: 'other', reason: 'port: expected an integer' } }],
    ['a route with a field that this version does not know', ({ routes }) => { routes![1] = { ...routes![1], condition: 'x' }; },
      { open: 200, shut: 503, entity: { entity: 'routes', name: 'shut', reason: 'condition: unknown field' } }],
    ['a route with an expression that this engine cannot run',
      ({ routes }) => { routes![1] = { ...routes![1], paths: ['~/open/shut(?=$)'] }; },
      { open: 200, shut: 503, entity: { entity: 'routes', name: 'shut', reason: expect.stringContaining('look-around') } }],
    ['a route of a service that does not exist', ({ routes }) => { routes![1] = { ...routes![1], service: id(9) }; },
      { open: 200, shut: 503, entity: { entity: 'routes', name: 'shut' } }],
    ['an entity of an unknown type', (rows) => { rows.novelties = [{ id: id(9), name: 'n' }]; },
      { open: 200, shut: 200, entity: { entity: 'novelties', id: id(9), name: 'n' } }],
  ];

  it.each(CASES)('%s: what needs it is held back, everything else is served', async (_, change, { open, shut, entity }) => {
    const node = await start();
    expect(await node.dataPlane.apply(table(change), HASH)).toEqual({ applied: true });
    expect([await node.get('/open'), await node.get('/open/shut')]).toEqual([open, shut]);
    expect(node.dataPlane.quarantine).toMatchObject({ total: 1, entities: [entity] });
    expect(node.dataPlane.currentHash).toBe(HASH);
  });

  it('is not one that is merely unused: one line names those, until they change', async () => {
    const node = await start();
    const unused = (n: number) => table((rows) => {
      rows.key_sets = Array.from({ length: n }, (_, at) => ({ id: id(at + 7), name: `set-${at}` }));
    });
    for (const count of [1, 1, 2]) await node.dataPlane.apply(unused(count), HASH);
    expect(node.dataPlane.quarantine.total).toBe(0);
    const lines = logged.filter((line) => line.includes('does not use'));
    expect(lines).toEqual([expect.stringContaining('does not use 1 key_sets of'), expect.stringContaining('does not use 2 key_sets of')]);
  });

  it('takes along a service whose host is an upstream in quarantine: its requests go nowhere else', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.upstreams = [{ id: id(8), name: 'balanced.test', slots: 1 }];
      Object.assign(rows.services![1]!, { host: 'balanced.test' });
    }), HASH);
    expect([await node.get('/open'), await node.get('/open/shut')]).toEqual([200, 503]);
    expect(node.dataPlane.quarantine.entities).toEqual(expect.arrayContaining([
      expect.objectContaining({ entity: 'upstreams', name: 'balanced.test' }),
      expect.objectContaining({ entity: 'services', reason: expect.stringContaining("'balanced.test' is the name") }),
    ]));
  });

  it('is nothing that waits for another configuration: the next one is taken over', async () => {
    const node = await start();
    await node.dataPlane.apply(table(({ plugins }) => plugins!.push(plugin({ route: SHUT, name: 'from-tomorrow' }))), HASH);
    expect(await node.dataPlane.apply(table(), 'b'.repeat(32))).toEqual({ applied: true });
    expect([await node.get('/open/shut'), node.dataPlane.quarantine.total, node.dataPlane.currentHash]).toEqual([200, 0, 'b'.repeat(32)]);
  });

  it('of a plugin for one consumer holds back that consumer only, although the plugin is not known', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ id: id(8), name: 'key-auth' }), plugin({ name: 'from-tomorrow', consumer: ALICE })];
      rows.keyauth_credentials = [{ id: id(9), key: 'a', consumer: ALICE }, { id: SERVICE, key: 'b', consumer: BOB }];
    }), HASH);
    const as = (apikey: string) => node.get('/open', { apikey });
    expect([await as('a'), await as('b'), await as('c')]).toEqual([500, 200, 401]);
  });

  it('of a plugin for a group of consumers holds back every consumer, and no other request', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      const login = plugin({ id: id(8), name: 'key-auth', config: { anonymous: 'bob' }, route: SHUT });
      rows.plugins = [login, plugin({ consumer_group: id(9) })];
    }), HASH);
    expect([await node.get('/open'), await node.get('/open/shut')]).toEqual([200, 500]);
  });

  it('of a consumer takes its credentials with it', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ name: 'key-auth' })];
      rows.consumers![0] = { ...rows.consumers![0], clearance: 'new' };
      rows.keyauth_credentials = [{ id: id(9), key: 'a', consumer: ALICE }, { id: SERVICE, key: 'b', consumer: BOB }];
    }), HASH);
    const as = (apikey: string) => node.get('/open', { apikey });
    expect([await as('a'), await as('b')]).toEqual([401, 200]);
  });

  it('of a credential leaves by itself when its secret is there, and follows the secret', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ name: 'key-auth' })];
      rows.keyauth_credentials = [
        { id: id(9), key: '{vault://env/alice}', consumer: ALICE }, { id: SERVICE, key: 'b', consumer: BOB },
      ];
    }), HASH);
    const as = (apikey: string) => node.get('/open', { apikey });
    expect([await as('{vault://env/alice}'), await as(SECRET), await as('b')]).toEqual([401, 401, 200]);
    environment.ALICE = SECRET;
    clock.advance(30_000);
    expect([await as('{vault://env/alice}'), await as(SECRET), node.dataPlane.quarantine.total]).toEqual([401, 200, 0]);
    environment.ALICE = 'another-secret';
    clock.advance(30_000);
    expect([await as(SECRET), await as('another-secret')]).toEqual([401, 200]);
    expect(logged.filter((line) => line.includes('no longer in quarantine'))).toHaveLength(1);
  });

  it('of two credentials with one secret: none of them lets a client in as the wrong consumer', async () => {
    environment = { ALICE: SECRET, BOB: SECRET };
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ name: 'key-auth' })];
      rows.keyauth_credentials = [
        { id: id(9), key: '{vault://env/alice}', consumer: ALICE }, { id: SERVICE, key: '{vault://env/bob}', consumer: BOB },
      ];
    }), HASH);
    expect([await node.get('/open', { apikey: SECRET }), node.dataPlane.quarantine.total]).toEqual([401, 2]);
    expect(JSON.stringify([node.dataPlane.quarantine, logged])).not.toContain(SECRET);
  });

  it('is no plugin that is disabled, although it has no code', async () => {
    const node = await start();
    await node.dataPlane.apply(table(({ plugins }) => plugins!.push(plugin({ route: SHUT, name: 'codeless', enabled: false }))), HASH);
    expect([await node.get('/open/shut'), node.dataPlane.quarantine.total, logged.filter((line) => line.includes('quarantine'))])
      .toEqual([200, 0, []]);
  });

  it('of two rows with one key: neither is served, and the key is in no report', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ name: 'key-auth' })];
      rows.keyauth_credentials = [{ id: id(9), key: SECRET, consumer: ALICE }, { id: SERVICE, key: SECRET, consumer: BOB }];
    }), HASH);
    expect([await node.get('/open', { apikey: SECRET }), node.dataPlane.quarantine.total]).toEqual([401, 2]);
    expect(JSON.stringify([node.dataPlane.quarantine, logged])).not.toContain(SECRET);
  });
});

describe('what a node reports of its quarantine', () => {
  it('is in the status API and the metrics, and once in the log, without the secret', async () => {
    environment = { TOKEN: SECRET };
    const node = await start();
    const wrong = table(({ plugins }) => plugins!.push(plugin({ route: SHUT, config: { token: '{vault://env/token}', mood: 'bad' } })));
    await node.dataPlane.apply(wrong, HASH);
    await node.dataPlane.apply(wrong, 'b'.repeat(32));
    for (let n = 0; n < 3; n += 1) expect(await node.get('/open/shut')).toBe(500);
    expect(await node.status('/status/ready')).toEqual({ status: 200, text: '{"message":"ready","quarantined":1}' });
    const { text } = await node.status('/status/configuration');
    expect(JSON.parse(text)).toEqual({
      configuration_hash: 'b'.repeat(32), origin: 'control_plane', refused: null,
      quarantined: {
        total: 1,
        entities: [{ entity: 'plugins', id: id(7), name: 'guard', reason: 'cannot connect to redis://:[redacted]@cache' }],
      },
    });
    expect((await node.status('/metrics')).text).toContain('\nhybridge_quarantined_entities 1\n');
    expect(logged.filter((line) => line.includes('in quarantine'))).toHaveLength(1);
    expect(JSON.stringify([text, logged])).not.toContain(SECRET);
  });

  it('is one line of the log for all configurations of a plugin without code', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [
        plugin({ route: SHUT, name: 'codeless' }), plugin({ id: id(8), route: OPEN, name: 'codeless' }),
        plugin({ id: id(9), route: OPEN, config: { mood: 'bad' } }),
      ];
    }), HASH);
    expect([await node.get('/open'), await node.get('/open/shut'), node.dataPlane.quarantine.total]).toEqual([500, 500, 3]);
    const lines = logged.filter((line) => line.includes('in quarantine')).map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([{
      message: 'in quarantine: plugins codeless: data planes of this version do not run this plugin', id: id(7), others: 1,
      consequence: 'requests that would run it are answered with 500',
    }, { message: expect.stringContaining('plugins guard: cannot connect') as string }]);
  });

  it('is a line of the log each minute while it lasts, which alarms are made of', async () => {
    const node = await start();
    const lines = () => logged.filter((line) => line.includes('data planes do not serve the whole configuration'));
    await node.dataPlane.apply(table(), HASH);
    clock.advance(60_000);
    expect(lines()).toEqual([]);
    await node.dataPlane.apply(table(({ plugins }) => plugins!.push(plugin({ route: SHUT, name: 'from-tomorrow' }))), 'b'.repeat(32));
    clock.advance(120_000);
    const line = { data_planes: 1, quarantined: 1, refused: false };
    expect(lines().map((text) => JSON.parse(text) as object)).toMatchObject([line, line]);
  });

  it('is bounded', async () => {
    const node = await start();
    await node.dataPlane.apply(table((rows) => {
      rows.novelties = Array.from({ length: 500 }, (_, n) => ({ id: String(n), name: `${n}-${'x'.repeat(1_000)}` }));
    }), HASH);
    const { total, entities } = node.dataPlane.quarantine;
    expect([total, entities.length, entities[0]!.name!.length]).toEqual([500, 50, 300]);
    expect(logged.filter((line) => line.includes('in quarantine'))).toHaveLength(51);
  });

  it('makes it not ready when a plugin in quarantine runs on every request', async () => {
    const node = await start();
    await node.dataPlane.apply(table(({ plugins }) => plugins!.push(plugin({ config: { token: '{vault://env/gone}' } }))), HASH);
    expect([await node.get('/open'), await node.get('/open/shut')]).toEqual([500, 500]);
    expect(await node.status('/status/ready')).toMatchObject({ status: 503, text: expect.stringContaining('in quarantine') });
    environment.GONE = SECRET;
    clock.advance(30_000);
    expect([await node.get('/open'), (await node.status('/status/ready')).text]).toEqual([200, '{"message":"ready"}']);
  });

  it('has a table that is refused, because no route of it could be served, until the control plane confirms what runs', async () => {
    const node = await start();
    await node.dataPlane.apply(table(), HASH);
    const broken = table(({ services }) => { services!.splice(0, 2); });
    const refusal = { applied: false, message: expect.stringContaining('invalid reference') as string };
    expect(await node.dataPlane.apply(broken, 'b'.repeat(32))).toMatchObject(refusal);
    expect([await node.get('/open'), node.dataPlane.currentHash]).toEqual([200, HASH]);
    expect(JSON.parse((await node.status('/status/configuration')).text)).toMatchObject({ refused: { config_hash: 'b'.repeat(32) } });
    expect((await node.status('/metrics')).text).toContain('\nhybridge_configuration_refused 1\n');
    node.dataPlane.confirm();
    expect(JSON.parse((await node.status('/status/configuration')).text)).toMatchObject({ refused: null });
  });

  it('is the same after a restart from the kept configuration', async () => {
    const first = await start();
    const wrong = table(({ plugins }) => plugins!.push(plugin({ route: SHUT, config: { token: '{vault://env/gone}' } })));
    await first.dataPlane.apply(wrong, HASH);
    const { quarantine } = first.dataPlane;
    await first.dataPlane.close(0);
    const again = await start();
    expect([again.dataPlane.currentHash, again.dataPlane.quarantine]).toEqual([HASH, quarantine]);
    expect([await again.get('/open'), await again.get('/open/shut')]).toEqual([200, 500]);
  });
});

describe('the plugins of this gateway', () => {
  const unserved = PLUGINS_OF_THIS_GATEWAY.filter(({ name }) => !isServed(name)).map(({ name }) => name);

  it('have code for those that are said to be served, and for no other', () => {
    expect(Object.keys(OWN_HANDLERS).sort()).toEqual([...SERVED_PLUGINS].sort());
  });

  it.each(unserved)('hold back the requests of a route with %s, and of no other', async (name) => {
    const node = await start(undefined);
    const result = await node.dataPlane.apply(table(({ plugins }) => plugins!.push(plugin({ route: SHUT, name }))), HASH);
    expect(result).toEqual({ applied: true });
    expect([await node.get('/open'), await node.get('/open/shut')]).toEqual([200, 500]);
    expect(node.dataPlane.quarantine).toMatchObject({ total: 1, entities: [{ entity: 'plugins', name }] });
  });

  it('hold back requests before they see an upstream, also where a consumer is wanted', async () => {
    const node = await start(undefined);
    await node.dataPlane.apply(table((rows) => {
      rows.plugins = [plugin({ id: id(8), name: 'key-auth' }), plugin({ name: 'rate-limiting', consumer: ALICE, config: { minute: 5 } })];
      rows.keyauth_credentials = [{ id: id(9), key: 'a', consumer: ALICE }, { id: SERVICE, key: 'b', consumer: BOB }];
    }), HASH);
    const as = (apikey: string) => node.get('/open', { apikey });
    expect([await as('a'), await as('b'), await as('c')]).toEqual([500, 200, 401]);
  });
});
