/** The time of day is set while a data plane serves: requests under way end well, no time limit fires, and windows of rate limits go on. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it, vi } from 'vitest';

import { SYSTEM_CLOCK } from '../../src/base/clock.ts';
import { SILENT } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { readSettings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const HOUR_MS = 3_600_000;

/** The full hour, so that no window ends by itself. */
const START = 1_800_000_000_000;

const LIMIT = 5;

/** What ends a test, the last first. */
const closing: (() => unknown)[] = [];
let offset = 0;

afterEach(async () => {
  vi.restoreAllMocks();
  offset = 0;
  for (const close of closing.splice(0).reverse()) await close();
});

/** A node with a slow route, and one with a limit per hour. */
async function start(): Promise<{ readonly url: string; readonly dataPlane: DataPlane; readonly halfway: (act: () => void) => void }> {
  let onHalf = (): void => undefined;
  const upstream = createServer(({ url }, response) => {
    if (url !== '/slow') return void response.end('at once');
    response.write('first,');
    setTimeout(() => {
      onHalf();
      setTimeout(() => response.end('second'), 300);
    }, 50);
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  closing.push(() => void upstream.close());
  const began = performance.now();
  const now = () => Math.floor(START + performance.now() - began) + offset;
  vi.spyOn(Date, 'now').mockImplementation(now);
  const { settings } = readSettings({
    KONG_PREFIX: temporaryFolder('clock-jumps'), KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', KONG_PROXY_ACCESS_LOG: 'off',
  });
  const dataPlane = new DataPlane({ settings, log: SILENT, keepsConfiguration: false, clock: { ...SYSTEM_CLOCK, now } });
  closing.push(() => dataPlane.close(0));
  const id = (kind: number) => `0000000${kind}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;
  const service = { id: id(1), host: '127.0.0.1', port: (upstream.address() as AddressInfo).port, read_timeout: 5_000, retries: 0 };
  const table = {
    _format_version: '3.0',
    services: [service],
    routes: [
      { id: id(2), name: 'slow', paths: ['/slow'], strip_path: false, service: service.id },
      { id: id(3), name: 'limited', paths: ['/limited'], service: service.id },
    ],
    plugins: [{ id: id(4), name: 'rate-limiting', route: id(3), config: { hour: LIMIT, policy: 'local' } }],
  };
  expect(await dataPlane.apply(table as unknown as ConfigTable, 'a'.repeat(32))).toEqual({ applied: true });
  const { proxy } = await dataPlane.start();
  return { dataPlane, url: `http://127.0.0.1:${proxy[0]!.port}`, halfway: (act) => { onHalf = act; } };
}

it.each([['forward', HOUR_MS], ['back', -HOUR_MS]])('set %s by an hour', async (_direction, jump) => {
  const { url, halfway } = await start();
  const limited = async () => {
    const statuses: number[] = [];
    for (let sent = 0; sent < 2 * LIMIT; sent += 1) statuses.push((await fetch(`${url}/limited`)).status);
    return statuses;
  };
  const full = [...Array.from({ length: LIMIT }, () => 200), ...Array.from({ length: LIMIT }, () => 429)];
  expect(await limited()).toEqual(full);
  halfway(() => { offset = jump; });
  const answer = await fetch(`${url}/slow`);
  expect([answer.status, await answer.text()]).toEqual([200, 'first,second']);
  for (const name of ['x-kong-proxy-latency', 'x-kong-upstream-latency']) {
    const latency = Number(answer.headers.get(name));
    expect(latency).toBeGreaterThanOrEqual(0);
    expect(latency).toBeLessThan(HOUR_MS / 2);
  }
  // Another hour, another window.
  expect(await limited()).toEqual(full);
  halfway(() => { offset = 0; });
  expect(await (await fetch(`${url}/slow`)).text()).toBe('first,second');
  // The first hour again: what was counted in it may be forgotten, but its limit is not exceeded.
  const again = await limited();
  expect(again.filter((status) => status === 200).length).toBeLessThanOrEqual(LIMIT);
  expect(again.slice(LIMIT)).toEqual(full.slice(LIMIT));
});

it.each([
  ['forward', HOUR_MS], ['back', -HOUR_MS],
])('set %s while the node stops: requests under way are finished', async (_direction, jump) => {
  const { url, dataPlane, halfway } = await start();
  let stopped: Promise<void> | undefined;
  halfway(() => {
    stopped = dataPlane.close(10_000);
    offset = jump;
  });
  const answer = await fetch(`${url}/slow`);
  expect(await answer.text()).toBe('first,second');
  await stopped;
  closing.splice(1);
});
