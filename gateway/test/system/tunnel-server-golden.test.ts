/** Our control plane's end of the tunnel against a minimal data plane, with the outcomes recorded from Kong Gateway OSS 3.9.1. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createLog } from '../../src/base/log.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { readSettings } from '../../src/settings/read.ts';
import { prepareConfiguration } from '../../src/sync/prepared-configuration.ts';
import type { ApplyFailure, ConfigurationSource, DataPlaneNode, NodeRegistry, PreparedConfiguration } from '../../src/sync/protocol.ts';
import { TunnelServer } from '../../src/sync/server.ts';
import type { TunnelTrust } from '../../src/sync/trust.ts';
import { eventually } from '../fixtures/eventually.ts';
import { kongIdentity } from '../fixtures/kong-certificate.ts';
import { ManualClock } from '../fixtures/manual-clock.ts';
import { MinimalDataPlane, NODE_ID, OUTLET, UPGRADE_HEADERS } from '../fixtures/minimal-data-plane.ts';
import type { MinimalDataPlaneOptions } from '../fixtures/minimal-data-plane.ts';
import { recorded } from '../fixtures/recorded.ts';
import { Authority, sharedIdentity } from '../fixtures/tunnel-certificates.ts';
import type { Identity } from '../fixtures/tunnel-certificates.ts';

const ZEROS = '0'.repeat(32);

const TABLE: ConfigTable = {
  _format_version: '3.0',
  _transform: false,
  parameters: [{ key: 'cluster_id', value: '93ff589e-e85e-4327-a1e1-79f65d573857', created_at: null }],
  plugins: [{ id: '00000009-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'key-auth', config: {} }],
};

class Source implements ConfigurationSource {
  #latest: PreparedConfiguration = prepareConfiguration(TABLE, 1);
  readonly #listeners = new Set<() => void>();

  latest(): PreparedConfiguration {
    return this.#latest;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  change(table: ConfigTable): PreparedConfiguration {
    this.#latest = prepareConfiguration(table, this.#latest.revision + 1);
    for (const listener of this.#listeners) listener();
    return this.#latest;
  }
}

class Registry implements NodeRegistry {
  readonly rows: DataPlaneNode[] = [];
  readonly failures: ApplyFailure['error'][] = [];

  seen(node: DataPlaneNode): void {
    this.rows.push(node);
  }

  refused(_node: DataPlaneNode, failure: ApplyFailure['error']): void {
    this.failures.push(failure);
  }
}

/** A control plane for one test. */
class Setup {
  readonly source = new Source();
  readonly registry = new Registry();
  readonly clock: ManualClock | undefined;
  readonly server: TunnelServer;
  readonly warnings: string[] = [];
  port = 0;

  constructor(trust: TunnelTrust, clock?: ManualClock, maxPayloadBytes?: number) {
    this.clock = clock;
    const log = createLog({ level: 'warn', write: (line) => void this.warnings.push((JSON.parse(line) as { message: string }).message) });
    this.server = new TunnelServer({
      trust,
      source: this.source,
      registry: this.registry,
      log,
      ...(clock === undefined ? {} : { clock }),
      ...(maxPayloadBytes === undefined ? {} : { maxPayloadBytes }),
    });
  }

  async start(): Promise<this> {
    const [address] = await this.server.listen([{ host: '127.0.0.1', port: 0 }]);
    this.port = address!.port;
    return this;
  }

  async connect(options: Omit<MinimalDataPlaneOptions, 'port'>): Promise<MinimalDataPlane> {
    const dataPlane = await MinimalDataPlane.connect({ port: this.port, ...options });
    return dataPlane.opened();
  }
}

let shared: Identity;
let running: Setup[] = [];

beforeAll(async () => {
  shared = await sharedIdentity();
});

afterEach(async () => {
  await Promise.all(running.map(({ server }) => server.close()));
  running = [];
});

async function setUp(
  trust: TunnelTrust = { mode: 'shared', identity: shared },
  clock?: ManualClock,
  maxPayloadBytes?: number,
): Promise<Setup> {
  const setup = new Setup(trust, clock, maxPayloadBytes);
  running.push(setup);
  return setup.start();
}

/** The outcome of a handshake in the words of the recording. */
function outcomeOf(dataPlane: MinimalDataPlane): string {
  if (dataPlane.status === 101) return 'session stays open';
  return dataPlane.status === undefined ? 'http: closed without an HTTP answer' : `http: HTTP ${dataPlane.status}`;
}

interface Handshake {
  readonly name: string;
  readonly outcome?: string;
  readonly body?: string;
  readonly row?: { readonly labels: unknown } | null;
}

describe('handshakes in mode shared', () => {
  const handshakes = recorded<Readonly<Record<string, readonly Handshake[]>>>('handshakes')['stock control plane, cluster_mtls=shared']!;
  const withQuery = (query: string) => `/v1/outlet?${query}`;

  /** What the stand-in did in each of them. */
  const ACTIONS: Readonly<Record<string, () => Promise<Omit<MinimalDataPlaneOptions, 'port'>>>> = {
    'ok': async () => ({ identity: shared }),
    'no client certificate': async () => ({}),
    'another self-signed certificate': async () => ({ identity: await sharedIdentity() }),
    'no SNI': async () => ({ identity: shared, tls: { servername: '' } }),
    'other SNI': async () => ({ identity: shared, tls: { servername: 'other.example' } }),
    'TLS 1.2 only': async () => ({ identity: shared, tls: { maxVersion: 'TLSv1.2' } }),
    'missing node_id': async () => ({ identity: shared, path: withQuery('node_hostname=x&node_version=3.9.1') }),
    'missing node_version': async () => ({ identity: shared, path: withQuery(`node_id=${NODE_ID}&node_hostname=x`) }),
    'unknown path': async () => ({ identity: shared, path: '/v1/other' }),
    'root': async () => ({ identity: shared, path: '/' }),
    'v2 outlet': async () => ({ identity: shared, path: OUTLET.replace('v1', 'v2') }),
    'wrpc': async () => ({ identity: shared, path: OUTLET.replace('outlet', 'wrpc') }),
    'missing node_hostname': async () => ({ identity: shared, path: withQuery(`node_id=${NODE_ID}&node_version=3.9.1`) }),
    'bad hostname': async () => ({ identity: shared, path: withQuery(`node_id=${NODE_ID}&node_hostname=a_b%20c&node_version=3.9.1`) }),
    'node_id not a uuid': async () => ({ identity: shared, path: withQuery('node_id=xyz&node_hostname=h&node_version=3.9.1') }),
    'no upgrade headers': async () => ({ identity: shared, headers: [] }),
    'Sec-WebSocket-Version 12': async () => ({ identity: shared, headers: UPGRADE_HEADERS.map((line) => line.replace('13', '12')) }),
    'permessage-deflate and a subprotocol offered': async () => ({
      identity: shared, headers: [...UPGRADE_HEADERS, 'Sec-WebSocket-Extensions: permessage-deflate', 'Sec-WebSocket-Protocol: x.y'],
    }),
  };

  it.each(handshakes.filter(({ name }) => name in ACTIONS))('$name: $outcome', async ({ name, outcome, body, row }) => {
    const setup = await setUp();
    const dataPlane = await setup.connect(await ACTIONS[name]!());
    expect(outcomeOf(dataPlane)).toBe(outcome);
    if (outcome !== 'session stays open') {
      await dataPlane.ended();
      if (body !== undefined) expect(dataPlane.body).toBe(body);
      return;
    }
    dataPlane.introduce();
    dataPlane.send('ping', ZEROS);
    await eventually('a pong', () => dataPlane.framesOf('pong').length > 0);
    expect(setup.registry.rows.length > 0).toBe(row !== null);
    expect(dataPlane.head.some((line) => /^sec-websocket-extensions/i.test(line))).toBe(false);
  });

  it('TLS 1.1 is refused', async () => {
    const { port } = await setUp();
    await expect(
      MinimalDataPlane.connect({
        port,
        identity: shared,
        tls: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      }),
    ).rejects.toThrow();
  });

  it('of h2 and http/1.1 the latter is chosen', async () => {
    const { port } = await setUp();
    const dataPlane = await MinimalDataPlane.connect({ port, identity: shared, tls: { ALPNProtocols: ['h2', 'http/1.1'] } });
    expect(dataPlane.tls.alpnProtocol).toBe('http/1.1');
    dataPlane.disconnect();
  });

  /** Kong's data planes verify chain and name, with the certificate itself as the authority. */
  const verifying = (identity: Identity) => ({ rejectUnauthorized: true, ca: identity.certificate, servername: 'kong_clustering' });

  it.each<[string, () => Promise<Identity>]>([
    ['ours', () => sharedIdentity()],
    ['one of kong hybrid gen_cert', async () => kongIdentity()],
  ])('a data plane that verifies as Kong\'s do takes %s, by TLS 1.2 and 1.3', async (_, make) => {
    const identity = await make();
    const { settings } = readSettings({
      KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: identity.certificate, KONG_CLUSTER_CERT_KEY: identity.key.reveal(),
    });
    const setup = await setUp({ ...settings.tunnel, identity: settings.tunnel.identity! });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const dataPlane = await setup.connect({ identity, tls: { ...verifying(identity), maxVersion } });
      expect(dataPlane.tls.authorized).toBe(true);
      dataPlane.introduce({ type: 'basic_info', plugins: [{ name: 'key-auth', version: '3.9.1' }] });
      await eventually('a push', () => dataPlane.pushes.length === 1);
    }
  });

  it('a refused data plane that leaves its end open, as Kong\'s do, is cut off', async () => {
    const setup = await setUp();
    const dataPlane = await MinimalDataPlane.connect({ port: setup.port, identity: shared, path: '/v1/other', staysHalfOpen: true });
    await dataPlane.opened();
    expect(dataPlane.status).toBe(404);
    // Nothing ends on this side: only an end that is gone answers what is written with a reset.
    await eventually('the reset', () => {
      if (!dataPlane.closed) dataPlane.send('ping', ZEROS);
      return dataPlane.closed;
    });
  });

  it('every recorded handshake is asserted', () => {
    const others = ['TLS 1.1 only', 'ALPN h2,http/1.1 offered'];
    expect(handshakes.map(({ name }) => name).filter((name) => !(name in ACTIONS) && !others.includes(name))).toEqual([]);
  });
});

describe('a data plane that is set up for Kong\'s newer protocol', () => {
  interface RpcCase {
    readonly name: string;
    readonly v2Request: readonly string[];
  }
  /** The answer that let a data plane go on by our path, unless it synchronizes by the newer one only. */
  const { v2Request } = recorded<Readonly<Record<string, readonly RpcCase[]>>>('frames-v2')['cluster_rpc=on']!.find(
    ({ name }) => name === '404 on /v2/outlet',
  )!;

  it('gets 404 for its own request; the control plane logs once what to change', async () => {
    const setup = await setUp();
    const [line, ...headers] = v2Request;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const dataPlane = await setup.connect({
        identity: shared,
        path: line!.split(' ')[1]!,
        headers: headers.filter((header) => !header.startsWith('Host:')),
      });
      expect(dataPlane.status).toBe(404);
      await dataPlane.ended();
    }
    expect(setup.warnings.filter((text) => text.includes('/v2/outlet'))).toEqual([
      expect.stringMatching(/127\.0\.0\.1 asks for .*KONG_CLUSTER_INCREMENTAL_SYNC=on.* turned off/),
    ]);
  });
});

describe('handshakes in mode pki', () => {
  interface PkiHandshake extends Handshake {
    readonly handshake: { readonly body?: string };
  }
  const handshakes = recorded<Readonly<Record<string, readonly PkiHandshake[]>>>('handshakes')['stock control plane, cluster_mtls=pki']!;
  let authority: Authority;
  let own: Identity;

  beforeAll(async () => {
    authority = await Authority.create('test authority');
    own = await authority.issue('cp.example', ['server']);
  });

  const ACTIONS: Readonly<Record<string, () => Promise<Omit<MinimalDataPlaneOptions, 'port'>>>> = {
    'certificate of the cluster CA': async () => ({ identity: await authority.issue('dp.example', ['client']) }),
    'no client certificate': async () => ({}),
    'certificate of another CA': async () => ({
      identity: await (await Authority.create('another authority')).issue('dp.example', ['client']),
    }),
    'self-signed shared certificate': async () => ({ identity: shared }),
    'certificate of the cluster CA with extended key usage serverAuth only': async () => ({
      identity: await authority.issue('dp.example', ['server']),
    }),
    'the control plane certificate itself': async () => ({ identity: own }),
    'TLS 1.2, no client certificate': async () => ({ tls: { maxVersion: 'TLSv1.2' } }),
    'no client certificate, other path': async () => ({ path: '/x' }),
  };

  it.each(handshakes)('$name: $outcome', async ({ name, outcome, handshake }) => {
    const setup = await setUp({ mode: 'pki', identity: own, authorities: authority.certificate });
    const dataPlane = await setup.connect(await ACTIONS[name]!());
    expect(outcomeOf(dataPlane)).toBe(outcome);
    if (handshake.body === undefined) return;
    await dataPlane.ended();
    expect(dataPlane.body).toBe(handshake.body);
  });
});

interface RecordedFrame {
  readonly t: number;
  readonly dir: string;
  readonly type: 'binary' | 'text' | 'ping' | 'pong' | 'close';
  readonly bytes: number;
  readonly text?: string;
  readonly config_hash?: string;
}

interface Behaviour {
  readonly name: string;
  readonly outcome: string;
  readonly closeFrame: object | null;
  readonly configs: number;
  readonly pongs: number;
  readonly frames: readonly RecordedFrame[];
  readonly row: Partial<DataPlaneNode> | null;
}

describe('frames, versions and plugin lists', () => {
  const { cases } = recorded<{ cases: readonly Behaviour[] }>('control-plane-behaviour');

  /** Where ours reacts otherwise on purpose. */
  const DEVIATIONS: Readonly<Record<string, string>> = {
    'error report': 'a report of a refused configuration is taken: it is the only way to learn of it',
    'fragmented basic_info': 'a message in several frames is put together, RFC 6455 §5.4',
    'nothing sent after the handshake': 'tested below, with a clock of its own',
  };

  const infoOf = (name: string): object => {
    const version = /^used plugin version (.+)$/.exec(name)?.[1];
    const plugins = {
      'used plugin missing': [{ name: 'acl', version: '3.9.1' }],
      'used plugin without version': [{ name: 'key-auth' }],
      'extra plugin on the data plane': [{ name: 'key-auth', version: '3.9.1' }, { name: 'my-own', version: '1.0.0' }],
      'only type and plugins': [{ name: 'key-auth', version: '3.9.1' }],
    }[name] ?? [{ name: 'key-auth', version: version ?? '3.9.1' }];
    const labels = { 'labels given': { 'region': 'eu', 'my.key': 'v-1' }, 'labels as empty object': {} }[name];
    return { type: 'basic_info', plugins, ...(labels === undefined ? {} : { labels }) };
  };

  async function replay(behaviour: Behaviour, setup: Setup): Promise<MinimalDataPlane> {
    const version = /^version (\S+)$/.exec(behaviour.name)?.[1] ?? '3.9.1';
    const dataPlane = await setup.connect({ identity: shared, path: OUTLET.replace('3.9.1', version) });
    const pushed = behaviour.frames.find(({ config_hash }) => config_hash !== undefined)?.config_hash;
    const sent = behaviour.frames.filter(({ dir }) => dir === 'dp>cp');
    for (const [index, { t, type, text }] of sent.entries()) {
      if (text !== undefined && text === pushed) await eventually('a push', () => dataPlane.pushes.length > 0);
      // What came long after the rest was sent to a session at rest.
      if (t > 150) {
        await eventually(
          'pongs',
          () => dataPlane.framesOf('pong').length === sent.slice(0, index).filter((frame) => frame.type === 'ping').length,
        );
      }
      const introduces =
        index === 0 &&
        (text === undefined || text.startsWith('{"type":"basic_info","plugins":[{') || behaviour.name === 'only type and plugins');
      if (introduces) dataPlane.send(type, JSON.stringify(infoOf(behaviour.name)));
      else dataPlane.send(type, text === pushed ? setup.source.latest().hash : text ?? '');
    }
    return dataPlane;
  }

  it.each(cases.filter(({ name }) => DEVIATIONS[name] === undefined))('$name: $outcome', async (behaviour) => {
    const setup = await setUp();
    const dataPlane = await replay(behaviour, setup);
    if (behaviour.outcome === 'session stays open') {
      await eventually('all pongs', () => dataPlane.framesOf('pong').length === behaviour.pongs);
      await eventually('all pushes', () => dataPlane.pushes.length === behaviour.configs);
      expect(dataPlane.framesOf('close')).toEqual([]);
    } else {
      await eventually('the end', () => dataPlane.closed || dataPlane.framesOf('close').length > 0);
      expect(dataPlane.framesOf('close').length > 0).toBe(behaviour.closeFrame !== null);
    }
    expect(dataPlane.pushes.length).toBe(behaviour.configs);
    for (const frame of dataPlane.frames) expect({ masked: frame.masked, fin: frame.fin }).toEqual({ masked: false, fin: true });
    for (const pong of dataPlane.framesOf('pong')) expect(pong.payload.length).toBe(0);
    const row = setup.registry.rows.at(-1);
    expect(row === undefined).toBe(behaviour.row === null);
    if (row === undefined || behaviour.row === null) return;
    expect({ version: row.version, status: row.sync_status, labels: row.labels, ip: row.ip, capabilities: row.rpc_capabilities }).toEqual({
      version: behaviour.row.version,
      status: behaviour.row.sync_status,
      labels: behaviour.row.labels,
      ip: '127.0.0.1',
      capabilities: [],
    });
    expect(row.cert_details?.expiry_timestamp).toBeGreaterThan(Date.now() / 1000);
    expect(row.config_hash === ZEROS).toBe(behaviour.row.config_hash === ZEROS);
  });

  it('a report of a refused configuration is kept, and the session goes on', async () => {
    const setup = await setUp();
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce(infoOf('error report'));
    dataPlane.send('ping', ZEROS);
    const report = { name: 'x', message: 'm', source: 's', config_hash: ZEROS };
    dataPlane.send('binary', JSON.stringify({ type: 'error', error: report }));
    dataPlane.send('ping', ZEROS);
    await eventually('two pongs', () => dataPlane.framesOf('pong').length === 2);
    expect(setup.registry.failures).toEqual([report]);
  });

  it('a basic_info in two frames is put together', async () => {
    const setup = await setUp();
    const dataPlane = await setup.connect({ identity: shared });
    const text = JSON.stringify(infoOf('fragmented basic_info'));
    dataPlane.send('binary', text.slice(0, 10), { fin: false });
    dataPlane.send('continuation', text.slice(10));
    await eventually('a push', () => dataPlane.pushes.length === 1);
  });

  it('the session of a data plane that says nothing ends after 5 seconds, with an empty close frame', async () => {
    const clock = new ManualClock();
    const setup = await setUp(undefined, clock);
    const dataPlane = await setup.connect({ identity: shared });
    await eventually('the session', () => setup.server.connected === 1);
    clock.advance(4_900);
    expect(dataPlane.framesOf('close')).toEqual([]);
    clock.advance(200);
    const [close] = await eventually('a close frame', () => dataPlane.framesOf('close').length > 0 && dataPlane.framesOf('close'));
    expect(close!.payload.length).toBe(0);
  });

  it('a silent data plane is closed between 45 and 50 seconds after its last ping', async () => {
    const clock = new ManualClock();
    const setup = await setUp(undefined, clock);
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce(infoOf('silent'));
    dataPlane.send('ping', ZEROS);
    await eventually('a pong', () => dataPlane.framesOf('pong').length === 1);
    clock.advance(45_000);
    expect(setup.server.connected).toBe(1);
    clock.advance(5_000);
    await eventually('a close frame', () => dataPlane.framesOf('close').length > 0);
  });
});

describe('pushes', () => {
  const INFO = { type: 'basic_info', plugins: [{ name: 'key-auth', version: '3.9.1' }] };

  it('are what a control plane sends: gzip of one JSON message with table, hash and section hashes', async () => {
    const setup = await setUp();
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce(INFO);
    const [push] = await eventually('a push', () => dataPlane.pushes.length > 0 && dataPlane.pushes);
    const { timestamp, ...rest } = push!;
    const { hash, hashes } = setup.source.latest();
    expect(rest).toEqual({ type: 'reconfigure', config_table: TABLE, config_hash: hash, hashes });
    expect(timestamp).toBeCloseTo(Date.now() / 1000, -1);
    expect(dataPlane.framesOf('binary')[0]!.payload.subarray(0, 3).toString('hex')).toBe('1f8b08');
  });

  it('follow a change at once, and skip to the newest of the changes that came while one was sent', async () => {
    const setup = await setUp();
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce(INFO);
    await eventually('the first push', () => dataPlane.pushes.length === 1);
    for (let count = 1; count <= 20; count += 1) setup.source.change({ ...TABLE, services: [{ id: `s${count}` }] });
    await eventually(
      'the push of the last change',
      () => JSON.stringify(dataPlane.pushes.at(-1)!.config_table.services) === '[{"id":"s20"}]',
    );
    expect(dataPlane.pushes.length).toBe(3);
    expect(dataPlane.pushes[1]!.config_table.services).toEqual([{ id: 's1' }]);
  });

  it('are withheld while the configuration uses a plugin that the data plane lacks, and resume', async () => {
    const clock = new ManualClock();
    const setup = await setUp(undefined, clock);
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce({ type: 'basic_info', plugins: [] });
    dataPlane.send('ping', ZEROS);
    await eventually('a pong', () => dataPlane.framesOf('pong').length === 1);
    expect(setup.registry.rows.at(-1)!.sync_status).toBe('plugin_set_incompatible');
    const { hash } = setup.source.change({ _format_version: '3.0', parameters: [] });
    clock.advance(1_000);
    await eventually('a push', () => dataPlane.pushes[0]?.config_hash === hash);
    dataPlane.send('ping', hash);
    await eventually('a pong', () => dataPlane.framesOf('pong').length === 2);
    expect(setup.registry.rows.at(-1)!).toMatchObject({ sync_status: 'normal', config_hash: hash });
  });

  it('that are larger than what data planes take by default are sent with a warning', async () => {
    const setup = await setUp(undefined, undefined, 100);
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce({ type: 'basic_info', plugins: [{ name: 'key-auth' }] });
    await eventually('a push', () => dataPlane.pushes.length === 1);
    expect(setup.warnings).toEqual([expect.stringMatching(/has \d+ bytes, more than KONG_CLUSTER_MAX_PAYLOAD \(100\)/)]);
  });

  it('end with an empty close frame when the control plane stops', async () => {
    const setup = await setUp();
    const dataPlane = await setup.connect({ identity: shared });
    dataPlane.introduce(INFO);
    await eventually('a push', () => dataPlane.pushes.length === 1);
    await setup.server.close();
    await dataPlane.ended();
    expect(dataPlane.framesOf('close').map(({ payload }) => payload.length)).toEqual([0]);
  });
});
