/** What applying a configuration costs a data plane, in this process: the first, a change of one route, and how long the loop is held. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { SYSTEM_CLOCK } from '../../src/base/clock.ts';
import { EnvVault } from '../../src/base/env-vault.ts';
import { SILENT } from '../../src/base/log.ts';
import { RunningConfiguration } from '../../src/data-plane/running-configuration.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { HANDLERS } from '../../src/plugins/handlers.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import { NodeVaults } from '../../src/vaults/node-vaults.ts';
import { pluginInstances } from '../../test/fixtures/plugin-instances.ts';
import type { TableScenario } from '../measured.ts';

/** Changes of one route, of which the median counts. */
const CHANGES = 15;

const MILLION = 1_000_000;

export const configuration: TableScenario = {
  name: 'Configuration',
  about: 'Applies a table of routes, a tenth as many services and as many plugins, in this process: CPU of the first and of a change '
    + 'of one route (the median of 15), the longest time that the event loop was held meanwhile, and the memory of the process afterwards. '
    + 'The aims are 1,000 ms, 20 ms, 10 ms and 250 MB at 10,000 routes.',
  table: async ({ routes }) => [
    '| routes | first, CPU ms | one route, CPU ms | loop held at most while changing, ms | RSS, MB |', '|---|---|---|---|---|',
    ...await inTurn([routes / 10, routes, routes * 10].map((count) => () => lineFor(Math.max(10, count)))),
  ],
};

async function inTurn<T>(tasks: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  for (const task of tasks) results.push(await task());
  return results;
}

async function lineFor(count: number): Promise<string> {
  const vaults = new NodeVaults({ env: new EnvVault({ prefix: '' }), clock: SYSTEM_CLOCK, log: SILENT, onChange: () => undefined });
  const running = new RunningConfiguration({
    schemas: SCHEMAS, handlers: HANDLERS as never, instances: pluginInstances(), vaults, log: SILENT,
  });
  const apply = async (change: number): Promise<number> => {
    const text = JSON.stringify(tableOf(count, change));
    const table = JSON.parse(text) as ConfigTable;
    const before = process.cpuUsage();
    const result = await running.apply(table, String(change));
    if (!result.applied) throw new Error(result.message);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  const first = await apply(-1);
  const delays: number[] = [];
  const costs: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const text = JSON.stringify(tableOf(count, at * 7 % count));
    const table = JSON.parse(text) as ConfigTable;
    delay.enable();
    await new Promise((resolve) => void setTimeout(resolve, 5));
    delay.reset();
    const before = process.cpuUsage();
    await running.apply(table, String(at));
    const { user, system } = process.cpuUsage(before);
    delay.disable();
    costs.push((user + system) / 1_000);
    delays.push(delay.max / MILLION);
  }
  running.close();
  globalThis.gc?.();
  const held = delays.map((ms) => (Number.isFinite(ms) ? ms : 0));
  const rss = (process.memoryUsage.rss() / MILLION).toFixed(0);
  return `| ${[count.toLocaleString('en'), first.toFixed(0), median(costs).toFixed(1), median(held).toFixed(1), rss].join(' | ')} |`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function tableOf(count: number, changed: number): unknown {
  const id = (kind: number, n: number) => `0000000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const tenth = Math.ceil(count / 10);
  return {
    _format_version: '3.0',
    services: Array.from({ length: tenth }, (_, n) => ({
      id: id(1, n), name: `service-${n}`, host: 'upstream.test', protocol: 'http', port: 80,
    })),
    routes: Array.from({ length: count }, (_, n) => ({
      id: id(2, n), name: `route-${n}`, paths: [n === changed ? `/changed/${n}` : `/api/v1/resource-${n}`], methods: ['GET', 'POST'],
      protocols: ['http', 'https'], service: id(1, n % tenth),
    })),
    plugins: Array.from({ length: tenth }, (_, n) => ({ id: id(3, n), name: 'cors', route: id(2, n * 10 % count), config: {} })),
  };
}
