/** Secrets of a node in what its plugins are prepared with, and nowhere else. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { EnvVault } from '../base/env-vault.ts';
import { createLog } from '../base/log.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { coreEntities } from '../model/entities/core.ts';
import { definePlugin } from '../model/entities/plugin.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { array, map, record, string } from '../model/schema/field.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import { keyAuthCredential } from '../plugins/key-auth/entities.ts';
import { readSettings } from '../settings/read.ts';
import type { Handlers } from './compiled-configuration.ts';
import { DataPlane } from './data-plane.ts';

/** How gzip begins; a kept configuration has a line before it. */
const GZIP = Buffer.from([0x1f, 0x8b]);

const TOKEN = 'hunter2-of-the-token';

/** A plugin with a reference in every kind of place, and one field that does not accept any. */
const shipper = definePlugin({
  name: 'shipper',
  priority: 1,
  fields: {
    config: record({
      headers: map(string(), string({ referenceable: true })),
      hosts: array(string({ referenceable: true, match: '^[a-z.]+$' })),
      redis: record({ password: string({ referenceable: true }) }, { required: true }),
      comment: string(),
    }, { required: true }),
  },
});

const SCHEMAS = schemasByName([...coreEntities(new Map([['shipper', shipper]])), keyAuthCredential]);

let folder: string;
let logged: string[];
/** What the plugin was prepared with. */
let prepared: unknown[];
let proxyPort: number;
let dataPlane: DataPlane;
let clock: ManualClock;

beforeEach(() => {
  folder = temporaryFolder('secrets');
  logged = [];
  prepared = [];
  clock = new ManualClock();
});

afterEach(async () => {
  await dataPlane.close(0);
  rmSync(folder, { recursive: true });
});

/** Until the secrets have been looked at again. */
async function timePasses(): Promise<void> {
  clock.advance(30_000);
  await dataPlane.idle();
}

function startWith(environment: Record<string, string>, folders: readonly string[] = [], namedSecrets?: string): DataPlane {
  const { settings } = readSettings({ KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off' });
  const handlers: Handlers = {
    shipper: {
      name: 'shipper',
      priority: 1,
      prepare: (config) => {
        prepared.push(config);
        return { rewrite: refuseUnknownKeys };
      },
    },
  };
  const log = createLog({ level: 'debug', write: (line) => void logged.push(line) });
  dataPlane = new DataPlane({
    settings, log, clock, plugins: { schemas: SCHEMAS, handlers },
    vault: new EnvVault({ environment, folders, ...namedSecrets !== undefined && { namedSecrets } }),
  });
  return dataPlane;
}

async function start(...options: Parameters<typeof startWith>): Promise<void> {
  const { proxy } = await startWith(...options).start();
  proxyPort = proxy[0]!.port;
}

/** A request with a key that a consumer has finds no route. */
function refuseUnknownKeys(exchange: Exchange): void {
  const keys = exchange.configuration.credentials.get('keyauth_credentials')!;
  if (!keys.has(exchange.request.header('apikey') ?? '')) exchange.refuse({ status: 401, message: 'Unauthorized' });
}

async function opens(key: string): Promise<boolean> {
  const { status, body } = await fetch(`http://127.0.0.1:${proxyPort}/`, { headers: { apikey: key } });
  await body?.cancel();
  return status === 404;
}

function table(config: Row, more: Record<string, readonly Row[]> = {}): ConfigTable {
  return {
    _format_version: '3.0',
    plugins: [{ id: '00000004-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'shipper', config }],
    ...more,
  };
}

const CONSUMER = '00000005-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const keyed = (...keys: string[]) => ({
  consumers: [{ id: CONSUMER, username: 'alice' }],
  keyauth_credentials: keys.map((key, index) => ({ id: `0000000${index}-bbbb-4aaa-8aaa-aaaaaaaaaaaa`, key, consumer: CONSUMER })),
});

describe('secrets of a node', () => {
  it('are resolved in maps, lists and records where the configuration has references', async () => {
    const config = {
      headers: { 'x-token': '{vault://env/token}', 'x-plain': 'a' }, hosts: ['a.example', '{vault://env/all/host}'],
      redis: { password: '{vault://env/token}' },
    };
    const result = await startWith({ TOKEN, ALL: '{"host":"b.example"}' }).apply(table(config), 'a'.repeat(32));
    expect(result).toEqual({ applied: true });
    expect(prepared).toMatchObject([
      { headers: { 'x-token': TOKEN, 'x-plain': 'a' }, hosts: ['a.example', 'b.example'], redis: { password: TOKEN } },
    ]);
  });

  it('stay text in fields that accept none', async () => {
    expect((await startWith({ TOKEN }).apply(table({ comment: '{vault://env/token}' }), 'a'.repeat(32))).applied).toBe(true);
    expect(prepared).toMatchObject([{ comment: '{vault://env/token}' }]);
  });

  it('are keys of consumers, so that the reference itself opens nothing', async () => {
    await start({ TOKEN });
    expect((await dataPlane.apply(table({}, keyed('{vault://env/token}', 'plain')), 'a'.repeat(32))).applied).toBe(true);
    expect([await opens(TOKEN), await opens('plain'), await opens('{vault://env/token}')]).toEqual([true, true, false]);
  });

  it('come from configured vaults of the kind env, with their prefix', async () => {
    const vaults = { vaults: [{ id: '00000009-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'env', prefix: 'mine', config: { prefix: 'mine_' } }] };
    expect(
      (await startWith({ MINE_TOKEN: TOKEN }).apply(table({ redis: { password: '{vault://mine/token}' } }, vaults), 'a'.repeat(32))).applied,
    ).toBe(true);
    expect(prepared).toMatchObject([{ redis: { password: TOKEN } }]);
  });

  it('are neither logged nor kept on disk, from where the node starts again with them', async () => {
    const hash = 'a'.repeat(32);
    await startWith({ TOKEN }).apply(table({ redis: { password: '{vault://env/token}' } }, keyed('{vault://env/token}')), hash);
    await dataPlane.close(0);
    const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
      .map((bytes) => (bytes.includes(GZIP) ? gunzipSync(bytes.subarray(bytes.indexOf(GZIP))) : bytes).toString('latin1'));
    expect(kept.some((text) => text.includes('{vault://env/token}'))).toBe(true);
    expect([...kept, ...logged].filter((text) => text.includes(TOKEN))).toEqual([]);
    await startWith({ TOKEN }).start();
    expect(dataPlane.currentHash).toBe(hash);
    expect(prepared).toHaveLength(2);
    expect(prepared[1]).toEqual(prepared[0]);
  });

  it('that are gone at a start put what needs them in quarantine, and the kept configuration stays', async () => {
    const hash = 'a'.repeat(32);
    await startWith({ TOKEN }).apply(table({ redis: { password: '{vault://env/token}' } }), hash);
    await dataPlane.close(0);
    await startWith({}).start();
    expect([dataPlane.currentHash, dataPlane.quarantine.total]).toEqual([hash, 1]);
    expect(logged.join('')).toMatch(/in quarantine: plugins shipper: .*the environment has no TOKEN/);
    await dataPlane.close(0);
    await startWith({ TOKEN }).start();
    expect([dataPlane.currentHash, dataPlane.quarantine.total]).toEqual([hash, 0]);
  });

  it('in mounted files are read again when they change, and not when they are gone or nothing changed', async () => {
    const mount = join(folder, 'cache');
    const file = join(mount, 'password');
    mkdirSync(mount);
    writeFileSync(file, 'first');
    await startWith({}, [mount]).start();
    await dataPlane.apply(table({ redis: { password: '{vault://env/cache-password}' } }), 'a'.repeat(32));
    const look = async () => {
      await timePasses();
      return (prepared as { redis: { password: string } }[]).map(({ redis }) => redis.password);
    };
    expect(await look()).toEqual(['first']);
    writeFileSync(file, 'second');
    expect(await look()).toEqual(['first', 'second']);
    rmSync(file);
    expect(await look()).toEqual(['first', 'second']);
    writeFileSync(file, 'second');
    expect(await look()).toEqual(['first', 'second']);
    expect(dataPlane.currentHash).toBe('a'.repeat(32));
    expect(logged.join('')).toContain('secrets of the configuration have changed and are in use');
    expect(logged.join('')).not.toMatch(/"[^"]*(first|second)[^"]*"/);
  });

  it('that have names of the user are mounted as the constructs say, and followed as any other', async () => {
    const mount = join(folder, 'named', 'partner-key');
    mkdirSync(mount, { recursive: true });
    writeFileSync(join(mount, 'value'), 'first-key');
    await start({}, [], join(folder, 'named'));
    expect((await dataPlane.apply(table({}, keyed('{vault://env/partner-key}')), 'a'.repeat(32))).applied).toBe(true);
    writeFileSync(join(mount, 'value'), 'second-key');
    expect([await opens('first-key'), await opens('second-key')]).toEqual([true, false]);
    await timePasses();
    expect([await opens('first-key'), await opens('second-key')]).toEqual([false, true]);
  });

  it('that were missing are in use when they are there', async () => {
    const mount = join(folder, 'cache');
    mkdirSync(mount);
    await startWith({}, [mount]).start();
    const incomplete = table({ redis: { password: '{vault://env/cache-password}' } });
    expect((await dataPlane.apply(incomplete, 'a'.repeat(32))).applied).toBe(true);
    await timePasses();
    expect([dataPlane.quarantine.total, prepared]).toEqual([1, []]);
    writeFileSync(join(mount, 'password'), 'there');
    await timePasses();
    expect(dataPlane.quarantine.total).toBe(0);
    expect(prepared).toMatchObject([{ redis: { password: 'there' } }]);
  });

  it('that cannot be read while another one changes stay known', async () => {
    const mount = join(folder, 'cache');
    mkdirSync(mount);
    ['one', 'two'].forEach((name) => writeFileSync(join(mount, name), `${name}-secret`));
    await startWith({}, [mount]).start();
    await dataPlane.apply(table({ headers: { 'x-one': '{vault://env/cache-one}', 'x-two': '{vault://env/cache-two}' } }), 'a'.repeat(32));
    rmSync(join(mount, 'one'));
    writeFileSync(join(mount, 'two'), 'another-secret');
    await timePasses();
    expect(dataPlane.quarantine.total).toBe(0);
    expect(prepared).toMatchObject([{}, { headers: { 'x-one': 'one-secret', 'x-two': 'another-secret' } }]);
  });

  it.each<[string, ConfigTable, string, RegExp]>([
    [
      'missing', table({ headers: { 'x-token': '{vault://env/gone}' } }), 'config.headers.x-token',
      /\{vault:\/\/env\/gone\} cannot be resolved: the environment has no GONE/,
    ],
    ['of an unknown vault', table({ hosts: ['{vault://aws/gone}'] }), 'config.hosts.1', /vault 'aws' is not known, expected env/],
    [
      'missing in a field', table({ redis: { password: '{vault://env/all/gone}' } }), 'config.redis.password',
      /the JSON object in ALL has no text in a field 'gone'/,
    ],
    ['missing as a key', table({}, keyed('{vault://env/gone}')), 'key', /cannot be resolved/],
  ])('%s: the entity is in quarantine, with the place and the reason', async (_, wrong, field, message) => {
    await startWith({ TOKEN, ALL: '{"host":"hunter2"}' }).apply(table({ redis: { password: '{vault://env/token}' } }), 'a'.repeat(32));
    expect(await dataPlane.apply(wrong, 'b'.repeat(32))).toEqual({ applied: true });
    const { quarantine: { total, entities: [entity] } } = dataPlane;
    expect([total, entity!.reason]).toEqual([1, expect.stringMatching(message)]);
    expect(entity!.reason.startsWith(`${field}: `)).toBe(true);
    expect(JSON.stringify(entity)).not.toContain('hunter2');
  });
});
