/**
 * A whole data plane, from its settings to its proxy port, and a control plane that does what one of Kong Gateway OSS
 * 3.9.1 was recorded to do: form of the certificate, rows as it pushed them, pongs, the empty close frame.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLog } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import { tunnelOf } from '../../src/data-plane/tunnel.ts';
import { hashConfigTable } from '../../src/model/config-hash.ts';
import { rowsOf } from '../../src/model/config-table.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { PLUGIN_SCHEMAS } from '../../src/plugins/schemas.ts';
import { readSettings } from '../../src/settings/read.ts';
import type { TunnelClient } from '../../src/sync/client.ts';
import { eventually } from '../fixtures/eventually.ts';
import { kongIdentity } from '../fixtures/kong-certificate.ts';
import { MinimalControlPlane } from '../fixtures/minimal-control-plane.ts';
import { recorded } from '../fixtures/recorded.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const identity = kongIdentity();
const tables = recorded<Readonly<Record<string, { config_table: ConfigTable }>>>('config-tables');

/** Recorded rows of all entity types that traffic needs; only the address of the upstream is ours. */
function tableFor(upstreamPort: number): ConfigTable {
  const [credentials, routing, plugins] = ['08-consumers-credentials', '04-route-minimal', '07-disabled-service'].map(
    (name) => tables[name]!.config_table,
  );
  return {
    ...credentials!,
    services: rowsOf(routing!, 'services').map((row) => ({ ...row, protocol: 'http', host: '127.0.0.1', port: upstreamPort })),
    routes: rowsOf(routing!, 'routes'),
    plugins: rowsOf(plugins!, 'plugins').map((row) => ({ ...row, route: null, service: null, consumer: null, enabled: true })),
  };
}

let upstream: Server;
let controlPlane: MinimalControlPlane;
let port: number;
let prefix: string;
let dataPlane: DataPlane;
let tunnel: TunnelClient;
let proxy: AddressInfo;
let log: string[];

beforeEach(async () => {
  prefix = temporaryFolder('stock-control-plane');
  upstream = createServer((request, response) => void response.end(String(request.headers['x-consumer-username']))).listen(0, '127.0.0.1');
  controlPlane = await new MinimalControlPlane(identity).start();
  port = controlPlane.port;
  await start();
});

afterEach(async () => {
  await stop();
  await controlPlane.stop();
  upstream.closeAllConnections();
  upstream.close();
});

async function start(): Promise<void> {
  log = [];
  const { settings } = readSettings({
    KONG_ROLE: 'data_plane', KONG_DATABASE: 'off', KONG_PREFIX: prefix, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off',
    KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${port}`, KONG_CLUSTER_DP_LABELS: 'site:factory',
    KONG_CLUSTER_CERT: identity.certificate, KONG_CLUSTER_CERT_KEY: identity.key.reveal(),
  });
  const ours = createLog({ write: (line) => void log.push(line) });
  dataPlane = new DataPlane({ settings, log: ours });
  tunnel = tunnelOf(dataPlane, settings, ours);
  proxy = (await dataPlane.start()).proxy[0]!;
  tunnel.start();
}

async function stop(): Promise<void> {
  tunnel.close();
  await dataPlane.close(0);
}

async function call(key?: string): Promise<string> {
  const [path] = rowsOf(tables['04-route-minimal']!.config_table, 'routes').flatMap(({ paths }) => paths as string[]);
  const answer = await fetch(
    `http://127.0.0.1:${proxy.port}${path}`,
    {
      headers: key === undefined ? {} : { apikey: key },
    },
  );
  return `${answer.status} ${answer.ok ? await answer.text() : ''}`.trim();
}

describe('a data plane of a stock control plane', () => {
  it('introduces itself with all plugins and versions, its labels, and nothing secret', async () => {
    const session = await controlPlane.session();
    const introduction = await eventually('basic_info', () => session.messages[0]);
    expect(introduction).toMatchObject({
      type: 'basic_info',
      // Every plugin that it accepts, whether it runs it or not: a control plane sends nothing to a node that lacks one.
      plugins: [...PLUGIN_SCHEMAS.keys()].sort().map((name) => ({ name, version: '3.9.1' })),
      labels: { site: 'factory' },
      filters: {},
    });
    expect(introduction.process_conf).toMatchObject({ role: 'data_plane', database: 'off', cluster_mtls: 'shared' });
    expect(JSON.stringify(introduction)).not.toMatch(/PRIVATE KEY|BEGIN/);
  });

  it('serves what it pushes, goes on when it stops, starts without it, and comes back', async () => {
    const session = await controlPlane.session();
    const table = tableFor((upstream.address() as AddressInfo).port);
    const { config: hash } = hashConfigTable(table);
    session.push({
      type: 'reconfigure',
      timestamp: Date.now() / 1000,
      config_table: table,
      config_hash: hash,
      hashes: hashConfigTable(table),
    });
    await session.pinged(hash);
    expect([await call('alice-key'), await call('unknown-key'), await call()]).toEqual(['200 alice', '401', '401']);

    session.send('close');
    await eventually('the end of the tunnel', () => session.ended);
    expect(await call('alice-key')).toBe('200 alice');

    await stop();
    await controlPlane.stop();
    await start();
    expect([dataPlane.currentHash, await call('alice-key')]).toEqual([hash, '200 alice']);

    controlPlane = await new MinimalControlPlane(identity).start(port);
    await (await controlPlane.session()).pinged(hash);
  });
});
