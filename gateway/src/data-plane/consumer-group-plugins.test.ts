/** A plugin for a group of consumers runs on requests of its members. One without code holds them back; all others are served. */
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

/** Limits of the configurations that ran. */
const runs: number[] = [];
const LIMITING = {
  'rate-limiting-advanced': {
    name: 'rate-limiting-advanced', priority: 910,
    prepare: ({ limit }: { limit: number[] }) => ({ access: () => void runs.push(limit[0]!) }),
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
  const config = { limit: [n], window_size: [60] };
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
  expect(await dataPlane.apply(table, 'a'.repeat(32))).toEqual({ applied: true });
  return (apikey: string) => new Promise<number>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: proxy[0]!.port, path: '/', headers: { apikey }, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    }).on('error', reject).end();
  });
}

it('without code for the plugin, members get 500 and others are served', async () => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'full', {});
  expect([await get('member'), await get('other'), await get('unknown')]).toEqual([500, 200, 401]);
  expect(logged.filter((line) => line.includes('rate-limiting-advanced'))).toHaveLength(1);
});

it('runs for members only', async () => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'full', LIMITING);
  expect([await get('member'), await get('other'), await get('unknown')]).toEqual([200, 200, 401]);
  expect(runs).toEqual([1]);
});

it('takes the place of the one for all consumers, and of no other group\'s', async () => {
  const get = await started(
    [limiting(1, { consumer_group: SILVER }), limiting(2, { consumer_group: GOLD }), limiting(3, {})], 'full', LIMITING);
  await get('member');
  await get('other');
  expect(runs).toEqual([2, 3]);
});

it('gives way to the one for the consumer, and to the one for route and service', async () => {
  const rows = [limiting(1, { consumer_group: GOLD }), limiting(2, { consumer: MEMBER })];
  await (await started(rows, 'full', LIMITING))('member');
  await (await started([rows[0]!, limiting(3, { route: ROUTE, service: SERVICE })], 'full', LIMITING))('member');
  expect(runs).toEqual([2, 3]);
});

it('in the profile kong-3.9.1, which does not know who is a member, all consumers are held back', async () => {
  const get = await started([limiting(1, { consumer_group: GOLD })], 'kong-3.9.1', LIMITING);
  expect([await get('member'), await get('other')]).toEqual([500, 500]);
});
