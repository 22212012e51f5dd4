/** A node of several processes: what its workers share, and what becomes of it when they end. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';
import { runs, workersOf } from './worker-nodes.ts';

let topology: LocalTopology;
let upstream: number;

beforeEach(async () => {
  topology = new LocalTopology();
  upstream = await topology.upstream(({ url }, response) => void setTimeout(() => response.end('served'), url === '/slow' ? 2_000 : 5));
});
afterEach(() => topology.close());

/** One route with plugins. */
function configuration(plugins: readonly object[] = [], path = '/'): object {
  return {
    _format_version: '3.0',
    services: [{ name: 'one', url: `http://127.0.0.1:${upstream}`, routes: [{ name: 'all', paths: [path] }] }],
    plugins,
  };
}

async function start(plugins: readonly object[] = [], extra: Record<string, string> = {}): Promise<LocalNode> {
  const node = await topology.singleNode('node', {
    KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG_STRING: JSON.stringify(configuration(plugins)), KONG_NGINX_WORKER_PROCESSES: '2',
    ...extra,
  });
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
  await eventually('both workers run', () => workersOf(node).length === 2);
  return node;
}

/** Status of a request on a connection of its own, so that the kernel chooses a worker; 0 without an answer. */
function ask(node: LocalNode, path = '/', agent: Agent | false = false): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(`${node.proxy}${path}`, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!)).on('error', () => resolve(0));
    });
    sent.on('error', () => resolve(0)).end();
  });
}

/** Statuses of many requests, a few at a time. */
async function askAll(node: LocalNode, count: number, path = '/'): Promise<readonly number[]> {
  const statuses: number[] = [];
  let left = count;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left-- > 0) statuses.push(await ask(node, path));
  }));
  return statuses;
}

async function requestsCounted(node: LocalNode): Promise<number> {
  const text = await (await fetch(`${node.status}/metrics`)).text();
  return [...text.matchAll(/^kong_http_requests_total\{.*code="200".*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

const limited = (year: number) => ({ name: 'rate-limiting', config: { year, policy: 'local' } });
const METRICS = { name: 'prometheus', config: { status_code_metrics: true } };

describe('a node with two workers', () => {
  it.each([[30, 60], [1_500, 1_700]])('lets exactly %i of %i requests pass in a window', async (limit, requests) => {
    const node = await start([limited(limit)]);
    const statuses = await askAll(node, requests);
    expect(statuses.filter((status) => status === 200)).toHaveLength(limit);
    expect(statuses.filter((status) => status === 429)).toHaveLength(requests - limit);
  });

  it('goes on when a worker is killed, replaces it, and no number falls', async () => {
    const node = await start([METRICS]);
    expect(new Set(await askAll(node, 40))).toEqual(new Set([200]));
    expect(await requestsCounted(node)).toBe(40);
    const [killed, kept] = workersOf(node);
    process.kill(killed!, 'SIGKILL');
    await eventually('the worker has ended', () => !runs(killed!));
    expect(await statusOf(`${node.status}/status/ready`)).toBe(200);
    expect(await ask(node)).toBe(200);
    await eventually('another worker runs', () => workersOf(node).filter((pid) => pid !== killed).length === 2);
    expect(workersOf(node)).toContain(kept);
    // The one that came later serves the configuration, too: connections meet both.
    expect(new Set(await askAll(node, 40))).toEqual(new Set([200]));
    expect(await requestsCounted(node)).toBe(81);
  });

  it('is not ready while no worker serves, and comes back', async () => {
    const node = await start();
    for (const pid of workersOf(node)) process.kill(pid, 'SIGKILL');
    await eventually('it is not ready', async () => await statusOf(`${node.status}/status/ready`) === 503);
    await eventually('it is ready again', async () => await statusOf(`${node.status}/status/ready`) === 200);
    expect(await ask(node)).toBe(200);
  });

  it('waits longer before each start of a worker that keeps ending', async () => {
    const node = await start();
    for (let times = 0; times < 4; times += 1) {
      const [pid] = workersOf(node);
      process.kill(pid!, 'SIGKILL');
      await eventually('it is replaced', () => workersOf(node).length === 2 && !workersOf(node).includes(pid!));
    }
    const waits = [...readFileSync(node.process.log, 'utf8').matchAll(/"worker":(\d+).*"wait_ms":(\d+)/g)];
    const byWorker = Map.groupBy(waits, ([, worker]) => worker);
    for (const ofOne of byWorker.values()) {
      const times = ofOne.map(([, , wait]) => Number(wait));
      expect(times).toEqual(times.map((_, index) => 50 * 2 ** index));
    }
    expect(waits).toHaveLength(4);
  });

  it('applies a configuration on all workers before it says so', async () => {
    const node = await start();
    for (let round = 0; round < 5; round += 1) {
      const response = await fetch(`${node.admin}/config`, {
        method: 'POST', body: JSON.stringify(configuration([], `/round-${round}`)), headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(201);
      expect(new Set(await askAll(node, 12, `/round-${round}`))).toEqual(new Set([200]));
      expect(new Set(await askAll(node, 12, `/round-${round - 1}`))).toEqual(new Set([404]));
    }
  });

  it('drains under load without a failed request, whether connections are kept or new', async () => {
    const node = await start([], { HYBRIDGE_DRAIN_SECONDS: '1' });
    const agents = Array.from({ length: 16 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const flows = [...agents, ...Array.from({ length: 8 }, () => false as const)];
    const statuses: number[] = [];
    let isDraining = false;
    const load = Promise.all(flows.map(async (agent) => {
      while (!isDraining) statuses.push(await ask(node, '/', agent));
    }));
    await eventually('requests flow', () => statuses.length > 1_000);
    process.kill(node.process.pid, 'SIGTERM');
    // As a load balancer does: it stops sending requests when the node says that it is not ready.
    await eventually('it is not ready', async () => await statusOf(`${node.status}/status/ready`) === 503);
    // Answers that come after the drain time.
    const late = Promise.all(Array.from({ length: 16 }, () => ask(node, '/slow')));
    await sleep(200);
    isDraining = true;
    await load;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(new Set(await late)).toEqual(new Set([200]));
    await eventually('it has ended', () => !runs(node.process.pid));
    expect(readFileSync(node.process.log, 'utf8')).toMatch(/"message":"stopped"/);
    for (const agent of agents) agent.destroy();
  });

  it('takes its workers with it when the supervisor is killed', async () => {
    const node = await start();
    const workers = workersOf(node);
    process.kill(node.process.pid, 'SIGKILL');
    await eventually('the workers have ended', () => workers.every((pid) => !runs(pid)));
    await expect(new Promise((resolve, reject) => {
      connect(Number(new URL(node.proxy).port), '127.0.0.1').on('connect', resolve).on('error', reject);
    })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends at once, with its workers, at the second signal', async () => {
    const node = await start([], { HYBRIDGE_DRAIN_SECONDS: '60' });
    const workers = workersOf(node);
    process.kill(node.process.pid, 'SIGTERM');
    await eventually('it drains', async () => await statusOf(`${node.status}/status/ready`) === 503);
    process.kill(node.process.pid, 'SIGTERM');
    await eventually('all processes have ended', () => [node.process.pid, ...workers].every((pid) => !runs(pid)));
  });

  it('refuses a port that another node has, as a single process does', async () => {
    const node = await start();
    const other = await topology.singleNode('other', {
      KONG_DATABASE: 'off', KONG_NGINX_WORKER_PROCESSES: '2', KONG_PROXY_LISTEN: new URL(node.proxy).host,
    });
    await eventually('it has ended', () => !runs(other.process.pid));
    expect(readFileSync(other.process.log, 'utf8')).toMatch(/KONG_PROXY_LISTEN: cannot listen on 127\.0\.0\.1:\d+: another process/);
    expect(await ask(node)).toBe(200);
  });

  it('shares what plugins keep of answers with the Admin API', async () => {
    const cache = { name: 'proxy-cache', config: { strategy: 'memory', content_type: ['text/plain'], response_code: [200] } };
    upstream = await topology.upstream((_request, response) => void response.setHeader('content-type', 'text/plain').end('kept'));
    const node = await start([cache]);
    const { headers } = await fetch(`${node.proxy}/`);
    const kept = `${node.admin}/proxy-cache/${headers.get('x-cache-key')!}`;
    expect(await statusOf(kept)).toBe(200);
    expect((await fetch(`${node.admin}/proxy-cache`, { method: 'DELETE' })).status).toBe(204);
    await eventually('it is forgotten', async () => await statusOf(kept) === 404);
  });
});
