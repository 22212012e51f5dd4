/** Every plugin that data planes run, in a pair of real nodes: configured at the control plane, run at the data plane. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isServed, SERVED_PLUGINS } from '../../src/plugins/schemas.ts';
import { eventually } from '../fixtures/eventually.ts';
import { NO_REDIS, startRedis } from '../fixtures/redis-server.ts';
import type { RedisServer } from '../fixtures/redis-server.ts';
import { NO_SYSTEM_LOG, startSystemLog } from '../fixtures/system-log.ts';
import { admin, LocalTopology, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';
import type { Ask, Counterparts, PluginCase, Reply } from './plugins/plugin-case.ts';
import { httpSink, tcpSink, udpSink } from './plugins/sinks.ts';
import { TELEMETRY_CASES } from './plugins/telemetry-cases.ts';
import { BOB, TRAFFIC_CASES } from './plugins/traffic-cases.ts';

/** Plugins whose counterpart takes a suite of its own, and that suite. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'openid-connect': 'openid-connect.test.ts',
  // Their clients and services speak gRPC.
  'grpc-web': '../../src/plugins/grpc-web/handler.test.ts',
  'grpc-gateway': '../../src/plugins/grpc-gateway/handler.test.ts',
};

const CASES = [...TRAFFIC_CASES, ...TELEMETRY_CASES].filter(({ name }) => SERVED_PLUGINS.some((served) => served === name));

const topology = new LocalTopology();
let controlPlane: LocalNode;
let dataPlane: LocalNode;
let counterparts: Counterparts;
const closing: { close(): void }[] = [];
let redis: RedisServer | undefined;

beforeAll(async () => {
  controlPlane = await topology.controlPlane();
  const socket = join(topology.folder, 'system-log');
  const system = NO_SYSTEM_LOG === undefined ? await startSystemLog(socket) : undefined;
  if (system !== undefined) closing.push(system);
  dataPlane = await topology.dataPlane('data-plane', {
    KONG_TRACING_INSTRUMENTATIONS: 'all', KONG_TRACING_SAMPLING_RATE: '1', HYBRIDGE_SYSLOG_SOCKET: socket,
  });
  await controlPlane.process.until('ready', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  const [http, tcp, udp] = await Promise.all([httpSink(), tcpSink(), udpSink()]);
  closing.push(http, tcp, udp);
  redis = NO_REDIS === undefined ? await startRedis() : undefined;
  counterparts = {
    http, tcp, udp, redis: redis?.port, systemLog: system?.lines ?? [], folder: topology.folder, status: dataPlane.status,
  };
  await createConsumers();
  for (const [index, one] of CASES.entries()) await createCase(one, index);
  await eventually('the data plane runs the configuration', async () => {
    const answer = await fetch(`${controlPlane.admin}/clustering/revision?wait=10`);
    const state = await answer.json() as { in_sync: boolean; data_planes: unknown[] };
    return state.in_sync && state.data_planes.length === 1;
  });
}, 60_000);

afterAll(async () => {
  for (const each of closing) each.close();
  await topology.close();
  await redis?.stop();
});

async function createConsumers(): Promise<void> {
  const { key, password, jwtKey, jwtSecret, hmac } = BOB;
  for (const username of ['bob', 'eve', 'guest']) await admin(controlPlane, 'PUT', `/consumers/${username}`, {});
  for (const [path, body] of [
    ['bob/key-auth', { key }], ['bob/basic-auth', { username: 'bob', password }], ['bob/jwt', { key: jwtKey, secret: jwtSecret }],
    ['bob/hmac-auth', { username: 'bob', secret: hmac }], ['bob/acls', { group: 'staff' }], ['eve/key-auth', { key: 'k-eve' }],
  ] as const) await admin(controlPlane, 'POST', `/consumers/${path}`, body);
}

/** A service, a route and the plugins of a case; the upstream answers with what it got. */
async function createCase(one: PluginCase, index: number): Promise<void> {
  const { name, config, beside = {}, answers = {} } = one;
  if (reasonAgainst(one) !== undefined) return;
  const port = await topology.upstream((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const echo = { url: request.url, headers: request.headers, body: Buffer.concat(parts).toString() };
      response.writeHead(200, { 'content-type': 'application/json', ...answers }).end(JSON.stringify(echo));
    });
  });
  const service = serviceOf(name, index);
  await admin(controlPlane, 'PUT', `/services/${service}`, { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', `/services/${service}/routes/${service}`, { paths: [`/${service}`] });
  for (const [plugin, its] of [...Object.entries(beside), [name, config(counterparts)] as const]) {
    await admin(controlPlane, 'POST', `/routes/${service}/plugins`, { name: plugin, config: its });
  }
}

/** Why a case cannot run on this machine. */
function reasonAgainst({ needsRedis, lacks }: PluginCase): string | undefined {
  return needsRedis === true ? NO_REDIS : lacks;
}

/** Named as the plugin, which metrics and entries show; a second case of a plugin has a number. */
function serviceOf(name: string, index: number): string {
  return CASES.findIndex((one) => one.name === name) === index ? name : `${name}-${index}`;
}

function askerOf(name: string, index: number): Ask {
  return async ({ method = 'GET', path = '', headers = {}, body } = {}) => {
    const url = `${dataPlane.proxy}/${serviceOf(name, index)}${path}`;
    const answer = await fetch(url, { method, headers, redirect: 'manual', ...body !== undefined && { body } });
    const text = await answer.text();
    const echo = answer.status === 200 && text.startsWith('{"url"') ? { echo: JSON.parse(text) as NonNullable<Reply['echo']> } : {};
    return { status: answer.status, headers: answer.headers, text, ...echo };
  };
}

describe('a plugin that is configured at the control plane works at the data plane', () => {
  for (const [index, one] of CASES.entries()) {
    const { name, check } = one;
    const lacks = reasonAgainst(one);
    const title = `${serviceOf(name, index)}${lacks === undefined ? '' : ` (${lacks})`}`;
    it.skipIf(lacks !== undefined)(title, () => check(askerOf(name, index), counterparts));
  }
});

it('every plugin that data planes run has a case', () => {
  const covered = new Set([...TRAFFIC_CASES, ...TELEMETRY_CASES].map(({ name }) => name).concat(Object.keys(ELSEWHERE)));
  expect(SERVED_PLUGINS.filter((name) => !covered.has(name))).toEqual([]);
  const isThere = (suite: string): boolean => existsSync(join(import.meta.dirname, suite));
  expect(Object.entries(ELSEWHERE).filter(([name, suite]) => isServed(name) && !isThere(suite))).toEqual([]);
});
