/** Certificates that change while tunnels are open: both real ends, real TLS. */
import { X509Certificate } from 'node:crypto';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { Authority, sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog } from '../base/log.ts';
import { TunnelClient } from './client.ts';
import { prepareConfiguration } from './prepared-configuration.ts';
import type { ConfigurationSource, NodeRegistry, PreparedConfiguration } from './protocol.ts';
import { TunnelServer } from './server.ts';
import { TelemetryClient } from './telemetry-client.ts';
import { TelemetryServer } from './telemetry-server.ts';
import type { TunnelTrust } from './trust.ts';

const NODE = { id: '11111111-1111-4111-8111-111111111111', hostname: 'dp-1', version: '3.9.1' };

class Source implements ConfigurationSource {
  #latest = configuration(1);
  #heard: () => void = () => undefined;

  latest(): PreparedConfiguration {
    return this.#latest;
  }

  onChange(listener: () => void): () => void {
    this.#heard = listener;
    return () => undefined;
  }

  change(revision: number): string {
    this.#latest = configuration(revision);
    this.#heard();
    return this.#latest.hash;
  }
}

function configuration(revision: number): PreparedConfiguration {
  return prepareConfiguration(
    { _format_version: '3.0', _transform: false, parameters: [{ key: 'cluster_id', value: String(revision), created_at: null }] },
    revision,
  );
}

const REGISTRY: NodeRegistry = { seen: () => undefined, refused: () => undefined };

/** A control plane with data planes, for one test. */
class Tunnels {
  readonly source = new Source();
  readonly lines: string[] = [];
  readonly log = createLog({ level: 'info', write: (line) => void this.lines.push(line) });
  readonly server: TunnelServer;
  readonly #clients: TunnelClient[] = [];
  port = 0;

  constructor(trust: TunnelTrust) {
    this.server = new TunnelServer({ trust, source: this.source, registry: REGISTRY, log: this.log });
  }

  async start(): Promise<this> {
    this.port = (await this.server.listen([{ host: '127.0.0.1', port: 0 }]))[0]!.port;
    return this;
  }

  join(trust: TunnelTrust): { client: TunnelClient; hash: () => string } {
    let hash = '0'.repeat(32);
    const client = new TunnelClient({
      trust, node: NODE, log: this.log, info: { plugins: [] }, random: () => 0,
      controlPlanes: [{ host: '127.0.0.1', port: this.port }],
      receiver: { currentHash: () => hash, apply: (_table, next) => ((hash = next), { applied: true }) },
    });
    this.#clients.push(client);
    client.start();
    return { client, hash: () => hash };
  }

  said(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.server.close();
  }
}

let running: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  await Promise.all(running.map((part) => part.close()));
  running = [];
});

async function tunnels(trust: TunnelTrust): Promise<Tunnels> {
  const started = await new Tunnels(trust).start();
  running.push(started);
  return started;
}

const bundle = (...identities: Identity[]) => identities.map(({ certificate }) => certificate).join('\n');

describe('a shared certificate', () => {
  let previous: Identity;
  let current: Identity;
  let next: Identity;
  beforeAll(async () => {
    [previous, current, next] = await Promise.all([sharedIdentity(), sharedIdentity(), sharedIdentity()]);
  });

  /** What a node holds after the n-th turn: it knows its successor and its predecessor. */
  const turn = (...[identity, ...others]: [Identity, ...Identity[]]): TunnelTrust => ({
    mode: 'shared',
    identity,
    accepted: bundle(identity, ...others),
  });
  const before = () => turn(previous, current);
  const after = () => turn(current, previous, next);

  it.each([
    ['control plane first', ['server', 'client']],
    ['data plane first', ['client', 'server']],
  ] as const)('rotates with the %s, and the data plane misses no configuration', async (_, order) => {
    const { source, server, join, said } = bound(await tunnels(before()));
    const { client, hash } = join(before());
    await eventually('the first configuration', () => hash() === source.latest().hash);
    for (const [step, end] of order.entries()) {
      (end === 'server' ? server : client).renew(after());
      const wanted = source.change(10 + step);
      await eventually(`the configuration after the ${end} rotated`, () => hash() === wanted);
    }
    await eventually(
      'the tunnel of the new certificate',
      () => said('connected to control plane') === 2 && client.connected && server.connected === 1,
    );
    expect(said('not trusted')).toBe(0);
    expect(said('broken')).toBe(0);
  });

  it('that is no longer accepted loses its tunnel, and the control plane rejects new ones', async () => {
    const { server, join, said } = bound(await tunnels(after()));
    const { client } = join(before());
    await eventually('a tunnel', () => server.connected === 1);
    server.renew(turn(next, current));
    await eventually('its end', () => server.connected === 0 && !client.connected);
    expect(said('its certificate is not trusted any more')).toBe(1);
    await eventually('a refusal', () => said('connection to control plane') > 1);
    expect(server.connected).toBe(0);
  });

  it('that was not announced is rejected by a data plane', async () => {
    const { server, join, said } = bound(await tunnels(turn(next)));
    join(turn(previous, current));
    await eventually('a refusal', () => said('broken') > 0);
    expect(server.connected).toBe(0);
  });
});

describe('certificates of an authority', () => {
  let authority: Authority;
  let own: Identity;
  beforeAll(async () => {
    authority = await Authority.create('tunnel authority');
    own = await authority.issue('control-plane.acme.example', ['server', 'client']);
  });
  const cp = (extra: Partial<TunnelTrust> = {}): TunnelTrust => ({
    mode: 'pki',
    identity: own,
    authorities: authority.certificate,
    ...extra,
  });
  const dp = (identity: Identity, authorities = authority.certificate): TunnelTrust => ({
    mode: 'pki',
    identity,
    authorities,
    serverName: 'control-plane.acme.example',
  });
  const leaf = (name: string) => authority.issue(name, ['client']);

  it('are renewed on both ends without a break', async () => {
    const { server, source, join, said } = bound(await tunnels(cp()));
    const { client, hash } = join(dp(await leaf('factory.acme.example')));
    await eventually('a tunnel', () => server.connected === 1);
    server.renew(cp({ identity: await authority.issue('control-plane.acme.example', ['server']) }));
    expect(server.connected).toBe(1);
    client.renew(dp(await leaf('factory.acme.example')));
    await eventually('the second tunnel', () => said('connected to control plane') === 2);
    const wanted = source.change(2);
    await eventually('a configuration through it', () => hash() === wanted);
    expect(said('broken')).toBe(0);
  });

  it.each<[string, (identity: Identity) => Partial<TunnelTrust>]>([
    ['by common name', () => ({ revoked: { commonNames: ['factory.acme.example'], serialNumbers: [] } })],
    [
      'by serial number',
      ({ certificate }) => ({
        revoked: { commonNames: [], serialNumbers: [new X509Certificate(certificate).serialNumber.replace(/^0+/, '')] },
      }),
    ],
  ])('revoked %s lose their tunnel, and others keep theirs', async (_, list) => {
    const { server, join, said } = bound(await tunnels(cp()));
    const revoked = await leaf('Factory.acme.example');
    const [first, second] = [join(dp(revoked)), join(dp(await leaf('shop.acme.example')))];
    await eventually('two tunnels', () => server.connected === 2);
    server.renew(cp(list(revoked)));
    await eventually('one tunnel', () => server.connected === 1 && !first.client.connected);
    await eventually('a refusal', () => said('answered with status 400') > 0);
    expect(second.client.connected).toBe(true);
    server.renew(cp());
    await eventually('both again', () => server.connected === 2);
  });

  it('survive a change of the authority when both are named for a while', async () => {
    const successor = await Authority.create('next authority');
    const both = `${authority.certificate}\n${successor.certificate}`;
    const { server, join, said } = bound(await tunnels(cp()));
    const { client } = join(dp(await leaf('factory.acme.example')));
    await eventually('a tunnel', () => server.connected === 1);
    server.renew(cp({ authorities: both }));
    client.renew(dp(await successor.issue('factory.acme.example', ['client']), both));
    await eventually('a tunnel with the next authority', () => said('connected to control plane') === 2 && server.connected === 1);
    server.renew(cp({ authorities: successor.certificate }));
    expect(said('not trusted')).toBe(0);
    server.renew(cp());
    await eventually('its end, when the next authority is taken back', () => server.connected === 0);
    expect(said('its certificate is not trusted any more')).toBe(1);
  });

  it.each<[string, TunnelTrust['allowedCommonNames'], string, boolean]>([
    ['a name of the list', ['factory.elsewhere.example'], 'Factory.elsewhere.example', true],
    ['a name that is not in the list', ['shop.acme.example'], 'factory.acme.example', false],
    ['without a list, a name of the same domain', [], 'factory.acme.example', true],
    ['without a list, a name of another domain', [], 'factory.other.example', false],
    ['without a list, a name below the domain', [], 'a.factory.acme.example', false],
  ])('pki_check_cn: %s', async (_, allowedCommonNames, name, admitted) => {
    const { server, join, said } = bound(await tunnels(cp({ mode: 'pki_check_cn', ...allowedCommonNames && { allowedCommonNames } })));
    join(dp(await leaf(name)));
    await eventually('an outcome', () => admitted ? server.connected === 1 : said('answered with status 400') > 0);
  });

  it.each<[string, () => Promise<Identity>]>([
    ['has expired', () => authority.issue('dp.acme.example', ['client'], [-2, -1])],
    ['is not yet valid', () => authority.issue('dp.acme.example', ['client'], [0.5, 1])],
    ['is signed by another authority', async () => (await Authority.create('tunnel authority')).issue('dp.acme.example', ['client'])],
    ['is valid for servers only', () => authority.issue('dp.acme.example', ['server'])],
  ])('a data plane whose certificate %s is answered with 400', async (_, identity) => {
    const { server, join, said } = bound(await tunnels(cp()));
    join(dp(await identity()));
    await eventually('the answer', () => said('answered with status 400') > 0);
    expect(server.connected).toBe(0);
  });

  it.each<[string, () => Promise<Identity>, RegExp]>([
    ['has expired', () => authority.issue('control-plane.acme.example', ['server'], [-2, -1]), /certificate has expired/],
    ['is not yet valid', () => authority.issue('control-plane.acme.example', ['server'], [0.5, 1]), /not yet valid/],
    ['has another name', () => authority.issue('other.acme.example', ['server']), /does not match|altnames/],
    [
      'is valid for clients only',
      () => authority.issue('control-plane.acme.example', ['client']),
      /unsuitable certificate purpose|unsupported certificate purpose/,
    ],
  ])('a control plane whose certificate %s is refused, with the reason in the log', async (_, identity, reason) => {
    const { server, join, lines } = bound(await tunnels(cp({ identity: await identity() })));
    join(dp(await leaf('factory.acme.example')));
    await eventually('the reason', () => lines.some((line) => reason.test(line)));
    expect(server.connected).toBe(0);
  });
});

it('the client sends telemetry again after a rotation of certificates, and loses no record', async () => {
  const [first, second] = [await sharedIdentity(), await sharedIdentity()];
  const trust = (identity: Identity): TunnelTrust => ({ mode: 'shared', identity, accepted: bundle(first, second) });
  const taken: unknown[] = [];
  const log = createLog({ write: () => undefined });
  const server = new TelemetryServer({ trust: trust(first), log, onRecords: (_node, records) => void taken.push(...records) });
  const [address] = await server.listen([{ host: '127.0.0.1', port: 0 }]);
  const client = new TelemetryClient({
    trust: trust(first),
    node: NODE,
    labels: {},
    log,
    random: () => 0,
    endpoint: { host: '127.0.0.1', port: address!.port },
  });
  running.push(client, server);
  const record = (route: string) => ({ type: 'requests', route, status: 200, count: 1, duration_ms: 1 }) as never;
  client.start();
  client.add(record('a'));
  await eventually('the first record', () => taken.length === 1);
  client.add(record('b'));
  server.renew(trust(second));
  client.renew(trust(second));
  client.add(record('c'));
  await eventually('all records', () => taken.length === 3);
  expect(client.dropped).toBe(0);
});

/** Methods that can be taken out of their object. */
function bound(from: Tunnels) {
  return { source: from.source, server: from.server, lines: from.lines, join: from.join.bind(from), said: from.said.bind(from) };
}
