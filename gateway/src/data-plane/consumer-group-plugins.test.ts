/** A plugin for a group of consumers does not run yet. Until it does, members of the group are held back; all others are served. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog } from '../base/log.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { keyAuthHandler } from '../plugins/key-auth/handler.ts';
import { schemasFor } from '../plugins/schemas.ts';
import { readSettings } from '../settings/read.ts';
import type { Handlers } from './compiled-configuration.ts';
import { DataPlane } from './data-plane.ts';

const id = (n: number): string => `0000000${n}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;
const [SERVICE, ROUTE, MEMBER, OTHER, GOLD, SILVER] = [1, 2, 3, 4, 5, 6].map(id) as [string, string, string, string, string, string];

const runs: string[] = [];
const LIMITING = {
  'rate-limiting-advanced': {
    name: 'rate-limiting-advanced', priority: 910, prepare: () => ({ access: () => void runs.push('limited') }),
  },
};

let logged: string[];
let close: (() => Promise<unknown> | void)[];
let upstreamPort: number;
beforeEach(async () => {
  [logged, close, runs.length] = [[], [], 0];
  const upstream = createServer((_, response) => void response.end('served'));
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  upstreamPort = (upstream.address() as AddressInfo).port;
  close.push(() => void upstream.close());
});
afterEach(async () => {
  for (const end of close.reverse()) await end();
});

function limiting(n: number, more: Row): Row {
  const config = { limit: [5], window_size: [60] };
  return { id: `1000000${n}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`, name: 'rate-limiting-advanced', config, enabled: true, ...more };
}

/** @returns the status of a request with a key */
async function started(plugins: readonly Row[], compatibility: 'full' | 'kong-3.9.1', handlers: object) {
  const { settings } = readSettings({
    KONG_PREFIX: temporaryFolder('groups'), KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: '127.0.0.1:0',
    HYBRIDGE_COMPATIBILITY: compatibility,
  });
  const dataPlane = new DataPlane({
    settings, log: createLog({ level: 'notice', write: (line) => void logged.push(line) }),
    plugins: { schemas: schemasFor(settings).schemas, handlers: { 'key-auth': keyAuthHandler, ...handlers } as unknown as Handlers },
  });
  const { proxy } = await dataPlane.start();
  close.push(() => dataPlane.close(0));
  const table = {
    _format_version: '3.0',
    services: [{ id: SERVICE, name: 's', host: '127.0.0.1', port: upstreamPort, protocol: 'http', enabled: true }],
    routes: [{ id: ROUTE, service: SERVICE, paths: ['/'], protocols: ['http'] }],
    consumers: [{ id: MEMBER, username: 'member' }, { id: OTHER, username: 'other' }],
    consumer_groups: [{ id: GOLD, name: 'gold' }, { id: SILVER, name: 'silver' }],
    consumer_group_consumers: [{ id: id(7), consumer_group: GOLD, consumer: MEMBER }],
    keyauth_credentials: [{ id: id(8), key: 'member', consumer: MEMBER }, { id: id(9), key: 'other', consumer: OTHER }],
    plugins: [{ id: '20000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'key-auth', config: {}, enabled: true, route: ROUTE }, ...plugins],
  } as unknown as ConfigTable;
  expect(dataPlane.apply(table, 'a'.repeat(32))).toEqual({ applied: true });
  return (apikey: string) => new Promise<number>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: proxy[0]!.port, path: '/', headers: { apikey }, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    }).on('error', reject).end();
  });
}

const HANDLERS = [['without code for the plugin', {}], ['with code for the plugin', LIMITING]] as const;

it.each(HANDLERS)('%s, members get 500 and others are served', async (_, handlers) => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'full', handlers);
  expect([await get('member'), await get('other'), await get('unknown')]).toEqual([500, 200, 401]);
  expect(runs).toEqual([]);
});

it('says so once, naming the plugin', async () => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'full', LIMITING);
  await get('member');
  await get('member');
  const lines = logged.filter((line) => line.includes('does not run plugins for groups of consumers'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('rate-limiting-advanced');
});

it('a group without members holds no request back', async () => {
  const get = await started([limiting(1, { consumer_group: SILVER })], 'full', LIMITING);
  expect([await get('member'), await get('other')]).toEqual([200, 200]);
});

it('two groups are held back apart, beside the plugin for all consumers', async () => {
  const get = await started(
    [limiting(1, { consumer_group: SILVER }), limiting(2, { consumer_group: GOLD }), limiting(3, {})], 'full', LIMITING);
  expect([await get('member'), await get('other')]).toEqual([500, 200]);
  expect(runs).toContain('limited');
});

it('in the profile kong-3.9.1, which does not know who is a member, all consumers are held back', async () => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'kong-3.9.1', LIMITING);
  expect([await get('member'), await get('other')]).toEqual([500, 500]);
});
