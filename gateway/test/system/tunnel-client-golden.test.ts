/** Our data plane's end of the tunnel against a minimal control plane, with the behaviour recorded from Kong Gateway OSS 3.9.1. */
import { deflateSync, gzipSync } from 'node:zlib';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createLog } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import { readinessOf } from '../../src/data-plane/readiness.ts';
import { trustOf } from '../../src/data-plane/tunnel.ts';
import { hashConfigTable } from '../../src/model/config-hash.ts';
import type { ConfigHashes } from '../../src/model/config-hash.ts';
import { rowsOf } from '../../src/model/config-table.ts';
import type { ConfigTable, Row } from '../../src/model/config-table.ts';
import { HANDLERS } from '../../src/plugins/handlers.ts';
import { readSettings } from '../../src/settings/read.ts';
import { TunnelClient } from '../../src/sync/client.ts';
import type { TunnelClientOptions } from '../../src/sync/client.ts';
import { eventually } from '../fixtures/eventually.ts';
import { kongIdentity } from '../fixtures/kong-certificate.ts';
import { ManualClock } from '../fixtures/manual-clock.ts';
import { MinimalControlPlane } from '../fixtures/minimal-control-plane.ts';
import type { MinimalSession } from '../fixtures/minimal-control-plane.ts';
import { recorded } from '../fixtures/recorded.ts';
import { Authority, sharedIdentity } from '../fixtures/tunnel-certificates.ts';
import type { Identity } from '../fixtures/tunnel-certificates.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const ZEROS = '0'.repeat(32);
const NODE = { id: '5d82e8e2-7a0f-45a2-9563-23b4df5d5821', hostname: 'dp-1', version: '3.9.1' };

let shared: Identity;
let folder: string;

beforeAll(async () => {
  shared = await sharedIdentity();
  folder = temporaryFolder('tunnel');
});

/** A data plane without listeners, its client, and what it logged. */
class Setup {
  readonly dataPlane: DataPlane;
  readonly clock = new ManualClock();
  readonly log: { readonly level: string; readonly message: string }[] = [];
  readonly controlPlane: MinimalControlPlane;
  readonly client: TunnelClient;

  constructor(controlPlane: MinimalControlPlane, options: Partial<TunnelClientOptions> = {}) {
    this.controlPlane = controlPlane;
    const { settings } = readSettings({ KONG_PREFIX: folder, KONG_PROXY_LISTEN: 'off', KONG_STATUS_LISTEN: 'off' });
    const log = createLog({ level: 'info', write: (line) => void this.log.push(JSON.parse(line) as Setup['log'][number]) });
    this.dataPlane = new DataPlane({ settings, log, keepsConfiguration: false });
    this.client = new TunnelClient({
      trust: { mode: 'shared', identity: shared },
      controlPlanes: [{ host: '127.0.0.1', port: controlPlane.port }],
      node: NODE,
      info: { plugins: [{ name: 'key-auth', version: '3.9.1' }], process_conf: {}, filters: {}, labels: {} },
      receiver: { currentHash: () => this.dataPlane.currentHash, apply: (table, hash) => this.dataPlane.apply(table, hash) },
      log,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
    this.client.start();
  }

  async close(): Promise<void> {
    this.client.close();
    await this.controlPlane.stop();
  }

  /** Pauses before attempts, as logged. Seconds, rounded. */
  get waits(): readonly number[] {
    return this.log.flatMap(({ message }) => /retrying after ([\d.]+) seconds/.exec(message)?.slice(1).map(Number) ?? []);
  }

  /** Lets the time of the next attempt come. */
  async reconnected(number: number): Promise<MinimalSession> {
    const planned = await eventually('a retry is planned', () => this.waits.at(-1));
    // Not more: the attempt has to be over within its own limit.
    this.clock.advance(planned * 1000 + 50);
    return this.controlPlane.session(number);
  }
}

let running: Setup[] = [];

afterEach(async () => {
  await Promise.all(running.map((setup) => setup.close()));
  running = [];
});

async function setUp(options: Partial<TunnelClientOptions> = {}, prepare?: (controlPlane: MinimalControlPlane) => void): Promise<Setup> {
  const controlPlane = await new MinimalControlPlane(shared).start();
  prepare?.(controlPlane);
  const setup = new Setup(controlPlane, options);
  running.push(setup);
  return setup;
}

function pushOf(table: ConfigTable, hash = hashConfigTable(table).config): Record<string, unknown> {
  return { type: 'reconfigure', timestamp: 1, config_table: table, config_hash: hash, hashes: { ...hashConfigTable(table), config: hash } };
}

describe('the handshake of a data plane', () => {
  const recording = recorded<{ handshake: { request: readonly string[]; tls: { sni: string; alpn: boolean } } }>('frames-dp').handshake;
  const withoutChanging = (lines: readonly string[]) => lines
    .map((line) => line.replace(/^(Sec-WebSocket-Key): .*/, '$1').replace(/^Host: 127\.0\.0\.1:\d+$/, 'Host')).sort();

  it('has the recorded request line and headers, and no others', async () => {
    const { controlPlane } = await setUp();
    const session = await controlPlane.session();
    expect(session.request[0]).toBe(recording.request[0]);
    expect(withoutChanging(session.request.slice(1))).toEqual(withoutChanging(recording.request.slice(1)));
  });

  it('names kong_clustering and offers no ALPN', async () => {
    const { controlPlane } = await setUp();
    const session = await controlPlane.session();
    expect({ sni: session.sni, alpn: session.offersAlpn }).toEqual({ sni: recording.tls.sni, alpn: recording.tls.alpn });
  });

  it('is followed by basic_info and a ping of zeros at once, each masked and in one frame', async () => {
    const { controlPlane } = await setUp();
    const session = await controlPlane.session();
    await eventually('two frames', () => session.frames.length >= 2);
    expect(session.frames.map(({ type, fin, masked }) => ({ type, fin, masked }))).toEqual([
      { type: 'binary', fin: true, masked: true }, { type: 'ping', fin: true, masked: true },
    ]);
    const basicInfo = recorded<{ basic_info: Record<string, unknown> }>('frames-dp').basic_info;
    expect(Object.keys(session.messages[0]!).sort()).toEqual(Object.keys(basicInfo).sort());
    expect(session.messages[0]).toMatchObject({
      type: 'basic_info',
      plugins: [{ name: 'key-auth', version: '3.9.1' }],
      labels: {},
      filters: {},
    });
    expect(session.pings).toEqual([ZEROS]);
  });

  it('names the host in mode pki, or the configured server name', async () => {
    const authority = await Authority.create('test authority');
    const own = await authority.issue('dp.example', ['client']);
    for (const [certificateName, serverName] of [['localhost', undefined], ['cp.example', 'cp.example']] as const) {
      const controlPlane = await new MinimalControlPlane(await authority.issue(certificateName, ['server']), {
        authorities: authority.certificate,
      }).start();
      const setup = new Setup(controlPlane, {
        trust: { mode: 'pki', identity: own, authorities: authority.certificate, ...(serverName === undefined ? {} : { serverName }) },
        controlPlanes: [{ host: 'localhost', port: controlPlane.port }],
      });
      running.push(setup);
      expect((await controlPlane.session()).sni).toBe(serverName ?? 'localhost');
    }
  });

  it('fails in mode pki when the certificate has another name', async () => {
    const authority = await Authority.create('test authority');
    const controlPlane = await new MinimalControlPlane(await authority.issue('other.example', ['server'])).start();
    const setup = new Setup(controlPlane, {
      trust: { mode: 'pki', identity: await authority.issue('dp.example'), authorities: authority.certificate, serverName: 'cp.example' },
    });
    running.push(setup);
    await eventually('a refusal', () => setup.log.some(({ message }) => message.includes('does not match certificate')));
    expect(controlPlane.attempts).toBe(0);
  });

  it('succeeds with a certificate of kong hybrid gen_cert, from the settings to the first push', async () => {
    const identity = kongIdentity();
    const controlPlane = await new MinimalControlPlane(identity).start();
    const { settings } = readSettings({
      KONG_ROLE: 'data_plane', KONG_DATABASE: 'off', KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${controlPlane.port}`,
      KONG_CLUSTER_CERT: identity.certificate, KONG_CLUSTER_CERT_KEY: identity.key.reveal(),
    });
    const setup = new Setup(controlPlane, { trust: trustOf(settings.tunnel) });
    running.push(setup);
    const session = await controlPlane.session();
    session.push(pushOf(BASE, 'c'.repeat(32)));
    await session.pinged('c'.repeat(32));
  });

  it('fails in mode shared with any other certificate, of the same name too', async () => {
    const controlPlane = await new MinimalControlPlane(await sharedIdentity()).start();
    const setup = new Setup(controlPlane);
    running.push(setup);
    await eventually('a refusal', () => setup.log.some(({ message }) => message.includes('broken')));
    expect(controlPlane.attempts).toBe(0);
  });
});

describe('a refused data plane', () => {
  it.each([
    ['HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', 750, /status 404.*0\.8 seconds/],
    ['HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n', 750, /status 401/],
    ['HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n\r\n', 2_000, /status 503.*2\.0 seconds/],
    ['', 750, /broken/],
  ])('tries again: %j after %d ms', async (refusal, waitMs, message) => {
    const setup = await setUp({}, (controlPlane) => {
      controlPlane.refusal = refusal;
    });
    await eventually('the refusal is logged', () => setup.log.some((line) => message.test(line.message)));
    setup.controlPlane.refusal = undefined;
    setup.clock.advance(waitMs - 1);
    expect(setup.controlPlane.attempts).toBe(1);
    setup.clock.advance(1);
    await setup.controlPlane.session();
  });

  it('waits longer each time, up to a minute', async () => {
    const setup = await setUp({}, (controlPlane) => {
      controlPlane.refusal = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
    });
    for (let refusals = 1; refusals <= 8; refusals += 1) {
      const planned = await eventually('the next refusal', () => setup.waits[refusals - 1]);
      setup.clock.advance(planned * 1000 + 50);
    }
    expect(setup.waits.slice(0, 8)).toEqual([0.8, 1.5, 3, 6, 12, 24, 45, 45]);
  });

  it('tries the next of several control planes at once', async () => {
    const refusing = await new MinimalControlPlane(shared).start();
    refusing.refusal = '';
    const controlPlane = await new MinimalControlPlane(shared).start();
    const setup = new Setup(controlPlane, { controlPlanes: [refusing, controlPlane].map(({ port }) => ({ host: '127.0.0.1', port })) });
    running.push(setup);
    await eventually('the first was tried', () => setup.log.some(({ message }) => message.includes('retrying after 0.0 seconds')));
    setup.clock.advance(0);
    await controlPlane.session();
    expect(refusing.attempts).toBe(1);
    await refusing.stop();
  });
});

/** A configuration of what this version knows. */
const BASE: ConfigTable = {
  _format_version: '3.0',
  _transform: false,
  parameters: [{ key: 'cluster_id', value: '93ff589e-e85e-4327-a1e1-79f65d573857', created_at: null }],
  workspaces: [
    { id: '5d2351da-27df-44f9-8091-b25ce19535ad', name: 'default', comment: null, config: {}, meta: {}, created_at: 1, updated_at: 1 },
  ],
  services: [
    {
      id: '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      name: 'main',
      host: '127.0.0.1',
      port: 80,
      protocol: 'http',
      path: null,
      ca_certificates: null,
    },
  ],
  routes: [
    {
      id: '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      name: 'open',
      paths: ['/open'],
      service: '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      tags: null,
    },
    { id: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'auth', paths: ['/auth'], service: '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa' },
  ],
  plugins: [
    {
      id: '00000004-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      name: 'key-auth',
      route: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      config: { key_names: ['apikey'], realm: null },
    },
  ],
  consumers: [{ id: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa', username: 'alice' }],
  keyauth_credentials: [
    { id: '00000006-aaaa-4aaa-8aaa-aaaaaaaaaaaa', key: 'alice-key', consumer: '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa', ttl: null },
  ],
};

function eachRow(table: ConfigTable, change: (row: Row, entity: string) => Row): ConfigTable {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [key, Array.isArray(value) ? value.map((row: Row) => change(row, key)) : value]),
  ) as ConfigTable;
}

function firstRow(entity: string, change: Row): ConfigTable {
  return { ...BASE, [entity]: rowsOf(BASE, entity).map((row, index) => index === 0 ? { ...row, ...change } : row) };
}

function without(...keys: string[]): ConfigTable {
  return Object.fromEntries(Object.entries(BASE).filter(([key]) => !keys.includes(key))) as ConfigTable;
}

function withExtra(table: Record<string, unknown>): ConfigTable {
  return { ...BASE, ...table } as ConfigTable;
}

interface DataPlaneCase {
  readonly name: string;
  readonly pingsAfter?: readonly string[];
  readonly sessionEnded?: boolean | string;
  readonly pushedHash?: string;
  readonly appliedMs?: number | null;
  readonly log?: readonly string[];
}

describe('a data plane and the messages of a control plane', () => {
  const { cases } = recorded<{ cases: readonly DataPlaneCase[] }>('data-plane-behaviour');
  const byName = new Map(cases.map((one) => [one.name, one]));
  const fresh = 'd'.repeat(32);

  /** What was sent in each case: a table, or bytes. */
  const TABLES: Readonly<Record<string, () => ConfigTable>> = {
    'workspaces left out': () => without('workspaces'),
    'parameters left out': () => without('parameters'),
    'null fields left out': () => eachRow(BASE, (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))),
    'ws_id in every row': () =>
      eachRow(BASE, (row, entity) => (entity === 'workspaces' ? row : { ...row, ws_id: '5d2351da-27df-44f9-8091-b25ce19535ad' })),
    'foreign keys as {"id"}': () =>
      eachRow(BASE, (row) => (typeof row.service === 'string' ? { ...row, service: { id: row.service } } : row)),
    'foreign key by name': () => eachRow(BASE, (row) => (typeof row.service === 'string' ? { ...row, service: 'main' } : row)),
    '_transform true': () => withExtra({ _transform: true }),
    '_transform left out': () => without('_transform'),
    '_format_version 1.1': () => withExtra({ _format_version: '1.1' }),
    '_format_version 4.0': () => withExtra({ _format_version: '4.0' }),
    'no _format_version': () => without('_format_version'),
    'unknown top-level entity': () => withExtra({ my_entities: [{ id: '00000007-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }] }),
    'unknown top-level key with underscore': () => withExtra({ _info: {} }),
    'unknown field in a service': () => firstRow('services', { new_field: 1 }),
    'unknown field with null in a service': () => firstRow('services', { new_field: null }),
    'unknown field in a plugin config': () => firstRow('plugins', { config: { key_names: ['apikey'], new_field: 1 } }),
    'unknown plugin': () => firstRow('plugins', { name: 'my-own', config: {} }),
    'dangling foreign key': () => firstRow('routes', { service: '99999999-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }),
    'duplicate route name': () => firstRow('routes', { name: 'auth' }),
    'disabled plugin included': () => firstRow('plugins', { enabled: false }),
    'disabled service included': () => firstRow('services', { enabled: false }),
    'empty arrays': () => withExtra({ vaults: [] }),
    'tags: {}': () => firstRow('routes', { tags: {} }),
    'tags: []': () => firstRow('routes', { tags: [] }),
    'ca_certificates: {}': () => firstRow('services', { ca_certificates: {} }),
    'ca_certificates: []': () => firstRow('services', { ca_certificates: [] }),
    'services: {}': () => withExtra({ services: {}, routes: [], plugins: [] }),
    'floats in timestamps': () => firstRow('services', { created_at: 1.5 }),
    'an expired ttl credential': () => firstRow('keyauth_credentials', { ttl: 1 }),
    'workspace named other than default': () => firstRow('workspaces', { name: 'other' }),
  };

  /** Where one row is wrong and others can be served, Kong's data plane refuses the table; ours sets that row aside. */
  const QUARANTINED: ReadonlySet<string> = new Set([
    'unknown top-level entity', 'unknown field in a plugin config', 'unknown plugin', 'dangling foreign key',
  ]);

  /** Recorded without the field, because all that was seen is that it was applied. */
  const applied = ({ pingsAfter, appliedMs }: DataPlaneCase) =>
    pingsAfter === undefined ? typeof appliedMs === 'number' : pingsAfter.length > 0;

  let setup: Setup;
  let session: MinimalSession;

  beforeEach(async () => {
    setup = await setUp();
    session = await setup.controlPlane.session();
    session.push(pushOf(BASE, 'b'.repeat(32)));
    await session.pinged('b'.repeat(32));
  });

  it.each(Object.entries(TABLES))('%s', async (name, makeTable) => {
    session.push(pushOf(makeTable(), fresh));
    if (applied(byName.get(name)!) || QUARANTINED.has(name)) {
      await session.pinged(fresh);
      expect(setup.dataPlane.quarantine.total).toBe(QUARANTINED.has(name) ? 1 : 0);
      return;
    }
    expect(byName.get(name)).toBeDefined();
    await eventually('the refusal is logged', () =>
      setup.log.some(({ level, message }) => level === 'error' && message.includes('refused')));
    expect(session.pings.at(-1)).toBe('b'.repeat(32));
    expect(setup.dataPlane.currentHash).toBe('b'.repeat(32));
    expect(session.ended).toBe(false);
  });

  it('same hash again: the data plane reports it again and applies nothing', async () => {
    const count = session.pings.length;
    session.push(pushOf(withExtra({ routes: [] }), 'b'.repeat(32)));
    await session.pinged('b'.repeat(32), count);
    expect(setup.log.filter(({ message }) => message === 'configuration applied')).toHaveLength(1);
  });

  it('another hash: the data plane reports it unchanged, whatever its length', async () => {
    session.push(pushOf(BASE, 'd'.repeat(16)));
    await session.pinged('d'.repeat(16));
  });

  it('no config_hash: the data plane computes it', async () => {
    const { config_table } = pushOf(BASE);
    session.push({ type: 'reconfigure', config_table });
    await session.pinged(hashConfigTable(BASE).config);
  });

  it.each([['left out', undefined], ['empty', {}]])('section hashes %s: the configuration is applied', async (_name, hashes) => {
    session.push({ ...pushOf(BASE, fresh), hashes });
    await session.pinged(fresh);
  });

  it('hashes null: applied too, where Kong\'s data plane fails', async () => {
    session.push({ ...pushOf(BASE, fresh), hashes: null });
    await session.pinged(fresh);
  });

  it('keys in another order and no timestamp: applied', async () => {
    const { timestamp, ...push } = pushOf(BASE, fresh);
    session.push(Object.fromEntries(Object.entries({ ...push, extra: timestamp }).reverse()));
    await session.pinged(fresh);
  });

  it.each([
    ['workspaces only', { _format_version: '3.0', workspaces: BASE.workspaces }],
    ['services: [] and routes: []', { _format_version: '3.0', services: [], routes: [] }],
    ['empty table', { _format_version: '3.0' }],
  ])('%s: counts as no configuration', async (_name, table) => {
    session.push(pushOf(table as ConfigTable));
    await eventually('a ping of zeros', () => session.pings.at(-1) === ZEROS);
    expect(readinessOf({ draining: false, hash: setup.dataPlane.currentHash })).toEqual({
      ready: false,
      message: 'no configuration available (empty configuration present)',
    });
  });

  it('parameters only: counts as a configuration', async () => {
    const table = { _format_version: '3.0', parameters: BASE.parameters } as ConfigTable;
    session.push(pushOf(table));
    await session.pinged(hashConfigTable(table).config);
    expect(readinessOf({ draining: false, hash: setup.dataPlane.currentHash })).toEqual({ ready: true });
  });

  it('of two pushes at once the last one runs', async () => {
    session.push(pushOf(BASE, '1'.repeat(32)));
    session.push(pushOf(BASE, '2'.repeat(32)));
    await session.pinged('2'.repeat(32));
    expect(setup.dataPlane.currentHash).toBe('2'.repeat(32));
  });

  it('a zlib stream in place of gzip is read', async () => {
    session.send('binary', deflateSync(JSON.stringify(pushOf(BASE, fresh))));
    await session.pinged(fresh);
  });

  it('a push in several frames is read, where Kong\'s data plane reconnects', async () => {
    const bytes = gzipSync(JSON.stringify(pushOf(BASE, fresh)));
    session.send('binary', bytes.subarray(0, 20), { fin: false });
    session.send('continuation', bytes.subarray(20));
    await session.pinged(fresh);
  });

  it.each([
    ['another type', () => session.push({ type: 'other' }), 'type "other"'],
    ['ping from the control plane', () => session.send('ping', 'x'), 'ping from the control plane'],
    ['text frame from the control plane', () => session.send('text', 'x'), 'text frame'],
  ])('%s: ignored, and not answered', async (_name, send, told) => {
    const frames = session.frames.length;
    send();
    await eventually('it is logged', () => setup.log.some(({ message }) => message.includes(told) && message.includes('ignored')));
    expect(session.frames.length).toBe(frames);
    session.push(pushOf(BASE, fresh));
    await session.pinged(fresh);
    expect(session.frames.some(({ type }) => type === 'pong')).toBe(false);
  });

  it('config_table missing: refused, the session goes on', async () => {
    session.push({ type: 'reconfigure', config_hash: fresh });
    await eventually('it is logged', () => setup.log.some(({ message }) => message.includes('without config_table')));
    session.push(pushOf(BASE, fresh));
    await session.pinged(fresh);
  });

  it.each([
    ['binary that is not gzip', () => session.send('binary', 'hello')],
    ['gzip of something that is not JSON', () => session.send('binary', gzipSync('hello'))],
    ['JSON that is not compressed', () => session.send('binary', JSON.stringify(pushOf(BASE)))],
    ['close frame 1001', () => session.send('close', Buffer.from([0x03, 0xe9]))],
    ['TCP reset', () => session.reset()],
  ])('%s: the session ends, and the next one begins with the hash that runs', async (_name, send) => {
    send();
    await eventually('the end', () => session.ended);
    const next = await setup.reconnected(2);
    await next.pinged('b'.repeat(32));
  });

  it('frame larger than cluster_max_payload: the session ends, and the log names the setting', async () => {
    const limited = await setUp({ maxPayloadBytes: 1_000 });
    const other = await limited.controlPlane.session();
    other.send('binary', Buffer.alloc(1_001));
    await eventually('it is logged', () =>
      limited.log.some(({ message }) => message.includes('more than 1000 bytes at once; raise KONG_CLUSTER_MAX_PAYLOAD')),
    );
    await eventually('the end', () => other.ended);
  });

  it('reports why it refused a configuration to a control plane that asks for it', async () => {
    const inviting = await setUp({}, (controlPlane) => {
      controlPlane.headers = ['Hybridge-Error-Reports: accept'];
    });
    const other = await inviting.controlPlane.session();
    other.push(pushOf(eachRow(BASE, (row) => ('service' in row ? { ...row, service: 'absent' } : row)), fresh));
    const report = await eventually('a report', () => other.messages.find(({ type }) => type === 'error'));
    expect(report).toMatchObject({ type: 'error', error: { config_hash: fresh, message: expect.stringContaining('absent') as string } });
  });
});

describe('tables pushed by a real control plane', () => {
  const tables =
    recorded<Readonly<Record<string, { config_table: ConfigTable; config_hash: string; hashes: ConfigHashes }>>>('config-tables');

  /** Why a data plane of this version cannot run a table; later versions shorten this list. */
  const REFUSED: Readonly<Record<string, RegExp>> = {
    '30-expressions-routes': /'?(?:priority|expression)/,
    '31-expressions-stream': /'?(?:priority|expression)/,
  };

  /** What data planes of this version cannot do for a service. */
  const UNMET = /^in quarantine: services \S+: (?:host|client_certificate|ca_certificates): /;

  /** Secrets that the recorded node had in its environment. */
  const UNRESOLVED = /^in quarantine: plugins \S+: config\.\S+: \{vault:\S+ cannot be resolved: /;

  /** Plugins without a handler. */
  const pluginsOf = (table: ConfigTable) =>
    [...new Set(rowsOf(table, 'plugins').map((row) => String(row.name)))].filter((name) => !(name in HANDLERS));

  it.each(Object.entries(tables))('%s is run, or refused for a named reason', async (name, { config_table, config_hash, hashes }) => {
    const setup = await setUp();
    const session = await setup.controlPlane.session();
    session.push({ type: 'reconfigure', timestamp: 1, config_table, config_hash, hashes });
    if (REFUSED[name] !== undefined) {
      const refusal = await eventually('a refusal', () => setup.log.find(({ level }) => level === 'error'));
      expect(refusal.message).toMatch(REFUSED[name]);
      return;
    }
    await session.pinged(config_hash);
    const inQuarantine = setup.log.filter(({ level }) => level === 'error').map(({ message }) => message);
    const others = [UNMET, UNRESOLVED];
    const expected = pluginsOf(config_table).map((plugin) => `in quarantine: plugins ${plugin}`);
    for (const text of expected) expect(inQuarantine.join('\n')).toContain(text);
    const isKnown = (line: string) => others.some((reason) => reason.test(line)) || expected.some((text) => line.startsWith(text));
    expect(inQuarantine.filter((line) => !isKnown(line))).toEqual([]);
  });
});

describe('liveness', () => {
  it('a data plane pings every 30 seconds', async () => {
    const setup = await setUp();
    const session = await setup.controlPlane.session();
    await eventually('the first ping', () => session.pings.length === 1);
    setup.clock.advance(30_000);
    await eventually('the next ping', () => session.pings.length === 2);
  });

  it('a data plane that hears nothing for 45 seconds reconnects', async () => {
    const setup = await setUp();
    const session = await setup.controlPlane.session();
    await eventually('it is connected', () => setup.client.connected && session.pings.length === 1);
    // Time passes in one step, so that no pong is heard meanwhile.
    setup.clock.advance(50_001);
    await eventually('it gave up', () => setup.log.some(({ message }) => message.includes('45 seconds')));
    await setup.reconnected(2);
  });
});
