/** One session of a control plane, frame by frame: real WebSockets on loopback, a manual clock. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import type { Timer } from '../base/clock.ts';
import { createLog } from '../base/log.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { OutletSession } from './outlet-session.ts';
import { prepareConfiguration } from './prepared-configuration.ts';
import type { ApplyFailure, DataPlaneNode, PreparedConfiguration } from './protocol.ts';
import type { TunnelPeer } from './tunnel-listener.ts';

const HASH = 'a'.repeat(32);
const ID = '11111111-aaaa-4AAA-8aaa-aaaaaaaaaaaa';
const PEER: TunnelPeer = { id: ID, hostname: 'dp-1', version: '3.9.1', ip: '10.0.0.9' };
const KEY_AUTH: ConfigTable = { _format_version: '3.0', plugins: [{ id: 'p', name: 'key-auth', config: {} }] };
const START_MS = 1_800_000_000_700;

/** A manual clock that knows which of its timers have not ended. */
class CountingClock extends ManualClock {
  readonly running = new Set<Timer>();

  override after(ms: number, run: () => void): Timer {
    const timer = this.#counted(super.after(ms, () => {
      this.running.delete(timer);
      run();
    }));
    return timer;
  }

  override every(ms: number, run: () => void): Timer {
    return this.#counted(super.every(ms, run));
  }

  #counted({ cancel }: Timer): Timer {
    const timer: Timer = {
      cancel: () => {
        this.running.delete(timer);
        cancel();
      },
    };
    this.running.add(timer);
    return timer;
  }
}

/** A session and the data plane at its other end. */
class Setup {
  readonly clock = new CountingClock(START_MS);
  readonly lines: Record<string, unknown>[] = [];
  readonly rows: DataPlaneNode[] = [];
  readonly refused: { readonly node: DataPlaneNode; readonly failure: ApplyFailure['error'] }[] = [];
  readonly pushes: Buffer[] = [];
  readonly pongs: Buffer[] = [];
  closed: number | undefined;
  latest: PreparedConfiguration | undefined;
  readonly session: OutletSession;

  constructor(readonly dataPlane: WebSocket, readonly server: WebSocket, peer: TunnelPeer, maxPayloadBytes: number) {
    this.session = new OutletSession(server, peer, {
      source: { latest: () => this.latest, onChange: () => () => undefined },
      registry: { seen: (node) => void this.rows.push(node), refused: (node, failure) => void this.refused.push({ node, failure }) },
      clock: this.clock,
      log: createLog({ level: 'info', write: (line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>) }),
      maxPayloadBytes,
    });
    dataPlane.on('message', (data) => void this.pushes.push(data as Buffer));
    dataPlane.on('pong', (data) => void this.pongs.push(data));
    dataPlane.on('close', (code) => void (this.closed = code));
  }

  get said(): readonly unknown[] {
    return this.lines.map(({ message }) => message);
  }

  introduce(info: object = { plugins: [{ name: 'key-auth', version: '3.9.1' }] }): void {
    this.dataPlane.send(Buffer.from(JSON.stringify({ type: 'basic_info', ...info })));
  }

  /** The session has the basic_info and has said so. */
  async introduced(info?: object): Promise<this> {
    this.introduce(info);
    await eventually('the data plane is connected', () => this.said.includes('data plane connected'));
    this.lines.length = 0;
    return this;
  }

  async pinged(hash = HASH): Promise<DataPlaneNode | undefined> {
    const before = this.pongs.length;
    this.dataPlane.ping(hash);
    await eventually('a pong', () => this.pongs.length > before);
    return this.rows.at(-1);
  }

  /** Code of the close frame: 1005 for one without a code, 1006 when the connection ended without one. */
  ended(): Promise<number> {
    return eventually('the end', () => this.closed);
  }

  /** Another configuration, as the tunnel's server announces it. */
  change(configuration: PreparedConfiguration | undefined): void {
    this.latest = configuration;
    this.session.push();
  }
}

let listener: WebSocketServer;
let open: WebSocket[];

beforeEach(async () => {
  open = [];
  // As the listener of the tunnels does.
  listener = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false, maxPayload: 10_000 });
  await once(listener, 'listening');
});

afterEach(async () => {
  for (const websocket of open) websocket.terminate();
  await new Promise((resolve) => void listener.close(resolve));
});

async function setUp(peer: Partial<TunnelPeer> = {}, maxPayloadBytes = 1_000): Promise<Setup> {
  const accepted = once(listener, 'connection') as Promise<[WebSocket]>;
  const dataPlane = new WebSocket(`ws://127.0.0.1:${(listener.address() as AddressInfo).port}`, { autoPong: false });
  open.push(dataPlane);
  const [[server]] = await Promise.all([accepted, once(dataPlane, 'open')]);
  return new Setup(dataPlane, server, { ...PEER, ...peer }, maxPayloadBytes);
}

const prepared = (table: ConfigTable, revision = 1) => prepareConfiguration(table, revision);

/** A configuration with bytes of its own choice. */
function configured(payload: () => Promise<Buffer>, table = KEY_AUTH): PreparedConfiguration {
  return { ...prepared(table), payload };
}

/** A promise that is settled from outside. */
function gate(): { readonly open: (payload: Buffer) => void; readonly passed: Promise<Buffer> } {
  let release = (_: Buffer) => undefined as void;
  const passed = new Promise<Buffer>((resolve) => {
    release = resolve;
  });
  return { open: (payload) => release(payload), passed };
}

describe('a data plane that does not begin with basic_info', () => {
  it('is closed after 5 seconds, and not before', async () => {
    const setup = await setUp();
    setup.clock.advance(4_999);
    expect(setup.lines).toEqual([]);
    setup.clock.advance(1);
    expect(setup.lines).toMatchObject([{
      level: 'warn', message: 'data plane closed: no basic_info within 5 seconds',
      node: ID, hostname: 'dp-1', ip: '10.0.0.9', version: '3.9.1',
    }]);
    expect(await setup.ended()).toBe(1005);
  });

  it.each<[string, (dataPlane: WebSocket) => void, string]>([
    ['a text frame', (dataPlane) => dataPlane.send('{"type":"basic_info","plugins":[]}'), 'the first frame is not binary'],
    ['a ping', (dataPlane) => dataPlane.ping(HASH), 'a ping came before basic_info'],
    ['a pong', (dataPlane) => dataPlane.pong(), 'a pong came before basic_info'],
  ])('but with %s is cut off', async (_, send, reason) => {
    const setup = await setUp();
    send(setup.dataPlane);
    expect(await setup.ended()).toBe(1006);
    expect(setup.said).toEqual([`data plane dropped: ${reason}`]);
    expect(setup.clock.running.size).toBe(0);
    expect(setup.rows).toEqual([]);
  });

  it.each([
    'no JSON', 'null', '5', '{}', '{"type":"basic_info"}', '{"type":"basic_info","plugins":null}', '{"type":"basic_info","plugins":"x"}',
    '{"type":"other","plugins":[]}',
  ])('but with %s is closed', async (text) => {
    const setup = await setUp();
    setup.dataPlane.send(Buffer.from(text));
    expect(await setup.ended()).toBe(1005);
    expect(setup.said).toEqual(['data plane closed: the first message is no basic_info with a list of plugins']);
  });
});

describe('basic_info', () => {
  it('is awaited once: the session goes on after 5 seconds', async () => {
    const setup = await (await setUp()).introduced();
    setup.clock.advance(6_000);
    expect(setup.lines).toEqual([]);
    await setup.pinged();
  });

  it('without plugins that have names serves a configuration without plugins only', async () => {
    const setup = await setUp();
    setup.latest = prepared(KEY_AUTH);
    setup.introduce({ plugins: [null, { version: '3.9.1' }, { name: 5 }, 'key-auth'] });
    const withheld = 'configuration withheld: the configuration uses plugin key-auth, which the data plane does not have';
    await eventually('it is withheld', () => setup.said.includes(withheld));
    setup.change(prepared({ _format_version: '3.0' }));
    await eventually('a push', () => setup.pushes.length === 1);
  });

  it('may have an object in place of an empty list', async () => {
    const setup = await setUp();
    setup.latest = prepared({ _format_version: '3.0' });
    setup.introduce({ plugins: {} });
    await eventually('a push', () => setup.pushes.length === 1);
  });

  it.each([
    [{ region: 'eu' }, { region: 'eu' }], [{}, {}], [undefined, null], [null, null], ['eu', null], [['eu'], null],
  ])('with labels %j lists %j', async (labels, listed) => {
    const setup = await (await setUp()).introduced({ plugins: [], labels });
    expect((await setup.pinged())!.labels).toEqual(listed);
  });

  it('of a version that cannot be served is listed, and closes the session', async () => {
    const setup = await setUp({ version: '2.8.1' });
    setup.latest = prepared(KEY_AUTH);
    setup.introduce();
    expect(await setup.ended()).toBe(1005);
    expect(setup.rows).toMatchObject([{ version: '2.8.1', sync_status: 'kong_version_incompatible', config_hash: NO_HASH }]);
    expect(setup.said).toEqual(['data plane closed: data plane version 2.8.1 cannot be served, expected 3.0 to 3.9']);
    expect(setup.pushes).toEqual([]);
  });
});

describe('a ping', () => {
  it('lists the data plane with its hash, and is answered with an empty pong', async () => {
    const setup = await (await setUp({ certificateExpiry: 1_900_000_000 })).introduced();
    expect(await setup.pinged()).toEqual({
      id: ID.toLowerCase(), hostname: 'dp-1', ip: '10.0.0.9', version: '3.9.1', last_seen: 1_800_000_000, updated_at: 1_800_000_000,
      config_hash: HASH, sync_status: 'normal', labels: null, cert_details: { expiry_timestamp: 1_900_000_000 }, rpc_capabilities: [],
    });
    expect(setup.pongs.map(({ length }) => length)).toEqual([0]);
    setup.clock.advance(1_300);
    const later = { last_seen: 1_800_000_002, updated_at: 1_800_000_002, config_hash: 'b'.repeat(32) };
    expect(await setup.pinged(later.config_hash)).toMatchObject(later);
    expect(setup.rows).toHaveLength(2);
  });

  it('lists no expiry where the certificate has none', async () => {
    const setup = await (await setUp()).introduced();
    expect((await setup.pinged())!.cert_details).toBeNull();
  });

  it.each([31, 33, 0])('of %d bytes closes the session', async (length) => {
    const setup = await (await setUp()).introduced();
    setup.dataPlane.ping('a'.repeat(length));
    expect(await setup.ended()).toBe(1005);
    expect(setup.said).toEqual([`data plane closed: unexpected frame: a ping of ${length} bytes`]);
    expect(setup.rows).toEqual([]);
  });

  it.each<[string, Partial<TunnelPeer>]>([
    ['a hostname of one character', { hostname: 'h' }],
    ['a hostname with dots, dashes and underscores', { hostname: '_a.b-c_' }],
    ['a hostname of 253 characters', { hostname: 'h'.repeat(253) }],
    ['a version with more than three parts', { version: '3.8.0.5-enterprise-edition' }],
  ])('lists a data plane with %s', async (_, peer) => {
    const setup = await (await setUp(peer)).introduced();
    expect(await setup.pinged()).toMatchObject(peer);
    expect(setup.lines).toEqual([]);
  });

  it.each<[string, Partial<TunnelPeer>]>([
    ['no UUID as id', { id: 'n-1' }],
    ['more than a UUID as id', { id: `${ID}0` }],
    ['more than a UUID before its id', { id: `0${ID}` }],
    ['no hostname', { hostname: '' }],
    ['a hostname of 254 characters', { hostname: 'h'.repeat(254) }],
    ['a dash at the beginning of its hostname', { hostname: '-h' }],
    ['a dash at the end of its hostname', { hostname: 'h-' }],
    ['a space in its hostname', { hostname: 'a b' }],
  ])('of a data plane with %s is answered, and logged instead of listed', async (_, peer) => {
    const setup = await (await setUp(peer)).introduced();
    expect(await setup.pinged()).toBeUndefined();
    expect(setup.lines).toMatchObject([
      { level: 'warn', message: 'data plane is not listed: its node_id is no UUID, or its hostname or version is not valid' },
    ]);
  });

  it.each(['3', 'v3.9.1'])('is not listed for version %s either', async (version) => {
    const setup = await setUp({ version });
    setup.introduce();
    await setup.ended();
    expect(setup.rows).toEqual([]);
  });
});

describe('silence', () => {
  it('of more than 45 seconds closes the session', async () => {
    const setup = await (await setUp()).introduced();
    setup.clock.advance(45_000);
    expect(setup.lines).toEqual([]);
    setup.clock.advance(4_999);
    expect(setup.lines).toEqual([]);
    setup.clock.advance(1);
    expect(setup.said).toEqual(['data plane closed: no ping within 45 seconds']);
    expect(await setup.ended()).toBe(1005);
  });

  it('is counted from the last ping', async () => {
    const setup = await (await setUp()).introduced();
    setup.clock.advance(30_000);
    await setup.pinged();
    setup.clock.advance(45_000);
    expect(setup.lines).toEqual([]);
    setup.clock.advance(5_000);
    expect(setup.said).toEqual(['data plane closed: no ping within 45 seconds']);
  });
});

describe('other frames', () => {
  it.each<[string, (dataPlane: WebSocket) => void, string]>([
    ['a text frame', (dataPlane) => dataPlane.send(JSON.stringify({ type: 'error', error: { message: 'm' } })), 'a message'],
    ['a second basic_info', (dataPlane) => dataPlane.send(Buffer.from('{"type":"basic_info","plugins":[]}')), 'a message'],
    ['null', (dataPlane) => dataPlane.send(Buffer.from('null')), 'a message'],
    ['an error without its details', (dataPlane) => dataPlane.send(Buffer.from('{"type":"error"}')), 'a message'],
    ['an error without a message', (dataPlane) => dataPlane.send(Buffer.from('{"type":"error","error":{"message":1}}')), 'a message'],
    ['another type with an error', (dataPlane) => dataPlane.send(Buffer.from('{"type":"x","error":{"message":"m"}}')), 'a message'],
    ['a pong', (dataPlane) => dataPlane.pong(), 'a pong'],
  ])('such as %s close the session', async (_, send, what) => {
    const setup = await (await setUp()).introduced();
    send(setup.dataPlane);
    expect(await setup.ended()).toBe(1005);
    expect(setup.said).toEqual([`data plane closed: unexpected frame: ${what}`]);
    expect(setup.refused).toEqual([]);
  });

  it('that are larger than the limit end it, and are logged', async () => {
    const setup = await (await setUp()).introduced();
    setup.dataPlane.send(Buffer.alloc(10_001));
    await setup.ended();
    expect(setup.lines).toMatchObject([{ level: 'warn', message: 'tunnel: Max payload size exceeded' }]);
    await eventually('no timer is left', () => setup.clock.running.size === 0);
  });
});

describe('a report of a refused configuration', () => {
  const failure = { name: 'n', message: 'no such service', source: 's', config_hash: HASH };
  const report = Buffer.from(JSON.stringify({ type: 'error', error: failure }));

  it('is logged and kept with the data plane', async () => {
    const setup = await (await setUp()).introduced();
    setup.dataPlane.send(report);
    await eventually('the report', () => setup.refused.length === 1);
    expect(setup.refused).toMatchObject([{ node: { id: ID.toLowerCase(), config_hash: NO_HASH }, failure }]);
    expect(setup.lines).toMatchObject([{ level: 'warn', message: 'data plane refused the configuration: no such service', hash: HASH }]);
    await setup.pinged();
  });

  it('of a data plane that is not listed is logged only', async () => {
    const setup = await (await setUp({ hostname: '' })).introduced();
    setup.dataPlane.send(report);
    await eventually('the report', () => setup.lines.length === 1);
    await setup.pinged();
    expect(setup.refused).toEqual([]);
  });
});

describe('what a data plane does not serve', () => {
  const quarantined = { total: 1, entities: [{ entity: 'plugins', id: 'p', name: 'acl', reason: 'no secret' }] };
  const refused = { config_hash: 'b'.repeat(32), message: 'no such service' };
  const send = (setup: Setup, report: object) => setup.dataPlane.send(Buffer.from(JSON.stringify({ type: 'report', ...report })));

  it('is in its row until it reports otherwise, and logged at each change', async () => {
    const setup = await (await setUp()).introduced();
    send(setup, { quarantined, refused: null });
    expect(await setup.pinged()).toMatchObject({ quarantined, sync_status: 'normal' });
    expect(setup.lines).toMatchObject([
      { level: 'error', message: 'data plane has 1 entities in quarantine', quarantined: ['plugins acl: no secret'] },
    ]);
    send(setup, { quarantined: { total: 0, entities: [] }, refused: null });
    expect(Object.keys((await setup.pinged())!)).not.toContain('quarantined');
  });

  it('is listed as unknown, which is no normal, while it is a whole configuration', async () => {
    const setup = await (await setUp()).introduced();
    send(setup, { quarantined: { total: 0, entities: [] }, refused });
    expect(await setup.pinged()).toMatchObject({ refused, sync_status: 'unknown' });
    send(setup, { quarantined: { total: 0, entities: [] }, refused: null });
    const row = await setup.pinged();
    expect([row!.sync_status, 'refused' in row!]).toEqual(['normal', false]);
  });

  it('is learnt from an error report, too, until the newest configuration runs', async () => {
    const setup = await (await setUp()).introduced();
    const latest = prepared(KEY_AUTH);
    setup.change(latest);
    await eventually('the push', () => setup.pushes.length === 1);
    const error = { name: 'n', message: 'm', source: 's', config_hash: latest.hash };
    setup.dataPlane.send(Buffer.from(JSON.stringify({ type: 'error', error })));
    await eventually('the row', () => setup.rows.length === 1);
    expect(setup.rows[0]).toMatchObject({ sync_status: 'unknown', refused: { config_hash: latest.hash, message: 'm' } });
    expect(await setup.pinged()).toMatchObject({ sync_status: 'unknown' });
    expect(await setup.pinged(latest.hash)).toMatchObject({ sync_status: 'normal' });
  });

  it('is learnt from a data plane of Kong, which reports nothing, by the hash that it still has after 30 seconds', async () => {
    const setup = await (await setUp()).introduced();
    const latest = prepared(KEY_AUTH);
    setup.change(latest);
    await eventually('the push', () => setup.said.includes('configuration sent') || setup.pushes.length === 1);
    setup.clock.advance(29_000);
    expect(await setup.pinged()).toMatchObject({ sync_status: 'normal' });
    setup.clock.advance(1_000);
    expect(await setup.pinged()).toMatchObject({ sync_status: 'unknown', refused: { config_hash: latest.hash } });
    expect(await setup.pinged(latest.hash)).toMatchObject({ sync_status: 'normal' });
  });

  it('is bounded, whatever the data plane sends', async () => {
    const setup = await (await setUp({}, 10_000)).introduced();
    const long = { entity: 'e', id: 5, name: null, reason: 'x'.repeat(400) };
    const entities = Array.from({ length: 15 }, () => long);
    send(setup, { quarantined: { total: 70, entities }, refused: { config_hash: 'h'.repeat(50), message: 'm'.repeat(1_500) } });
    const row = await setup.pinged();
    expect(row!.quarantined!.entities[0]).toEqual({ entity: 'e', id: null, name: null, reason: `${'x'.repeat(299)}…` });
    expect([row!.refused!.config_hash.length, row!.refused!.message.length]).toEqual([32, 1_000]);
  });

  it.each([{ quarantined: 5 }, { quarantined: { total: -1, entities: [] } }, { quarantined: { total: 1 } }, {}])(
    'ends the session when it is no report: %j', async (report) => {
      const setup = await (await setUp()).introduced();
      send(setup, report);
      expect(await setup.ended()).toBe(1005);
    });
});

describe('a push', () => {
  it('is made once for each configuration, and logged', async () => {
    const setup = await (await setUp()).introduced();
    setup.change(undefined);
    const configuration = prepared(KEY_AUTH);
    setup.change(configuration);
    await eventually('it is sent', () => setup.said.includes('configuration sent'));
    const payload = await configuration.payload('3.9.1');
    expect(setup.lines).toMatchObject([{ level: 'info', hash: configuration.hash, bytes: payload.length }]);
    setup.session.push();
    await setup.pinged();
    expect(setup.pushes).toEqual([payload]);
  });

  it('waits for basic_info', async () => {
    const setup = await setUp();
    setup.change(prepared(KEY_AUTH));
    expect(setup.lines).toEqual([]);
    await setup.introduced();
    await eventually('a push', () => setup.pushes.length === 1);
  });

  it('is made for the version of the data plane', async () => {
    const setup = await (await setUp({ version: '3.4.2' })).introduced();
    const versions: string[] = [];
    setup.change({
      ...prepared(KEY_AUTH),
      payload: async (version) => {
        versions.push(version);
        return Buffer.from('x');
      },
    });
    await eventually('a push', () => setup.pushes.length === 1);
    expect(versions).toEqual(['3.4.2']);
  });

  it('waits for the one before it, and skips to the newest', async () => {
    const setup = await (await setUp()).introduced();
    const first = gate();
    setup.change(configured(() => first.passed));
    for (const text of ['second', 'third']) setup.change(configured(async () => Buffer.from(text)));
    await setup.pinged();
    expect(setup.pushes).toEqual([]);
    first.open(Buffer.from('first'));
    await eventually('two pushes', () => setup.pushes.length === 2);
    await setup.pinged();
    expect(setup.pushes.map(String)).toEqual(['first', 'third']);
  });

  it.each([[1_000, 0], [1_001, 1]])('of %d bytes is sent with %d warnings about its size', async (bytes, warnings) => {
    const setup = await (await setUp()).introduced();
    setup.change(configured(async () => Buffer.alloc(bytes)));
    await eventually('a push', () => setup.pushes.length === 1);
    expect(setup.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(Array.from({ length: warnings }, () =>
      `the configuration has ${bytes} bytes, more than KONG_CLUSTER_MAX_PAYLOAD (1000): `
        + 'a data plane with that limit keeps reconnecting and never gets it; raise the limit on both sides'));
  });

  it('that cannot be made ends the connection, which is logged', async () => {
    const setup = await (await setUp()).introduced();
    setup.change(configured(async () => {
      throw new Error('out of memory');
    }));
    expect(await setup.ended()).toBe(1006);
    expect(setup.lines).toMatchObject([{ level: 'warn', message: 'configuration could not be sent: out of memory' }]);
  });

  it('is withheld, and logged once for each reason, while the data plane cannot run the configuration', async () => {
    const setup = await (await setUp()).introduced({ plugins: [{ name: 'key-auth', version: '3.99.0' }] });
    const table = (name: string) => ({ _format_version: '3.0', plugins: [{ id: 'p', name, config: {} }] });
    for (const name of ['acl', 'cors', 'key-auth', 'acl']) setup.change(prepared(table(name)));
    expect(setup.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'configuration withheld: the configuration uses plugin acl, which the data plane does not have'],
      ['warn', 'configuration withheld: the data plane has plugin key-auth in version 3.99.0, expected 3.0 to 3.9'],
      ['warn', 'configuration withheld: the configuration uses plugin acl, which the data plane does not have'],
    ]);
    expect(await setup.pinged()).toMatchObject({ sync_status: 'plugin_set_incompatible' });
    expect(setup.pushes).toEqual([]);
    setup.change(prepared({ _format_version: '3.0' }));
    expect(await setup.pinged()).toMatchObject({ sync_status: 'normal' });
    await eventually('a push', () => setup.pushes.length === 1);
  });

  it('that is ready only after the session ended is not sent', async () => {
    const setup = await (await setUp()).introduced();
    const payload = gate();
    setup.change(configured(() => payload.passed));
    setup.session.shutDown();
    payload.open(Buffer.alloc(1_001));
    await setup.ended();
    expect(setup.lines).toEqual([]);
    setup.change(prepared({ _format_version: '3.0', plugins: [{ id: 'p', name: 'acl', config: {} }] }));
    expect(setup.lines).toEqual([]);
  });
});

describe('a session that is shut down', () => {
  it('says so by an empty close frame, logs nothing, and leaves no timer behind', async () => {
    const setup = await (await setUp()).introduced();
    setup.session.shutDown();
    setup.session.shutDown();
    expect(await setup.ended()).toBe(1005);
    expect(setup.clock.running.size).toBe(1);
    setup.clock.advance(1_000);
    expect(setup.clock.running.size).toBe(0);
    expect(setup.lines).toEqual([]);
  });

  it('ignores frames that were on their way', async () => {
    const setup = await (await setUp()).introduced();
    setup.dataPlane.ping(HASH);
    setup.dataPlane.ping('x');
    setup.dataPlane.pong();
    setup.dataPlane.send(Buffer.from(JSON.stringify({ type: 'error', error: { message: 'm' } })));
    setup.session.shutDown();
    await setup.ended();
    expect([setup.lines, setup.rows, setup.refused, setup.pongs]).toEqual([[], [], [], []]);
  });

  it('before it has read basic_info ignores it', async () => {
    const setup = await setUp();
    setup.introduce();
    setup.session.shutDown();
    await setup.ended();
    setup.clock.advance(5_000);
    expect(setup.lines).toEqual([]);
  });

  it('is cut off after a second when the data plane does not answer', async () => {
    const setup = await (await setUp()).introduced();
    setup.dataPlane.pause();
    setup.session.shutDown();
    setup.clock.advance(999);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(setup.server.readyState).toBe(WebSocket.CLOSING);
    setup.clock.advance(1);
    await eventually('it is cut off', () => setup.server.readyState === WebSocket.CLOSED);
  });
});

it('a session whose data plane goes away leaves no timer behind', async () => {
  const setup = await (await setUp()).introduced();
  setup.dataPlane.terminate();
  await eventually('no timer is left', () => setup.clock.running.size === 0);
  expect(setup.lines).toEqual([]);
});
