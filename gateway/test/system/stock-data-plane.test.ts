/**
 * A whole control plane, from its settings to its Admin API, and a data plane that says byte for byte what one of Kong
 * Gateway OSS 3.9.1 was recorded to say: request, certificate form, basic_info with its 237 settings, pings.
 */
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { hashConfigTable, isEmptyTable } from '../../src/model/config-hash.ts';
import { rowsOf } from '../../src/model/config-table.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { readSettings } from '../../src/settings/read.ts';
import { eventually } from '../fixtures/eventually.ts';
import { kongIdentity } from '../fixtures/kong-certificate.ts';
import { MinimalDataPlane } from '../fixtures/minimal-data-plane.ts';
import { recorded } from '../fixtures/recorded.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const ZEROS = '0'.repeat(32);
const { handshake: { request }, basic_info: basicInfo } = recorded<{
  handshake: { request: readonly string[] };
  basic_info: { readonly plugins: readonly unknown[]; readonly process_conf: object };
}>('frames-dp');
const path = request[0]!.split(' ')[1]!;
const nodeId = new URLSearchParams(path.split('?')[1]).get('node_id')!;

const identity = kongIdentity();
let controlPlane: ControlPlane;
let admin: AddressInfo;
let cluster: AddressInfo;
let dataPlanes: MinimalDataPlane[];

beforeEach(async () => {
  dataPlanes = [];
  const { settings } = readSettings({
    KONG_ROLE: 'control_plane',
    KONG_PREFIX: temporaryFolder('stock-data-plane'),
    KONG_ADMIN_LISTEN: '127.0.0.1:0',
    KONG_STATUS_LISTEN: 'off',
    KONG_CLUSTER_LISTEN: '127.0.0.1:0',
    KONG_CLUSTER_TELEMETRY_LISTEN: '127.0.0.1:0',
    KONG_CLUSTER_CERT: identity.certificate,
    KONG_CLUSTER_CERT_KEY: identity.key.reveal(),
  });
  controlPlane = new ControlPlane({ settings, log: SILENT });
  const addresses = await controlPlane.start();
  [admin, cluster] = [addresses.admin[0]!, addresses.cluster[0]!];
});

afterEach(async () => {
  for (const dataPlane of dataPlanes) dataPlane.disconnect();
  await controlPlane.close();
});

/** Says what was recorded, in the recorded order. */
async function join(): Promise<MinimalDataPlane> {
  const dataPlane = await MinimalDataPlane.connect({
    port: cluster.port, identity, path, headers: request.slice(1).filter((line) => !line.startsWith('Host:')),
    tls: { rejectUnauthorized: true, ca: identity.certificate },
  });
  dataPlanes.push(dataPlane);
  await dataPlane.opened();
  dataPlane.introduce(basicInfo);
  dataPlane.send('ping', ZEROS);
  return dataPlane;
}

async function call<T>(method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${admin.port}${url}`, {
    method, ...body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });
  expect(answer.ok, `${method} ${url}: ${answer.status}`).toBe(true);
  return await answer.json() as T;
}

/** Takes the newest push over, as such a data plane does: its hash is in the next ping. */
async function follow(dataPlane: MinimalDataPlane, holds: (table: ConfigTable) => boolean): Promise<ConfigTable> {
  await eventually('the push', () => holds(dataPlane.pushes.at(-1)?.config_table ?? { _format_version: '3.0' }));
  const { config_table: table, config_hash: hash, hashes } = dataPlane.pushes.at(-1)!;
  expect(hashes).toEqual(hashConfigTable(table));
  dataPlane.send('ping', hash!);
  return table;
}

/** Fields of each entity type that a data plane of that version has been seen to take. */
function knownFields(): ReadonlyMap<string, ReadonlySet<string>> {
  const fields = new Map<string, Set<string>>();
  for (const { config_table: table } of Object.values(recorded<Readonly<Record<string, { config_table: ConfigTable }>>>('config-tables'))) {
    for (const entity of Object.keys(table)) {
      const known = fields.get(entity) ?? new Set();
      for (const row of rowsOf(table, entity)) for (const field of Object.keys(row)) known.add(field);
      fields.set(entity, known);
    }
  }
  return fields;
}

describe('a stock data plane', () => {
  it('gets a configuration that it does not take for none, although nothing is configured', async () => {
    expect([basicInfo.plugins.length, Object.keys(basicInfo.process_conf).length]).toEqual([45, 237]);
    const dataPlane = await join();
    expect(dataPlane.status).toBe(101);
    const table = await follow(dataPlane, ({ parameters }) => parameters !== undefined);
    expect(isEmptyTable(table)).toBe(false);
  });

  it('is listed with what it said and what it runs', async () => {
    const dataPlane = await join();
    await follow(dataPlane, ({ parameters }) => parameters !== undefined);
    const hash = dataPlane.pushes.at(-1)!.config_hash;
    await eventually(
      'its row',
      async () => (await call<{ data: { config_hash: string }[] }>('GET', '/clustering/data-planes')).data[0]?.config_hash === hash,
    );
    const { data: [row] } = await call<{ data: object[] }>('GET', '/clustering/data-planes');
    expect(row).toMatchObject({
      id: nodeId, hostname: 'dp-1', ip: '127.0.0.1', version: '3.9.1', sync_status: 'normal', labels: {},
      cert_details: { expiry_timestamp: Math.floor(Date.parse(dataPlane.tls.getPeerCertificate().valid_to) / 1000) },
    });
    expect(Object.keys(await call<object>('GET', '/clustering/status'))).toEqual([nodeId]);
  });

  it('gets what is made through the Admin API, in fields that it knows, and nothing but single unmasked frames and pongs', async () => {
    const dataPlane = await join();
    await call('PUT', '/services/echo', { url: 'http://127.0.0.1:9' });
    await call('PUT', '/services/echo/routes/echo', { paths: ['/echo'], headers: { 'x-v': ['1'] } });
    await call('POST', '/routes/echo/plugins', { name: 'key-auth' });
    await call('PUT', '/consumers/alice', {});
    await call('POST', '/consumers/alice/key-auth', { key: 'k', ttl: 1_000 });
    const table = await follow(dataPlane, ({ keyauth_credentials: rows }) => Array.isArray(rows));
    const known = knownFields();
    const foreign = Object.keys(table)
      .filter((entity) => !entity.startsWith('_'))
      .flatMap((entity) =>
        rowsOf(table, entity).flatMap((row) =>
          Object.keys(row)
            .filter((field) => !known.get(entity)?.has(field))
            .map((field) => `${entity}.${field}`),
        ),
      );
    expect(foreign).toEqual([]);
    await eventually('all pongs', () => dataPlane.framesOf('pong').length === 2);
    expect([...new Set(dataPlane.frames.map(({ type, fin, masked }) => `${type} ${fin} ${masked}`))].sort()).toEqual([
      'binary true false',
      'pong true false',
    ]);
  });

  it('gets a large push in one frame', async () => {
    const dataPlane = await join();
    // What cannot be compressed, so that the frame is large.
    const tags = Array.from({ length: 2_000 }, () => Array.from({ length: 20 }, () => Math.random().toString(36).slice(2)).join('.'));
    await call('PUT', '/services/big', { url: 'http://127.0.0.1:9', tags });
    await follow(dataPlane, ({ services }) => Array.isArray(services));
    const { payload, fin } = dataPlane.framesOf('binary').at(-1)!;
    expect(payload.length).toBeGreaterThan(200_000);
    expect(fin).toBe(true);
  });

  it('may be there twice under one id, until the older tunnel is noticed to be dead', async () => {
    const [first, second] = [await join(), await join()];
    await call('PUT', '/services/echo', { url: 'http://127.0.0.1:9' });
    await Promise.all([first, second].map((dataPlane) => follow(dataPlane, ({ services }) => Array.isArray(services))));
    await eventually('both get pongs', () => [first, second].every((dataPlane) => dataPlane.framesOf('pong').length === 2));
    expect((await call<{ data: object[] }>('GET', '/clustering/data-planes')).data).toHaveLength(1);
  });
});
