/** The health of targets on a single node: traffic finds it out, the Admin API shows and sets it, and so does the status API. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { startReplayNode } from '../conformance/traffic/replay-node.ts';
import { eventually } from '../fixtures/eventually.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startTarget(status: () => number): Promise<number> {
  const server = createServer((_, response) => void response.writeHead(status()).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

it('a target that fails is out until it is set healthy by hand', async () => {
  let failing = 500;
  const bad = await startTarget(() => failing);
  const good = await startTarget(() => 200);
  const node = await startReplayNode();
  closing.push(() => node.close());
  const send = async (method: string, path: string, body?: object) => {
    const { status, text } = await node.admin.send(method, path, body);
    return { status, body: text === '' ? undefined : JSON.parse(text) as Record<string, never> };
  };
  const passive = { unhealthy: { http_failures: 1 } };
  await send('PUT', '/upstreams/pool.test', { healthchecks: { passive } });
  for (const port of [bad, good]) await send('POST', '/upstreams/pool.test/targets', { target: `127.0.0.1:${port}` });
  await send('PUT', '/upstreams/unchecked.test', {});
  await send('POST', '/upstreams/unchecked.test/targets', { target: `127.0.0.1:${good}` });
  await send('PUT', '/services/s', { host: 'pool.test', retries: 0 });
  await send('PUT', '/services/s/routes/r', { paths: ['/'] });
  await node.runsEverything();

  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let at = 0; at < count; at += 1) found.push((await fetch(`http://127.0.0.1:${node.ports.proxy}/`)).status);
    return found.sort();
  };
  expect(await statuses(2)).toEqual([200, 500]);
  expect(await statuses(4)).toEqual([200, 200, 200, 200]);
  failing = 200;

  const health = async () => {
    const { body } = await send('GET', '/upstreams/pool.test/health');
    const rows = body!.data as readonly { readonly target: string; readonly health: string }[];
    return Object.fromEntries(rows.map((row) => [row.target, row.health]));
  };
  expect(await health()).toEqual({ [`127.0.0.1:${bad}`]: 'UNHEALTHY', [`127.0.0.1:${good}`]: 'HEALTHY' });
  expect((await send('GET', '/upstreams/pool.test/health?balancer_health=1')).body).toMatchObject({
    data: { health: 'HEALTHY', details: { healthy: true, weight: { total: 200, available: 100, unavailable: 100 } } },
  });
  const shown = await fetch(`http://127.0.0.1:${node.ports.status}/upstreams/pool.test/health`);
  expect(await shown.json()).toMatchObject({ upstream: 'pool.test', health: 'HEALTHY', weight: { available: 100 } });
  for (const path of ['/upstreams/gone.test/health', '/upstreams/%zz/health']) {
    expect((await fetch(`http://127.0.0.1:${node.ports.status}${path}`)).status).toBe(404);
  }

  const change = (upstream: string, rest: string) => send('PUT', `/upstreams/${upstream}/targets/127.0.0.1:${rest}`);
  expect((await change('pool.test', `${bad}/healthy`)).status).toBe(204);
  expect((await change('pool.test', `${good}/127.0.0.1:${good}/unhealthy`)).status).toBe(204);
  await eventually('both have changed', async () => (await health())[`127.0.0.1:${good}`] === 'UNHEALTHY');
  expect(await health()).toMatchObject({ [`127.0.0.1:${bad}`]: 'HEALTHY' });
  expect((await change('pool.test', '1/healthy')).status).toBe(404);
  expect(await change('unchecked.test', `${good}/healthy`)).toEqual({
    status: 400, body: { message: 'no healthchecker found for unchecked.test' },
  });
});
