/** Secrets of a vault outside of the node, from its answer to the plugin that runs with them. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { EnvVault } from '../base/env-vault.ts';
import { createLog } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { coreEntities } from '../model/entities/core.ts';
import { definePlugin } from '../model/entities/plugin.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { record, string } from '../model/schema/field.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';

const shipper = definePlugin({
  name: 'shipper', priority: 1,
  fields: { config: record({ token: string({ referenceable: true }) }, { required: true }) },
});

const SCHEMAS = schemasByName(coreEntities(new Map([['shipper', shipper]]), { vaults: ['env', 'hcv'] }));

let server: Server;
/** What the vault holds; undefined: nothing. */
let held: string | undefined;
let isSealed: boolean;
let port: number;
let folder: string;
let logged: string[];
let prepared: unknown[];
let clock: ManualClock;
let dataPlane: DataPlane;

beforeEach(async () => {
  [held, isSealed, logged, prepared, clock] = ['hunter2-one', false, [], [], new ManualClock()];
  folder = temporaryFolder('vaults');
  server = createServer((request, response) => {
    const isRefused = isSealed || request.headers['x-vault-token'] !== 'of-the-node';
    if (isRefused) return void response.writeHead(503).end('{"errors":["Vault is sealed"]}');
    if (held === undefined) return void response.writeHead(404).end('{"errors":[]}');
    return void response.end(JSON.stringify({ data: { data: { token: held } } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  const { settings } = readSettings({
    KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', KONG_VAULTS: 'bundled,hcv',
    KONG_VAULT_HCV_PORT: String(port), KONG_VAULT_HCV_KV: 'v2', KONG_VAULT_HCV_TOKEN: 'of-the-node',
  });
  dataPlane = new DataPlane({
    settings, clock, log: createLog({ level: 'debug', write: (line) => void logged.push(line) }),
    vault: new EnvVault({ environment: { HCV_TOKEN: 'of-the-node' } }),
    plugins: {
      schemas: SCHEMAS,
      handlers: { shipper: { name: 'shipper', priority: 1, prepare: (config) => { prepared.push(config); return {}; } } },
    },
  });
});

afterEach(async () => {
  await dataPlane.close(0);
  server.closeAllConnections();
  server.close();
});

const VAULT = {
  id: '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'hcv', prefix: 'site',
  config: { host: '127.0.0.1', kv: 'v2', token: '{vault://env/hcv-token}', ttl: 60, resurrect_ttl: 120 },
};

function table(reference: string): ConfigTable {
  return {
    _format_version: '3.0',
    vaults: [{ ...VAULT, config: { ...VAULT.config, port } }],
    plugins: [{ id: '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'shipper', config: { token: reference } }],
  };
}

async function apply(reference = '{vault://site/shipper/token}'): Promise<void> {
  await dataPlane.prepare(table(reference));
  expect(await dataPlane.apply(table(reference), 'a'.repeat(32))).toEqual({ applied: true });
}

const tokens = () => prepared.map((config) => (config as { readonly token: string }).token);

describe('a secret of a configured vault', () => {
  it('is there when the configuration is applied', async () => {
    await apply();
    expect(tokens()).toEqual(['hunter2-one']);
    expect(dataPlane.quarantine.total).toBe(0);
  });

  it('is found by the kind of the vault, with the settings of the node', async () => {
    await apply('{vault://hcv/shipper/token}');
    expect(tokens()).toEqual(['hunter2-one']);
  });

  it('that changes is in use without a restart', async () => {
    await apply();
    held = 'hunter2-two';
    clock.advance(60_000);
    await eventually('the plugin runs with the new secret', () => tokens().at(-1) === 'hunter2-two');
    expect(tokens()).toEqual(['hunter2-one', 'hunter2-two']);
  });

  it('holds its plugin back until the vault has answered, where a configuration does not wait', async () => {
    expect((await dataPlane.apply(table('{vault://site/shipper/token}'), 'a'.repeat(32))).applied).toBe(true);
    expect([tokens(), dataPlane.quarantine.total]).toEqual([[], 1]);
    await eventually('the plugin runs', () => tokens().length === 1);
    expect(dataPlane.quarantine.total).toBe(0);
  });

  it('stays in use while the vault is sealed, and holds its plugin back after that', async () => {
    await apply();
    isSealed = true;
    clock.advance(60_000);
    await eventually('the vault was asked', () => logged.some((line) => line.includes('its last value stays in use')));
    expect(dataPlane.quarantine.total).toBe(0);
    await eventually('the last value has expired', () => {
      clock.advance(10_000);
      return dataPlane.quarantine.total === 1;
    });
    isSealed = false;
    await eventually('the plugin runs again', () => {
      clock.advance(10_000);
      return dataPlane.quarantine.total === 0;
    });
  });

  it('that does not exist holds its plugin back, with the reason', async () => {
    held = undefined;
    await apply();
    const reason = expect.stringContaining('there is no secret shipper') as string;
    expect(dataPlane.quarantine.entities).toMatchObject([{ name: 'shipper', reason }]);
    held = 'hunter2-late';
    await eventually('the plugin runs', () => {
      clock.advance(10_000);
      return tokens().length === 1;
    });
  });

  it('is neither logged nor kept on disk, nor is the token of the vault', async () => {
    await apply();
    held = 'hunter2-two';
    clock.advance(60_000);
    await eventually('the plugin runs with the new secret', () => tokens().at(-1) === 'hunter2-two');
    await dataPlane.idle();
    const kept = readdirSync(join(folder, 'configuration')).map((name) => readFileSync(join(folder, 'configuration', name)));
    const texts = kept.map((bytes) => {
      const begin = bytes.indexOf(Buffer.from([0x1f, 0x8b]));
      return begin === -1 ? bytes.toString() : gunzipSync(bytes.subarray(begin)).toString();
    });
    expect(texts.some((text) => text.includes('{vault://site/shipper/token}'))).toBe(true);
    expect([...texts, ...logged].join('\n')).not.toMatch(/hunter2|of-the-node/);
  });
});
